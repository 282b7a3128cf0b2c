"""Every question, and the seeded draw of a paper."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import blake2b
from itertools import cycle, islice

from quiz_bank.question import Kind, Question


@dataclass(frozen=True)
class Bank:
    """Questions whose codes differ, in the order of their files."""

    questions: tuple[Question, ...]

    def question(self, code: str) -> Question:
        """The question of this code. Raises KeyError."""
        return self._by_code[code]

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic once, in the order of the questions."""
        return tuple(dict.fromkeys(question.topic for question in self.questions))

    def of_topic(self, topic: str) -> tuple[Question, ...]:
        """The questions of a topic; none for a topic we do not have."""
        return tuple(question for question in self.questions if question.topic == topic)

    @cached_property
    def _by_code(self) -> dict[str, Question]:
        return {question.code: question for question in self.questions}


@dataclass(frozen=True)
class Slot:
    """One place on a paper: the kind and the difficulty wanted there, or None for any."""

    kind: Kind | None = None
    difficulty: int | None = None


@dataclass(frozen=True)
class Blueprint:
    """The shape of a paper: its places in the order shown."""

    slots: tuple[Slot, ...]


_PATTERN = (
    Slot(Kind.SINGLE, 1),
    Slot(Kind.SINGLE, 2),
    Slot(Kind.MULTIPLE, 2),
    Slot(Kind.JUDGE, 1),
    Slot(Kind.SINGLE, 3),
)


def daily_paper(questions: int) -> Blueprint:
    """The shape of a day's paper of so many questions: the usual five, over and over."""
    return Blueprint(tuple(islice(cycle(_PATTERN), questions)))


DAILY_PAPER = daily_paper(len(_PATTERN))
"""A day's paper of the usual length."""


class BankTooSmall(Exception):
    """There are fewer questions than places on the paper."""

    def __init__(self, questions: int, slots: int) -> None:
        super().__init__(f"{questions} questions cannot fill {slots} places")
        self.questions, self.slots = questions, slots


def draw(
    questions: Sequence[Question],
    blueprint: Blueprint,
    seed: bytes,
    avoid: Collection[str] = (),
) -> tuple[Question, ...]:
    """The paper of a seed: the same on every machine, whatever order the questions come in.

    A place gets a question of its kind while there is one. Among those weigh, in this order:
    a code that is not in `avoid`, the difficulty, a topic that the paper does not have yet.
    What one place is too hard or too easy, because nothing else is left for it, another makes
    good: papers of one blueprint stay equally hard as long as the questions allow it.
    Raises BankTooSmall.
    """
    pool = sorted({q.code: q for q in questions}.values(), key=lambda q: _lot(seed, q.code))
    if len(pool) < len(blueprint.slots):
        raise BankTooSmall(len(pool), len(blueprint.slots))
    seen = frozenset(avoid)
    paper: dict[int, Question] = {}
    # Places choose by lot too: were the first always first, its topics would be rare in the last.
    # Where nothing fits a place, it comes before those that can make good for it.
    places = sorted(
        range(len(blueprint.slots)),
        key=lambda place: (
            _is_met(blueprint.slots[place], pool, seen),
            _lot(seed, f"place {place}"),
        ),
    )
    surplus = 0
    # A place whose kind has run out comes last, lest it take what another place needs.
    for last_resort in (False, True):
        for place in places:
            slot = blueprint.slots[place]
            fitting = [q for q in pool if last_resort or q.kind is slot.kind]
            if fitting and place not in paper:
                topics = Counter(drawn.topic for drawn in paper.values())
                # `min` keeps the first of equals: the lot decides between equally good ones.
                wanted = _made_good(slot, surplus)
                paper[place] = min(fitting, key=partial(_misfit, wanted, seen, topics))
                pool.remove(paper[place])
                surplus += paper[place].difficulty - slot.difficulty if slot.difficulty else 0
    return tuple(paper[place] for place in sorted(places))


def _lot(seed: bytes, code: str) -> bytes:
    # A hash and not `random.shuffle`, whose order may change with the version of Python.
    return blake2b(seed + b"\0" + code.encode(), digest_size=16).digest()


def _is_met(slot: Slot, pool: Sequence[Question], seen: frozenset[str]) -> bool:
    """Whether there is a question for the place as it is wanted, none that was seen."""
    return slot.difficulty is None or any(
        q.kind is slot.kind and q.difficulty == slot.difficulty and q.code not in seen for q in pool
    )


def _made_good(slot: Slot, surplus: int) -> int | None:
    """The difficulty to look for at the place when the paper is too hard by `surplus` so far."""
    return slot.difficulty and slot.difficulty - surplus


def _misfit(
    wanted: int | None, seen: frozenset[str], topics: Mapping[str, int], question: Question
) -> tuple[bool, int, int]:
    """How badly the question suits the place, whatever its kind; the smallest suits best."""
    distance = 0 if wanted is None else abs(question.difficulty - wanted)
    return question.code in seen, distance, topics[question.topic]
