"""Where a member stands in the conversation: a closed union of small facts.

A state is kept in the member's row, in the same transaction as the effect of the message
that led there. It says what was last on show, never what is true: progress of a quiz,
votes and mottos have tables of their own.

What is answered by so little as a letter, a place or a yes bears `since`: the second, by WeChat's
clock, of the message that brought it on show; 0 until that is known. Whatever was sent by then was
meant for what was on show before.
"""

import json
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Idle:
    """Nothing is open."""


@dataclass(frozen=True)
class MenuShown:
    """The numbered menu was just shown: a bare number picks from it."""


@dataclass(frozen=True)
class Answering:
    """A question of today's paper is on show; `picked` are the letters noted so far."""

    place: int
    picked: str = ""
    since: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Filling:
    """A question of today's paper is on show whose answer is a few words."""

    place: int
    since: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Practising:
    """A practice question is on show: that at `place` of this round's `questions`, by their ids.

    `right` counts the right answers of the round so far; `picked` as above.
    """

    questions: tuple[int, ...]
    place: int
    right: int = 0
    picked: str = ""
    since: int = field(default=0, compare=False)


@dataclass(frozen=True)
class PractisingWords:
    """The same with a question whose answer is a few words."""

    questions: tuple[int, ...]
    place: int
    right: int = 0
    since: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Practised:
    """The question at `place` of the round has been graded; the next one waits to be asked for."""

    questions: tuple[int, ...]
    place: int
    right: int = 0


@dataclass(frozen=True)
class Bundled:
    """Several questions were answered at once (`1A`, `4T`) and we asked whether to submit them."""

    answers: tuple[str, ...]
    since: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Browsing:
    """A list of mottos is on show, in this order; `choosing` once we asked which to vote for.

    `cursor` (hexadecimal) tells where the next batch of the member's own order begins;
    `shown_at` (ISO 8601) when the list was shown: a bare number reads it for ten minutes.
    `looked_at` is the number of the one entry shown since: 投它 means that one.
    """

    numbers: tuple[int, ...]
    cursor: str = ""
    choosing: bool = False
    shown_at: str = ""
    looked_at: int = 0
    since: int = field(default=0, compare=False)


@dataclass(frozen=True)
class OfferedMotto:
    """A sentence came out of the blue and we asked whether it is a motto."""

    words: str


@dataclass(frozen=True)
class WritingMotto:
    """We asked for the words of a motto; `number` when they replace those of an entry.

    `warned` once the member knows that the votes for the entry will be set aside.
    """

    number: int = 0
    warned: bool = False


@dataclass(frozen=True)
class ConfirmingMotto:
    """The motto was shown as it will stand; we wait for 交. `number`, `warned` as above."""

    words: str
    signature: str = "masked"
    number: int = 0
    warned: bool = False


@dataclass(frozen=True)
class Confirming:
    """We asked whether to do an act that can't be undone by a tap: `act` on `number`."""

    act: str
    number: int = 0
    since: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Appealing:
    """We asked why the decision about the entry of this number is wrong."""

    number: int


@dataclass(frozen=True)
class Reviewing:
    """A moderator looks at piles by chat: `shown` are their first entries as seen (`1001:1`).

    `at` is when they were shown: what joined a pile later was not seen. `done` is what was
    decided just before, as below.
    """

    shown: tuple[str, ...]
    at: str
    done: tuple[str, ...] = ()
    since: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Reviewed:
    """A moderator has decided by chat: the entries, each with the version it came to (`1001:2`)."""

    done: tuple[str, ...]


@dataclass(frozen=True)
class FindingUnit:
    """We asked for a few characters of the unit's name."""


@dataclass(frozen=True)
class PickingUnit:
    """Units were listed, in this order."""

    units: tuple[int, ...]


@dataclass(frozen=True)
class PickingContest:
    """The contests of today were listed, in this order; `wanted` is what of one: 排名, 规则."""

    contests: tuple[int, ...]
    wanted: str = ""


@dataclass(frozen=True)
class Naming:
    """The unit is chosen and we asked for the member's name."""

    unit: int


@dataclass(frozen=True)
class Renaming:
    """We asked for the name that should stand in place of the member's."""


@dataclass(frozen=True)
class Lost:
    """The last message was not understood."""


@dataclass(frozen=True)
class Telling:
    """We asked for one sentence that a colleague will read; `about` is the ticket's topic.

    `codes` are those of the questions that it is about, if one knows; of a single one `question`
    is the row of its wording.
    """

    about: str = "help"
    codes: str = ""
    question: int = 0


@dataclass(frozen=True)
class MistakesShown:
    """Wrong answers were listed: these questions, by their ids, the first under number `first`.

    `shown_at` (ISO 8601) is when: a bare number picks one of them for ten minutes. `looked_at`
    is the question explained since.
    """

    questions: tuple[int, ...] = ()
    first: int = 1
    shown_at: str = ""
    looked_at: int = 0


State = (
    Idle
    | MenuShown
    | Answering
    | Filling
    | Practising
    | PractisingWords
    | Practised
    | Bundled
    | Browsing
    | OfferedMotto
    | WritingMotto
    | ConfirmingMotto
    | Confirming
    | Appealing
    | Reviewing
    | Reviewed
    | FindingUnit
    | PickingUnit
    | PickingContest
    | Naming
    | Renaming
    | Lost
    | Telling
    | MistakesShown
)

OfPaper = Answering | Filling
"""A question of the quiz is on show."""
OfPractice = Practising | PractisingWords
"""A question of the practice is on show."""
Asked = OfPaper | OfPractice
"""A question is on show."""
Choosing = Answering | Practising
"""It has options, or asks for true or false."""
Blank = Filling | PractisingWords
"""It asks for a few words."""
Free = Idle | MenuShown | MistakesShown | PickingContest | Lost | Practised
"""Nothing is on show that waits for an answer."""
Dated = Asked | Bundled | Browsing | Confirming | Reviewing
"""What is on show came with a message."""


def brought(state: State, sent_at: datetime) -> State:
    """The state, in which what is new on show came with a message sent at that time."""
    if isinstance(state, Dated) and not state.since:
        return replace(state, since=int(sent_at.timestamp()))
    return state


def is_unseen(state: State, sent_at: datetime) -> bool:
    """Whether whoever wrote at that time can't have seen what is on show."""
    return isinstance(state, Dated) and int(sent_at.timestamp()) <= state.since


def on_show(state: State) -> State:
    """What stays in view behind an answer to something else: a question or a list.

    A blank to be filled does not: any words would be taken for its answer.
    """
    match state:
        case Answering() | Practising() | Practised():
            return state
        case Browsing():
            return replace(state, choosing=False, looked_at=0)
    return Idle()


def settled(state: State) -> State:
    """The same place after a word about something else: a bare number no longer votes."""
    return on_show(state) if isinstance(state, Browsing) else state


_write = json.JSONEncoder(ensure_ascii=False).encode
_KINDS: dict[str, type[State]] = {kind.__name__: kind for kind in State.__args__}


def dump(state: State) -> str:
    """The state as JSON text."""
    return _write({"is": type(state).__name__, **vars(state)})


def parse(stored: str | None) -> State:
    """The state that `dump` wrote; Idle for anything unreadable.

    A deploy may lose a half-finished conversation, never answer with an error.
    """
    try:
        facts: dict[str, Any] = json.loads(stored or "{}")
        kind = _KINDS[facts.pop("is")]
        known = {field.name for field in fields(kind)}
        if set(facts) - known:
            return Idle()
        return kind(**{name: _frozen(value) for name, value in facts.items()})
    except (KeyError, TypeError, ValueError, AttributeError):
        return Idle()


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
