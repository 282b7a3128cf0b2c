"""Certificates: who came how far in a contest or a selection has it in writing, and anybody can
check it.

What a certificate says of the deed belongs to nobody and stays; whose it is stands in a row of
the holder's, which goes with them: a member, or a unit by what it sent in. Names are written down
as they were at the issue, so that nobody turns one certificate into another's by changing a name.
"""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from bot.domain import audit
from bot.domain.codes import bare_code, spoken_code
from bot.domain.entries import id_of, read_cards
from bot.domain.families import approved, same_words
from bot.domain.identity import campaign_day, mask
from bot.domain.notices import Notices
from bot.domain.panels import Panels
from bot.domain.refusals import Refusal
from bot.domain.standings import Standings
from bot.domain.tally import Tally
from bot.domain.units import Units
from bot.storage.tables import (
    Award,
    Certificate,
    CertificateEntry,
    CertificateHolder,
    Contest,
    Member,
    Motto,
    Outcome,
    Person,
    Round,
    Unit,
)

MOST_RANK = 1000
HONOUR_MOST, ISSUER_MOST = 12, 20
"""Characters that have room on the picture."""
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{10}")
"""A code as it is kept: Crockford's letters, without the hyphen in the middle."""
_OURS = CertificateHolder.code == Certificate.code


class Flaw(StrEnum):
    """What can be wrong with an award."""

    EMPTY = "empty"
    LONG = "long"
    NUMBER = "number"
    ORDER = "order"
    OPEN = "open"
    """What it is for has no final result, or does not exist."""
    TWICE = "twice"
    """The same honour was given for the same before."""
    NOBODY = "nobody"
    """Nobody with a name stands at these places."""


@dataclass(eq=False)
class UnfitAward(Refusal):
    """An award that can't be given: what is wrong with which field."""

    flaws: dict[str, Flaw]


@dataclass(eq=False)
class NoSuchAward(Refusal):
    """There is no award of this number, or no certificate of this code."""


@dataclass(frozen=True)
class Occasion:
    """What certificates can be given for: its result is final."""

    activity: str
    """`contest:1` or `round:1`."""
    title: str


@dataclass(frozen=True)
class AwardPlan:
    """What an organiser writes: which places, and what stands on the certificate."""

    activity: str
    honour: str
    """Such as first prize."""
    first_rank: int
    last_rank: int
    issuer: str


class _Placed(NamedTuple):
    """Who stands where."""

    member: bytes
    rank: int
    public: bool
    """Whether strangers may read a part of the name."""
    bracket: str | None = None
    """In which the rank counts; None where all are ranked together."""


@dataclass(frozen=True)
class Recipient:
    """Who stands at one of the places: a member, or a unit by what it sent in."""

    holder: bytes | int
    """The member's key, or the id of the entry."""
    rank: int
    bracket: str | None
    """In which the rank counts; None where all are ranked together."""
    name: str | None
    """The member's; of a micro lesson that of who speaks."""
    unit: str | None
    public: bool = True
    """Whether strangers may read a part of the member's name."""
    title: str | None = None
    """Of what a unit sent in."""

    @property
    def is_known(self) -> bool:
        """Whether there is something to call them by."""
        return bool(self.name or self.title)


@dataclass(frozen=True)
class Preview:
    """Whom an award would reach."""

    named: list[Recipient]
    nameless: int
    """How many get none until they have registered a name."""


@dataclass(frozen=True)
class AwardView:
    """An award, and how many have it in writing."""

    id: int
    title: str
    plan: AwardPlan
    issued_at: datetime
    certificates: int


@dataclass(frozen=True)
class Line:
    """A certificate of an award, for those who gave it."""

    code: str
    rank: int
    bracket: str | None
    name: str | None
    """None when the holder is gone, or a unit."""
    unit: str | None
    revoked_at: datetime | None
    title: str | None
    """Of what a unit sent in."""
    key: str
    """With the code the address of the unit's own page; a member's is not for others."""


@dataclass(frozen=True)
class Diploma:
    """What stands on a certificate."""

    code: str
    title: str
    honour: str
    rank: int
    bracket: str | None
    """In which the rank counts; None where all were ranked together."""
    issuer: str
    issued_at: datetime
    name: str | None
    """In full for the holder, masked for others; None where others may not know it."""
    unit: str | None
    revoked_at: datetime | None
    key: str = ""
    """With the code the address of the holder's own page; not for others."""
    entry: str | None = None
    """The title of what a unit sent in; then the name is that of who speaks, if anybody does."""


class Certificates:
    """All awards and certificates."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    # ------------------------------------------------------------ giving

    def occasions(self) -> list[Occasion]:
        """The contests that are over and the selections whose result stands, the latest first."""
        over = self._session.execute(
            select(Contest.id, Contest.title)
            .where(Contest.last_day < campaign_day(self._now))
            .order_by(Contest.last_day.desc(), Contest.id.desc())
        )
        stand = self._session.execute(
            select(Round.id, Round.title)
            .join(Outcome, Outcome.round_id == Round.id)
            .where(Outcome.published_at.is_not(None))
            .order_by(Outcome.published_at.desc())
        )
        contests = [Occasion(f"contest:{id_}", title) for id_, title in over]
        return [Occasion(f"round:{id_}", title) for id_, title in stand] + contests

    def preview(self, plan: AwardPlan) -> Preview:
        """Whom the award would reach. Raises UnfitAward."""
        self._title(plan)
        return self._reached(plan)

    def issue(self, plan: AwardPlan, staff_id: int) -> int:
        """Give the award to all at these places who are known; its number. Raises UnfitAward."""
        title = self._title(plan)
        named = self._reached(plan).named
        award = Award(
            activity=plan.activity, title=title, honour=plan.honour, first_rank=plan.first_rank,
            last_rank=plan.last_rank, issuer=plan.issuer, issued_at=self._now,
        )  # fmt: skip
        try:
            with self._session.begin_nested():
                self._session.add(award)
        except IntegrityError as error:
            raise UnfitAward({"honour": Flaw.TWICE}) from error
        self._give(award, named, staff_id)
        return award.id

    def issue_rest(self, number: int, staff_id: int) -> int:
        """Give it to those who have registered a name since; how many. Raises NoSuchAward."""
        # Two who do it at once would write the same rows: one after the other.
        award = self._session.get(Award, number, with_for_update=True)
        if award is None:
            raise NoSuchAward
        have: set[bytes | int] = set()
        for holder, given in (
            (CertificateHolder.member_key, CertificateHolder.award_id),
            (CertificateEntry.motto_id, CertificateEntry.award_id),
        ):
            have.update(self._session.scalars(select(holder).where(given == number)))
        recipients = self._recipients(_plan(award))
        new = [one for one in recipients if one.is_known and one.holder not in have]
        if new:
            self._give(award, new, staff_id)
        return len(new)

    def revoke(self, code: str, staff_id: int) -> int:
        """Say that the certificate is not valid; its award's number. Raises NoSuchAward.

        A second time changes nothing.
        """
        return self._change(code, staff_id, revoked=True)

    def revoke_all(self, number: int, staff_id: int) -> None:
        """Revoke every certificate of the award. Raises NoSuchAward."""
        self.award(number)
        for line in self.lines(number):
            self.revoke(line.code, staff_id)

    def restore(self, code: str, staff_id: int) -> int:
        """Take a revocation back; the award's number. Raises NoSuchAward."""
        return self._change(code, staff_id, revoked=False)

    # ------------------------------------------------------------ looking

    def awards(self) -> list[AwardView]:
        """All awards, the latest first."""
        return self._awards()

    def award(self, number: int) -> AwardView:
        """The award of this number. Raises NoSuchAward."""
        found = self._awards(Award.id == number)
        if not found:
            raise NoSuchAward
        return found[0]

    def lines(self, number: int) -> list[Line]:
        """The certificates of an award, the first place first."""
        rows = self._session.execute(
            self._rows()
            .where(Certificate.award_id == number)
            .order_by(Certificate.bracket, Certificate.place, Certificate.code)
        )
        return [
            Line(
                row.code, row.place, row.bracket, row.name, row.unit or row.entry_unit,
                row.revoked_at, row.entry, row.entry_key or "",
            )
            for row in rows
        ]  # fmt: skip

    def check(self, typed: str) -> Diploma | None:
        """The certificate of this code, however it was typed, as strangers may see it."""
        row = self._found(bare_code(typed))
        if row is None:
            return None
        if row.entry:
            return _diploma(row, row.speaker, row.entry_unit)
        may_know = row.name and row.public and not row.unlisted
        name, unit = (mask(row.name), row.unit) if may_know else (None, None)
        return _diploma(row, name, unit)

    def own(self, code: str, key: str) -> Diploma | None:
        """The certificate as its holder, who alone has the key, sees it; None when revoked."""
        row = self._found(code)
        if row is None or row.revoked_at:
            return None
        if not secrets.compare_digest(row.page_key or row.entry_key or "", key):
            return None
        return _own(row)

    def of(self, member: bytes) -> list[Diploma]:
        """The member's certificates that are valid, the latest first."""
        rows = self._session.execute(
            self._rows()
            .where(CertificateHolder.member_key == member, Certificate.revoked_at.is_(None))
            .order_by(Award.id.desc())
        )
        return [_own(row) for row in rows]

    def of_units(self, root: int | None) -> list[Diploma]:
        """What is valid of this unit and those below it, the latest first; all for None."""
        of_entries = self._rows().where(
            CertificateEntry.code.is_not(None), Certificate.revoked_at.is_(None)
        )
        if root is not None:
            within = Units(self._session).below(root)
            of_entries = of_entries.join(Motto, Motto.id == CertificateEntry.motto_id).where(
                Motto.unit_id.in_(within)
            )
        rows = self._session.execute(of_entries.order_by(Award.id.desc(), Certificate.place))
        return [_own(row) for row in rows]

    # ------------------------------------------------------------ within

    def _awards(self, *which: ColumnElement[bool]) -> list[AwardView]:
        count = (
            select(func.count())
            .where(Certificate.award_id == Award.id, Certificate.revoked_at.is_(None))
            .scalar_subquery()
        )
        rows = self._session.execute(select(Award, count).where(*which).order_by(Award.id.desc()))
        return [
            AwardView(award.id, award.title, _plan(award), award.issued_at, given)
            for award, given in rows
        ]

    def _title(self, plan: AwardPlan) -> str:
        """What the award is for. Raises UnfitAward."""
        flaws: dict[str, Flaw] = {}
        for name, most in {"honour": HONOUR_MOST, "issuer": ISSUER_MOST}.items():
            words = getattr(plan, name)
            if not words or len(words) > most:
                flaws[name] = Flaw.LONG if words else Flaw.EMPTY
        for name in ("first_rank", "last_rank"):
            if not 1 <= getattr(plan, name) <= MOST_RANK:
                flaws[name] = Flaw.NUMBER
        if not flaws and plan.first_rank > plan.last_rank:
            flaws["last_rank"] = Flaw.ORDER
        titles = {one.activity: one.title for one in self.occasions()}
        if plan.activity not in titles:
            flaws["activity"] = Flaw.OPEN
        if flaws:
            raise UnfitAward(flaws)
        return titles[plan.activity]

    def _reached(self, plan: AwardPlan) -> Preview:
        """Whom a plan without flaws would reach. Raises UnfitAward where that is nobody."""
        recipients = self._recipients(plan)
        named = [one for one in recipients if one.is_known]
        if not named:
            raise UnfitAward({"last_rank": Flaw.NOBODY})
        return Preview(named, len(recipients) - len(named))

    def _recipients(self, plan: AwardPlan) -> list[Recipient]:
        kind, _, id_ = plan.activity.partition(":")
        if kind == "contest":
            return self._people(self._of_contest(int(id_), plan))
        ranks = self._ranks(int(id_), plan)
        return self._sent_in(ranks) or self._people(self._authors(ranks))

    def _of_contest(self, contest: int, plan: AwardPlan) -> list[_Placed]:
        """All at these places: those of each bracket where there are some, one after the other."""
        brackets = self._session.get_one(Contest, contest).brackets
        placed: list[_Placed] = []
        unread: set[str | None] = set(brackets) or {None}
        for one in Standings(self._session, self._now).everybody(contest):
            # Who stands off the board has no place.
            rank = one.rank or 0
            if rank > plan.last_rank:
                unread.discard(one.bracket)
                if not unread:
                    break
            elif rank >= plan.first_rank:
                placed.append(_Placed(one.member, rank, True, one.bracket))
        return sorted(placed, key=lambda one: one.bracket or "")

    def _ranks(self, round_id: int, plan: AwardPlan) -> dict[int, int]:
        """The entries at these places, and which each has."""
        table = Panels(self._session, self._now).table(round_id)
        if table is None:
            votes = Tally(self._session, self._now).result(round_id)
            places = [(id_of(line.card.number), line.rank) for line in votes]
        else:
            places = [(line.judged.entry, line.judged.rank) for line in table]
        return {entry: rank for entry, rank in places if plan.first_rank <= rank <= plan.last_rank}

    def _sent_in(self, ranks: Mapping[int, int]) -> list[Recipient]:
        """What units sent in of these entries, and still stands."""
        cards = read_cards(self._session, Motto.id.in_(ranks), approved(Motto))
        found = [
            Recipient(
                id_of(card.number), ranks[id_of(card.number)], None, card.sent.speaker,
                card.unit.full_name if card.unit else None, title=card.words,
            )
            for card in cards
            if card.sent
        ]  # fmt: skip
        return sorted(found, key=lambda one: one.rank)

    def _authors(self, ranks: Mapping[int, int]) -> list[_Placed]:
        """All who signed these cards; who signed with nothing is named nowhere."""
        card = aliased(Motto)
        rows = self._session.execute(
            select(Motto.author, Motto.signature, card.id)
            .join(card, same_words(Motto, card))
            .where(card.id.in_(ranks), approved(card), approved(Motto))
            .order_by(Motto.id)
        )
        return sorted(
            (_Placed(row.author, ranks[row.id], row.signature != "none") for row in rows),
            key=lambda one: one.rank,
        )

    def _people(self, placed: Sequence[_Placed]) -> list[Recipient]:
        """Those of them who are still here."""
        keys = [one.member for one in placed]
        rows = self._session.execute(
            select(Member.member_key, Member.name, Unit.name)
            .join(Person, Person.member_key == Member.member_key)
            .outerjoin(Unit, Unit.id == Member.unit_id)
            .where(Member.member_key.in_(keys))
        )
        known = {row[0]: row for row in rows}
        return [
            Recipient(one.member, one.rank, one.bracket, *known[one.member][1:], one.public)
            for one in placed
            if one.member in known
        ]

    def _give(self, award: Award, new: Sequence[Recipient], staff_id: int) -> None:
        """Write out a certificate for each of these."""
        codes = [bare_code(spoken_code(2)) for _ in new]
        self._session.execute(
            insert(Certificate),
            [
                {"code": code, "award_id": award.id, "place": one.rank, "bracket": one.bracket}
                for one, code in zip(new, codes, strict=True)
            ],
        )
        held: dict[Any, list[dict[str, Any]]] = {CertificateHolder: [], CertificateEntry: []}
        for one, code in zip(new, codes, strict=True):
            kind, row = _held(award.id, one, code)
            held[kind].append(row)
        for kind, rows in held.items():
            if rows:
                self._session.execute(insert(kind), rows)
        self._tell(award, new)
        self._record(staff_id, "award.issue", award.id, {"certificates": len(new)})

    def _tell(self, award: Award, new: Iterable[Recipient]) -> None:
        """Leave word for members; units look at the console."""
        notices = Notices(self._session, self._now)
        for one in new:
            if isinstance(one.holder, bytes):
                facts = _told(award.title, award.honour, one.rank, one.bracket, revoked=False)
                notices.leave(one.holder, f"award:{award.id}", "certificate", facts, self._now)

    def _change(self, code: str, staff_id: int, *, revoked: bool) -> int:
        row = self._found(code)
        if row is None:
            raise NoSuchAward
        still = Certificate.revoked_at.is_(None) if revoked else Certificate.revoked_at.is_not(None)
        changed = self._session.execute(
            update(Certificate)
            .where(Certificate.code == code, still)
            .values(revoked_at=self._now if revoked else None)
        )
        if changed.rowcount:  # type: ignore[attr-defined]
            self._tell_change(row, revoked=revoked)
            action = "award.revoke" if revoked else "award.restore"
            self._record(staff_id, action, row.award_id, {"code": code})
        return int(row.award_id)

    def _tell_change(self, row: Row[Any], *, revoked: bool) -> None:
        """Say so to the holder, unless the word before it has not been heard yet."""
        if row.member_key is None:
            return
        notices = Notices(self._session, self._now)
        before = f"award:{row.award_id}" if revoked else _cause("revoke", row.code, row.revoked_at)
        if notices.take_back(row.member_key, before):
            return
        cause = _cause("revoke" if revoked else "restore", row.code, self._now)
        facts = _told(row.title, row.honour, row.place, row.bracket, revoked=revoked)
        notices.leave(row.member_key, cause, "certificate", facts, self._now)

    def _found(self, code: str) -> Row[Any] | None:
        if not CODE.fullmatch(code):
            return None
        return self._session.execute(self._rows().where(Certificate.code == code)).first()

    @staticmethod
    def _rows() -> Any:
        return (
            select(
                Certificate.code, Certificate.place, Certificate.bracket, Certificate.revoked_at,
                Award.id.label("award_id"), Award.title, Award.honour, Award.issuer,
                Award.issued_at, CertificateHolder.member_key, CertificateHolder.page_key,
                CertificateHolder.name, CertificateHolder.unit, CertificateHolder.public,
                CertificateEntry.title.label("entry"), CertificateEntry.speaker,
                CertificateEntry.unit.label("entry_unit"),
                CertificateEntry.page_key.label("entry_key"), Member.unlisted,
            )
            .join(Award, Award.id == Certificate.award_id)
            .outerjoin(CertificateHolder, _OURS)
            .outerjoin(CertificateEntry, CertificateEntry.code == Certificate.code)
            .outerjoin(Member, Member.member_key == CertificateHolder.member_key)
        )  # fmt: skip

    def _record(self, staff_id: int, action: str, number: int, facts: dict[str, Any]) -> None:
        actor, subject = audit.staff(staff_id), f"award:{number}"
        audit.record(self._session, self._now, actor, action, subject, facts)


def _held(award_id: int, one: Recipient, code: str) -> tuple[Any, dict[str, Any]]:
    """The row that says whose a certificate is, and which table it is of."""
    row: dict[str, Any] = {
        "award_id": award_id, "code": code, "page_key": secrets.token_urlsafe(16),
        "unit": one.unit,
    }  # fmt: skip
    if one.title is None:
        facts = {"member_key": one.holder, "name": one.name, "public": one.public}
        return CertificateHolder, row | facts
    return CertificateEntry, row | {
        "motto_id": one.holder, "title": one.title, "speaker": one.name
    }  # fmt: skip


def _cause(deed: str, code: str, at: datetime) -> str:
    return f"{deed}:{code}:{at:%y%m%d%H%M%S%f}"


def _told(
    title: str, honour: str, rank: int, bracket: str | None, *, revoked: bool
) -> dict[str, Any]:
    return {
        "title": title, "honour": honour, "rank": rank, "bracket": bracket, "revoked": revoked
    }  # fmt: skip


def _plan(award: Award) -> AwardPlan:
    return AwardPlan(award.activity, award.honour, award.first_rank, award.last_rank, award.issuer)


def _own(row: Row[Any]) -> Diploma:
    if row.entry:
        return _diploma(row, row.speaker, row.entry_unit, row.entry_key)
    return _diploma(row, row.name, row.unit, row.page_key)


def _diploma(row: Row[Any], name: str | None, unit: str | None, key: str = "") -> Diploma:
    return Diploma(
        row.code, row.title, row.honour, row.place, row.bracket, row.issuer, row.issued_at, name,
        unit, row.revoked_at, key, row.entry,
    )  # fmt: skip
