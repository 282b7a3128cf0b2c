"""Scores: each is what its answers add up to, whenever the grade of one has changed."""

from collections.abc import Collection
from itertools import groupby

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from bot.domain.contests import scoring_of
from bot.domain.scoring import Graded
from bot.storage.tables import Answer, Contest, Score, table_of

_ANSWER, _SCORE = table_of(Answer), table_of(Score)
_WHOSE = (_ANSWER.c.member_key, _ANSWER.c.contest_id)
_SET_SCORE = (
    update(_SCORE)
    .where(_SCORE.c.member_key == bindparam("member"), _SCORE.c.contest_id == bindparam("contest"))
    .values(points=bindparam("sum"), reached_at=bindparam("reached"))
)


def add_up(session: Session, scores: Collection[tuple[bytes, int]]) -> None:
    """Let each of these scores, by member and contest, be what its answers add up to.

    The members must be locked: who answers just now adds to the score as it was.
    """
    scoring = {contest.id: scoring_of(contest) for contest in session.scalars(select(Contest))}
    rows = session.execute(
        select(*_WHOSE, _ANSWER.c.day, _ANSWER.c.nth, _ANSWER.c.answered_at, _ANSWER.c.points)
        .where(tuple_(*_WHOSE).in_(sorted(scores)))
        .order_by(*_WHOSE)
    )
    sums = []
    for (member, contest), answers in groupby(rows, key=lambda row: tuple(row[:2])):
        total = scoring[contest].total(Graded(*row[2:]) for row in answers)
        whose = {"member": member, "contest": contest}
        sums.append(whose | {"sum": total.points, "reached": total.reached_at})
    session.connection().execute(_SET_SCORE, sums)
