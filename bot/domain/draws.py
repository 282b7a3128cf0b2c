"""Draws: who took part in a contest may win a keepsake, and anybody can check the draw.

First the list of codes and the rule are published, later a number that nobody here has in hand;
from both follows who wins and who stands in reserve. A prize that is not fetched in time goes to
the next of the reserve.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, and_, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from bot.domain import audit, lots
from bot.domain.contests import contest_in_force
from bot.domain.identity import campaign_day, mask
from bot.domain.notices import Notices
from bot.domain.refusals import Refusal
from bot.storage.tables import Contest, Draw, DrawCode, DrawEntry, Member, Person, Score, Unit

MOST_PRIZES = 1000
CODE = 8
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
HEIRS_TIME = timedelta(days=7)
"""How long the next of the reserve has to fetch what another did not."""
_AT_ONCE = 1000
"""Rows to a statement."""
_NUMBER = re.compile(r"[0-9]{1,40}")


_SAME = and_(DrawEntry.draw_id == DrawCode.draw_id, DrawEntry.code == DrawCode.code)


class Flaw(StrEnum):
    """What can be wrong with a draw, or with a number."""

    EMPTY = "empty"
    LONG = "long"
    NUMBER = "number"
    PAST = "past"
    ORDER = "order"
    NOBODY = "nobody"
    """Fewer took part than there are prizes."""
    EARLY = "early"
    """The number is not known yet, so this can't be it."""


@dataclass(eq=False)
class UnfitDraw(Refusal):
    """A draw that can't be held: what is wrong with which field."""

    flaws: dict[str, Flaw]


@dataclass(eq=False)
class NoSuchDraw(Refusal):
    """There is no draw of this number."""


@dataclass(eq=False)
class DrawnAlready(Refusal):
    """The number was entered before, and may be another."""

    number: str


@dataclass(eq=False)
class MayBeFetched(Refusal):
    """There is time to fetch the prize."""

    until: date


@dataclass(eq=False)
class NothingWon(Refusal):
    """The member has won nothing that can be fetched."""


@dataclass(frozen=True)
class DrawPlan:
    """What an organiser decides before the list is published."""

    title: str
    prize: str
    winners: int
    reserves: int
    least_days: int
    """Days of the contest on which somebody took part at least."""
    number_from: str
    """Which public number it will be, so that there is no choice left."""
    number_due: date
    fetch_until: date


@dataclass(frozen=True)
class Ticket:
    """Somebody who won, or stands in reserve."""

    place: int
    code: str
    name: str | None
    """Masked."""
    unit: str | None
    wins: bool
    fetched_at: datetime | None
    lapsed_at: datetime | None
    unlisted: bool
    """Whether they want to be named on no public page."""


@dataclass(frozen=True)
class DrawView:
    """A draw, and how far it has got."""

    id: int
    plan: DrawPlan
    contest: str
    published_at: datetime
    list_hash: str
    entries: int
    number: str | None
    drawn_at: datetime | None


@dataclass(frozen=True)
class OwnTicket:
    """How a draw stands for one member."""

    draw: DrawView
    code: str
    wins: bool
    reserve: int | None
    """The place in the reserve."""
    fetched: bool
    until: date
    """When the prize has to be fetched."""


class Draws:
    """All draws. They are few; each has tens of thousands of entries."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    # ------------------------------------------------------------ holding one

    def publish(self, plan: DrawPlan, staff_id: int) -> int:
        """Make the list of all who took part in the latest contest, and publish it for good.

        The number of the draw. Raises UnfitDraw.
        """
        flaws = self._flaws(plan)
        contest = contest_in_force(self._session, campaign_day(self._now))
        members = self._eligible(contest, plan.least_days) if contest else []
        if len(members) < plan.winners:
            flaws.setdefault("least_days", Flaw.NOBODY)
        if flaws or contest is None:
            raise UnfitDraw(flaws)
        codes = _codes(len(members))
        row = {
            "title": plan.title, "prize": plan.prize, "winners": plan.winners,
            "reserves": plan.reserves, "contest_id": contest.id, "least_days": plan.least_days,
            "number_from": plan.number_from, "number_due": plan.number_due,
            "fetch_until": plan.fetch_until, "published_at": self._now,
            "list_hash": lots.hash_of(codes), "entries": len(codes),
        }  # fmt: skip
        made = Draw(**row)
        self._session.add(made)
        self._session.flush()
        entries = [
            {"member_key": member, "draw_id": made.id, "code": code}
            for member, code in zip(members, codes, strict=True)
        ]
        listed = [{"draw_id": made.id, "code": code} for code in codes]
        for start in range(0, len(entries), _AT_ONCE):
            self._session.execute(insert(DrawCode), listed[start : start + _AT_ONCE])
            self._session.execute(insert(DrawEntry), entries[start : start + _AT_ONCE])
        facts = {"list_hash": row["list_hash"], "entries": len(codes)}
        self._record(made.id, staff_id, "draw.publish", facts)
        return made.id

    def draw(self, number: int, public_number: str, staff_id: int) -> None:
        """Enter the public number: from it follows who wins. The same again changes nothing.

        Raises NoSuchDraw, UnfitDraw and DrawnAlready.
        """
        public_number = re.sub(r"\s", "", public_number)
        view = self.of(number)
        if view.number is not None:
            if view.number == public_number:
                return
            raise DrawnAlready(view.number)
        if not _NUMBER.fullmatch(public_number):
            raise UnfitDraw({"number": Flaw.NUMBER})
        if campaign_day(self._now) < view.plan.number_due:
            raise UnfitDraw({"number": Flaw.EARLY})
        taken = self._session.execute(
            update(Draw)
            .where(Draw.id == number, Draw.number.is_(None))
            .values(number=public_number, drawn_at=self._now)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            raise DrawnAlready(str(self.of(number).number))
        order = lots.drawn(self._codes(number), public_number)
        best = order[: view.plan.winners + view.plan.reserves]
        # By the primary key, all in one go.
        self._session.execute(
            update(DrawCode),
            [
                {"draw_id": number, "code": code, "place": n, "wins": n <= view.plan.winners}
                for n, code in enumerate(best, start=1)
            ],
        )
        self._tell_winners(number)
        self._record(number, staff_id, "draw.draw", {"number": public_number})

    def fetched(self, number: int, code: str, staff_id: int) -> None:
        """The prize of this code was handed out. Raises NothingWon."""
        self._settle(number, code, fetched_at=self._now)
        self._record(number, staff_id, "draw.fetch", {"code": code})

    def lapse(self, number: int, code: str, staff_id: int) -> None:
        """The prize of this code was not fetched: the next of the reserve wins it.

        Raises NothingWon, and MayBeFetched while there is time.
        """
        # Two prizes that lapse at once have two heirs: one after the other.
        self._session.execute(select(Draw.id).where(Draw.id == number).with_for_update())
        until = self._fetch_until(number, code)
        if campaign_day(self._now) <= until:
            raise MayBeFetched(until)
        self._settle(number, code, lapsed_at=self._now)
        heir = self._session.scalars(
            select(DrawCode.place)
            # Of those who are still there: who was erased can be told nothing.
            .join(DrawEntry, _SAME)
            .where(
                DrawCode.draw_id == number, DrawCode.place.is_not(None), DrawCode.wins.is_(False)
            )
            .order_by(DrawCode.place)
            .limit(1)
        ).first()
        if heir is not None:
            later = campaign_day(self._now) + HEIRS_TIME
            self._session.execute(
                update(DrawCode)
                .where(DrawCode.draw_id == number, DrawCode.place == heir)
                .values(wins=True, fetch_until=later)
            )
            self._tell_winners(number, heir)
        self._record(number, staff_id, "draw.lapse", {"code": code, "heir": heir})

    def _fetch_until(self, number: int, code: str) -> date:
        """Until when this winner may fetch. Raises NothingWon."""
        own = self._session.scalars(
            select(func.coalesce(DrawCode.fetch_until, Draw.fetch_until))
            .join(Draw, Draw.id == DrawCode.draw_id)
            .where(DrawCode.draw_id == number, DrawCode.code == code)
        ).first()
        if own is None:
            raise NothingWon
        return own

    def _settle(self, number: int, code: str, **values: datetime) -> None:
        """Of two who settle a prize at once, one does."""
        won = DrawCode.wins, DrawCode.lapsed_at.is_(None), DrawCode.fetched_at.is_(None)
        changed = self._session.execute(
            update(DrawCode)
            .where(DrawCode.draw_id == number, DrawCode.code == code, *won)
            .values(**values)
        )
        if not changed.rowcount:  # type: ignore[attr-defined]
            raise NothingWon

    # ------------------------------------------------------------ looking

    def all(self) -> list[DrawView]:
        """The draws, the latest first."""
        rows = self._session.execute(self._views().order_by(Draw.id.desc())).all()
        return [_view(row) for row in rows]

    def of(self, number: int) -> DrawView:
        """The draw of this number. Raises NoSuchDraw."""
        row = self._session.execute(self._views().where(Draw.id == number)).first()
        if row is None:
            raise NoSuchDraw
        return _view(row)

    def list_of(self, number: int) -> str:
        """The published list."""
        return lots.list_of(self._codes(number))

    def tickets(self, number: int) -> list[Ticket]:
        """Who won and who stands in reserve, in the order of the lots."""
        parent = aliased(Unit)
        rows = self._session.execute(
            select(DrawCode, Member.name, Member.unlisted, Unit.name, parent.name)
            .outerjoin(
                DrawEntry,
                _SAME,
            )
            .outerjoin(Member, Member.member_key == DrawEntry.member_key)
            .outerjoin(Unit, Unit.id == Member.unit_id)
            .outerjoin(parent, parent.id == Unit.parent_id)
            .where(DrawCode.draw_id == number, DrawCode.place.is_not(None))
            .order_by(DrawCode.place)
        )
        return [
            Ticket(
                entry.place or 0, entry.code, mask(name), district or unit, entry.wins,
                entry.fetched_at, entry.lapsed_at, bool(unlisted),
            )
            for entry, name, unlisted, unit, district in rows
        ]  # fmt: skip

    def mine(self, member: bytes) -> OwnTicket | None:
        """How the latest draw that has the member on its list stands for them."""
        entry = self._session.scalars(
            select(DrawCode)
            .join(
                DrawEntry,
                _SAME,
            )
            .where(DrawEntry.member_key == member)
            .order_by(DrawCode.draw_id.desc())
            .limit(1)
        ).first()
        if entry is None:
            return None
        view = self.of(entry.draw_id)
        waits = entry.place is not None and not entry.wins
        return OwnTicket(
            view,
            entry.code,
            entry.wins and entry.lapsed_at is None,
            entry.place - view.plan.winners if waits and entry.place else None,
            entry.fetched_at is not None,
            entry.fetch_until or view.plan.fetch_until,
        )

    # ------------------------------------------------------------ within

    def _flaws(self, plan: DrawPlan) -> dict[str, Flaw]:
        flaws: dict[str, Flaw] = {}
        for name, most in {"title": 60, "prize": 60, "number_from": 80}.items():
            words = getattr(plan, name)
            if not words or len(words) > most:
                flaws[name] = Flaw.LONG if words else Flaw.EMPTY
        for name, least in {"winners": 1, "reserves": 0, "least_days": 1}.items():
            if not least <= getattr(plan, name) <= MOST_PRIZES:
                flaws[name] = Flaw.NUMBER
        if plan.number_due <= campaign_day(self._now):
            flaws["number_due"] = Flaw.PAST
        elif plan.fetch_until <= plan.number_due:
            flaws["fetch_until"] = Flaw.ORDER
        return flaws

    def _eligible(self, contest: Contest, least_days: int) -> list[bytes]:
        return list(
            self._session.scalars(
                select(Score.member_key)
                # A score may be nobody's any more.
                .join(Person, Person.member_key == Score.member_key)
                .where(Score.contest_id == contest.id, Score.days >= least_days)
                .order_by(Score.member_key)
            )
        )

    def _codes(self, number: int) -> list[str]:
        return list(self._session.scalars(select(DrawCode.code).where(DrawCode.draw_id == number)))

    def _views(self) -> Select[*tuple[Any, ...]]:
        return select(Draw, Contest.title).join(Contest, Contest.id == Draw.contest_id)

    def _tell_winners(self, number: int, place: int | None = None) -> None:
        view = self.of(number)
        heir = place is not None
        until = campaign_day(self._now) + HEIRS_TIME if heir else view.plan.fetch_until
        won = (
            select(DrawEntry.member_key)
            .join(
                DrawCode,
                _SAME,
            )
            .where(DrawCode.draw_id == number, DrawCode.wins)
        )
        if place is not None:
            won = won.where(DrawCode.place == place)
        facts = {
            "draw": number, "prize": view.plan.prize, "entries": view.entries,
            "winners": view.plan.winners, "until": until.isoformat(),
        }  # fmt: skip
        notices = Notices(self._session, self._now)
        for member in self._session.scalars(won).all():
            notices.leave(member, f"draw:{number}", "draw_won", facts, self._now)

    def _record(self, number: int, staff_id: int, action: str, facts: dict[str, Any]) -> None:
        actor, subject = audit.staff(staff_id), f"draw:{number}"
        audit.record(self._session, self._now, actor, action, subject, facts)


def _codes(count: int) -> list[str]:
    """So many different codes, which lead to nobody."""
    codes: set[str] = set()
    while len(codes) < count:
        codes.add("".join(secrets.choice(_ALPHABET) for _ in range(CODE)))
    found = list(codes)
    secrets.SystemRandom().shuffle(found)
    return found


def _view(row: Row[*tuple[Any, ...]]) -> DrawView:
    draw, contest = row
    plan = DrawPlan(
        draw.title, draw.prize, draw.winners, draw.reserves, draw.least_days, draw.number_from,
        draw.number_due, draw.fetch_until,
    )  # fmt: skip
    return DrawView(
        draw.id, plan, contest, draw.published_at, draw.list_hash, draw.entries, draw.number,
        draw.drawn_at,
    )  # fmt: skip
