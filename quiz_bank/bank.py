"""Every question, and the seeded draw of a paper."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import blake2b

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


DAILY_PAPER = Blueprint(
    (
        Slot(Kind.SINGLE, 1),
        Slot(Kind.SINGLE, 2),
        Slot(Kind.MULTIPLE, 2),
        Slot(Kind.JUDGE, 1),
        Slot(Kind.SINGLE, 3),
    )
)


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

    What a place wants weighs in this order: its kind, a question whose code is not in `avoid`,
    its difficulty, a topic that the paper does not have yet. Raises BankTooSmall.
    """
    pool = sorted({q.code: q for q in questions}.values(), key=lambda q: _lot(seed, q.code))
    if len(pool) < len(blueprint.slots):
        raise BankTooSmall(len(pool), len(blueprint.slots))
    seen = frozenset(avoid)
    paper: list[Question] = []
    for slot in blueprint.slots:
        # `min` keeps the first of equals, so the lot decides between equally good questions.
        best = min(pool, key=partial(_misfit, slot=slot, seen=seen, paper=paper))
        pool.remove(best)
        paper.append(best)
    return tuple(paper)


def _lot(seed: bytes, code: str) -> bytes:
    # A hash and not `random.shuffle`, whose order may change with the version of Python.
    return blake2b(seed + b"\0" + code.encode(), digest_size=16).digest()


def _misfit(
    question: Question, slot: Slot, seen: frozenset[str], paper: Sequence[Question]
) -> tuple[int, ...]:
    return (
        slot.kind not in (None, question.kind),
        question.code in seen,
        abs(question.difficulty - slot.difficulty) if slot.difficulty else 0,
        sum(question.topic == drawn.topic for drawn in paper),
    )
