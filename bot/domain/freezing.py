"""Freezing: at an instant before its end a contest's boards stop, for all to see, until the end.

What is shown from then on is a snapshot, kept in rows: points won later, keys mended later and
points given back later reach it no more. Everybody's own points go on. A colleague may lift the
freeze early; never late, for the printed rules name the day.

The worker takes the snapshot a little after the instant: from the answers given before it, and
before any grade is changed again.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.contests import board_freezes_at, is_board_closed, scoring_of
from bot.domain.districts import district_of
from bot.domain.frozen import AMONG_ALL, board_named
from bot.domain.identity import campaign_day
from bot.domain.participation import turnout_at_freeze
from bot.domain.scoring import Graded
from bot.storage.tables import (
    Answer,
    BoardFreeze,
    Contest,
    FrozenPlace,
    FrozenTurnout,
    Member,
    Score,
    Unit,
    table_of,
)

GRACE = timedelta(minutes=1)
"""Answers that were on their way at the instant have arrived by then."""
_CHUNK = 500


_MEMBER, _UNIT, _SCORE = table_of(Member), table_of(Unit), table_of(Score)
_SCORES = (
    select(
        _SCORE.c.member_key, _SCORE.c.points, _SCORE.c.days, _SCORE.c.reached_at,
        _SCORE.c.bracket, _MEMBER.c.unit_id,
        district_of(_UNIT.c).label("district"),
    )
    .outerjoin(_MEMBER, _MEMBER.c.member_key == _SCORE.c.member_key)
    .outerjoin(_UNIT, _UNIT.c.id == _MEMBER.c.unit_id)
    .where(_SCORE.c.contest_id == bindparam("contest"))
)  # fmt: skip


class NotFrozen(Exception):
    """The boards of this contest are not frozen now, or no longer."""


class _Standee(NamedTuple):
    """Who stands where at the instant, in the order in which they stand."""

    points: int
    days: int
    reached_at: datetime
    member: bytes
    district: int | None
    bracket: int | None

    @property
    def boards(self) -> set[str]:
        """The boards this is a line of."""
        of_bracket = AMONG_ALL if self.bracket is None else board_named(None, self.bracket)
        return {AMONG_ALL, board_named(self.district), of_bracket}

    @property
    def height(self) -> tuple[int, int, datetime, bytes]:
        """What to sort by: the key comes last, so that people who tie always stand alike."""
        return -self.points, -self.days, self.reached_at, self.member


class Freezing:
    """The snapshots of boards: who takes and who lifts them."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def due(self) -> list[int]:
        """The contests whose snapshot can be taken: whatever was on its way has arrived."""
        expected = _expected(self._session, self._now)
        return [contest for contest, at in expected.items() if at + GRACE <= self._now]

    def take(self, contest_id: int) -> bool:
        """Keep the boards as they were; False when somebody else did, or it is not due.

        Several workers may try at once: the key lets one through, and the others wait for it.
        """
        at = _expected(self._session, self._now).get(contest_id)
        if at is None or self._now < at + GRACE:
            return False
        try:
            with self._session.begin_nested():
                self._session.add(BoardFreeze(contest_id=contest_id, at=at, taken_at=self._now))
        except IntegrityError:
            return False
        contest = self._session.get_one(Contest, contest_id)
        standing = sorted(self._standing(contest, at), key=lambda one: one.height)
        self._keep_places(contest, standing)
        self._keep_turnout(contest_id)
        facts = {"at": at.isoformat(), "people": len(standing)}
        audit.record(
            self._session, self._now, audit.SYSTEM, "board.freeze", f"contest:{contest_id}", facts
        )
        return True

    def lift(self, contest_id: int, staff_id: int) -> None:
        """Let all see the boards as they are, for good. Raises NotFrozen."""
        contest = self._session.get(Contest, contest_id)
        if contest is None or not _is_closed(contest, self._now):
            raise NotFrozen
        lifted = self._session.execute(
            update(BoardFreeze)
            .where(BoardFreeze.contest_id == contest_id, BoardFreeze.lifted_at.is_(None))
            .values(lifted_at=self._now, lifted_by=staff_id)
        )
        if not lifted.rowcount:  # type: ignore[attr-defined]
            raise NotFrozen
        audit.record(
            self._session, self._now, audit.staff(staff_id), "board.lift",
            f"contest:{contest_id}", {},
        )  # fmt: skip

    # ------------------------------------------------------------ inside

    def _standing(self, contest: Contest, at: datetime) -> Iterator[_Standee]:
        """Everybody's score as it was at the instant, in any order."""
        # Before those who are late are looked for: an answer in one of these scores is found then.
        scores = self._session.execute(_SCORES, {"contest": contest.id}).all()
        late = self._late(contest, at)
        for row in scores:
            found = late.get(row.member_key, (row.points, row.days, row.reached_at))
            if found is not None and (row.unit_id is not None or not contest.joined_only):
                points, days, reached_at = found
                yield _Standee(points, days, reached_at, row.member_key, row.district, row.bracket)

    def _late(
        self, contest: Contest, at: datetime
    ) -> Mapping[bytes, tuple[int, int, datetime] | None]:
        """The score of those who have answered since, from what they answered before; None for
        who had not begun.
        """
        asked = select(Answer.member_key).where(
            Answer.contest_id == contest.id, Answer.answered_at >= at
        )
        members = list(self._session.scalars(asked.distinct()))
        scores: dict[bytes, tuple[int, int, datetime] | None] = dict.fromkeys(members)
        for begin in range(0, len(members), _CHUNK):
            rows = self._session.execute(
                select(Answer.member_key, Answer.day, Answer.nth, Answer.answered_at, Answer.points)
                .where(
                    Answer.member_key.in_(members[begin : begin + _CHUNK]),
                    Answer.contest_id == contest.id,
                    Answer.answered_at < at,
                )
                .order_by(Answer.member_key)
            )
            for member, answers in groupby(rows, key=lambda row: row.member_key):
                total = scoring_of(contest).total(Graded(*row[1:]) for row in answers)
                scores[member] = total
        return scores

    def _keep_places(self, contest: Contest, standing: Sequence[_Standee]) -> None:
        boards: dict[str, list[_Standee]] = defaultdict(list)
        for one in standing:
            for board in one.boards:
                boards[board].append(one)
        rows = [row for board, of in boards.items() for row in _placed(contest.id, board, of)]
        for begin in range(0, len(rows), _CHUNK):
            self._session.execute(insert(FrozenPlace), rows[begin : begin + _CHUNK])

    def _keep_turnout(self, contest: int) -> None:
        rows = [
            {
                "contest_id": contest, "unit_id": row.id, "headcount": row.headcount,
                "participants": row.participants, "departed": row.departed,
            }
            for row in turnout_at_freeze(self._session, contest)
        ]  # fmt: skip
        if rows:
            self._session.execute(insert(FrozenTurnout), rows)


def is_freeze_expected(session: Session, now: datetime) -> bool:
    """Whether a snapshot is still to be taken: until then no grade may change."""
    return bool(_expected(session, now))


def _expected(session: Session, now: datetime) -> dict[int, datetime]:
    """The contests whose boards are to be frozen by now and are not yet, and their instant."""
    today = campaign_day(now)
    contests = session.scalars(
        select(Contest)
        .outerjoin(BoardFreeze, BoardFreeze.contest_id == Contest.id)
        .where(
            Contest.closed_days > 0, Contest.last_day >= today, BoardFreeze.contest_id.is_(None)
        )
    )  # fmt: skip
    return {
        row.id: board_freezes_at(row.last_day, row.closed_days)
        for row in contests
        if _is_closed(row, now)
    }


def _is_closed(contest: Contest, now: datetime) -> bool:
    return is_board_closed(contest.last_day, contest.closed_days, now)


def _placed(contest: int, board: str, standing: Sequence[_Standee]) -> Iterator[dict[str, Any]]:
    """The rows of one board: who ties shares the rank of the first of them."""
    rank, before = 0, None
    for position, one in enumerate(standing, start=1):
        if before != one[:3]:
            rank, before = position, one[:3]
        yield {
            "member_key": one.member, "contest_id": contest, "board": board,
            "position": position, "rank": rank, "points": one.points, "days": one.days,
            "district_id": one.district,
        }  # fmt: skip
