"""Scores: each is what its answers add up to, whenever the grade of one has changed."""

from collections.abc import Collection, Sequence
from itertools import groupby

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from bot.domain.contests import scoring_of
from bot.domain.scoring import Graded
from bot.storage.tables import Answer, Contest, Member, Score, table_of

_ANSWER, _SCORE = table_of(Answer), table_of(Score)
_WHOSE = (_ANSWER.c.member_key, _ANSWER.c.contest_id)
_SET_SCORE = (
    update(_SCORE)
    .where(_SCORE.c.member_key == bindparam("member"), _SCORE.c.contest_id == bindparam("contest"))
    .values(points=bindparam("sum"), reached_at=bindparam("reached"))
)


def lock_members(session: Session, members: Sequence[bytes]) -> set[bytes]:
    """Lock these members; those of them that there still are.

    Whoever answers just now has this lock: behind it nothing of theirs is on its way.
    """
    found = select(Member.member_key).where(Member.member_key.in_(members))
    return set(session.scalars(found.order_by(Member.member_key).with_for_update()))


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
