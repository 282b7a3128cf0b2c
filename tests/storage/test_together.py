"""Changes that travel together are all made or none, on each engine."""

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.storage.database import Sessions
from bot.storage.tables import Contest, Unit, table_of
from bot.storage.together import Together

_UNIT, _CONTEST = table_of(Unit), table_of(Contest)
RENAME_AND_FOUND = Together(
    update(_CONTEST).where(_CONTEST.c.id == bindparam("contest")).values(title=bindparam("words")),
    insert(_UNIT).values(
        id=bindparam("number"), code=bindparam("letters"), name=bindparam("words")
    ),
)


def values(number: int, letters: str) -> dict[str, object]:
    return {"contest": 1, "words": "新", "number": number, "letters": letters}


@pytest.mark.slow
def test_all_changes_are_made(sessions: Sessions) -> None:
    with sessions.begin() as session:
        RENAME_AND_FOUND.run(session, values(9, "NEW"))

    with sessions() as session:
        assert session.scalars(select(Contest.title)).one() == "新"
        assert session.get_one(Unit, 9).name == "新"


def test_a_broken_constraint_undoes_the_others(sessions: Sessions) -> None:
    with pytest.raises(IntegrityError), sessions.begin() as session:
        RENAME_AND_FOUND.run(session, values(9, "CD"))

    with sessions() as session:
        assert session.scalars(select(Contest.title)).one() != "新"
        assert session.get(Unit, 9) is None
