"""A contest as large as it gets: played to its end, a key mended on it, its standings asked for.

`pytest -s -m "deep and not chaos" tests/domain/test_large_contest.py` prints what it measured.
"""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from bot.app import create_app
from bot.domain.invariants.answers import RULES
from bot.domain.invariants.rule import Survey
from bot.domain.questions import Shelf
from bot.domain.regrading import GRACE, Regrading
from bot.domain.results import Results, Wanted
from bot.domain.services import open_services
from bot.domain.tally import Board
from bot.results.building import build
from bot.storage.database import Sessions, open_engine
from bot.storage.memory import Memory
from bot.storage.schema import upgrade
from bot.storage.tables import Answer, Member, Notice, RegradedAnswer, Score, StoredQuestion, Unit
from bot.worker import Chores
from quiz_bank import Kind, Question, load_shipped
from tests.bench.campaign import UNITS, crowd, lay_out, pouring
from tests.builders import SECRET, a_member, chained, said
from tests.console.conftest import some_settings
from tests.domain.test_standings import steps_of
from tests.handlers.talking import Talker

pytestmark = [pytest.mark.slow, pytest.mark.deep]

MEMBERS, TOGETHER = 10_000, 200
CROWD, ANSWERS_EACH = 63_400, 16
"""People and answers of each: more than a million answers."""
ASKED = 200
STEPS = 25_000
"""Of SQLite's machine, at most, in one look; to pass all people once takes twenty times as many."""
LI, WANG = 1, 2
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'large.db'}"


@pytest.fixture
def sessions(url: str) -> Iterator[Sessions]:
    """A contest in full swing with the questions we ship, and nobody in it."""
    engine = open_engine(url)
    upgrade(engine)
    with chained(engine).begin() as session:
        lay_out(session, load_shipped(), NOW)
    yield chained(engine)
    engine.dispose()


def plays(session: Session, shelf: Shelf, number: int, chance: random.Random) -> None:
    """A member takes today's paper; the more able, the more often right."""
    member = a_member(session, f"m{number}", 1 + number % UNITS)
    services = open_services(session, NOW, shelf)
    sitting, _ = services.quiz.start(member)
    able = chance.uniform(0.4, 0.95)
    while (place := sitting.current) is not None:
        question = sitting.question(place)
        choice = question.answer[:1] if question.kind is Kind.BLANK else question.answer
        if chance.random() > able:
            choice = wrong(question)
        sitting = services.quiz.answer(member, sitting, place, choice, said("B").delivery)


def wrong(question: Question) -> tuple[str, ...]:
    """An answer that is not the right one."""
    if question.kind is Kind.BLANK:
        return ("不知道",)
    letters = "TF" if question.kind is Kind.JUDGE else question.letters
    return next((letter,) for letter in letters if (letter,) != question.answer)


def test_ten_thousand_members_play_and_a_key_is_mended_under_them(
    sessions: Sessions, tmp_path: Path
) -> None:
    chance, shelf, spent = random.Random(7), Shelf(), Stopwatch()
    for begin in range(0, MEMBERS, TOGETHER):
        with sessions.begin() as session:
            for number in range(begin, begin + TOGETHER):
                plays(session, shelf, number, chance)
    spent("played", f"{MEMBERS:,} members, 5 answers each")

    with sessions.begin() as session:
        most = select(Answer.question_id, func.count()).group_by(Answer.question_id)
        asked = {
            id_: count
            for id_, count in session.execute(most)
            if session.get_one(StoredQuestion, id_).content["kind"] == "single"
        }
        id_ = max(asked, key=lambda one: asked[one])
        question = Question.from_dict(session.get_one(StoredQuestion, id_).content)
        mended = Question(**(vars(question) | {"answer": wrong(question)}))
        number = Regrading(session, NOW).propose(id_, mended, False, LI, "核对有误")
    with sessions.begin() as session:
        preview = Regrading(session, NOW).preview(number)
    spent("dry run", f"{asked[id_]:,} answers, {preview.people:,} people affected")
    with sessions.begin() as session:
        Regrading(session, NOW).release(number, WANG)
    batches = 0
    while regraded(sessions, number):
        batches += 1
    spent("regraded", f"in {batches} batches")

    with sessions.begin() as session:
        survey = Survey(session, NOW, SECRET)
        assert [found for rule in RULES if (found := rule.check(survey))] == []
        spent("checked", "every grade, every score the fold of its answers")
        changed = session.scalar(select(func.count()).select_from(RegradedAnswer))
        told = session.scalar(select(func.count()).select_from(Notice))
        assert changed == told == preview.people
    with sessions.begin() as session:
        build(Results(session, NOW, Wanted(1)), tmp_path, lambda *_: None)
    spent("results", "workbook, CSV files and report")


def regraded(sessions: Sessions, number: int) -> int:
    with sessions.begin() as session:
        return Regrading(session, NOW + GRACE).go_on(number)


class Stopwatch:
    """Prints how long each part took."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def __call__(self, part: str, what: str) -> None:
        print(f"{part}: {time.perf_counter() - self._since:.1f} s ({what})")  # noqa: T201
        self._since = time.perf_counter()


# ------------------------------------------------------------ standings


@pytest.fixture
def million(url: str, sessions: Sessions) -> Sessions:
    """A million answers by the people of a whole city."""
    with sessions.begin() as session:
        # Without it no unit has a place.
        session.execute(update(Unit).values(headcount=2_000))
    with pouring(url) as connection:
        crowd(connection, CROWD, NOW)
        one = [column for column in Answer.__table__.columns if column.name != "place"]
        for place in range(2, ANSWERS_EACH + 1):
            again = select(*one, func.abs(place)).where(Answer.place == 1)
            names = [*(column.name for column in one), "place"]
            connection.execute(insert(Answer).from_select(names, again))
    return sessions


def test_places_among_a_million_answers_are_those_counted_row_by_row(
    url: str, million: Sessions
) -> None:
    """There is no Redis at all: whatever it forgets, places are the same."""
    chance, shelf = random.Random(7), Shelf()
    with million() as session:
        people = session.scalars(select(Score.member_key)).all()
        count = session.scalar(select(func.count()).select_from(Answer))
    asking = chance.sample(list(people), ASKED)

    def chat(member: bytes) -> None:
        with million.begin() as session:
            AsMember(session, member, shelf).says("排名")

    Chores(million, lambda _: NOW, Board(Memory(""))).count_units()
    app = the_app(url)
    with app.test_client() as client:
        chats = measured(chat, asking)
        pages = measured(lambda _: client.get("/h/standings").get_data(), asking)
        districts = measured(
            lambda member: client.get(f"/h/standings?district={1 + member[0] % UNITS}").get_data(),
            asking,
        )

    for name, times in (("chat", chats), ("page", pages), ("district's page", districts)):
        p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
        print(f"{name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, worst {times[-1]:.1f} ms")  # noqa: T201
    assert count == CROWD * ANSWERS_EACH
    with million() as session:
        for member in asking[:20]:
            assert rank_of(session, member, shelf) == counted(session, member)
            looks = [
                steps_of(session, partial(rank_of, session, member, shelf)),
                steps_of(session, partial(unit_of, session, member)),
            ]
            assert max(looks) < STEPS, looks


def measured(ask: Callable[[bytes], object], asking: list[bytes]) -> list[float]:
    """Milliseconds of work for each, the shortest first; what else the machine does counts not.

    Nor does the very first, which reads templates and puts statements into words.
    """
    times = []
    ask(asking[0])
    for member in asking:
        began = time.process_time()
        ask(member)
        times.append(1_000 * (time.process_time() - began))
    return sorted(times)


class AsMember(Talker):
    """Somebody of the crowd, whose key comes from no name."""

    def __init__(self, session: Session, member: bytes, shelf: Shelf) -> None:
        super().__init__(session, now=NOW, shelf=shelf)
        self._member = member

    @property
    def key(self) -> bytes:
        return self._member

    def says(self, words: str, **changes: object) -> str:
        return super().says(words, member=self._member, **changes)


def the_app(url: str) -> Flask:
    return create_app(some_settings(database_url=url, redis_url=""))


def rank_of(session: Session, member: bytes, shelf: Shelf) -> int:
    found = open_services(session, NOW, shelf).standings.neighbourhood(member)
    assert found is not None
    return found.rank


def unit_of(session: Session, member: bytes) -> None:
    """Where the member's unit stands, as a process sees it that has just begun."""
    place = open_services(session, NOW, Shelf()).participation.place(1 + member[0] % UNITS)
    assert place is not None


def counted(session: Session, member: bytes) -> int:
    """The place among all of the own unit, counted row by row."""
    everybody = open_services(session, NOW, Shelf()).standings
    mine = session.get_one(Score, (member, 1))
    unit = session.get_one(Member, member).unit_id
    return 1 + sum(
        (one.points, one.days, mine.reached_at) > (mine.points, mine.days, one.reached_at)
        for one in everybody.everybody(1, unit)
    )
