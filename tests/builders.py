"""Builders of what tests talk about: a small campaign, members, and what they say."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.conversation.message import Kind, Message
from bot.domain.audit import keep_chain
from bot.domain.bank import BankState, found_by
from bot.domain.contests import make_room_for_attempts
from bot.domain.freezing import Freezing
from bot.domain.identity import member_key
from bot.domain.questions import Shelf
from bot.domain.sent_entries import Draft
from bot.domain.services import open_services
from bot.storage.database import Sessions, open_engine, open_sessions
from bot.storage.schema import upgrade
from bot.storage.tables import (
    AttemptSlot,
    BankQuestion,
    Contest,
    ContestQuestion,
    Round,
    RoundSlot,
    StoredQuestion,
    Unit,
)
from quiz_bank import Kind as QuestionKind
from quiz_bank import Question
from tests.board import replayed

NOON = datetime(2026, 12, 5, 4, 0, tzinfo=UTC)
"""Noon of 5 December in China, the fifth day of the campaign below."""
FIRST_DAY, LAST_DAY = date(2026, 12, 1), date(2026, 12, 31)
CLOSES = datetime(2026, 12, 20, 16, 0, tzinfo=UTC)
SECRET = "a secret of at least thirty-two letters"

Fill = Callable[[str], None]
"""What fills the empty database at an address."""

_deliveries = count(1)


def key(name: str) -> bytes:
    """The member key of the member called `name`."""
    return member_key(SECRET, f"o-{name}")


def freeze_boards(session: Session, now: datetime, contest: int = 1) -> bool:
    """Take the snapshot of a contest's boards, as the worker does; False when it is not to be."""
    freezing = Freezing(session, now)
    if (claim := freezing.claim(contest)) is None:
        return False
    snapshot = freezing.look(claim)
    for piece in snapshot.pieces():
        assert freezing.write(claim, piece)
    return freezing.finish(snapshot, freezing.turnout(claim))


def said(text: str, by: str = "zhang", **changes: Any) -> Message:
    """A text message; each call is a delivery of its own."""
    return pushed(Kind.TEXT, text, by, **changes)


def pushed(kind: Kind, raw: str = "", by: str = "zhang", **changes: Any) -> Message:
    """A push of any kind."""
    name = hashlib.sha256(f"delivery {next(_deliveries)}".encode()).digest()
    message = Message(
        delivery=name,
        fingerprint=hashlib.sha256(raw.encode()).digest(),
        member=key(by),
        openid=f"o-{by}",
        account="gh_test",
        sent_at=NOON,
        kind=kind,
        raw=raw,
    )
    return replace(message, **changes)


def a_question(code: str, kind: str = "single", **changes: Any) -> Question:
    """A question whose right answer is B, A and C, T, or 2016."""
    options = {"single": ("甲", "乙", "丙"), "multiple": ("甲", "乙", "丙", "丁")}.get(kind, ())
    answer = {"single": ("B",), "multiple": ("A", "C"), "judge": ("T",), "blank": ("2016",)}[kind]
    facts: dict[str, Any] = {
        "code": code,
        "kind": QuestionKind(kind),
        "stem": f"题目{code}？",
        "options": options,
        "answer": answer,
        "explanation": f"说明{code}。",
        "source": "文件",
        "place": "第一章",
        "date": "2016-03-16",
        "topic": "规划纲要",
        "difficulty": 1,
    }
    return Question(**(facts | changes))


def chained(engine: Engine) -> Sessions:
    """Sessions of the program: what they record is chained."""
    return keep_chain(open_sessions(engine), SECRET)


def a_campaign(session: Session) -> None:
    """Three units, a contest with 40 questions, a round that collects and votes."""
    session.add_all(
        [
            Unit(id=1, code="CD", name="城东街道", headcount=900),
            Unit(id=2, code="CD-XA", name="新安社区支部", parent_id=1, headcount=46),
            Unit(id=3, code="NY", name="农业局", headcount=120),
        ]
    )
    kinds = ["single"] * 24 + ["multiple"] * 8 + ["judge"] * 8
    questions = [
        a_question(f"Q{n:03}", kind, difficulty=1 + n % 3, topic=f"专题{n % 5}")
        for n, kind in enumerate(kinds)
    ]
    wordings = [
        StoredQuestion(code=question.code, revision=1, content=question.to_dict())
        for question in questions
    ]
    session.add_all(wordings)
    session.add(
        Contest(
            id=1, title="我们的十三五", first_day=FIRST_DAY, last_day=LAST_DAY, points_each=2,
            new_paper_hour=7,
        )
    )  # fmt: skip
    session.flush()
    make_room_for_attempts(session, 1, most=1)
    session.add_all(ContestQuestion(contest_id=1, question_id=row.id) for row in wordings)
    session.add_all(
        BankQuestion(
            code=question.code, question_id=row.id, state=BankState.PUBLISHED, version=1,
            **found_by(question),
        )
        for question, row in zip(questions, wordings, strict=True)
    )  # fmt: skip
    session.add(
        Round(
            id=1, title="座右铭评选", collects_from=NOON - timedelta(days=30),
            collects_until=CLOSES, opens_at=NOON - timedelta(days=10), closes_at=CLOSES,
            own_entry_allowed=False,
        )
    )  # fmt: skip
    session.flush()
    session.add_all(RoundSlot(round_id=1, slot=slot) for slot in (1, 2, 3))
    session.flush()


def another_contest(session: Session, title: str = "党章学习", **changes: Any) -> int:
    """A second contest, on the questions and days of the first; its number."""
    days = {"first_day": FIRST_DAY, "last_day": LAST_DAY, "points_each": 1, "new_paper_hour": 7}
    row = Contest(title=title, **(days | changes))
    session.add(row)
    session.flush()
    make_room_for_attempts(session, row.id, row.attempts)
    asked = select(ContestQuestion.question_id).where(ContestQuestion.contest_id == 1)
    session.add_all(
        ContestQuestion(contest_id=row.id, question_id=id_) for id_ in session.scalars(asked).all()
    )
    session.flush()
    return row.id


def attempts_a_day(session: Session, most: int, contest: int = 1) -> None:
    """Let the questions of a day be taken so often in this contest."""
    session.execute(update(Contest).where(Contest.id == contest).values(attempts=most))
    session.execute(delete(AttemptSlot).where(AttemptSlot.contest_id == contest))
    make_room_for_attempts(session, contest, most)


def with_a_campaign(url: str) -> None:
    """Migrate an empty database and put the campaign into it."""
    engine = open_engine(url)
    upgrade(engine)
    with chained(engine).begin() as session:
        a_campaign(session)
    engine.dispose()


def a_member(session: Session, name: str = "zhang", unit: int | None = None) -> bytes:
    """A member who has written before; bound to a unit when one is given."""
    return replayed(_enter, session, name, unit)


def _enter(session: Session, name: str, unit: int | None) -> bytes:
    members = open_services(session, NOON, Shelf()).members
    members.welcome(key(name), f"o-{name}", "{}")
    if unit:
        members.join(key(name), unit, {"zhang": "张三", "li": "李小四"}.get(name, "王五"))
    return key(name)


def an_approved_motto(session: Session, author: str, words: str) -> int:
    """The number of a motto that was approved five minutes ago."""
    return replayed(_approve, session, author, words)


def _approve(session: Session, author: str, words: str) -> int:
    number = a_waiting_motto(session, author, words)
    before = open_services(session, NOON - timedelta(minutes=5), Shelf())
    before.moderation.decide(number, version=1, staff_id=1)
    return number


def a_round_of(session: Session, kind: str, **rules: object) -> None:
    """The round of the campaign is of what units send in."""
    session.execute(update(Round).values(kind=kind, **rules))


def a_lesson(
    session: Session, title: str, speaker: str = "陈小红", unit: str = "NY", **more: str
) -> int:
    """The number of a micro lesson that waits for review since five minutes ago."""
    before = open_services(session, NOON - timedelta(minutes=5), Shelf())
    draft = Draft(title, unit, speaker, more.get("link", "https://v.example.cn/1"))
    return before.sent_entries.send(draft, fold_prose(title + speaker + unit), 1, None)


def an_approved_lesson(session: Session, title: str, **more: str) -> int:
    """The number of a micro lesson that was approved five minutes ago."""
    number = a_lesson(session, title, **more)
    before = open_services(session, NOON - timedelta(minutes=5), Shelf())
    before.moderation.decide(number, version=1, staff_id=1)
    return number


def a_waiting_motto(session: Session, author: str, words: str) -> int:
    """The number of a motto that was submitted five minutes ago."""
    return replayed(_submit, session, author, words)


def _submit(session: Session, author: str, words: str) -> int:
    before = open_services(session, NOON - timedelta(minutes=5), Shelf())
    return before.mottos.submit(key(author), words, fold_prose(words), "masked").number
