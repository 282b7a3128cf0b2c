"""Keys that were mended: a wording never changes, but what counts as its right answer may."""

from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.storage.tables import Contest, Regrade
from quiz_bank import Question

Key = tuple[tuple[str, ...], str]
"""The right answer and its explanation."""
_CHANGES_KEYS = "changes keys"


def mended_keys(session: Session) -> dict[int, Key]:
    """The key that was released last, for each wording that has one."""
    rows = session.execute(
        select(Regrade.question_id, Regrade.answer, Regrade.explanation)
        .where(Regrade.released_at.is_not(None))
        .order_by(Regrade.step)
    )
    return {id_: (tuple(answer), explanation) for id_, answer, explanation in rows}


def tell_processes(session: Session) -> None:
    """Let each process learn, from the next paper it reads, that keys, or what is withheld, have
    changed; to be said once in a transaction.
    """
    session.execute(update(Contest).values(regrades=Contest.regrades + 1))
    session.info[_CHANGES_KEYS] = True


def changes_keys(session: Session) -> bool:
    """Whether the session has itself changed keys, or what is withheld: that may yet be undone."""
    return _CHANGES_KEYS in session.info


def with_key(question: Question, key: Key | None) -> Question:
    """The question with this key, or as it is."""
    return question if key is None else replace(question, answer=key[0], explanation=key[1])
