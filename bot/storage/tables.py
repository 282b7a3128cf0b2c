"""Every SQL table, with the constraints that our promises rest on.

A table about one member has `member_key` at the head of its primary key, so that the data
can be spread by member later. `person` alone knows the openid: delete its row and the
link between a member's records and a human being is gone.
"""

import json
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, ClassVar, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
    false,
    text,
    true,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Instant(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC without a zone in the database, to the microsecond."""

    impl = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None else None


class Facts(TypeDecorator[dict[str, Any]]):
    """Facts as JSON text in one form only, the same bytes on every engine."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        return None if value is None else one_form(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else json.loads(value)


class Names(TypeDecorator[list[str]]):
    """A few short names in their order, one to a line; the text is empty without any."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else "\n".join(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:
        return None if value is None else value.splitlines()


def one_form(value: Any) -> str:
    """JSON with sorted keys, without blanks, in ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _bytes(length: int) -> Any:
    """Exactly `length` bytes, compared as bytes on every engine."""
    return LargeBinary(length).with_variant(mysql.BINARY(length), "mysql", "mariadb")


def _number() -> Any:
    """A 64-bit number that every engine can count up by itself."""
    return BigInteger().with_variant(Integer(), "sqlite")


def _nth() -> Any:
    """Which of a day's attempts it is, or belongs to; they count from 1."""
    return mapped_column(
        SmallInteger, primary_key=True, autoincrement=False, default=1, server_default="1"
    )


MemberKey = _bytes(16)
DeliveryKey = _bytes(32)


class Base(DeclarativeBase):
    """The tables' common ground: how constraints are named, how MySQL compares text."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant()}


def table_of(kind: type[Base]) -> Table:
    """The bare table of these rows, for statements that every message runs.

    Built once on the bare table and given their values when run, they cost a quarter of what
    they do when built on the class for each message.
    """
    return cast(Table, kind.__table__)


def _rules(*constraints: Any) -> tuple[Any, ...]:
    """The constraints of a table, and text compared byte by byte on MySQL."""
    return (*constraints, {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"})


# ---------------------------------------------------------------- members


class Person(Base):
    """Who a member is to WeChat: the only table with an openid."""

    __tablename__ = "person"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    openid: Mapped[str] = mapped_column(String(64), unique=True)
    following: Mapped[bool]
    followed_at: Mapped[datetime | None]


class Member(Base):
    """A member, and where the conversation stands. Each turn locks its member's row."""

    __tablename__ = "member"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    first_seen_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(Text)
    state_at: Mapped[datetime]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str | None] = mapped_column(String(32))
    scanned_unit_id: Mapped[int | None]
    """The unit whose code the member scanned, until it is confirmed."""
    thanked_at: Mapped[datetime | None]
    """When thanks were last returned."""
    larger: Mapped[bool] = mapped_column(server_default=false())
    """Whether the pages we link to should have larger letters."""
    unlisted: Mapped[bool] = mapped_column(server_default=false())
    """Whether the member wants to stand on no board that others read."""


class Consent(Base):
    """What a member agreed to, before the first personal datum was stored."""

    __tablename__ = "consent"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    text_version: Mapped[str] = mapped_column(String(16), primary_key=True)
    given_at: Mapped[datetime]


class Rebinding(Base):
    """A change to another unit. It stands in a slot for thirty days; the third has none."""

    __tablename__ = "rebinding"
    __table_args__ = _rules(CheckConstraint("slot IN (1, 2)", name="ck_rebinding_slot"))

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    rebound_at: Mapped[datetime]


class Naming(Base):
    """A name that a member gave. It stands in a slot for thirty days; the fourth has none.

    Who could try out one name after the other would learn from the tables of units which of them
    a roster has.
    """

    __tablename__ = "naming"
    __table_args__ = _rules(CheckConstraint("slot IN (1, 2, 3)", name="ck_naming_slot"))

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    named_at: Mapped[datetime]


class DataPass(Base):
    """The key to a link that shows members what we keep about them: once, and for half an hour."""

    __tablename__ = "data_pass"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(DeliveryKey, unique=True)
    issued_at: Mapped[datetime]


class BallotPass(Base):
    """The key to a link of the chat that leads to the member's ballot: once, for half an hour."""

    __tablename__ = "ballot_pass"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(DeliveryKey, unique=True)
    issued_at: Mapped[datetime]


class BallotVisit(Base):
    """The browser in which a member votes on the page, for half an hour."""

    __tablename__ = "ballot_visit"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(DeliveryKey, unique=True)
    issued_at: Mapped[datetime]


class Delivery(Base):
    """A push we have answered, and the answer: a repetition gets it again, byte for byte."""

    __tablename__ = "delivery"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    delivery_key: Mapped[bytes] = mapped_column(DeliveryKey, primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(DeliveryKey)
    outcome: Mapped[str] = mapped_column(String(12))
    """done, refused, poisoned, quarantined; or struck: the reply quoted somebody who was erased."""
    reply: Mapped[bytes | None] = mapped_column(LargeBinary(8192))
    """The inner XML, a zero byte in place of the openid; empty when nothing was said."""
    received_at: Mapped[datetime] = mapped_column(index=True)


class Notice(Base):
    """Something to tell a member on the next reply, written with its cause."""

    __tablename__ = "notice"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    cause: Mapped[str] = mapped_column(String(48), primary_key=True)
    """Names what happened (`motto:386:2`), so that it can be told only once."""
    kind: Mapped[str] = mapped_column(String(24))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    due_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    told_by: Mapped[bytes | None] = mapped_column(DeliveryKey)


class Ticket(Base):
    """One sentence a member wants a colleague to read."""

    __tablename__ = "ticket"
    __table_args__ = _rules(Index("ix_ticket_queue", "handled_at", "created_at"))

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    delivery_key: Mapped[bytes] = mapped_column(DeliveryKey, primary_key=True)
    topic: Mapped[str] = mapped_column(String(24))
    words: Mapped[str] = mapped_column(String(400))
    created_at: Mapped[datetime] = mapped_column(index=True)
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    answer: Mapped[str | None] = mapped_column(String(120))


class Unit(Base):
    """A unit of the organisation: a district, a department, a branch."""

    __tablename__ = "unit"
    __table_args__ = _rules()

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    """Also the scene of the branch's QR code."""
    name: Mapped[str] = mapped_column(String(40))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    headcount: Mapped[int | None]


class RosterName(Base):
    """A name on a unit's roster. No member's row leads here: the two are only ever compared."""

    __tablename__ = "roster_name"
    __table_args__ = _rules(CheckConstraint("people > 0", name="ck_roster_name_people"))

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    people: Mapped[int] = mapped_column(SmallInteger)
    """How many of the unit have this name."""
    imported_at: Mapped[datetime]


class Departed(Base):
    """How many of a unit took part in something and were erased since: a number, nothing else."""

    __tablename__ = "departed"
    __table_args__ = _rules()

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    activity: Mapped[str] = mapped_column(String(24), primary_key=True)
    """`contest:1` or `round:1`."""
    people: Mapped[int]


# ---------------------------------------------------------------- knowledge contest


class StoredQuestion(Base):
    """One wording of a question. A change is a new revision; contests keep theirs."""

    __tablename__ = "question"
    __table_args__ = _rules(UniqueConstraint("code", "revision"))

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    revision: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """`quiz_bank.Question.to_dict()`."""


class BankQuestion(Base):
    """A question of the bank: where it stands, its latest wording, and what it is found by."""

    __tablename__ = "bank_question"
    __table_args__ = _rules()

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    """The latest wording."""
    state: Mapped[str] = mapped_column(String(10), index=True)
    """draft, reviewed, published or withdrawn."""
    version: Mapped[int]
    """Counts the changes of wording and state; a change names the version it saw."""
    stem_key: Mapped[bytes] = mapped_column(MemberKey, unique=True)
    """A hash of the folded stem: nobody is asked the same twice under two codes."""
    topic: Mapped[str] = mapped_column(String(20))
    difficulty: Mapped[int] = mapped_column(SmallInteger)
    source: Mapped[str] = mapped_column(String(60))
    sought: Mapped[str] = mapped_column(Text)
    """Its words as they are searched: folded, an item to a line."""


class Upload(Base):
    """A file that a colleague looks over before it is taken in: one of a kind to each."""

    __tablename__ = "upload"
    __table_args__ = _rules()

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), primary_key=True, autoincrement=False
    )
    holds: Mapped[str] = mapped_column(String(12), primary_key=True)
    """questions, units or roster."""
    token: Mapped[bytes] = mapped_column(MemberKey)
    """Names this file and no later one: taking it in says which was looked over."""
    name: Mapped[str] = mapped_column(String(80))
    begun_at: Mapped[datetime]
    done: Mapped[int]
    total: Mapped[int]
    """How much is checked so far, and how much there is; 0 while the file is still opened."""
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What it holds, or why it can't be read, once that is known."""


class Contest(Base):
    """A knowledge contest: its days, its points, the shape of a day's paper."""

    __tablename__ = "contest"
    __table_args__ = _rules()

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    first_day: Mapped[date]
    last_day: Mapped[date]
    points_each: Mapped[int] = mapped_column(SmallInteger)
    new_paper_hour: Mapped[int] = mapped_column(SmallInteger)
    """The hour (Asia/Shanghai) named to members as the time of the next paper."""
    until_hour: Mapped[int | None] = mapped_column(SmallInteger)
    """Papers are begun from the hour of the new paper up to this one; NULL: all day long."""
    make_up: Mapped[bool] = mapped_column(server_default=false())
    """Whether a missed day may be made up, one a week."""
    questions_a_day: Mapped[int] = mapped_column(SmallInteger, server_default="5")
    closed_days: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """On how many of the last days nobody sees who stands where."""
    partial_credit: Mapped[bool] = mapped_column(server_default=false())
    """Whether some of several right options earn half."""
    daily_cap: Mapped[int | None] = mapped_column(SmallInteger)
    """The most that a day counts; NULL: as much as its papers earn."""
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    """How often a day's questions may be taken, each time another paper."""
    counting: Mapped[str] = mapped_column(String(8), server_default="best")
    """Which of a day's attempts counts: first, best or last."""
    joined_only: Mapped[bool] = mapped_column(server_default=false())
    """Whether only who is bound to a unit stands on the board of people."""
    brackets: Mapped[list[str]] = mapped_column(Names(120), default=list, server_default="")
    """The groups whose people are ranked apart, each member belongs to one; none: all together."""
    report_limit: Mapped[int] = mapped_column(SmallInteger, server_default="5")
    """How many members call a question faulty before its points are withheld; 0: never."""
    regrades: Mapped[int] = mapped_column(server_default="0")
    """How often keys were mended, or points withheld or restored: who knows of less reads anew."""


class AttemptSlot(Base):
    """A paper's standing room: the attempt beyond a day's limit has no slot to stand in."""

    __tablename__ = "attempt_slot"
    __table_args__ = _rules()

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    nth: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)


class ContestQuestion(Base):
    """The questions a contest draws from, in the wording it began with."""

    __tablename__ = "contest_question"
    __table_args__ = _rules()

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)


class Attempt(Base):
    """A member's paper; the key leaves room for one to each attempt, and for one made up a week."""

    __tablename__ = "attempt"
    __table_args__ = _rules(
        Index("ix_attempt_made_up_in", "member_key", "contest_id", "made_up_in", unique=True),
        ForeignKeyConstraint(
            ["contest_id", "nth"], ["attempt_slot.contest_id", "attempt_slot.nth"]
        ),
    )

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    """The day it began: an attempt begun at 23:58 belongs to that day. Or the day made up."""
    nth: Mapped[int] = _nth()
    questions: Mapped[list[int]] = mapped_column(JSON)
    """The ids of its questions, in their order."""
    skipped: Mapped[list[int]] = mapped_column(JSON)
    """Places put off to the end, in the order they were put off."""
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    made_up_in: Mapped[date | None]
    """The Monday of the week in which a missed day was made up; NULL for a day's own paper."""


class Answer(Base):
    """A graded answer; the key leaves room for one to each question of a paper."""

    __tablename__ = "answer"
    __table_args__ = _rules(Index("ix_answer_question_id", "question_id"))

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    nth: Mapped[int] = _nth()
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    choice: Mapped[str] = mapped_column(String(60))
    """The letters chosen in order, T or F, or the words filled in."""
    correct: Mapped[bool]
    points: Mapped[int] = mapped_column(SmallInteger)
    withheld: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """What it has earned besides, and gets once somebody has looked at the question."""
    delivery_key: Mapped[bytes] = mapped_column(DeliveryKey)
    answered_at: Mapped[datetime]


_IN_ORDER = (text("points DESC"), text("days DESC"), "reached_at", "member_key")


class Score(Base):
    """What a member's answers add up to: a projection kept in the answers' transactions."""

    __tablename__ = "score"
    __table_args__ = _rules(
        # Both in the order of the boards, so that a piece of a board is a stretch of an index.
        Index("ix_score_standing", "contest_id", *_IN_ORDER, "district_id", "bracket"),
        Index("ix_score_district", "contest_id", "district_id", *_IN_ORDER),
    )

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    points: Mapped[int]
    days: Mapped[int] = mapped_column(SmallInteger)
    reached_at: Mapped[datetime]
    """When these points were reached: earlier stands higher in a tie."""
    district_id: Mapped[int | None]
    """What the member's unit belongs to, or the unit itself; none for who is bound to no unit."""
    bracket: Mapped[int | None] = mapped_column(SmallInteger)
    """The bracket its member had chosen by the first answer, counted from 1; for good."""


class BracketChoice(Base):
    """The bracket of a contest that a member chose; what counts is the score's."""

    __tablename__ = "bracket_choice"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    bracket: Mapped[int] = mapped_column(SmallInteger)
    chosen_at: Mapped[datetime]


class CountedUnits(Base):
    """Who took part in a large contest, by unit: what the worker counted last, so no reply does."""

    __tablename__ = "counted_units"
    __table_args__ = _rules()

    contest_id: Mapped[int] = mapped_column(
        ForeignKey("contest.id"), primary_key=True, autoincrement=False
    )
    participants: Mapped[dict[str, int]] = mapped_column(Facts)
    """By the id of the unit; those of which nobody took part are left out."""
    counted_at: Mapped[datetime]


class BoardFreeze(Base):
    """The instant at which a contest's boards were frozen: a snapshot of them, taken once."""

    __tablename__ = "board_freeze"
    __table_args__ = _rules()

    contest_id: Mapped[int] = mapped_column(
        ForeignKey("contest.id"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    """The instant they are the boards of."""
    claimed_at: Mapped[datetime]
    """When a worker began to write the snapshot down."""
    taken_at: Mapped[datetime | None]
    """When it was whole: nobody sees any of it before."""
    lifted_at: Mapped[datetime | None]
    """When a colleague let all see the boards as they are; for good."""
    lifted_by: Mapped[int | None]


class FrozenPlace(Base):
    """A place on a frozen board: of all (an empty name), or of the people of `unit:3`."""

    __tablename__ = "frozen_place"
    __table_args__ = _rules(UniqueConstraint("contest_id", "board", "position"))

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    board: Mapped[str] = mapped_column(String(16), primary_key=True)
    position: Mapped[int]
    """Counts the lines of the board from the top; who ties shares the rank."""
    rank: Mapped[int]
    points: Mapped[int]
    days: Mapped[int] = mapped_column(SmallInteger)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """The district or department the member belonged to by then."""


class FrozenTurnout(Base):
    """How many of a unit had taken part when the boards of a contest froze."""

    __tablename__ = "frozen_turnout"
    __table_args__ = _rules()

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    headcount: Mapped[int | None]
    participants: Mapped[int]
    departed: Mapped[int]


class Regrade(Base):
    """A key that was mended: one colleague proposes it, another puts it in force."""

    __tablename__ = "regrade"
    __table_args__ = _rules(
        UniqueConstraint("question_id", "step"),
        CheckConstraint("released_by <> proposed_by", name="ck_regrade_two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    """The wording whose key it is; the wording itself stays as it was asked."""
    step: Mapped[int] = mapped_column(SmallInteger)
    """1 for the first mended key of a wording, 2 for the next."""
    answer: Mapped[list[str]] = mapped_column(JSON)
    explanation: Mapped[str] = mapped_column(Text)
    only_adds: Mapped[bool]
    """Whether nobody loses a point that was given by the key before."""
    reason: Mapped[str] = mapped_column(String(60), server_default="")
    """What everybody may read about why it was mended."""
    proposed_by: Mapped[int]
    proposed_at: Mapped[datetime]
    released_by: Mapped[int | None]
    released_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    """When all answers had followed."""


class RegradedAnswer(Base):
    """An answer that got another grade: once by each mended key."""

    __tablename__ = "regraded_answer"
    __table_args__ = _rules(Index("ix_regraded_answer_regrade_id", "regrade_id"))

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    nth: Mapped[int] = _nth()
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    regrade_id: Mapped[int] = mapped_column(ForeignKey("regrade.id"), primary_key=True)
    points_before: Mapped[int] = mapped_column(SmallInteger)
    points: Mapped[int] = mapped_column(SmallInteger)
    regraded_at: Mapped[datetime]


class QuestionReport(Base):
    """A member who calls a question faulty. Each stands in a slot; the last one withholds."""

    __tablename__ = "question_report"
    __table_args__ = _rules(UniqueConstraint("question_id", "slot"))

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger)
    reported_at: Mapped[datetime]


class Withholding(Base):
    """A wording whose points are withheld until a person looks: once, and never again."""

    __tablename__ = "withholding"
    __table_args__ = _rules()

    question_id: Mapped[int] = mapped_column(
        ForeignKey("question.id"), primary_key=True, autoincrement=False
    )
    since: Mapped[datetime]
    reports: Mapped[int] = mapped_column(SmallInteger)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]
    finished_at: Mapped[datetime | None]
    """When all answers had their points."""


class PracticeCard(Base):
    """A question that was answered wrongly and then practised, or put aside. It scores nothing."""

    __tablename__ = "practice_card"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    practised_at: Mapped[datetime]
    """When it was last answered in practice, or put aside."""
    correct: Mapped[bool]
    """Whether the last of these answers was right."""
    stability: Mapped[float | None] = mapped_column(Double)
    """FSRS: in how many days the chance to know it falls to nine in ten."""
    difficulty: Mapped[float | None] = mapped_column(Double)
    """FSRS: from 1 to 10. Both are empty when it was put aside before any answer."""
    due_on: Mapped[date | None]
    """The day on which it comes back; empty when the member wants to be asked no more."""
    delivery_key: Mapped[bytes] = mapped_column(DeliveryKey)


class ResultRequest(Base):
    """Results of a contest that a colleague wants as files: one request to each, the latest."""

    __tablename__ = "result_request"
    __table_args__ = _rules()

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), primary_key=True, autoincrement=False
    )
    token: Mapped[bytes] = mapped_column(MemberKey, unique=True)
    """Names this request and its files."""
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """Only the people and units of this one."""
    full_names: Mapped[bool]
    asked_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    """When whoever makes the files last said so."""
    done: Mapped[int]
    total: Mapped[int]
    """People written so far, and how many there are."""
    made_at: Mapped[datetime | None]
    failed: Mapped[bool] = mapped_column(server_default=false())


class ResultFile(Base):
    """A piece of a file of results."""

    __tablename__ = "result_file"
    __table_args__ = _rules()

    token: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    piece: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(
        LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
    )
    kept_at: Mapped[datetime]


# ---------------------------------------------------------------- mottos and votes


class Round(Base):
    """A selection: when entries are collected, when and how often members vote."""

    __tablename__ = "round"
    __table_args__ = _rules()

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(8), server_default="motto")
    """What its entries are: motto, lesson or project."""
    collects_from: Mapped[datetime]
    collects_until: Mapped[datetime]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    sealed_at: Mapped[datetime | None]
    own_entry_allowed: Mapped[bool]
    own_unit_allowed: Mapped[bool] = mapped_column(server_default=true())
    """Whether members vote for what their own unit sent in."""
    eligibility: Mapped[str] = mapped_column(String(8), server_default="anyone")
    """Who may vote: anyone, bound (to a unit), or roster (whose name the unit has listed)."""
    in_all: Mapped[bool] = mapped_column(server_default=false())
    """Whether the slots are for the whole of the voting, not for each day of it."""
    per_entry: Mapped[int | None] = mapped_column(SmallInteger)
    """How many votes of one member an entry can have; NULL: one each day."""
    least: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    """Who gave fewer votes than this, in a group of several, has given none."""
    groups: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    """In how many groups the entries stand, each with slots of its own: those of the second follow
    those of the first."""
    standings_from: Mapped[datetime | None]
    """From when on all see who stands where while voting goes on; NULL: only with the result."""


class Motto(Base):
    """An entry of any kind. Members know it by its number, which is its id and 1,000.

    Its words are a motto, or the title of what a unit sent in (`sent_entry`).
    """

    __tablename__ = "motto"
    __table_args__ = _rules(
        UniqueConstraint("round_id", "author"),
        Index("ix_motto_queue", "state", "submitted_at"),
        Index("ix_motto_pile", "state", "pile_id", "id", "version", "round_id"),
        Index("ix_motto_wall", "round_id", "state", "decided_at"),
        Index("ix_motto_card", "round_id", "folded", "state", "decided_at"),
    )

    id: Mapped[int] = mapped_column(_number(), primary_key=True, autoincrement=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    author: Mapped[bytes] = mapped_column(MemberKey)
    """The member who wrote it; of what a unit sent in, a key that is nobody's."""
    words: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(String(60))
    signature: Mapped[str] = mapped_column(String(8))
    """full, masked or none."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    """waiting, approved, returned, withdrawn or erased."""
    version: Mapped[int]
    """Counts the state changes; a decision names the version it saw."""
    reason: Mapped[str | None] = mapped_column(String(16))
    fix: Mapped[str | None] = mapped_column(String(60))
    """The words that a moderator who sent it back offers in place of these."""
    appeal: Mapped[str | None] = mapped_column(String(200))
    """What the author said against a decision about these words."""
    appealed_against: Mapped[int | None]
    """The colleague of the console who took that decision, and may not take the next."""
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    pile_id: Mapped[int | None] = mapped_column(_number())
    """The pile of the review desk it lies on: made of the id and the version of the entry it began
    with, less than 0 for an appeal; None until it is sorted."""


class SentEntry(Base):
    """What a unit sent in under a title: a micro lesson, or the case of a project."""

    __tablename__ = "sent_entry"
    __table_args__ = _rules(UniqueConstraint("round_id", "live_key"))

    motto_id: Mapped[int] = mapped_column(ForeignKey("motto.id"), primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    live_key: Mapped[str | None] = mapped_column(String(60))
    """Title, speaker and unit, folded; NULL once it was withdrawn, so that it can come again."""
    speaker: Mapped[str | None] = mapped_column(String(15))
    link: Mapped[str | None] = mapped_column(String(300))
    text: Mapped[str | None] = mapped_column(String(1000))
    group_no: Mapped[int | None] = mapped_column(SmallInteger)
    """The group in which it stands; NULL where the round has but one."""
    sent_by: Mapped[int]
    """The colleague who sent it in last."""


class EntryFile(Base):
    """A picture or document that belongs to what a unit sent in, as we have made it ourselves.

    The key leaves room for one cover, whose place is 0, and so many attachments.
    """

    __tablename__ = "entry_file"
    __table_args__ = _rules(UniqueConstraint("motto_id", "place"))

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Its address, which nobody can guess."""
    motto_id: Mapped[int] = mapped_column(ForeignKey("motto.id"))
    place: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(4))
    """jpg or pdf."""
    content: Mapped[bytes] = mapped_column(
        LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
    )


class PileClaim(Base):
    """A pile that lies on a colleague's desk; the key leaves room for one colleague."""

    __tablename__ = "pile_claim"
    __table_args__ = _rules()

    pile_id: Mapped[int] = mapped_column(_number(), primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    seat: Mapped[bytes] = mapped_column(MemberKey)
    """The page on which it was shown last."""
    taken_at: Mapped[datetime]
    until: Mapped[datetime]


class SecondLook(Base):
    """What a second colleague said of an entry; the key leaves room for one look to a version."""

    __tablename__ = "second_look"
    __table_args__ = _rules(
        CheckConstraint("second_by <> first_by", name="ck_second_look_two_people"),
        CheckConstraint(
            "settled_by <> first_by AND settled_by <> second_by", name="ck_second_look_a_third"
        ),
        Index("ix_second_look_agreement", "cause", "looked_at"),
    )

    motto_id: Mapped[int] = mapped_column(ForeignKey("motto.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The version of the entry that is looked at."""
    cause: Mapped[str] = mapped_column(String(8))
    """leader, top, poster or sample."""
    first_by: Mapped[int]
    first: Mapped[str] = mapped_column(String(10))
    """The state that the first decided on, approved or returned."""
    due_at: Mapped[datetime]
    second_by: Mapped[int | None]
    second: Mapped[str | None] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(16))
    looked_at: Mapped[datetime | None]
    settled_by: Mapped[int | None]
    settled_at: Mapped[datetime | None]


class RoundSlot(Base):
    """A vote's standing room: the vote beyond the limit has no slot to stand in."""

    __tablename__ = "round_slot"
    __table_args__ = _rules()

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)


class Vote(Base):
    """A vote: its member stands in one slot of one day, once for one motto.

    Where a round has slots for the whole of the voting, the day on which voting opened stands
    for all of its days.
    """

    __tablename__ = "vote"
    __table_args__ = _rules(
        UniqueConstraint("member_key", "round_id", "day", "motto_id"),
        Index("ix_vote_per_entry", "member_key", "round_id", "motto_id", "per_entry", unique=True),
        Index("ix_vote_tally", "round_id", "motto_id"),
    )

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    round_id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    motto_id: Mapped[int] = mapped_column(ForeignKey("motto.id"))
    per_entry: Mapped[int | None] = mapped_column(SmallInteger)
    """The member's first vote for the entry, or the second, and so on; NULL without a limit."""
    delivery_key: Mapped[bytes] = mapped_column(DeliveryKey)
    accepted_at: Mapped[datetime]
    tracker: Mapped[str] = mapped_column(String(10), unique=True)
    """The receipt a member can quote."""


class WishedVote(Base):
    """A vote that its member may cast once bound to a unit: remembered for half an hour."""

    __tablename__ = "wished_vote"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    number: Mapped[int]
    """As the member knows the entry."""
    wished_at: Mapped[datetime]


class WithdrawnVote(Base):
    """A vote that no longer counts, kept so that each receipt can be explained."""

    __tablename__ = "withdrawn_vote"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    tracker: Mapped[str] = mapped_column(String(10), primary_key=True)
    round_id: Mapped[int]
    motto_id: Mapped[int] = mapped_column(_number())
    accepted_at: Mapped[datetime]
    delivery_key: Mapped[bytes] = mapped_column(DeliveryKey)
    """The delivery that gave the vote."""
    withdrawn_at: Mapped[datetime]
    withdrawn_by: Mapped[bytes | None] = mapped_column(DeliveryKey)
    """The delivery that took it back; None when the entry itself changed."""
    reason: Mapped[str | None] = mapped_column(String(16))
    """How the entry changed: reworded, withdrawn, undone or erased; or why the rules of the round
    did not count the vote: unlisted or too_few."""


class SpentDay(Base):
    """A day on which a member who was erased since has voted; for what, nobody knows any more.

    Whoever comes back on the same day finds the votes of the day given.
    """

    __tablename__ = "spent_day"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class RoundResult(Base):
    """How many votes an entry had when its round was sealed; written once, with the seal."""

    __tablename__ = "round_result"
    __table_args__ = _rules()

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    motto_id: Mapped[int] = mapped_column(_number(), primary_key=True, autoincrement=False)
    """No foreign key: on MySQL the sealer would wait for moderators who wait for the sealer."""
    votes: Mapped[int]


class BallotBatch(Base):
    """Ballots that came into the box of a round together (bot/domain/ballot_box.py)."""

    __tablename__ = "ballot_batch"
    __table_args__ = _rules(Index("ix_ballot_batch_made", "round_id", "made_at"))

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[datetime]
    codes: Mapped[bytes] = mapped_column(LargeBinary)
    """32 bytes of each, in their order."""
    head: Mapped[bytes] = mapped_column(_bytes(32))
    """Of the chain up to here."""


class Outcome(Base):
    """What a sealed round came to, on its way to standing for good: a row comes with the seal."""

    __tablename__ = "outcome"
    __table_args__ = _rules()

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    root: Mapped[str] = mapped_column(String(64))
    """Of the Merkle tree over all ballots, in hexadecimal."""
    ballots: Mapped[int]
    quarantined: Mapped[int] = mapped_column(server_default="0")
    """How many of them are in quarantine."""
    quarantine_root: Mapped[str] = mapped_column(String(64), server_default=sha256().hexdigest())
    """The root over those; it stands from the moment at which the result is shown."""
    publicised_at: Mapped[datetime | None]
    objections_until: Mapped[datetime | None]
    published_at: Mapped[datetime | None]


class Quarantine(Base):
    """Votes of a day for an entry that look bought: one colleague proposes, another decides.

    So it is with their release. They stay in the box, and are counted by themselves.
    """

    __tablename__ = "quarantine"
    __table_args__ = _rules(
        CheckConstraint("confirmed_by <> proposed_by", name="ck_quarantine_two_people"),
        CheckConstraint("released_by <> release_proposed_by", name="ck_quarantine_two_release"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    motto_id: Mapped[int] = mapped_column(_number())
    """No foreign key, as in `round_result`."""
    day: Mapped[date]
    signals: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The numbers that spoke for it."""
    proposed_by: Mapped[int]
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None]
    confirmed_at: Mapped[datetime | None]
    only_claimed: Mapped[bool | None]
    """Whether only those votes are to be released whose members say that they gave them."""
    release_proposed_by: Mapped[int | None]
    release_proposed_at: Mapped[datetime | None]
    released_by: Mapped[int | None]
    released_at: Mapped[datetime | None]


class QuarantinedVote(Base):
    """A vote that a quarantine is about; the key leaves room for one quarantine in its life."""

    __tablename__ = "quarantined_vote"
    __table_args__ = _rules()

    tracker: Mapped[str] = mapped_column(String(10), primary_key=True)
    quarantine_id: Mapped[int] = mapped_column(ForeignKey("quarantine.id"), index=True)
    in_force: Mapped[bool] = mapped_column(server_default=false())
    """Whether it does not count now."""
    claimed_at: Mapped[datetime | None]
    """When its member said that they gave it."""


# ---------------------------------------------------------------- judges


class Panel(Base):
    """How judges and voters make the result of a round together."""

    __tablename__ = "panel"
    __table_args__ = _rules(CheckConstraint("weight BETWEEN 1 AND 100", name="ck_panel_weight"))

    round_id: Mapped[int] = mapped_column(
        ForeignKey("round.id"), primary_key=True, autoincrement=False
    )
    weight: Mapped[int] = mapped_column(SmallInteger)
    """Of the judges, in hundredths."""
    method: Mapped[str] = mapped_column(String(8))
    per_entry: Mapped[int] = mapped_column(SmallInteger)
    finalists: Mapped[int] = mapped_column(SmallInteger)
    seed: Mapped[bytes] = mapped_column(MemberKey)
    """Of the order in which each judge sees the entries."""
    begun_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class PanelCriterion(Base):
    """What the judges of a round mark."""

    __tablename__ = "panel_criterion"
    __table_args__ = _rules()

    round_id: Mapped[int] = mapped_column(ForeignKey("panel.round_id"), primary_key=True)
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(12))
    weight: Mapped[int] = mapped_column(SmallInteger)
    anchors: Mapped[str] = mapped_column(String(120))
    """What the marks mean."""


class PanelJudge(Base):
    """A colleague who judges a round."""

    __tablename__ = "panel_judge"
    __table_args__ = _rules(UniqueConstraint("round_id", "seat"))

    round_id: Mapped[int] = mapped_column(ForeignKey("panel.round_id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    seat: Mapped[int | None] = mapped_column(SmallInteger)
    """A number in the recount pack that tells nobody who it is."""


class PanelSheet(Base):
    """An entry that a judge marks."""

    __tablename__ = "panel_sheet"
    __table_args__ = _rules(
        ForeignKeyConstraint(
            ["round_id", "staff_id"],
            ["panel_judge.round_id", "panel_judge.staff_id"],
            name="fk_panel_sheet_judge",
        ),
    )

    round_id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(primary_key=True)
    motto_id: Mapped[int] = mapped_column(_number(), primary_key=True, autoincrement=False)


class PanelHand(Base):
    """A district that had a hand in what a judge marks, as it was when that was given out; several
    have where people of several signed. None of them can be the judge's own.
    """

    __tablename__ = "panel_hand"
    __table_args__ = _rules(
        ForeignKeyConstraint(
            ["round_id", "staff_id", "motto_id"],
            ["panel_sheet.round_id", "panel_sheet.staff_id", "panel_sheet.motto_id"],
            name="fk_panel_hand_sheet",
        ),
        # Of one who belongs to no unit the comparison is unknown, which is no objection.
        CheckConstraint("judge_district <> entry_district", name="ck_panel_hand_recusal"),
    )

    round_id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(primary_key=True)
    motto_id: Mapped[int] = mapped_column(_number(), primary_key=True, autoincrement=False)
    entry_district: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    judge_district: Mapped[int | None]


class PanelMark(Base):
    """A mark; only what was given to the judge can have one."""

    __tablename__ = "panel_mark"
    __table_args__ = _rules(
        ForeignKeyConstraint(
            ["round_id", "staff_id", "motto_id"],
            ["panel_sheet.round_id", "panel_sheet.staff_id", "panel_sheet.motto_id"],
            name="fk_panel_mark_sheet",
        ),
        ForeignKeyConstraint(
            ["round_id", "place"],
            ["panel_criterion.round_id", "panel_criterion.place"],
            name="fk_panel_mark_criterion",
        ),
        CheckConstraint("mark BETWEEN 1 AND 10", name="ck_panel_mark_mark"),
    )

    round_id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(primary_key=True)
    motto_id: Mapped[int] = mapped_column(_number(), primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    mark: Mapped[int] = mapped_column(SmallInteger)
    marked_at: Mapped[datetime]


class PanelPair(Base):
    """Two entries that a judge compares, and which is better; both were given to the judge."""

    __tablename__ = "panel_pair"
    __table_args__ = _rules(
        ForeignKeyConstraint(
            ["round_id", "staff_id", "first_id"],
            ["panel_sheet.round_id", "panel_sheet.staff_id", "panel_sheet.motto_id"],
            name="fk_panel_pair_first",
        ),
        ForeignKeyConstraint(
            ["round_id", "staff_id", "second_id"],
            ["panel_sheet.round_id", "panel_sheet.staff_id", "panel_sheet.motto_id"],
            name="fk_panel_pair_second",
        ),
        CheckConstraint("first_id < second_id", name="ck_panel_pair_order"),
        CheckConstraint("better_id IN (first_id, second_id)", name="ck_panel_pair_better"),
    )

    round_id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(_number(), primary_key=True, autoincrement=False)
    second_id: Mapped[int] = mapped_column(_number(), primary_key=True, autoincrement=False)
    better_id: Mapped[int | None] = mapped_column(_number())
    chosen_at: Mapped[datetime | None]


# ---------------------------------------------------------------- draws


class Draw(Base):
    """A draw among those who took part in a contest; the list is made once and for good."""

    __tablename__ = "draw"
    __table_args__ = _rules()

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    prize: Mapped[str] = mapped_column(String(60))
    winners: Mapped[int] = mapped_column(SmallInteger)
    reserves: Mapped[int] = mapped_column(SmallInteger)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    least_days: Mapped[int] = mapped_column(SmallInteger)
    number_from: Mapped[str] = mapped_column(String(80))
    """Which public number it will be, named before it is known."""
    number_due: Mapped[date]
    fetch_until: Mapped[date]
    published_at: Mapped[datetime]
    list_hash: Mapped[str] = mapped_column(String(64))
    entries: Mapped[int]
    number: Mapped[str | None] = mapped_column(String(40))
    drawn_at: Mapped[datetime | None]


class DrawCode(Base):
    """A line of a draw's list. It stays when the member behind it goes."""

    __tablename__ = "draw_code"
    __table_args__ = _rules(UniqueConstraint("draw_id", "place"))

    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    place: Mapped[int | None] = mapped_column(SmallInteger)
    """Among winners and reserve, once it is drawn; NULL for all others."""
    wins: Mapped[bool] = mapped_column(server_default=false())
    fetch_until: Mapped[date | None]
    """For one who wins what another did not fetch; NULL: as all."""
    fetched_at: Mapped[datetime | None]
    lapsed_at: Mapped[datetime | None]


class DrawEntry(Base):
    """Whose code of a draw it is."""

    __tablename__ = "draw_entry"
    __table_args__ = _rules(UniqueConstraint("draw_id", "code"))

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(8))


# ---------------------------------------------------------------- certificates


class Award(Base):
    """Certificates of one kind for some places of one result."""

    __tablename__ = "award"
    __table_args__ = _rules(
        UniqueConstraint("activity", "honour", "issuer"),
        CheckConstraint("first_rank > 0 AND first_rank <= last_rank", name="ck_award_ranks"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activity: Mapped[str] = mapped_column(String(24))
    """`contest:1` or `round:1`."""
    title: Mapped[str] = mapped_column(String(60))
    honour: Mapped[str] = mapped_column(String(12))
    first_rank: Mapped[int] = mapped_column(SmallInteger)
    last_rank: Mapped[int] = mapped_column(SmallInteger)
    issuer: Mapped[str] = mapped_column(String(20))
    issued_at: Mapped[datetime]


class Certificate(Base):
    """A certificate as anybody may check it. It stays when its holder goes."""

    __tablename__ = "certificate"
    __table_args__ = _rules()

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    place: Mapped[int] = mapped_column(SmallInteger)
    bracket: Mapped[str | None] = mapped_column(String(8))
    """The name of the bracket in which the place counts; none where all are ranked together."""
    revoked_at: Mapped[datetime | None]


class CertificateHolder(Base):
    """The member whose certificate it is; the key leaves room for one of each award."""

    __tablename__ = "certificate_holder"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("certificate.code"), unique=True)
    page_key: Mapped[str] = mapped_column(String(22))
    """A part of the address of the holder's own page."""
    name: Mapped[str] = mapped_column(String(32))
    unit: Mapped[str | None] = mapped_column(String(40))
    public: Mapped[bool]
    """Whether the page that checks it may show the family name."""


class CertificateEntry(Base):
    """What a unit sent in, as a certificate names it: the unit has it in writing.

    The key leaves room for one of each award.
    """

    __tablename__ = "certificate_entry"
    __table_args__ = _rules()

    motto_id: Mapped[int] = mapped_column(ForeignKey("motto.id"), primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("certificate.code"), unique=True)
    page_key: Mapped[str] = mapped_column(String(22))
    """A part of the address of the unit's own page."""
    title: Mapped[str] = mapped_column(String(60))
    speaker: Mapped[str | None] = mapped_column(String(15))
    unit: Mapped[str | None] = mapped_column(String(90))


# ---------------------------------------------------------------- the console


class Staff(Base):
    """Someone who may sign in to the console."""

    __tablename__ = "staff"
    __table_args__ = _rules()

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    """Empty until who was invited has chosen a password: none matches it."""
    role: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[int | None]
    """Of a unit's secretary, or of a judge who belongs to one: the unit."""
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    look: Mapped[str] = mapped_column(String(5), server_default="auto")
    """light, dark, or auto for what the machine says."""


class StaffSession(Base):
    """A sign-in to the console; ends the moment its row is gone."""

    __tablename__ = "staff_session"
    __table_args__ = _rules()

    token_hash: Mapped[bytes] = mapped_column(DeliveryKey, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    signed_in_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    """When all that the account asks for was last given: password and code."""
    browser: Mapped[str] = mapped_column(String(40), server_default="")
    """The kind of browser and of machine, as it said; for the list of sign-ins."""


class SecondFactor(Base):
    """The authenticator of a colleague: what its codes are made from, sealed."""

    __tablename__ = "second_factor"
    __table_args__ = _rules()

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), primary_key=True, autoincrement=False
    )
    sealed: Mapped[bytes] = mapped_column(_bytes(60))
    """AES-GCM under a key that the database does not have; see bot/domain/second_factor.py."""
    last_step: Mapped[int] = mapped_column(BigInteger)
    """The step of time whose code was used last: none is used twice."""
    made_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    """When a code was right the last time, anywhere; none since all sign-ins were ended."""


class RecoveryCode(Base):
    """A code that stands in once for a lost authenticator; gone when it is used."""

    __tablename__ = "recovery_code"
    __table_args__ = _rules()

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), primary_key=True, autoincrement=False
    )
    code_hash: Mapped[bytes] = mapped_column(DeliveryKey, primary_key=True)


class PhoneCode(Base):
    """The code with which a colleague links their own WeChat: one to each."""

    __tablename__ = "phone_code"
    __table_args__ = _rules()

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), primary_key=True, autoincrement=False
    )
    code_hash: Mapped[bytes] = mapped_column(DeliveryKey)
    expires_at: Mapped[datetime]


class ModeratorPhone(Base):
    """The WeChat from which a colleague reviews by chat."""

    __tablename__ = "moderator_phone"
    __table_args__ = _rules()

    member_key: Mapped[bytes] = mapped_column(MemberKey, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), unique=True)
    linked_at: Mapped[datetime]


class Invitation(Base):
    """The code with which a colleague chooses a password: one to each, gone when it is used."""

    __tablename__ = "invitation"
    __table_args__ = _rules()

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), primary_key=True, autoincrement=False
    )
    code_hash: Mapped[bytes] = mapped_column(DeliveryKey)
    expires_at: Mapped[datetime]


class SetupCode(Base):
    """The one-time code that makes the first account of the console: there is but one."""

    __tablename__ = "setup_code"
    __table_args__ = _rules()

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """Always 1, so that a new code takes the place of the old one."""
    code_hash: Mapped[bytes] = mapped_column(DeliveryKey)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInFailure(Base):
    """A try to sign in that did not succeed, or not yet. Without name and address.

    Like a vote it stands in a slot: the try beyond the limit has none to stand in.
    """

    __tablename__ = "sign_in_failure"
    __table_args__ = _rules()

    subject: Mapped[bytes] = mapped_column(DeliveryKey, primary_key=True)
    """The keyed hash of the account's name, or of the address."""
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    failed_at: Mapped[datetime] = mapped_column(index=True)


class KeptList(Base):
    """A list that colleagues keep in the console: how often it has changed.

    Without a row it is as it came with the program. The row is locked by whoever changes the
    list, and its version tells each process whether what it made of the list still holds.
    """

    __tablename__ = "kept_list"
    __table_args__ = _rules()

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    version: Mapped[int]


class ListedWord(Base):
    """A word that colleagues want to see marked, or a phrase in which such words are fine.

    A row stays when its word is taken away: it is the history of the list.
    """

    __tablename__ = "listed_word"
    __table_args__ = _rules()

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(30))
    live_key: Mapped[str | None] = mapped_column(String(60), unique=True)
    """How the word is compared, while it is listed; null ever after."""
    category: Mapped[str] = mapped_column(String(12))
    first: Mapped[bool]
    """Whether an entry that has it is looked at before others."""
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(24))
    """`staff:3`, as in the audit trail."""
    removed_at: Mapped[datetime | None] = mapped_column(index=True)
    removed_by: Mapped[str | None] = mapped_column(String(24))


class KeptQuotation(Base):
    """Well-known words with which entries are compared; stays when it is taken away."""

    __tablename__ = "kept_quotation"
    __table_args__ = _rules()

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(120))
    live_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    """How it is compared, while it is listed; null ever after."""
    author: Mapped[str] = mapped_column(String(40))
    work: Mapped[str] = mapped_column(String(80))
    """Where it stands: nobody can check words without a source."""
    leader: Mapped[bool] = mapped_column(server_default=false())
    """Whether an entry that quotes it is approved by two."""
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(24))
    removed_at: Mapped[datetime | None] = mapped_column(index=True)
    removed_by: Mapped[str | None] = mapped_column(String(24))


class Audit(Base):
    """Who did what to which thing, before and after; written with the deed, never changed.

    But for one thing: the words of a member who is erased are struck out.
    """

    __tablename__ = "audit"
    __table_args__ = _rules(UniqueConstraint("subject", "version"))

    id: Mapped[int] = mapped_column(_number(), primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(40))
    """`staff:3`, `member` or `system`; never an openid."""
    action: Mapped[str] = mapped_column(String(24))
    subject: Mapped[str] = mapped_column(String(48))
    version: Mapped[int | None]
    """The version of an entry that this row led to; one row for each."""
    facts: Mapped[dict[str, Any]] = mapped_column(Facts)


class AuditLink(Base):
    """A link of the chain that makes a change of the audit trail show: one to each row."""

    __tablename__ = "audit_link"
    __table_args__ = _rules()

    seq: Mapped[int] = mapped_column(_number(), primary_key=True, autoincrement=False)
    """1, 2, 3 and so on, in the order of the commits, without a gap."""
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), unique=True)
    mac: Mapped[bytes] = mapped_column(DeliveryKey)
    """Keyed with a secret the database does not have; see bot/domain/chain.py."""
    struck: Mapped[bytes | None] = mapped_column(DeliveryKey)
    """Keyed too: the row as it reads since an erased member's words were struck out of it."""


class AuditHead(Base):
    """Where the chain ends: the one row that whoever adds a link has locked."""

    __tablename__ = "audit_head"
    __table_args__ = _rules()

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """Always 1."""
    seq: Mapped[int] = mapped_column(_number())
    mac: Mapped[bytes] = mapped_column(DeliveryKey)
    """That of the last link; zeros before the first."""
    seal: Mapped[bytes] = mapped_column(DeliveryKey)
    """Keyed too: nobody else can make an earlier link look like the last."""


@event.listens_for(AuditHead.__table__, "after_create")
def _lay_head(table: Any, connection: Any, **_: Any) -> None:
    """The chain begins where its tables do; the migration says the same."""
    connection.execute(table.insert().values(id=1, seq=0, mac=bytes(32), seal=bytes(32)))
