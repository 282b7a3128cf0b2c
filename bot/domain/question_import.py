"""Questions of a file beside those of the bank: what is new, what is the same, what collides."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.bank import Brought
from quiz_bank import Question
from quiz_bank.formats.importing import Found
from quiz_bank.question import fold


class Standing(StrEnum):
    """How a question of a file stands to the bank."""

    NEW = "new"
    SAME = "same"
    REVISED = "revised"
    CODE_TAKEN = "code_taken"
    STEM_TAKEN = "stem_taken"


COLLIDES = (Standing.CODE_TAKEN, Standing.STEM_TAKEN)


@dataclass(frozen=True)
class Compared:
    """A question of a file, how it stands to the bank, and the bank's question in its way."""

    found: Found
    standing: Standing
    other: Question | None = None


def compare(stored: Sequence[Question], found: Sequence[Found], revise: bool) -> list[Compared]:
    """How each question stands to those of the bank; none is rewritten unless `revise`."""
    by_code = {question.code.casefold(): question for question in stored}
    by_stem = {fold(question.stem): question for question in stored}
    return [
        _compare(
            one,
            by_code.get(one.question.code.casefold()),
            by_stem.get(fold(one.question.stem)),
            revise,
        )
        for one in found
    ]


def _compare(
    found: Found, same_code: Question | None, same_stem: Question | None, revise: bool
) -> Compared:
    question = found.question
    if same_code == question:
        return Compared(found, Standing.SAME)
    if same_stem and same_stem.code != question.code:
        return Compared(found, Standing.STEM_TAKEN, same_stem)
    if same_code is None:
        return Compared(found, Standing.NEW)
    if revise and same_code.code == question.code:
        return Compared(found, Standing.REVISED, same_code)
    return Compared(found, Standing.CODE_TAKEN, same_code)


def to_bring(compared: Sequence[Compared]) -> list[Brought]:
    """What is to come into the bank, once none collides."""
    return [
        Brought(one.found.question, one.other if one.standing is Standing.REVISED else None)
        for one in compared
        if one.standing is not Standing.SAME
    ]
