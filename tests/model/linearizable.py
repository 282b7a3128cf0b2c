"""Whether what members saw of their votes could have happened one call after the other.

A history is what clients know: each call, when it was made, when its answer came, and what it
said. It is linearizable when the calls can be put in a row so that each one's answer is right
for its place, and none stands before a call whose answer had come when it was made. The state
space of one member's votes of a day is tiny, so the row is simply looked for.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf


class Asks(StrEnum):
    """What a call wants."""

    VOTE = "vote"
    TAKE_BACK = "take back"
    LIST = "list"
    SET_ASIDE = "set aside"
    """The entry changes: the votes for it go, and it can't be voted for."""
    ADMIT = "admit"
    """The entry can be voted for, again."""


class Says(StrEnum):
    """What the answer to a call was."""

    VOTED = "voted"
    ALREADY = "already voted for it"
    SPENT = "no votes left"
    NO_SUCH = "no such entry"
    TAKEN_BACK = "taken back"
    NOTHING = "nothing to take back"
    DONE = "done"


Answer = Says | frozenset[int]
"""What was said; to LIST the numbers of the entries that have the member's vote."""


@dataclass(frozen=True)
class Call:
    """One call of one member about the votes of one day.

    A call about which nothing was ever heard has no answer: it took effect at some time after
    it was made, or never. What befalls an entry (SET_ASIDE, ADMIT) is nobody's: its member is
    None, and it stands in the history of each member.
    """

    member: Hashable
    asks: Asks
    number: int
    made: float
    answered: float = inf
    answer: Answer | None = None


@dataclass(frozen=True)
class Votes:
    """Where one member stands: the entries voted for today, and those that can't be."""

    given: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()

    def then(self, call: Call, limit: int) -> "tuple[Answer, Votes]":
        """The right answer to the call, and where the member stands after it."""
        number = call.number
        match call.asks:
            case Asks.LIST:
                return self.given, self
            case Asks.SET_ASIDE:
                return Says.DONE, Votes(self.given - {number}, self.closed | {number})
            case Asks.ADMIT:
                return Says.DONE, Votes(self.given, self.closed - {number})
            case Asks.TAKE_BACK if number in self.given:
                return Says.TAKEN_BACK, Votes(self.given - {number}, self.closed)
            case Asks.TAKE_BACK:
                return Says.NOTHING, self
        if number in self.closed:
            return Says.NO_SUCH, self
        if number in self.given:
            return Says.ALREADY, self
        if len(self.given) >= limit:
            return Says.SPENT, self
        return Says.VOTED, Votes(self.given | {number}, self.closed)


def members_who_saw_the_impossible(
    history: Iterable[Call], limit: int, closed: Iterable[int] = ()
) -> list[Hashable]:
    """The members whose calls fit no row; empty when all is well.

    `limit` is the votes of a day, `closed` the entries that could not be voted for at first.
    """
    own: dict[Hashable, list[Call]] = defaultdict(list)
    for call in history:
        own[call.member].append(call)
    of_all = own.pop(None, [])
    start = Votes(closed=frozenset(closed))
    return [
        member for member, calls in own.items() if not fits_a_row([*calls, *of_all], limit, start)
    ]


def fits_a_row(calls: Sequence[Call], limit: int, start: Votes) -> bool:
    """Whether the calls of one member can be put in a row, from `start` on."""
    seen: set[tuple[frozenset[int], Votes]] = set()
    unheard = frozenset(place for place, call in enumerate(calls) if call.answer is None)
    stack = [(frozenset(range(len(calls))), start)]
    while stack:
        waiting, stands = stack.pop()
        if waiting <= unheard:
            return True
        if (waiting, stands) in seen:
            continue
        seen.add((waiting, stands))
        first_answer = min(calls[place].answered for place in waiting)
        for place in waiting:
            call = calls[place]
            answer, after = stands.then(call, limit)
            if call.made <= first_answer and call.answer in (None, answer):
                stack.append((waiting - {place}, after))
    return False
