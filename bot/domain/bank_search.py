"""Looking through the bank: by words, by what a question is about, by where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.bank import BankCard, BankState, to_card
from bot.storage.tables import BankQuestion, StoredQuestion
from quiz_bank import Question
from quiz_bank.question import fold

PAGE = 30
MOST_WORDS = 8
"""Words of a search that are looked for; nobody narrows down by more."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for; None where anything will do, "" where nothing must be given."""

    words: str = ""
    topic: str | None = None
    difficulty: int | None = None
    source: str | None = None
    state: BankState | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves anything out."""
        return self != Wanted()


@dataclass(frozen=True)
class Browsed:
    """A page of what was found. Pages count from 1."""

    cards: list[BankCard]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Choices:
    """What there is to narrow a search down by, and how many questions stand where."""

    topics: list[str]
    sources: list[str]
    states: Mapping[BankState, int]


class BankSearch:
    """The bank, looked through."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def browse(self, wanted: Wanted, page: int = 1) -> Browsed:
        """The page of this number, or the one nearest to it, in the order they came."""
        found = list(_conditions(wanted))
        total = self._session.scalar(select(func.count(BankQuestion.id)).where(*found)) or 0
        pages = max(1, -(-total // PAGE))
        page = min(max(page, 1), pages)
        rows = self._session.execute(
            select(BankQuestion, StoredQuestion)
            .join(StoredQuestion, BankQuestion.question_id == StoredQuestion.id)
            .where(*found)
            .order_by(BankQuestion.id)
            .offset((page - 1) * PAGE)
            .limit(PAGE)
        )
        return Browsed([to_card(*row) for row in rows], total, page, pages)

    def neighbours(self, wanted: Wanted, number: int) -> tuple[int | None, int | None]:
        """The numbers of what was found before this question, and after it."""
        found = select(BankQuestion.id).where(*_conditions(wanted)).limit(1)
        before = found.where(BankQuestion.id < number).order_by(BankQuestion.id.desc())
        after = found.where(BankQuestion.id > number).order_by(BankQuestion.id)
        return self._session.scalar(before), self._session.scalar(after)

    def choices(self) -> Choices:
        """Every topic and source there is, in their order."""
        counts = self._session.execute(
            select(BankQuestion.state, func.count(BankQuestion.id)).group_by(BankQuestion.state)
        )
        states = {state: count for state, count in counts}  # noqa: C416 - rows are not plain pairs
        return Choices(
            self._values(BankQuestion.topic),
            self._values(BankQuestion.source),
            {state: states.get(state, 0) for state in BankState},
        )

    def questions(self, wanted: Wanted) -> list[Question]:
        """All that was found, in the latest wording."""
        contents = self._session.scalars(
            select(StoredQuestion.content)
            .join(BankQuestion, BankQuestion.question_id == StoredQuestion.id)
            .where(*_conditions(wanted))
            .order_by(BankQuestion.id)
        )
        return [Question.from_dict(content) for content in contents]

    def _values(self, column: Any) -> list[str]:
        return list(self._session.scalars(select(column).distinct().order_by(column)))


def _conditions(wanted: Wanted) -> Iterator[Any]:
    for word in wanted.words.split()[:MOST_WORDS]:
        yield BankQuestion.sought.contains(fold(word), autoescape=True)
    exact = {
        BankQuestion.topic: wanted.topic,
        BankQuestion.difficulty: wanted.difficulty,
        BankQuestion.source: wanted.source,
        BankQuestion.state: wanted.state,
    }
    for column, value in exact.items():
        if value is not None:
            yield column == value
