"""What an entry says is worked out once by each process, and anew for other words of it."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain.kernels import Kernels
from bot.storage.tables import Motto
from tests.domain.test_piles import BRICK, CLEAN, submit


def change(session: Session, **values: object) -> None:
    session.execute(update(Motto).where(Motto.id == 1).values(values))


def test_only_another_version_is_read_again_and_what_waits_no_more_is_forgotten(
    session: Session,
) -> None:
    submit(session, BRICK, CLEAN)
    kernels, both = Kernels(), [(1, 1), (2, 1)]
    said = kernels.of(session, both)

    change(session, folded=fold_prose(CLEAN))
    assert kernels.of(session, both) == said
    change(session, version=2)
    assert kernels.of(session, [(1, 1), (1, 2)]) == [said[0], said[1]]
    assert kernels.of(session, []) == []
    change(session, folded=fold_prose(BRICK))
    assert kernels.of(session, [(1, 2)]) != [said[1]]


def test_what_has_changed_since_it_was_counted_says_nothing(session: Session) -> None:
    submit(session, BRICK)

    assert Kernels().of(session, [(1, 7)]) == [None]
