"""Freezing: at an instant before its end a contest's boards stop, for all to see, until the end.

What is shown from then on is a snapshot, kept in rows: points won later, keys mended later and
points given back later reach it no more. Everybody's own points go on. A colleague may lift the
freeze early; never late, for the printed rules name the day.

The worker takes the snapshot a little after the instant: from the answers given before it, and
before any grade is changed again. In a city it has some hundred thousand lines, and members
must not wait for all of them: one worker claims it, looks without a lock, and writes it down
piece by piece; nobody sees any of it until it is whole.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.contests import board_freezes_at, is_board_closed, scoring_of
from bot.domain.districts import district_of
from bot.domain.frozen import AMONG_ALL, board_named
from bot.domain.identity import campaign_day
from bot.domain.participation import turnout_at_freeze
from bot.domain.ranking import Ranking, height, standing_of
from bot.domain.scores import lock_members
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
PATIENCE = timedelta(minutes=10)
"""Whoever claimed a snapshot and has not finished it after so long has died."""
PIECE = 500
"""Lines that are written in one transaction."""
_CHUNK = 500


_MEMBER, _UNIT, _SCORE = table_of(Member), table_of(Unit), table_of(Score)
_FREEZE, _PLACE, _TURNOUT = table_of(BoardFreeze), table_of(FrozenPlace), table_of(FrozenTurnout)
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
    """Who stands where at the instant."""

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


@dataclass(frozen=True)
class Claim:
    """The right of one worker to write down the boards of a contest."""

    contest: int
    at: datetime
    """The instant they are the boards of."""
    since: datetime


class Snapshot:
    """The boards of a contest as they were at the instant."""

    def __init__(self, claim: Claim, standing: Sequence[_Standee]) -> None:
        """Who stands comes in the order of the boards."""
        self.claim, self._standing = claim, standing

    @property
    def people(self) -> int:
        """How many stand on them."""
        return len(self._standing)

    def pieces(self) -> Iterator[list[dict[str, Any]]]:
        """The lines of all boards, a piece at a time."""
        rows = self._rows()
        while piece := list(islice(rows, PIECE)):
            yield piece

    def _rows(self) -> Iterator[dict[str, Any]]:
        rankings: dict[str, Ranking] = defaultdict(Ranking)
        for one in self._standing:
            for board in one.boards:
                ranking = rankings[board]
                rank = ranking.next(standing_of(one))
                yield {
                    "member_key": one.member, "contest_id": self.claim.contest, "board": board,
                    "position": ranking.people, "rank": rank, "points": one.points,
                    "days": one.days, "district_id": one.district,
                }  # fmt: skip


class Freezing:
    """The snapshots of boards: who takes and who lifts them.

    Each of `claim`, `look`, `write` and `finish` is for a transaction of its own.
    """

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def due(self) -> list[int]:
        """The contests whose snapshot can be taken: whatever was on its way has arrived."""
        expected = _expected(self._session, self._now)
        return [contest for contest, at in expected.items() if at + GRACE <= self._now]

    def claim(self, contest_id: int) -> Claim | None:
        """The right to take this snapshot; None when somebody else has it, or it is not due.

        Several workers may try at once: the key lets one through, and the others wait for it.
        """
        at = _expected(self._session, self._now).get(contest_id)
        if at is None or self._now < at + GRACE:
            return None
        died = self._session.execute(
            delete(_FREEZE).where(
                _FREEZE.c.contest_id == contest_id,
                _FREEZE.c.taken_at.is_(None),
                _FREEZE.c.claimed_at <= self._now - PATIENCE,
            )
        )
        if died.rowcount:  # type: ignore[attr-defined]
            self._session.execute(delete(_PLACE).where(_PLACE.c.contest_id == contest_id))
        try:
            with self._session.begin_nested():
                self._session.add(BoardFreeze(contest_id=contest_id, at=at, claimed_at=self._now))
        except IntegrityError:
            return None
        return Claim(contest_id, at, self._now)

    def look(self, claim: Claim) -> Snapshot:
        """The boards as they were at the instant; nothing is locked.

        No grade changes while a snapshot is expected, and what is answered since counts not.
        """
        contest = self._session.get_one(Contest, claim.contest)
        standing = self._standing(contest, claim.at)
        return Snapshot(claim, sorted(standing, key=lambda one: height(one, one.member)))

    def write(self, claim: Claim, piece: Sequence[Mapping[str, Any]]) -> bool:
        """Keep these lines; False when the claim holds no longer.

        Whoever had their data erased since the look stands nowhere.
        """
        if not self._holds(claim):
            return False
        still_here = lock_members(self._session, sorted({row["member_key"] for row in piece}))
        if kept := [row for row in piece if row["member_key"] in still_here]:
            self._session.connection().execute(insert(_PLACE), kept)
        return True

    def turnout(self, claim: Claim) -> list[dict[str, Any]]:
        """The lines of the boards of units, once those of people are written; locks nothing."""
        return [
            {
                "contest_id": claim.contest, "unit_id": row.id, "headcount": row.headcount,
                "participants": row.participants, "departed": row.departed,
            }
            for row in turnout_at_freeze(self._session, claim.contest)
        ]  # fmt: skip

    def finish(self, snapshot: Snapshot, turnout: Sequence[Mapping[str, Any]]) -> bool:
        """Show it to all from now on; False when the claim holds no longer."""
        claim = snapshot.claim
        if not self._holds(claim):
            return False
        if turnout:
            self._session.connection().execute(insert(_TURNOUT), turnout)
        taken = update(_FREEZE).where(_FREEZE.c.contest_id == claim.contest)
        self._session.execute(taken.values(taken_at=self._now))
        facts = {"at": claim.at.isoformat(), "people": snapshot.people}
        audit.record(
            self._session, self._now, audit.SYSTEM, "board.freeze", f"contest:{claim.contest}",
            facts,
        )  # fmt: skip
        return True

    def lift(self, contest_id: int, staff_id: int) -> None:
        """Let all see the boards as they are, for good. Raises NotFrozen."""
        contest = self._session.get(Contest, contest_id)
        if contest is None or not _is_closed(contest, self._now):
            raise NotFrozen
        lifted = self._session.execute(
            update(BoardFreeze)
            .where(
                BoardFreeze.contest_id == contest_id,
                BoardFreeze.taken_at.is_not(None),
                BoardFreeze.lifted_at.is_(None),
            )
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

    def _holds(self, claim: Claim) -> bool:
        """Whether the claim is still this one's: locked, so that it stays so to the commit."""
        held = (
            select(BoardFreeze.contest_id)
            .where(
                BoardFreeze.contest_id == claim.contest,
                BoardFreeze.claimed_at == claim.since,
                BoardFreeze.taken_at.is_(None),
            )
            .with_for_update()
        )
        return self._session.scalar(held) is not None


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
            Contest.closed_days > 0, Contest.last_day >= today, BoardFreeze.taken_at.is_(None)
        )
    )  # fmt: skip
    return {
        row.id: board_freezes_at(row.last_day, row.closed_days)
        for row in contests
        if _is_closed(row, now)
    }


def _is_closed(contest: Contest, now: datetime) -> bool:
    return is_board_closed(contest.last_day, contest.closed_days, now)
