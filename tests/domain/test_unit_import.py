"""Units that come into the register: entered, changed, never deleted; one tree in the end."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.domain.unit_import import Brought, Entry, Missing, UnitImport, circles, strays
from bot.storage.database import open_engine
from bot.storage.schema import upgrade
from bot.storage.tables import Audit
from tests.builders import NOON, a_member, chained

EAST = Brought("CD", "城东街道", "", 900)
BRANCH = Brought("CD-XA", "新安社区支部", "CD", 46)


@pytest.fixture
def empty(engine: Engine) -> Iterator[UnitImport]:
    """A register without any unit."""
    with chained(engine)() as session:
        yield UnitImport(session, NOON)


def test_a_parent_may_come_after_its_branches(empty: UnitImport) -> None:
    outcome = empty.bring_in([BRANCH, EAST], "system")

    assert (outcome.new, outcome.changed, outcome.same, outcome.missing) == (2, 0, 0, [])
    assert empty.known() == {
        "CD-XA": Entry("新安社区支部", "CD", 46),
        "CD": Entry("城东街道", "", 900),
    }


def test_the_same_units_again_change_nothing(empty: UnitImport) -> None:
    empty.bring_in([EAST, BRANCH], "system")

    again = empty.bring_in([EAST, BRANCH], "system")

    assert (again.new, again.changed, again.same) == (0, 0, 2)


@pytest.mark.slow
def test_name_headcount_and_parent_of_a_known_code_change(empty: UnitImport) -> None:
    empty.bring_in([EAST, BRANCH], "system")

    outcome = empty.bring_in([EAST, Brought("CD-XA", "新安支部", "", 0)], "system")

    assert (outcome.new, outcome.changed, outcome.same) == (0, 1, 1)
    assert empty.known()["CD-XA"] == Entry("新安支部", "", 0)


@pytest.mark.slow
def test_what_the_file_has_no_column_for_stays(empty: UnitImport) -> None:
    empty.bring_in([EAST, BRANCH], "system")

    empty.bring_in([Brought("CD-XA", "新安支部", None, None)], "system")

    assert empty.known()["CD-XA"] == Entry("新安支部", "CD", 46)


def test_units_that_the_file_has_not_got_stay_with_their_members(session: Session) -> None:
    a_member(session, unit=2)
    register = UnitImport(session, NOON)

    outcome = register.bring_in([EAST], "system")

    assert outcome.missing == [Missing("CD-XA", "新安社区支部", 1), Missing("NY", "农业局", 0)]
    assert register.known().keys() == {"CD", "CD-XA", "NY"}


@pytest.mark.slow
def test_each_import_and_each_change_leaves_a_row(session: Session) -> None:
    UnitImport(session, NOON).bring_in([Brought("NY", "农业农村局", "", 130)], "staff:3")

    rows = session.execute(
        select(Audit.actor, Audit.action, Audit.subject, Audit.facts).order_by(Audit.id)
    ).all()
    assert rows == [
        ("staff:3", "units.import", "units", {"new": 0, "changed": 1, "same": 0}),
        (
            "staff:3",
            "unit.change",
            "unit:NY",
            {
                "before": {"name": "农业局", "parent": "", "headcount": 120},
                "after": {"name": "农业农村局", "parent": "", "headcount": 130},
            },
        ),
    ]


@pytest.mark.slow
def test_every_store_keeps_the_same_tree(store_url: str) -> None:
    engine = open_engine(store_url)
    upgrade(engine)
    with chained(engine).begin() as session:
        register = UnitImport(session, NOON)
        register.bring_in([BRANCH, EAST], "system")
        register.bring_in([Brought("CD-XA", "新安支部", "", 0)], "system")

        assert register.known() == {
            "CD-XA": Entry("新安支部", "", 0),
            "CD": Entry("城东街道", "", 900),
        }
    engine.dispose()


def test_a_parent_may_be_in_the_file_or_in_the_register() -> None:
    lost = Brought("X", "某支部", "NOWHERE", 0)

    assert strays([EAST, BRANCH, lost], {}) == [lost]
    assert strays([BRANCH], {"CD": Entry("城东街道", "", 0)}) == []


def test_a_circle_may_run_through_the_register() -> None:
    known = {"A": Entry("甲", "B", 0), "B": Entry("乙", "", 0)}

    assert circles([Brought("B", "乙", "A", 0)], known) == [["B", "A"]]
    assert circles([Brought("B", "乙", None, 0)], known) == []


CODES = st.sampled_from("ABCDEF")


@given(st.dictionaries(CODES, CODES | st.just("")))
def test_what_is_above_itself_is_found_in_exactly_one_circle(parents: dict[str, str]) -> None:
    units = [Brought(code, code, parent, 0) for code, parent in parents.items()]

    found = circles(units, {})

    in_circles = sorted(code for circle in found for code in circle)
    assert in_circles == sorted(code for code in parents if above_itself(code, parents))


def above_itself(code: str, parents: dict[str, str]) -> bool:
    above = parents.get(code, "")
    for _ in parents:
        if above == code:
            return True
        above = parents.get(above, "")
    return False
