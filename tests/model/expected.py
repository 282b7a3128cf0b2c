"""What should be true by now: the whole campaign in plain dicts, without a database or words.

Each method plays one act by the rules of the game and gives the deeds that it should do, none
if the rules forbid it.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.domain.identity import campaign_day
from tests.builders import CLOSES, LAST_DAY, NOON
from tests.model.claims import Deed
from tests.model.stage import AUTHORS, HOPEFULS

VOTES_A_DAY = 3
GRACE = timedelta(seconds=20)
UNDO = timedelta(seconds=60)
RESTORE = timedelta(days=30)
REBINDS_WITHIN = timedelta(days=30)
NAMES_WITHIN = timedelta(days=30)
PATIENCE = timedelta(hours=24)
AT_ONCE = 2

Deeds = set[Deed]


@dataclass
class Entry:
    """A motto."""

    author: str
    words: str
    changed_at: datetime
    state: str = "waiting"
    version: int = 1
    decided_at: datetime | None = None
    approved_at: datetime | None = None
    decider: int = 0
    barred: int = 0
    """The moderator whose decision the author did not accept."""
    former: str | None = None

    @property
    def shape(self) -> tuple[str, str, str, int]:
        """What can be compared with a row."""
        return self.author, self.words, self.state, self.version


@dataclass
class Paper:
    """The paper of one day."""

    begun_at: datetime
    questions: list[int]
    skipped: list[int] = field(default_factory=list)
    answers: dict[int, str] = field(default_factory=dict)

    @property
    def current(self) -> int:
        """The place to answer next; 0 when all are done."""
        places = [place for place in range(1, 6) if place not in self.answers]
        late = [place for place in self.skipped if place in places]
        return next((place for place in places if place not in self.skipped), (late or [0])[0])

    @property
    def shown(self) -> int:
        """The farthest place that its member has seen."""
        return max(*self.answers, *self.skipped, self.current, 0, 0)


@dataclass
class Waiting:
    """Something to tell a member."""

    to: str
    due_at: datetime
    told: bool = False


class Expected:
    """The state of the game."""

    def __init__(self) -> None:
        self.following: dict[str, bool] = {}
        self.scanned: dict[str, int | None] = {}
        self.unit: dict[str, tuple[int, str | None]] = {}
        self.moves: dict[str, list[datetime]] = defaultdict(list)
        self.namings: dict[str, list[datetime]] = defaultdict(list)
        self.papers: dict[tuple[str, date], Paper] = {}
        self.entries: dict[int, Entry] = {}
        self.votes: dict[str, list[tuple[date, int]]] = defaultdict(list)
        self.notices: dict[tuple[str, str], Waiting] = {}
        """By the member and the cause."""
        self.replies: dict[bytes, bytes] = {}
        for author, words in (AUTHORS | HOPEFULS).items():
            self._admit(author, words, NOON - timedelta(minutes=5))

    def may_move(self, by: str, at: datetime) -> bool:
        """Whether the member belongs to no unit, or has moved less than twice in thirty days."""
        lately = [moved for moved in self.moves[by] if at - moved < REBINDS_WITHIN]
        return by not in self.unit or len(lately) < 2

    def may_name(self, by: str, name: str, at: datetime) -> bool:
        """Whether this is the member's name, or less than three were given in thirty days."""
        lately = [named for named in self.namings[by] if at - named < NAMES_WITHIN]
        return self.unit.get(by, (0, None))[1] == name or len(lately) < 3

    def join(self, by: str, unit: int, name: str | None, at: datetime) -> None:
        """The member belongs to this unit now."""
        if name not in (None, self.unit.get(by, (0, None))[1]):
            self.namings[by].append(at)
        if by in self.unit and self.unit[by][0] != unit:
            self.moves[by].append(at)
        self.unit[by], self.scanned[by] = (unit, name), None

    def _admit(self, author: str, words: str, at: datetime) -> None:
        """An entry that was there before anything else happened."""
        self.following[author] = True
        self.submit(author, words, at)
        if author in AUTHORS:
            self.decide(self.own(author), 1, "approved", at, 1)

    # -------------------------------------------------------- the quiz

    def open_paper(self, by: str, now: datetime) -> Paper | None:
        """The paper that takes the member's answers now."""
        fresh = [
            paper
            for (member, _), paper in self.papers.items()
            if member == by and paper.current and paper.begun_at > now - PATIENCE
        ]
        return min(fresh, key=lambda paper: paper.begun_at, default=None)

    def may_begin(self, by: str, now: datetime) -> bool:
        """Whether a new paper is due."""
        today = campaign_day(now)
        open_one = self.open_paper(by, now)
        return open_one is None and today <= LAST_DAY and (by, today) not in self.papers

    # -------------------------------------------------------- votes

    def vote(self, by: str, number: int, sent_at: datetime, now: datetime) -> Deeds:
        day, given = campaign_day(sent_at), self.votes[by]
        card = self.card(number)
        if sent_at >= CLOSES or now >= CLOSES + GRACE or not card or (day, card) in given:
            return set()
        if any(self.entries[number].author == by for number in self.family(card)):
            return set()
        if sum(of_day == day for of_day, _ in given) == VOTES_A_DAY:
            return set()
        given.append((day, card))
        return {("vote", card)}

    def family(self, number: int) -> list[int]:
        """The approved entries that say what this one says, the first approved first."""
        words = self.entries[number].words
        found = [
            (entry.approved_at, other)
            for other, entry in self.entries.items()
            if entry.state == "approved" and entry.words == words
        ]
        return [other for _, other in sorted(found)]

    def card(self, number: int) -> int:
        """The number of the card to which this one leads; 0 when that can't be voted for."""
        entry = self.entries.get(number)
        return self.family(number)[0] if entry and entry.state == "approved" else 0

    def take_back(self, by: str, number: int, now: datetime) -> Deeds:
        entry = self.entries.get(number)
        says = entry.words if entry else None
        own = [vote for vote in self.votes[by] if self.entries[vote[1]].words == says]
        if now >= CLOSES or not own:
            return set()
        self.votes[by].remove(own[-1])
        return {("take back", own[-1][1])}

    def take_latest_back(self, by: str, now: datetime) -> Deeds:
        given = self.votes[by]
        return self.take_back(by, given[-1][1], now) if given else set()

    def at_stake(self, number: int) -> int:
        """How many votes go when this entry goes."""
        if len(self.family(number)) > 1:
            return 0
        return sum(vote[1] == number for given in self.votes.values() for vote in given)

    # -------------------------------------------------------- one's own entry

    def own(self, by: str) -> int:
        """The number of the member's entry; 0 without one."""
        return next((n for n, entry in self.entries.items() if entry.author == by), 0)

    def submit(self, by: str, words: str, now: datetime) -> Deeds:
        if now >= CLOSES or self.own(by):
            return set()
        number = 1_001 + len(self.entries)
        self.entries[number] = Entry(by, words, now)
        return {("submit", number)}

    def reword(self, by: str, words: str | None, now: datetime) -> Deeds:
        number = self.own(by)
        if now >= CLOSES or not number or words is None:
            return set()
        entry = self.entries[number]
        if words == entry.words and entry.state != "withdrawn":
            return set()
        self._change(number, "waiting", now, former=entry.words, words=words, barred=0)
        return {("reword", number)}

    def withdraw(self, by: str, number: int, now: datetime) -> Deeds:
        if number != self.own(by) or self.entries[number].state == "withdrawn":
            return set()
        self._change(number, "withdrawn", now, barred=0)
        return {("withdraw", number)}

    def restore(self, by: str, number: int, now: datetime) -> Deeds:
        if number != self.own(by) or self.entries[number].state != "withdrawn":
            return set()
        if now > self.entries[number].changed_at + RESTORE:
            return set()
        self._change(number, "waiting", now)
        return {("restore", number)}

    def may_appeal(self, by: str, now: datetime) -> bool:
        """Whether a decision against the member's entry is known, and was not looked at again."""
        entry = self.entries.get(self.own(by))
        if entry is None or entry.state != "returned" or entry.decided_at is None:
            return False
        return now >= entry.decided_at + UNDO and not entry.barred

    def appeal(self, by: str, now: datetime) -> Deeds:
        if not self.may_appeal(by, now):
            return set()
        number = self.own(by)
        self._change(number, "waiting", now, barred=self.entries[number].decider)
        return {("appeal", number)}

    # -------------------------------------------------------- the review desk

    def decide(self, number: int, version: int, verdict: str, now: datetime, who: int) -> bool:
        """Whether the decision stands."""
        entry = self.entries[number]
        if (entry.version, entry.state) != (version, "waiting") or entry.barred == who:
            return False
        self._change(number, verdict, now, decided_at=now, approved_at=now, decider=who)
        cause = f"motto:{number}:{entry.version}"
        self.notices[entry.author, cause] = Waiting(entry.author, now + UNDO)
        return True

    def undo(self, number: int, version: int, now: datetime, who: int) -> bool:
        """Whether the decision is taken back."""
        entry = self.entries[number]
        if entry.barred == who:
            return False
        if entry.version != version or entry.state not in ("approved", "returned"):
            return False
        if entry.decided_at is None or now >= entry.decided_at + UNDO:
            return False
        self._change(number, "waiting", now)
        return True

    def tell(self, by: str, now: datetime) -> list[str]:
        """What rides on the member's next reply."""
        waiting = [
            (notice.due_at, cause)
            for (_, cause), notice in self.notices.items()
            if notice.to == by and not notice.told and notice.due_at <= now
        ]
        told = [cause for _, cause in sorted(waiting)[:AT_ONCE]]
        for cause in told:
            self.notices[by, cause].told = True
        return told

    def _change(self, number: int, state: str, now: datetime, **changes: object) -> None:
        entry = self.entries[number]
        verdict = entry.author, f"motto:{number}:{entry.version}"
        if verdict in self.notices and not self.notices[verdict].told:
            del self.notices[verdict]
        if state != "approved":
            self._release(number, now)
        entry.state, entry.version, entry.changed_at = state, entry.version + 1, now
        entry.decided_at = None
        for name, value in changes.items():
            setattr(entry, name, value)

    def _release(self, number: int, now: datetime) -> None:
        """The votes for an entry pass to the next of its words, or go with it."""
        heirs = [other for other in self.family(number) if other != number]
        deed = "votes.pass" if heirs else "votes.clear"
        for by, given in self.votes.items():
            if not any(vote[1] == number for vote in given):
                continue
            kept = [(day, heirs[0] if of == number and heirs else of) for day, of in given]
            self.votes[by] = [vote for vote in kept if vote[1] != number]
            cause = f"{deed}:{number}:{self.entries[number].version}"
            self.notices[by, cause] = Waiting(by, now)
