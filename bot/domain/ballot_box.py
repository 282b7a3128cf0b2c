"""The box of ballots as all may watch it: batch after batch, each chained to those before.

Every few seconds the ballots that are new become a batch. It keeps their codes, which tell
neither who voted nor for what (bot/domain/outcomes.py), and a head:

    head(n) = SHA-256(head(n-1) || the codes of batch n), head(0) is 32 zeros

With the seal comes the last: SHA-256(head(n) || "CLOSE"). Whoever has noted a head can tell later
that no batch up to there was changed, left out or put in. A vote that was taken back, or passed to
another entry, leaves its code behind: the box tells what was ever given, the result what stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Row, Select, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.entries import number_of
from bot.domain.outcomes import code_of
from bot.storage.tables import Audit, BallotBatch, Round, Vote

MOST = 2_000
"""Ballots of a batch: MySQL's smallest column for them holds 2,047."""
BEFORE_FIRST, CLOSE = bytes(32), b"CLOSE"
_SIZE = 32
_ON_THE_WAY = timedelta(minutes=1)
"""More than what passes from the moment at which a vote is accepted to that at which all see it."""


@dataclass(frozen=True)
class Batch:
    """Some ballots, and the head that they lead to."""

    number: int
    made_at: datetime
    before: str
    """The head before, in hexadecimal."""
    codes: list[str]
    """None in the last, which comes with the seal."""
    head: str


@dataclass(frozen=True)
class Line:
    """A batch in the list of all."""

    number: int
    made_at: datetime
    ballots: int
    head: str


@dataclass(frozen=True)
class Box:
    """How far the box of a round has got."""

    batches: int
    ballots: int
    lines: list[Line]
    """Of one page, the latest first."""
    page: int
    pages: int


@dataclass(frozen=True)
class News:
    """Ballots that are in no batch yet, and the batch behind which they come."""

    behind: int
    codes: list[bytes]


class BallotBoxes:
    """The boxes of all rounds."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    # ------------------------------------------------------------ growing

    def open(self) -> list[int]:
        """The rounds whose boxes may grow."""
        begun = (Round.opens_at <= self._now, Round.sealed_at.is_(None))
        return list(self._session.scalars(select(Round.id).where(*begun)))

    def news(self, round_id: int) -> News:
        """What is new in this box. A vote that needed longer than any may comes with the seal."""
        last = self._last(round_id)
        if last is None:
            return News(0, sorted(self._codes(round_id)))
        since = last.made_at - _ON_THE_WAY
        lately = _batches(round_id).where(BallotBatch.made_at >= since - _ON_THE_WAY)
        known = {code for row in self._session.execute(lately) for code in _split(row.codes)}
        return News(last.number, sorted(self._codes(round_id, since) - known))

    def add(self, round_id: int, news: News) -> bool:
        """Chain these; False when somebody else has chained some meanwhile."""
        try:
            with self._session.begin_nested():
                self._chain(round_id, news)
        except IntegrityError:
            return False
        return True

    def close(self, round_id: int) -> str:
        """Chain what is in no batch yet, and the last batch behind; its head. Claim the round."""
        last = self._last(round_id)
        behind = last.number if last else 0
        # None that somebody chains meanwhile: ours then has no place, and the seal is tried again.
        batches = self._session.execute(_batches(round_id).where(BallotBatch.number <= behind))
        known = {code for row in batches for code in _split(row.codes)}
        left = News(behind, sorted(self._codes(round_id) - known))
        number, head = self._chain(round_id, left)
        closing = sha256(head + CLOSE).digest()
        self._keep(round_id, number + 1, b"", closing)
        return closing.hex()

    # ------------------------------------------------------------ looking

    def box(self, round_id: int, page: int, size: int) -> Box:
        """A page of the list of batches, the nearest there is."""
        counted = select(
            func.count(), func.coalesce(func.sum(func.length(BallotBatch.codes)), 0)
        ).where(BallotBatch.round_id == round_id)
        batches, bytes_ = self._session.execute(counted).one()
        pages = max(1, -(-batches // size))
        page = max(1, min(page, pages))
        asked = _batches(round_id).order_by(None).order_by(BallotBatch.number.desc())
        rows = self._session.execute(asked.limit(size).offset((page - 1) * size))
        lines = [
            Line(row.number, row.made_at, len(row.codes) // _SIZE, row.head.hex()) for row in rows
        ]
        return Box(batches, int(bytes_) // _SIZE, lines, page, pages)

    def batch(self, round_id: int, number: int) -> Batch | None:
        """The batch of this number."""
        two = _batches(round_id).where(BallotBatch.number.in_([number - 1, number]))
        rows = {row.number: row for row in self._session.execute(two)}
        if (row := rows.get(number)) is None:
            return None
        before = rows[number - 1].head if number > 1 else BEFORE_FIRST
        codes = [code.hex() for code in _split(row.codes)]
        return Batch(number, row.made_at, before.hex(), codes, row.head.hex())

    def batch_of(self, tracker: str) -> int | None:
        """The number of the batch in which the vote of this receipt is, once it is in one."""
        vote = self._session.execute(
            select(Vote.round_id, Vote.motto_id, Vote.accepted_at).where(Vote.tracker == tracker)
        ).first()
        if vote is None:
            return None
        code = _code(tracker, vote.motto_id)
        since = BallotBatch.made_at >= vote.accepted_at - _ON_THE_WAY
        for row in self._session.execute(
            _batches(vote.round_id).where(since), execution_options={"yield_per": 50}
        ):
            if code in _split(row.codes):
                return int(row.number)
        return None

    # ------------------------------------------------------------ within

    def _codes(self, round_id: int, since: datetime | None = None) -> set[bytes]:
        """Of the votes that stand; of those accepted since then."""
        asked = select(Vote.tracker, Vote.motto_id).where(Vote.round_id == round_id)
        if since is not None:
            asked = asked.where(Vote.accepted_at >= since)
        return {_code(tracker, motto) for tracker, motto in self._session.execute(asked)}

    def _chain(self, round_id: int, news: News) -> tuple[int, bytes]:
        """The number of the last batch there is then, and its head."""
        last = self._session.scalar(
            select(BallotBatch.head).where(
                BallotBatch.round_id == round_id, BallotBatch.number == news.behind
            )
        )
        number, head = news.behind, last or BEFORE_FIRST
        for at in range(0, len(news.codes), MOST):
            codes = b"".join(news.codes[at : at + MOST])
            number, head = number + 1, sha256(head + codes).digest()
            self._keep(round_id, number, codes, head)
        return number, head

    def _keep(self, round_id: int, number: int, codes: bytes, head: bytes) -> None:
        row = {
            "round_id": round_id, "number": number, "made_at": self._now, "codes": codes,
            "head": head,
        }  # fmt: skip
        self._session.execute(insert(BallotBatch).values(row))

    def _last(self, round_id: int) -> Row[int, datetime] | None:
        columns = select(BallotBatch.number, BallotBatch.made_at)
        mine = columns.where(BallotBatch.round_id == round_id)
        return self._session.execute(mine.order_by(BallotBatch.number.desc()).limit(1)).first()


def broken(session: Session) -> Iterable[tuple[int, int]]:
    """The first batch of each round that does not follow from those before.

    Of a sealed round all that stands is in its box, and the last batch closes it: with the head
    that the trail has told with the seal.
    """
    told = _told(session)
    begun = session.scalars(select(BallotBatch.round_id).distinct()).all()
    for round_id in sorted({*begun, *told}):
        if (number := _break_in(session, round_id, told.get(round_id))) is not None:
            yield (round_id, number)


def _break_in(session: Session, round_id: int, told: str | None) -> int | None:
    """The number of the first batch that is wrong."""
    number, head, codes, closed = 0, BEFORE_FIRST, set[bytes](), False
    batches = session.execute(_batches(round_id), execution_options={"yield_per": 50})
    for number, row in enumerate(batches, start=1):
        due = sha256(head + (row.codes or CLOSE)).digest()
        if closed or row.number != number or row.head != due:
            return number
        head, closed = row.head, not row.codes
        codes.update(_split(row.codes))
    if told not in (None, head.hex()) or not _holds(session, round_id, codes, closed=closed):
        return number
    return None


def _told(session: Session) -> dict[int, str]:
    """The last head of each box, as the trail has it since the seal."""
    sealed = select(Audit.subject, Audit.facts).where(Audit.action == "round.seal")
    return {
        int(row.subject.removeprefix("round:")): row.facts["chain"]
        for row in session.execute(sealed)
        if "chain" in row.facts
    }


def _holds(session: Session, round_id: int, codes: set[bytes], *, closed: bool) -> bool:
    """Whether the box of a round that is sealed is closed, and holds all that stands."""
    sealed = session.scalar(select(Round.sealed_at).where(Round.id == round_id)) is not None
    if not sealed:
        return not closed
    rows = session.execute(
        select(Vote.tracker, Vote.motto_id).where(Vote.round_id == round_id),
        execution_options={"yield_per": 1000},
    )
    return closed and all(_code(tracker, motto) in codes for tracker, motto in rows)


def _batches(round_id: int) -> Select[int, datetime, bytes, bytes]:
    return (
        select(BallotBatch.number, BallotBatch.made_at, BallotBatch.codes, BallotBatch.head)
        .where(BallotBatch.round_id == round_id)
        .order_by(BallotBatch.number)
    )


def _code(tracker: str, motto: int) -> bytes:
    return bytes.fromhex(code_of(tracker, number_of(motto)))


def _split(codes: bytes) -> Sequence[bytes]:
    return [codes[at : at + _SIZE] for at in range(0, len(codes), _SIZE)]
