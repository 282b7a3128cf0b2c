"""Micro lessons and projects: sent in by units, then entries like any other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain.entries import MottoState
from bot.domain.invariants import check
from bot.domain.moderation import Reason
from bot.domain.panel_plan import Criterion, PanelPlan
from bot.domain.panel_scoring import Method
from bot.domain.purge import Purge
from bot.domain.questions import Shelf
from bot.domain.refusals import DecidedMeanwhile, NoSuchEntry, OwnUnit, SentInByUnits
from bot.domain.retention import LENGTHS, Period
from bot.domain.roles import Role
from bot.domain.rounds import Eligibility, Kind
from bot.domain.sent_entries import Draft, Flaw, UnfitEntry, flaws_of, is_safe
from bot.domain.services import Services, open_services
from bot.domain.votes import LATE
from bot.storage.tables import Motto, Notice, SentEntry, Vote
from tests.builders import (
    CLOSES,
    NOON,
    SECRET,
    a_lesson,
    a_member,
    a_round_of,
    an_approved_lesson,
    key,
)
from tests.turns.test_price import trips

DELIVERY = b"d" * 32
DRAFT = Draft("把群众的小事办好", "NY", "陈小红", "https://v.example.cn/1")


def at(session: Session, moment: object = NOON) -> Services:
    return open_services(session, moment, Shelf())  # type: ignore[arg-type]


def sends(session: Session, draft: Draft = DRAFT, root: int | None = None) -> int:
    return at(session).sent_entries.send(draft, fold_prose(draft.title + draft.unit), 1, root)


def refused(deed: Callable[[], object]) -> dict[str, Flaw]:
    with pytest.raises(UnfitEntry) as refusal:
        deed()
    return dict(refusal.value.flaws)


def wrong(session: Session) -> list[str]:
    """What is wrong with entries, by the rules that the service is checked by."""
    found = check(session, CLOSES + LATE, SECRET)
    return [
        f"{one.table} {one.what}" for one in found if one.invariant in ("I14", "I15", "I18", "I23")
    ]


@pytest.fixture
def lessons(session: Session) -> Session:
    a_round_of(session, "lesson")
    return session


@pytest.mark.slow
def test_a_lesson_waits_is_approved_and_shows_who_speaks(lessons: Session) -> None:
    number = sends(lessons)

    assert at(lessons).mottos.public(number) is None
    at(lessons).moderation.decide(number, 1, staff_id=2)
    card = at(lessons).mottos.public(number)

    assert card is not None
    assert card.sent is not None
    assert card.unit is not None
    assert (card.words, card.signed, card.unit.name) == ("把群众的小事办好", "陈小红", "农业局")
    assert (card.sent.link, card.sent.host) == ("https://v.example.cn/1", "v.example.cn")
    assert lessons.scalars(select(Notice)).all() == []


@pytest.mark.slow
def test_a_decision_about_it_can_be_taken_back(lessons: Session) -> None:
    number = sends(lessons)
    services = at(lessons)
    services.moderation.undo(number, services.moderation.decide(number, 1, 2, Reason.TYPO), 2)

    assert services.sent_entries.one(number, None).state is MottoState.WAITING


@pytest.mark.slow
def test_what_was_sent_back_is_changed_and_waits_again(lessons: Session) -> None:
    number = sends(lessons)
    version = at(lessons).moderation.decide(number, 1, 2, Reason.TYPO)
    mended = replace(DRAFT, title="把群众的小事当大事办")

    sent = at(lessons).sent_entries
    sent.change(number, version, mended, fold_prose(mended.title), 1, None)

    card = sent.one(number, None)
    assert (card.words, card.state, card.reason) == (mended.title, MottoState.WAITING, None)
    with pytest.raises(DecidedMeanwhile):
        sent.change(number, version, mended, "x", 1, None)


@pytest.mark.slow
def test_what_is_approved_is_not_changed_but_withdrawn_with_its_votes(lessons: Session) -> None:
    number = an_approved_lesson(lessons, "微课一")
    a_member(lessons)
    at(lessons).votes.cast(key("zhang"), number, NOON, DELIVERY)
    sent = at(lessons).sent_entries

    with pytest.raises(DecidedMeanwhile):
        sent.change(number, 2, DRAFT, "x", 1, None)
    assert sent.votes_at_stake(sent.listed(None)) == {number: 1}
    sent.withdraw(number, 2, 1, None)

    assert lessons.scalars(select(Vote)).all() == []
    assert at(lessons).votes.ballot(key("zhang")).left == 3
    sent.change(number, 3, DRAFT, "x", 1, None)
    assert sent.one(number, None).state is MottoState.WAITING


@pytest.mark.slow
def test_the_same_is_not_sent_in_twice_unless_it_was_withdrawn(lessons: Session) -> None:
    number = sends(lessons)

    assert refused(lambda: sends(lessons)) == {"title": Flaw.TWICE}
    at(lessons).sent_entries.withdraw(number, 1, 1, None)
    assert sends(lessons) != number
    again = at(lessons).sent_entries
    folded = fold_prose(DRAFT.title + DRAFT.unit)
    assert refused(lambda: again.change(number, 2, DRAFT, folded, 1, None)) == {"title": Flaw.TWICE}


@pytest.mark.slow
def test_a_secretary_sends_in_and_sees_what_is_of_the_own_unit_and_below(lessons: Session) -> None:
    sends(lessons, replace(DRAFT, unit="新安社区支部"), root=1)
    others = sends(lessons)
    sent = at(lessons).sent_entries

    assert [card.unit and card.unit.name for card in sent.listed(1)] == ["新安社区支部"]
    assert len(sent.listed(None)) == 2
    assert refused(lambda: sends(lessons, root=1)) == {"unit": Flaw.UNIT}
    assert refused(lambda: sends(lessons, root=0)) == {"unit": Flaw.UNIT}
    with pytest.raises(NoSuchEntry):
        sent.withdraw(others, 1, 1, root=1)


def test_nothing_is_taken_before_or_after_the_time_or_for_a_round_of_mottos(
    session: Session,
) -> None:
    assert refused(lambda: sends(session)) == {"title": Flaw.SHUT}
    a_round_of(session, "lesson", collects_until=NOON)
    assert refused(lambda: sends(session)) == {"title": Flaw.SHUT}


def test_members_write_no_motto_for_such_a_round(lessons: Session) -> None:
    a_member(lessons)
    words = "愿做一块砖，哪里需要哪里搬"
    with pytest.raises(SentInByUnits):
        at(lessons).mottos.submit(key("zhang"), words, fold_prose(words), "none")


@pytest.mark.slow
def test_the_own_unit_has_no_vote_where_the_round_says_so(lessons: Session) -> None:
    a_round_of(lessons, "lesson", own_unit_allowed=False, eligibility=Eligibility.BOUND)
    number = an_approved_lesson(lessons, "微课一")
    a_member(lessons, unit=3)
    with pytest.raises(OwnUnit):
        at(lessons).votes.cast(key("zhang"), number, NOON, DELIVERY)


@pytest.mark.slow
def test_it_is_found_by_who_speaks_and_by_the_unit(lessons: Session) -> None:
    number = an_approved_lesson(lessons, "微课一", speaker="林一")
    an_approved_lesson(lessons, "微课二", unit="CD")

    votes = at(lessons).votes
    assert votes.order(b"m" * 16, "林一") == votes.order(b"m" * 16, "ny") == [number - 1000]


@pytest.mark.slow
def test_a_round_of_lessons_is_sealed_and_its_rows_keep_all_promises(lessons: Session) -> None:
    numbers = [an_approved_lesson(lessons, f"微课{n}") for n in range(3)]
    a_lesson(lessons, "还在等")
    a_member(lessons)
    at(lessons).votes.cast(key("zhang"), numbers[1], NOON, DELIVERY)

    after = at(lessons, CLOSES + LATE)
    assert after.sealing.seal(1)

    lines = after.tally.result(1)
    assert [(line.card.words, line.votes) for line in lines] == [
        ("微课1", 1), ("微课0", 0), ("微课2", 0),
    ]  # fmt: skip
    assert wrong(lessons) == []


@pytest.mark.slow
def test_long_after_the_campaign_the_number_is_left_and_the_votes(lessons: Session) -> None:
    number = an_approved_lesson(lessons, "微课一")
    lessons.commit()
    purge = Purge(lessons, CLOSES + LENGTHS[Period.CAMPAIGN] + timedelta(days=60))

    while purge.step("sent"):
        pass

    assert lessons.scalars(select(SentEntry)).all() == []
    row = lessons.get_one(Motto, number - 1000)
    assert (row.state, row.words, row.unit_id) == ("erased", "", None)
    assert wrong(lessons) == []


@pytest.mark.parametrize(
    ("draft", "kind", "flaws"),
    [
        (Draft("", ""), Kind.LESSON, {"title": "empty", "speaker": "empty", "link": "empty"}),
        (Draft("", ""), Kind.PROJECT, {"title": "empty", "text": "empty"}),
        (Draft("题", "", text="字" * 1001), Kind.PROJECT, {"text": "long"}),
        (replace(DRAFT, title="字" * 41, speaker="名" * 16), Kind.LESSON,
         {"title": "long", "speaker": "long"}),
        (replace(DRAFT, link="http://v.example.cn"), Kind.LESSON, {"link": "link"}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_field(draft: Draft, kind: Kind, flaws: dict[str, str]) -> None:
    assert flaws_of(draft, kind) == flaws


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)", "http://a.cn/", "https://", "https://localhost/", "https://1.2.3.4/",
        "https://user@bank.cn/", "https://a.cn:8443/", "https://a.cn\\@b.cn/", "https://а.cn/",
        "https://a.cn/ b", "https://a.cn/\u202e", "//a.cn/", "https://[::1]/", "https://a.cn:x/",
        "https://a.cn/" + "x" * 300,
    ],
)  # fmt: skip
def test_no_page_leads_to_such_an_address(link: str) -> None:
    assert not is_safe(link)


def test_a_page_leads_to_a_plain_address_with_all_behind_it() -> None:
    assert is_safe("https://www.xuexi.cn/lgpage/detail/index.html?id=1&item=2#a")


@pytest.mark.slow
def test_a_judge_sees_what_was_sent_in_with_the_title(lessons: Session) -> None:
    number = an_approved_lesson(lessons, "微课一")
    judge, _ = at(lessons).colleagues.invite("孙评委", Role.JUDGE, None, 1)
    plan = PanelPlan(100, Method.MEAN, 1, 1, (Criterion("立意", 100, "十分最好"),))
    at(lessons).panels.settle(1, plan, 1)
    at(lessons).panels.appoint(1, judge, 1)
    sealed = at(lessons, CLOSES + LATE)
    assert sealed.sealing.seal(1)
    sealed.panels.begin(1, 1)

    sent = sealed.judging.sheet(judge, number).sent
    assert sent is not None
    assert sent.link == "https://v.example.cn/1"


@pytest.mark.slow
def test_a_table_of_many_lines_asks_for_each_unit_once(lessons: Session) -> None:
    sent = at(lessons).sent_entries

    with trips(lessons.connection()) as made:
        for line in range(50):
            assert sent.check(replace(DRAFT, title=f"微课{line}"), 3) == {}

    assert sum("FROM unit" in one for one in made) == 2
