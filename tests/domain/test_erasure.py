"""Who is erased is gone, what others count on stays, and nothing that was done is done again."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.domain.chain import breaks
from bot.domain.entries import id_of
from bot.domain.erasure import tables_about_members
from bot.domain.identity import NO_DELIVERY
from bot.domain.invariants import check
from bot.domain.questions import Shelf
from bot.domain.refusals import NoVotesLeft
from bot.domain.services import Services, open_services
from bot.domain.votes import LATE
from bot.storage.database import Sessions
from bot.storage.tables import (
    Answer,
    Audit,
    Contest,
    Delivery,
    Departed,
    Member,
    Motto,
    Notice,
    Person,
    Score,
    Vote,
    WithdrawnVote,
)
from tests.builders import CLOSES, NOON, SECRET, a_member, an_approved_motto, key, said
from tests.domain.invariants.conftest import a_paper, delivered, some_life
from tests.rows import thinned

WORDS = "愿做一块砖，哪里需要哪里搬"
AFTER = CLOSES + LATE


def services_at(session: Session, now: Any = NOON) -> Services:
    return open_services(session, now, Shelf())


def erase(session: Session, name: str, now: Any = NOON) -> str:
    return services_at(session, now).erasure.erase(key(name))


def takes_a_paper(member: bytes, services: Services, delivery: bytes) -> None:
    a_paper(services, member, delivery)


def number_of_rows(session: Session, kind: Any, *conditions: Any) -> int:
    return session.scalar(select(func.count()).select_from(kind).where(*conditions)) or 0


@pytest.mark.parametrize("name", thinned(["zhang", "li", "wang", "chen"], quick=1))
@pytest.mark.slow
def test_of_whoever_is_erased_no_row_is_left_under_the_key(sessions: Sessions, name: str) -> None:
    with sessions.begin() as session:
        some_life(session)
    with sessions.begin() as session:
        receipt = erase(session, name)

    with sessions() as session:
        left = {
            table.name
            for table in tables_about_members()
            if session.execute(select(table).where(table.c.member_key == key(name))).first()
        }
        assert left <= {"delivery", "spent_day"}
        assert number_of_rows(session, Motto, Motto.author == key(name)) == 0
        assert receipt.startswith("D-1205-")
        assert len(receipt) == len("D-1205-9F3K")
        assert check(session, NOON, SECRET) == []


@pytest.mark.slow
def test_a_vote_still_counts_and_is_nobodys(session: Session) -> None:
    some_life(session)
    votes = session.scalars(select(Vote.motto_id)).all()

    erase(session, "wang")

    assert session.scalars(select(Vote.motto_id)).all() == votes
    (vote,) = session.scalars(select(Vote))
    assert vote.member_key != key("wang")
    assert vote.delivery_key == NO_DELIVERY
    assert number_of_rows(session, WithdrawnVote, WithdrawnVote.member_key == key("wang")) == 0


@pytest.mark.slow
def test_nobody_is_told_when_a_vote_of_nobodys_goes(session: Session) -> None:
    for name in ("zhang", "wang"):
        a_member(session, name)
    number = an_approved_motto(session, "zhang", WORDS)
    delivered(session, "wang", lambda s, d: s.votes.cast(key("wang"), number, NOON, d))
    erase(session, "wang")

    services_at(session).mottos.withdraw(key("zhang"))
    session.commit()

    assert number_of_rows(session, WithdrawnVote) == 1
    assert number_of_rows(session, Notice, Notice.kind == "votes_clear") == 0
    assert check(session, NOON, SECRET) == []


@pytest.mark.slow
def test_no_two_votes_of_the_same_member_belong_together(session: Session) -> None:
    numbers = []
    for author in ("a", "b"):
        a_member(session, author)
        numbers.append(an_approved_motto(session, author, WORDS + author))
    a_member(session, "wang")
    for number in numbers:
        services_at(session).votes.cast(key("wang"), number, NOON, said("投").delivery)

    erase(session, "wang")

    assert len(set(session.scalars(select(Vote.member_key)))) == 2


@pytest.mark.slow
def test_whoever_comes_back_on_the_same_day_has_no_second_ballot(session: Session) -> None:
    for name in ("author", "wang"):
        a_member(session, name)
    number = an_approved_motto(session, "author", WORDS)
    services_at(session).votes.cast(key("wang"), number, NOON, said("投").delivery)

    for _ in range(2):
        erase(session, "wang")
        a_member(session, "wang")
        with pytest.raises(NoVotesLeft):
            services_at(session).votes.cast(key("wang"), number, NOON, said("投").delivery)

    assert services_at(session).votes.ballot(key("wang")).left == 0
    tomorrow = services_at(session, NOON + timedelta(days=1))
    assert tomorrow.votes.ballot(key("wang")).left == 3


@pytest.mark.slow
def test_an_entry_of_an_open_round_loses_its_words_and_its_votes(session: Session) -> None:
    for name in ("zhang", "wang"):
        a_member(session, name, unit=2)
    number = an_approved_motto(session, "zhang", WORDS)
    delivered(session, "wang", lambda s, d: s.votes.cast(key("wang"), number, NOON, d))
    session.commit()

    erase(session, "zhang")
    session.commit()

    motto = session.get(Motto, id_of(number))
    assert motto is not None
    assert (motto.state, motto.words, motto.folded, motto.unit_id) == ("erased", "", "", None)
    assert number_of_rows(session, Vote) == 0
    assert services_at(session).votes.ballot(key("wang")).left == 3
    assert check(session, NOON, SECRET) == []


@pytest.mark.slow
def test_a_sealed_result_stays_to_the_last_vote(sessions: Sessions) -> None:
    with sessions.begin() as session:
        some_life(session)
    with sessions.begin() as session:
        services_at(session, AFTER).sealing.seal(1)
        before = services_at(session, AFTER).sealing.result(1)
        poll = services_at(session, AFTER).tally.poll()

    with sessions.begin() as session:
        for name in ("zhang", "wang"):
            erase(session, name, AFTER)

    with sessions() as session:
        later = services_at(session, AFTER)
        assert later.sealing.result(1) == before
        after = later.tally.poll()
        assert (after.votes, after.entries) == (poll.votes, poll.entries)
        assert check(session, AFTER, SECRET) == []


@pytest.mark.slow
def test_scores_of_a_contest_that_is_over_keep_everybodys_place(sessions: Sessions) -> None:
    with sessions.begin() as session:
        some_life(session)
        for name in ("sun", "lu"):
            a_member(session, name, unit=2)
            delivered(session, name, partial(takes_a_paper, key(name)))
        session.execute(update(Contest).values(last_day=date(2026, 12, 5)))
    later = NOON + timedelta(days=1)
    with sessions() as session:
        before = services_at(session, later).standings.neighbourhood(key("sun"))

    with sessions.begin() as session:
        erase(session, "wang", later)

    with sessions() as session:
        after = services_at(session, later).standings.neighbourhood(key("sun"))
        assert before is not None
        assert after is not None
        assert (after.rank, after.out_of, after.district) == (
            before.rank, before.out_of, before.district,
        )  # fmt: skip
        places = services_at(session, later).standings.top(9)
        assert [place.name for place in places].count(None) == 1
        assert number_of_rows(session, Answer, Answer.member_key == key("wang")) == 0
        assert check(session, later, SECRET) == []


@pytest.mark.slow
def test_of_a_part_in_an_open_contest_a_number_stays_for_the_unit(session: Session) -> None:
    some_life(session)

    erase(session, "wang")
    erase(session, "li")

    counted = session.execute(
        select(Departed.unit_id, Departed.activity, Departed.people).order_by(Departed.activity)
    ).all()
    assert [tuple(row) for row in counted] == [(2, "contest:1", 1), (2, "round:1", 2)]
    assert number_of_rows(session, Score) == 0


@pytest.mark.slow
def test_a_member_without_a_unit_leaves_no_number(session: Session) -> None:
    a_member(session, "zhang")
    an_approved_motto(session, "zhang", WORDS)

    erase(session, "zhang")

    assert number_of_rows(session, Departed) == 0
    assert number_of_rows(session, Member) == number_of_rows(session, Person) == 0


@pytest.mark.slow
def test_the_trail_keeps_the_deeds_and_loses_the_words(session: Session) -> None:
    a_member(session, "zhang")
    number = an_approved_motto(session, "zhang", WORDS)
    delivered(session, "zhang", lambda s, d: s.tickets.open(key("zhang"), "help", WORDS, d))
    session.commit()
    (ticket,) = services_at(session).tickets.waiting()
    services_at(session).tickets.close(ticket.delivery, 1, "张三同志：" + WORDS)
    services_at(session).mottos.reword(key("zhang"), WORDS + "呀", WORDS, "masked")
    session.commit()

    receipt = erase(session, "zhang")
    session.commit()

    trail = session.execute(select(Audit.action, Audit.subject, Audit.facts)).all()
    assert "砖" not in str([tuple(row) for row in trail])
    assert [row.action for row in trail] == [
        "motto.submit", "motto.approve", "ticket.close", "motto.reword", "motto.erase",
        "member.erase",
    ]  # fmt: skip
    assert trail[-1].subject == f"erasure:{receipt}"
    assert trail[-1].facts == {"scores": {}, "votes": {}}
    assert list(breaks(session, SECRET)) == []
    assert services_at(session).moderation.history(number).card.words == ""


def test_what_may_come_again_is_still_known_and_says_nothing(session: Session) -> None:
    a_member(session, "zhang")
    for minutes in (1, 11):
        delivered(session, "zhang", lambda *_: None)
        delivery = session.scalars(
            select(Delivery.delivery_key).where(Delivery.received_at == NOON)
        ).one()
        session.execute(
            update(Delivery)
            .where(Delivery.delivery_key == delivery)
            .values(received_at=NOON - timedelta(minutes=minutes))
        )

    erase(session, "zhang")

    (left,) = session.scalars(select(Delivery))
    assert (left.received_at, left.reply) == (NOON - timedelta(minutes=1), b"")


@pytest.mark.slow
def test_replies_in_which_others_were_told_the_words_go_too(sessions: Sessions) -> None:
    told = {
        "a list": f"1001 {WORDS}（城东 张三）",
        "a list that was cut": "1001 愿做一块砖，哪里…",
        "words of before": "1001号：“当好一块砖，群众哪里需要就往哪里搬”",
        "another's": "1002 一步一个脚印，踏实走好每一天",
    }
    keys = {what: said("看座右铭", by="wang").delivery for what in told}
    with sessions.begin() as session:
        for name in ("zhang", "wang"):
            a_member(session, name)
        an_approved_motto(session, "zhang", "当好一块砖，群众哪里需要就往哪里搬")
        services_at(session).mottos.reword(key("zhang"), WORDS, WORDS, "full")
        for what, reply in told.items():
            row = Delivery(
                member_key=key("wang"), delivery_key=keys[what], fingerprint=bytes(32),
                outcome="done", reply=f"<xml>{reply}</xml>".encode(), received_at=NOON,
            )  # fmt: skip
            session.add(row)

    with sessions.begin() as session:
        erase(session, "zhang")

    with sessions() as session:
        left = {row.delivery_key: row for row in session.scalars(select(Delivery))}
        for what, reply in told.items():
            kept = f"<xml>{reply}</xml>".encode() if what == "another's" else b""
            row = left[keys[what]]
            assert (row.reply, row.outcome) == (kept, "done" if kept else "struck"), what
