"""Uploads: one to a colleague, read behind their back, taken in once or dropped."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.bank import BankState
from bot.domain.question_import import Compared, Standing, compare
from bot.domain.questions import Shelf
from bot.domain.roster import Listed
from bot.domain.services import Services, open_services
from bot.domain.unit_import import Brought as Unit
from bot.domain.uploads import PATIENCE, Holds, NothingToTake, Taken
from bot.storage.database import Sessions
from bot.storage.tables import Audit
from quiz_bank.formats.importing import Found
from tests.builders import NOON, a_question

PASSWORD = "一句容易记的话，十二个字以上"


@pytest.fixture
def chen(services: Services) -> int:
    """陈出题's number."""
    return services.staff.add("陈出题", PASSWORD).id


def coming(*codes: str) -> list[Compared]:
    found = [Found(a_question(code), f"第{n}行", True) for n, code in enumerate(codes, 2)]
    return compare([], found, revise=True)


@pytest.mark.slow
def test_a_file_is_there_until_it_is_taken_in(services: Services, chen: int) -> None:
    token = services.uploads.begin(chen, Holds.QUESTIONS, "题库.csv")
    services.uploads.note(token, done=3, total=7)

    upload = services.uploads.of(chen, Holds.QUESTIONS)
    taken = services.uploads.take_in(chen, token, coming("N1", "N2"), left_out=0)

    assert upload is not None
    assert (upload.name, upload.done, upload.total) == ("题库.csv", 3, 7)
    assert taken == Taken(new=2, revised=0)
    assert services.uploads.of(chen, Holds.QUESTIONS) is None


@pytest.mark.slow
def test_what_collides_stays_out(services: Services, chen: int) -> None:
    token = services.uploads.begin(chen, Holds.QUESTIONS, "x")
    known = a_question("X9", stem="题目N1？")
    found = [Found(a_question("N1"), "第2行", True), Found(a_question("N2"), "第3行", True)]

    taken = services.uploads.take_in(chen, token, compare([known], found, revise=True), 0)

    assert taken == Taken(new=1, revised=0)


@pytest.mark.slow
def test_taking_in_again_tells_what_was_taken_in(services: Services, chen: int) -> None:
    token = services.uploads.begin(chen, Holds.QUESTIONS, "x")
    first = services.uploads.take_in(chen, token, coming("N1"), left_out=0)

    assert services.uploads.take_in(chen, token, (), left_out=0) == first


@pytest.mark.slow
def test_a_file_that_was_replaced_or_dropped_is_not_taken_in(services: Services, chen: int) -> None:
    first = services.uploads.begin(chen, Holds.QUESTIONS, "x")
    second = services.uploads.begin(chen, Holds.QUESTIONS, "y")
    services.uploads.drop(chen, Holds.QUESTIONS, second)

    for token in (first, second):
        assert not services.uploads.note(token, done=1)
        with pytest.raises(NothingToTake):
            services.uploads.take_in(chen, token, coming("N1"), left_out=0)


def test_who_reads_no_more_is_noticed_after_a_minute(services: Services, chen: int) -> None:
    services.uploads.begin(chen, Holds.QUESTIONS, "x")
    late = open_services(services.uploads._session, NOON + PATIENCE, Shelf()).uploads
    soon = open_services(
        services.uploads._session, NOON + PATIENCE - timedelta(seconds=1), Shelf()
    ).uploads

    found = [uploads.of(chen, Holds.QUESTIONS) for uploads in (soon, late)]
    assert [bool(upload and upload.stopped) for upload in found] == [False, True]


@pytest.mark.slow
def test_of_two_clicks_at_once_one_takes_it_in(sessions: Sessions) -> None:
    with sessions.begin() as session:
        services = open_services(session, NOON, Shelf())
        chen = services.staff.add("陈出题", PASSWORD).id
        token = services.uploads.begin(chen, Holds.QUESTIONS, "x")
        services.uploads.note(token, report={"questions": ["一" * 70_000]})

    def click(_: int) -> Taken:
        with sessions.begin() as session:
            uploads = open_services(session, NOON, Shelf()).uploads
            return uploads.take_in(chen, token, coming("N1", "N2"), left_out=1)

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(click, range(2)))

    with sessions() as session:
        taken = session.scalars(select(Audit.facts).where(Audit.action == "question.take_in")).all()
        bank = open_services(session, NOON, Shelf()).bank
        states = [bank.card(number).state for number in (41, 42)]
    assert outcomes == [Taken(2, 0)] * 2
    assert [(facts[Standing.NEW], facts["left_out"]) for facts in taken] == [(2, 1)]
    assert states == [BankState.DRAFT] * 2


@pytest.mark.slow
def test_a_file_of_each_kind_lies_beside_the_others(services: Services, chen: int) -> None:
    tokens = {holds: services.uploads.begin(chen, holds, holds) for holds in Holds}

    found = {holds: services.uploads.of(chen, holds) for holds in Holds}

    assert {holds: upload and upload.token for holds, upload in found.items()} == tokens
    assert not services.uploads.drop(chen, Holds.UNITS, tokens[Holds.ROSTER])


@pytest.mark.slow
def test_units_and_people_are_taken_in_once_and_told_again(services: Services, chen: int) -> None:
    units, people = (
        [Unit("NY", "农业局", "", 120), Unit("GH", "工会", "", 0)],
        [Listed("NY", "张三")],
    )
    tokens = {holds: services.uploads.begin(chen, holds, "x") for holds in Holds}
    uploads = services.uploads

    for _ in range(2):
        taken = uploads.take_in_units(chen, tokens[Holds.UNITS], units)
        listed = uploads.take_in_roster(chen, tokens[Holds.ROSTER], people)

        assert taken == {"new": 1, "changed": 0, "same": 1}
        assert listed == {"units": 1, "new": 1, "gone": 0, "same": 0}
    for taking in (uploads.take_in_units, uploads.take_in_roster):
        with pytest.raises(NothingToTake):
            taking(chen, bytes(16), [])
