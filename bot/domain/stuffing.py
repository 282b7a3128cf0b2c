"""Stuffing: votes that look bought, by signals that are ours anyway, each told with its number.

Nobody's device, place or address is looked at. What is looked at:

- how an entry's votes of an hour compare with what it usually gets: its share of all votes in
  its other hours, times what the others got in this hour, so that an evening on which everybody
  votes is nobody's doing;
- how large a part of a day's votes comes from members who followed within a day, compared with
  the others' votes of that day;
- and then, vote by vote: was it given within a day of following, by a member without a unit, who
  voted for nothing else, or for the same entries in the same order as others did (each member is
  shown the entries in an order of their own).

A vote is suspicious in a conspicuous hour only, by two of these at least, and where most of what
is beyond the usual is so. The limits are settings, not truths: two colleagues decide. What this
can't see is an entry that was stuffed from its first hour to its last by accounts that followed
long ago, and few bought votes among many that were asked for.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from bot.domain.entries import id_of, number_of
from bot.domain.identity import campaign_day
from bot.storage.tables import Member, Person, QuarantinedVote, Vote

FRESH = timedelta(days=1)
"""How soon after following a vote is a fresh one."""
LEAST = 10
"""Votes in an hour, fresh votes of a day, suspicious votes of a day: fewer are not looked at."""
TIMES = 4.0
"""How many times the usual makes an hour conspicuous."""
FRESH_PART, FRESH_TIMES = 0.3, 3.0
"""The part of fresh votes, and how many times that of all others, that make a day conspicuous."""
ALIKE = 5
"""Members who voted for the same entries in the same order, of whom each is one too many."""
SIGNS = 2
"""Signs that make a vote suspicious."""
MOST = 0.6
"""The part of what an entry got beyond the usual that has to be suspicious: where it is less, a
unit may have asked its own people to vote."""
_AT_ONCE = 500
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Hour:
    """An hour of an entry."""

    begins: datetime
    votes: int
    usual: float
    conspicuous: bool


@dataclass(frozen=True)
class Finding:
    """The suspicious votes that an entry got on a day, and what speaks against them."""

    number: int
    day: date
    begins: datetime
    ends: datetime
    """The first and the last of them."""
    votes: int
    """All that the entry got in the conspicuous hours."""
    usual: float
    """What it usually gets in as many hours like these."""
    trackers: tuple[str, ...]
    """The suspicious ones."""
    signs: Mapping[str, int]
    """How many of these are fresh, without a unit, their member's only one, or alike."""
    hours: tuple[Hour, ...]
    """The whole day of the entry."""

    @property
    def suspicious(self) -> int:
        return len(self.trackers)

    def to_facts(self) -> dict[str, Any]:
        """The numbers, as they are kept with a decision."""
        return {
            "begins": self.begins.isoformat(), "ends": self.ends.isoformat(), "votes": self.votes,
            "usual": round(self.usual, 1), "suspicious": self.suspicious, **self.signs,
        }  # fmt: skip


@dataclass(frozen=True)
class Given:
    """A vote, with what is known of who gave it."""

    tracker: str
    member: bytes
    entry: int
    at: datetime
    followed_at: datetime | None
    unit: int | None

    @property
    def is_fresh(self) -> bool:
        return self.followed_at is not None and self.at - self.followed_at < FRESH


class Stuffing:
    """Looks for votes that look bought."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def findings(self, round_id: int) -> list[Finding]:
        """What is conspicuous in a round and not decided yet, the most votes first."""
        hours = self._hours(round_id)
        found: list[Finding] = []
        for entry, conspicuous in _conspicuous(hours).items():
            for day, at in _by_day(conspicuous).items():
                if finding := self._look(round_id, entry, day, at, hours):
                    found.append(finding)
        return sorted(found, key=lambda one: (-one.suspicious, one.day, one.number))

    def finding(self, round_id: int, number: int, day: date) -> Finding | None:
        """What is conspicuous about this entry on this day."""
        hours = self._hours(round_id)
        at = _by_day(_conspicuous(hours).get(id_of(number), set())).get(day)
        return self._look(round_id, id_of(number), day, at, hours) if at else None

    def _hours(self, round_id: int) -> "Hours":
        """How many votes, and fresh ones, each entry got in each hour.

        By the letters of the moments: to read a moment takes longer than to count it.
        """
        rows = self._session.execute(
            select(Vote.motto_id, cast(Vote.accepted_at, String), cast(Person.followed_at, String))
            .outerjoin(Person, Person.member_key == Vote.member_key)
            .where(Vote.round_id == round_id),
            execution_options={"yield_per": 10_000},
        )
        hours, known = Hours(), dict[str, datetime]()
        for entry, voted, followed in rows:
            hour = known.get(voted[:13]) or known.setdefault(voted[:13], _hour(voted))
            fresh = bool(followed) and _is_within_a_day(hour, followed, known)
            hours.add(entry, hour, fresh)
        return hours

    def _look(
        self, round_id: int, entry: int, day: date, at: set[datetime], hours: "Hours"
    ) -> Finding | None:
        """The suspicious among the votes of these hours; None where there are hardly any."""
        given = [vote for vote in self._given(round_id, entry, at) if _hour_of(vote.at) in at]
        signs = _signs(given, self._orders(round_id, {vote.member for vote in given}))
        suspicious = [vote for vote in given if len(signs[vote.tracker]) >= SIGNS]
        usual = sum(hours.usual(entry, hour) for hour in at)
        if len(suspicious) < MOST * (len(given) - usual):
            return None
        decided = self._decided(suspicious)
        undecided = [vote for vote in suspicious if vote.tracker not in decided]
        if len(undecided) < LEAST:
            return None
        times = sorted(vote.at for vote in undecided)
        told = Counter(sign for vote in undecided for sign in signs[vote.tracker])
        return Finding(
            number=number_of(entry),
            day=day,
            begins=times[0],
            ends=times[-1],
            votes=len(given),
            usual=usual,
            trackers=tuple(sorted(vote.tracker for vote in undecided)),
            signs={sign: told[sign] for sign in ("fresh", "unbound", "sole", "alike")},
            hours=_picture(entry, at, hours),
        )

    def _given(self, round_id: int, entry: int, at: set[datetime]) -> list[Given]:
        rows = self._session.execute(
            select(
                Vote.tracker, Vote.member_key, Vote.motto_id, Vote.accepted_at,
                Person.followed_at, Member.unit_id,
            )
            .outerjoin(Person, Person.member_key == Vote.member_key)
            .outerjoin(Member, Member.member_key == Vote.member_key)
            .where(
                Vote.round_id == round_id, Vote.motto_id == entry,
                Vote.accepted_at >= min(at), Vote.accepted_at < max(at) + _HOUR,
            )
        )  # fmt: skip
        return [Given(*row) for row in rows]

    def _orders(self, round_id: int, members: set[bytes]) -> dict[bytes, tuple[int, ...]]:
        """For which entries each of them voted, in the order in which they did."""
        orders: dict[bytes, list[int]] = defaultdict(list)
        everybody = sorted(members)
        for start in range(0, len(everybody), _AT_ONCE):
            some = everybody[start : start + _AT_ONCE]
            rows = self._session.execute(
                select(Vote.member_key, Vote.motto_id)
                .where(Vote.member_key.in_(some), Vote.round_id == round_id)
                .order_by(Vote.accepted_at, Vote.motto_id)
            )
            for member, entry in rows:
                orders[member].append(entry)
        return {member: tuple(dict.fromkeys(order)) for member, order in orders.items()}

    def _decided(self, votes: Sequence[Given]) -> set[str]:
        """Those that somebody has proposed or decided about."""
        trackers = [vote.tracker for vote in votes]
        found: set[str] = set()
        for start in range(0, len(trackers), _AT_ONCE):
            some = QuarantinedVote.tracker.in_(trackers[start : start + _AT_ONCE])
            found.update(self._session.scalars(select(QuarantinedVote.tracker).where(some)))
        return found


class Hours:
    """How many votes each entry, and all together, got in each hour and on each day."""

    def __init__(self) -> None:
        self.votes: dict[int, Counter[datetime]] = defaultdict(Counter)
        self.fresh: dict[int, Counter[datetime]] = defaultdict(Counter)
        self.all: Counter[datetime] = Counter()
        self._shares: dict[int, float] = {}

    def add(self, entry: int, hour: datetime, fresh: bool) -> None:
        self.votes[entry][hour] += 1
        self.fresh[entry][hour] += fresh
        self.all[hour] += 1

    def usual(self, entry: int, hour: datetime) -> float:
        """What the entry would have got in this hour by its share in its other hours."""
        return self.share(entry) * (self.all[hour] - self.votes[entry][hour])

    def share(self, entry: int) -> float:
        """How many votes it gets for one of all others, conspicuous hours left out."""
        if entry not in self._shares:
            self._shares[entry] = self._settle(entry)
        return self._shares[entry]

    def bursts(self, entry: int) -> set[datetime]:
        """The hours in which it got far more."""
        return self._beyond(entry, self.share(entry))

    def _settle(self, entry: int) -> float:
        """Leave out what is conspicuous, look again, until nothing more is.

        Who had hardly any other hours has the share that an entry has on average.
        """
        beyond: set[datetime] = set()
        while True:
            here = sum(n for hour, n in self.votes[entry].items() if hour not in beyond)
            others = sum(n - self.votes[entry][hour] for hour, n in self.all.items()
                         if hour not in beyond)  # fmt: skip
            weight = max(1, len(self.votes)) * 1.0
            share = (here + 1.0) / (others + weight)
            more = self._beyond(entry, share)
            if more <= beyond:
                return share
            beyond |= more

    def _beyond(self, entry: int, share: float) -> set[datetime]:
        return {
            hour
            for hour, count in self.votes[entry].items()
            if count >= LEAST and count > TIMES * share * (self.all[hour] - count) + LEAST / 2
        }


def _conspicuous(hours: Hours) -> dict[int, set[datetime]]:
    """The hours of each entry in which its votes are worth a look."""
    found: dict[int, set[datetime]] = {}
    all_fresh, all_votes = _per_day(_total(hours.fresh)), _per_day(hours.all)
    for entry in list(hours.votes):
        at = hours.bursts(entry)
        fresh, votes = _per_day(hours.fresh[entry]), _per_day(hours.votes[entry])
        for day, count in fresh.items():
            others = max(1, all_votes[day] - votes[day])
            usual = (all_fresh[day] - count) / others
            part = count / votes[day]
            if count >= LEAST and part >= FRESH_PART and part > FRESH_TIMES * usual:
                at |= {hour for hour, n in hours.fresh[entry].items()
                       if n and campaign_day(hour) == day}  # fmt: skip
        if at:
            found[entry] = at
    return found


def _signs(
    given: Sequence[Given], orders: Mapping[bytes, tuple[int, ...]]
) -> dict[str, tuple[str, ...]]:
    """What speaks against each vote."""
    common = Counter(orders.values())
    told: dict[str, tuple[str, ...]] = {}
    for vote in given:
        order = orders[vote.member]
        facts = {
            "fresh": vote.is_fresh,
            "unbound": vote.unit is None,
            "sole": len(order) == 1,
            "alike": len(order) > 1 and common[order] > ALIKE,
        }
        told[vote.tracker] = tuple(sign for sign, holds in facts.items() if holds)
    return told


def _picture(entry: int, at: set[datetime], hours: Hours) -> tuple[Hour, ...]:
    """The 24 hours of the day, in China, on which the conspicuous ones are."""
    first = min(at)
    midnight = first - _HOUR * ((first.hour + 8) % 24)
    day = [midnight + _HOUR * place for place in range(24)]
    counts = hours.votes[entry]
    return tuple(Hour(one, counts[one], hours.usual(entry, one), one in at) for one in day)


def _by_day(at: Iterable[datetime]) -> dict[date, set[datetime]]:
    days: dict[date, set[datetime]] = defaultdict(set)
    for hour in at:
        days[campaign_day(hour)].add(hour)
    return days


def _per_day(counts: Mapping[datetime, int]) -> Counter[date]:
    days: Counter[date] = Counter()
    for hour, count in counts.items():
        days[campaign_day(hour)] += count
    return days


def _total(counts: Mapping[int, Counter[datetime]]) -> Counter[datetime]:
    total: Counter[datetime] = Counter()
    for one in counts.values():
        total.update(one)
    return total


def _hour(moment: str) -> datetime:
    """The hour of a moment as every engine writes it: `2026-12-05 04:00:00.000000`."""
    return datetime.strptime(moment[:13], "%Y-%m-%d %H").replace(tzinfo=UTC)


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _is_within_a_day(hour: datetime, followed: str, known: dict[str, datetime]) -> bool:
    since = known.get(followed[:13]) or known.setdefault(followed[:13], _hour(followed))
    return hour - since < FRESH
