"""What a round may ask of its voters: who they are, how often they vote, and how few is nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.identity import campaign_day
from bot.domain.outcomes import Outcomes
from bot.domain.purge import Purge
from bot.domain.questions import Shelf
from bot.domain.refusals import AlreadyVoted, NotBound, NoVotesLeft, OwnUnit
from bot.domain.rounds import Eligibility
from bot.domain.services import Services, open_services
from bot.domain.uncounted import unlisted_now
from bot.domain.votes import LATE, WISHED
from bot.storage.database import Sessions
from bot.storage.tables import (
    Audit,
    Member,
    Notice,
    RosterName,
    Round,
    RoundResult,
    SpentDay,
    Vote,
    WithdrawnVote,
)
from tests.builders import CLOSES, NOON, a_member, an_approved_motto, key
from tests.races import while_it_is_open

WORDS = "群众的事，一刻也不等"
DELIVERY = bytes(32)
TOMORROW = NOON + timedelta(days=1)
SEALING = CLOSES + LATE


def at(session: Session, moment: object = NOON) -> Services:
    return open_services(session, moment, Shelf())  # type: ignore[arg-type]


def ruled(session: Session, **rules: object) -> None:
    session.execute(update(Round).values(**rules))


def mottos(session: Session, count: int) -> list[int]:
    return [an_approved_motto(session, f"author {n}", f"{WORDS}{n}") for n in range(count)]


def cast(services: Services, number: int, by: str = "zhang") -> int:
    return services.votes.cast(key(by), number, services.now, DELIVERY).left


def votes(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Vote)) or 0


# ------------------------------------------------------------ how often


@pytest.mark.slow
def test_votes_for_the_whole_of_the_voting_do_not_come_anew(session: Session) -> None:
    ruled(session, in_all=True)
    numbers = mottos(session, 4)
    lefts = [cast(at(session), number) for number in numbers[:2]]

    assert [*lefts, cast(at(session, TOMORROW), numbers[2])] == [2, 1, 0]
    with pytest.raises(NoVotesLeft) as refused:
        cast(at(session, TOMORROW), numbers[3])
    assert refused.value.in_all
    with pytest.raises(AlreadyVoted):
        cast(at(session, TOMORROW), numbers[0])
    assert [vote.day for vote in at(session, TOMORROW).votes.mine(key("zhang"))] == [
        campaign_day(TOMORROW), campaign_day(NOON), campaign_day(NOON),
    ]  # fmt: skip


@pytest.mark.slow
def test_such_a_vote_can_be_given_anew_days_after_it_was_given(session: Session) -> None:
    ruled(session, in_all=True)
    one, two = mottos(session, 2)
    cast(at(session), one)

    at(session, TOMORROW).votes.withdraw(key("zhang"), one, DELIVERY)

    assert cast(at(session, TOMORROW), two) == 2


@pytest.mark.slow
def test_who_is_erased_has_spent_such_votes_until_voting_closes(session: Session) -> None:
    ruled(session, in_all=True)
    (number,) = mottos(session, 1)
    a_member(session)
    cast(at(session), number)
    later = NOON + timedelta(days=5)

    at(session, later).erasure.erase(key("zhang"))
    Purge(session, later).step("spent_day")

    assert at(session, later).votes.ballot(key("zhang")).left == 0
    Purge(session, CLOSES + timedelta(days=3)).step("spent_day")
    assert session.scalar(select(func.count()).select_from(SpentDay)) == 0


@pytest.mark.slow
def test_an_entry_has_so_many_votes_of_a_member_and_no_more(session: Session) -> None:
    ruled(session, per_entry=2)
    (number,) = mottos(session, 1)
    cast(at(session), number)
    cast(at(session, TOMORROW), number)
    third = at(session, NOON + timedelta(days=2))

    assert third.votes.has_enough(key("zhang"), number)
    with pytest.raises(AlreadyVoted):
        cast(third, number)

    third.votes.withdraw(key("zhang"), number, DELIVERY)
    assert cast(third, number) == 2


@pytest.mark.slow
def test_the_key_of_the_table_refuses_one_vote_too_many_for_an_entry(session: Session) -> None:
    ruled(session, per_entry=1)
    (number,) = mottos(session, 1)
    cast(at(session), number)

    with pytest.raises(IntegrityError):
        session.execute(
            insert(Vote).values(
                member_key=key("zhang"), round_id=1, day=campaign_day(TOMORROW), slot=1,
                motto_id=number - 1000, per_entry=1, delivery_key=DELIVERY, accepted_at=NOON,
                tracker="X" * 10,
            )
        )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("rule", [{"in_all": True}, {"per_entry": 1}])
def test_of_two_votes_at_once_for_an_entry_one_is_cast(
    sessions: Sessions, rule: dict[str, object]
) -> None:
    with sessions.begin() as session:
        a_member(session)
        ruled(session, **rule)
        (number,) = mottos(session, 1)

    # On another day, so that no slot of the first one's day is in its way.
    with pytest.raises((AlreadyVoted, IntegrityError)):
        while_it_is_open(
            sessions,
            lambda session: cast(at(session), number),
            lambda session: cast(at(session, TOMORROW), number),
        )
    with sessions() as session:
        assert votes(session) == 1


# ------------------------------------------------------------ who


@pytest.mark.slow
def test_who_belongs_to_no_unit_does_not_vote_where_that_is_asked(session: Session) -> None:
    ruled(session, eligibility=Eligibility.BOUND)
    (number,) = mottos(session, 1)
    a_member(session)
    a_member(session, "li", unit=3)

    with pytest.raises(NotBound) as refused:
        cast(at(session), number)

    assert not refused.value.nameless
    assert cast(at(session), number, "li") == 2


@pytest.mark.slow
def test_a_roster_needs_a_name(session: Session) -> None:
    ruled(session, eligibility=Eligibility.ROSTER)
    (number,) = mottos(session, 1)
    a_member(session, unit=3)
    at(session).members.rename(key("zhang"), None)

    with pytest.raises(NotBound) as refused:
        cast(at(session), number)

    assert refused.value.nameless


@pytest.mark.slow
def test_nobody_votes_for_the_own_unit_where_the_rule_says_so(session: Session) -> None:
    ruled(session, eligibility=Eligibility.BOUND, own_unit_allowed=False)
    for name, unit in (("zhang", 3), ("li", 2), ("wang", 3)):
        a_member(session, name, unit)
    number = an_approved_motto(session, "wang", WORDS)

    with pytest.raises(OwnUnit):
        cast(at(session), number)

    assert cast(at(session), number, "li") == 2


def test_a_wished_vote_is_remembered_for_half_an_hour_and_once(session: Session) -> None:
    a_member(session)
    at(session).votes.wish(key("zhang"), 1001)
    at(session).votes.wish(key("zhang"), 1002)

    assert at(session, NOON + WISHED / 2).votes.wished(key("zhang")) == 1002
    assert at(session).votes.wished(key("zhang")) is None
    at(session).votes.wish(key("zhang"), 1003)
    assert at(session, NOON + WISHED).votes.wished(key("zhang")) is None


# ------------------------------------------------------------ what the seal leaves out


def listed(session: Session, unit: int, name: str, people: int = 1) -> None:
    session.add(RosterName(unit_id=unit, name=name, people=people, imported_at=NOON))
    session.flush()


@pytest.mark.slow
def test_the_seal_leaves_out_who_is_on_no_roster_and_who_votes_twice_under_a_name(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        ruled(session, eligibility=Eligibility.ROSTER)
        (number,) = mottos(session, 1)
        listed(session, 3, "张三")
        listed(session, 3, "王五", people=2)
        voters = {"zhang": "张三", "li": "李四", "w1": "王五", "w2": "王五", "w3": "王五"}
        for minute, (member, name) in enumerate(voters.items()):
            a_member(session, member, 3)
            at(session).members.rename(key(member), name)
            cast(at(session, NOON + timedelta(minutes=minute)), number, member)
        assert unlisted_now(session, 1) == 2

    with sessions.begin() as session:
        assert at(session, SEALING).sealing.seal(1)

    with sessions.begin() as session:
        left = set(session.scalars(select(Vote.member_key)))
        assert left == {key("zhang"), key("w1"), key("w2")}
        aside = session.execute(select(WithdrawnVote.member_key, WithdrawnVote.reason))
        assert {tuple(row) for row in aside} == {
            (key("li"), "unlisted"), (key("w3"), "unlisted"),
        }  # fmt: skip
        assert session.scalars(select(RoundResult.votes)).all() == [3]
        assert Outcomes(session, SEALING).current().ballots == 3
        told = session.scalars(select(Notice).where(Notice.kind == "votes_uncounted")).all()
        assert {notice.member_key for notice in told} == {key("li"), key("w3")}
        noted = session.scalars(select(Audit.facts).where(Audit.action == "votes.uncount"))
        assert noted.all() == [{"why": "unlisted", "votes": 2, "people": 2}]


@pytest.mark.slow
def test_who_chose_too_few_has_chosen_none(session: Session) -> None:
    ruled(session, in_all=True, least=2)
    one, two = mottos(session, 2)
    for name in ("zhang", "li"):
        a_member(session, name)
        cast(at(session), one, name)
    assert at(session).votes.ballot(key("li")).lacking == 1
    cast(at(session), two, "zhang")

    at(session, SEALING).sealing.seal(1)

    assert set(session.scalars(select(Vote.member_key))) == {key("zhang")}
    assert session.scalars(select(WithdrawnVote.reason)).all() == ["too_few"]


@pytest.mark.slow
def test_each_whose_votes_are_left_out_is_told_how_many(session: Session) -> None:
    ruled(session, in_all=True, least=3)
    one, two = mottos(session, 2)
    for name in ("zhang", "li", "wang"):
        a_member(session, name)
        cast(at(session), one, name)
    cast(at(session), two, "li")

    at(session, SEALING).sealing.seal(1)

    told = session.scalars(select(Notice).where(Notice.kind == "votes_uncounted"))
    counts = {notice.member_key: notice.facts["votes"] for notice in told}
    assert counts == {key("zhang"): 1, key("li"): 2, key("wang"): 1}


@pytest.mark.slow
def test_votes_of_a_stranger_do_not_come_to_count_by_an_erasure(session: Session) -> None:
    ruled(session, eligibility=Eligibility.ROSTER)
    (number,) = mottos(session, 1)
    listed(session, 3, "张三")
    for name, called in (("zhang", "张三"), ("li", "李四")):
        a_member(session, name, 3)
        session.execute(update(Member).where(Member.member_key == key(name)).values(name=called))
        cast(at(session), number, name)

    for name in ("zhang", "li"):
        at(session).erasure.erase(key(name))

    assert votes(session) == 1
    at(session, SEALING).sealing.seal(1)
    assert votes(session) == 1
