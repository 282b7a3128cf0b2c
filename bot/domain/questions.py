"""Questions as SQL keeps them: each wording is a row that never changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.diary import Diaries
from bot.domain.kept_lists import Latest
from bot.domain.kernels import Kernels
from bot.domain.keys import Key, changes_keys, mended_keys, with_key
from bot.domain.ladders import Ladders
from bot.domain.nearest import Known as KnownEntries
from bot.domain.panel_scoring import Judged
from bot.domain.participation import Boards
from bot.domain.screening.quotations import Quotations
from bot.domain.screening.screen import Screen
from bot.domain.withholding import withheld_now
from bot.storage.tables import ContestQuestion, StoredQuestion
from quiz_bank import Question


@dataclass(frozen=True)
class _Known:
    """The questions that were read under the same keys."""

    regrades: int = -1
    keys: Mapping[int, Key] = field(default_factory=dict)
    withheld: frozenset[int] = frozenset()
    questions: dict[int, Question] = field(default_factory=dict)


class Shelf:
    """What a process keeps at hand: questions, ladders, boards, diaries, lists, a judged result."""

    def __init__(self) -> None:
        self.ladders, self.boards, self.diaries = Ladders(), Boards(), Diaries()
        self.screens, self.quotations = Latest[Screen](), Latest[Quotations]()
        self.leaders = Latest[Quotations]()
        self.judged = Latest[list[Judged]]()
        self.nearest, self.kernels = KnownEntries(), Kernels()
        self._known = _Known()
        self._pools: dict[int, dict[str, int]] = {}

    def questions(
        self, session: Session, ids: Sequence[int], regrades: int = 0
    ) -> tuple[Question, ...]:
        """The questions of these ids, in this order.

        `regrades` is how often the contest says that keys, or what is withheld, have changed:
        with less known here, all are read anew.
        """
        known = self._known_to(session, regrades)
        if missing := set(ids) - known.questions.keys():
            rows = session.execute(
                select(StoredQuestion.id, StoredQuestion.content).where(
                    StoredQuestion.id.in_(missing)
                )
            )
            known.questions.update(
                (id_, with_key(Question.from_dict(content), known.keys.get(id_)))
                for id_, content in rows
            )
        return tuple(known.questions[id_] for id_ in ids)

    def withheld(self, session: Session) -> frozenset[int]:
        """The wordings that earn nothing for now, as the questions read last knew."""
        return withheld_now(session) if changes_keys(session) else self._known.withheld

    def _known_to(self, session: Session, regrades: int) -> _Known:
        known = self._known
        if changes_keys(session):
            # It may yet be undone: nobody else is to know of it.
            return _Known(regrades, mended_keys(session), withheld_now(session))
        if known.regrades < regrades:
            # A new shelf rather than a cleared one: others may be reading into the old.
            known = _Known(regrades, mended_keys(session), withheld_now(session))
            self._known = known
        return known

    def pool(self, session: Session, contest: int) -> dict[str, int]:
        """What a contest draws from: the id of each question by its code."""
        if contest not in self._pools:
            ids = session.scalars(
                select(ContestQuestion.question_id).where(ContestQuestion.contest_id == contest)
            ).all()
            found = self.questions(session, ids)
            self._pools[contest] = {q.code: id_ for q, id_ in zip(found, ids, strict=True)}
        return self._pools[contest]
