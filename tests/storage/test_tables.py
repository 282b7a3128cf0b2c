"""The schema keeps the promises that a later spread over many machines rests on."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Table, inspect

from bot.storage import migrations
from bot.storage.database import open_engine
from bot.storage.schema import current, downgrade, head, upgrade
from bot.storage.tables import Base

TABLES = list(Base.metadata.tables.values())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_about_one_member_has_the_member_at_the_head_of_its_key(table: Table) -> None:
    if "member_key" in table.columns:
        assert next(iter(table.primary_key.columns)).name == "member_key"


def test_the_openid_stands_in_one_table_only() -> None:
    assert [table.name for table in TABLES if "openid" in table.columns] == ["person"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_foreign_key_leads_to_another_members_row(table: Table) -> None:
    about_a_member = {t.name for t in TABLES if "member_key" in t.columns}

    assert not {key.column.table.name for key in table.foreign_keys} & about_a_member


def test_every_constraint_has_a_name_so_that_it_can_be_changed_later() -> None:
    assert all(constraint.name for table in TABLES for constraint in table.constraints)


@pytest.mark.slow
def test_the_last_migration_is_named_by_its_revision() -> None:
    folder = Path(migrations.__file__).parent

    assert ScriptDirectory(str(folder)).get_heads() == [head()]


@pytest.mark.slow
def test_the_migrations_lead_to_exactly_these_tables(store_url: str) -> None:
    engine = open_engine(store_url)

    upgrade(engine)

    with engine.connect() as connection:
        options = {"include_object": compares}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
        # Which compares no checks, and the indexes that go downwards on PostgreSQL alone.
        kept = inspect(connection)
        found = {index["name"]: index for index in kept.get_indexes("score")}
        assert found.keys() == {"ix_score_standing", "ix_score_district"}
        checks = {
            str(check["name"])
            for table in TABLES
            for check in kept.get_check_constraints(table.name)
        }
    declared = (rule for table in TABLES for rule in table.constraints)
    wanted = {str(rule.name) for rule in declared if isinstance(rule, CheckConstraint)}
    assert wanted
    assert {name for name in checks if name.startswith("ck_")} == wanted
    engine.dispose()


def compares(_object: object, name: str | None, *_: object) -> bool:
    """Whether each store tells of it all that we say."""
    return name not in ("ix_score_standing", "ix_score_district")


@pytest.mark.slow
def test_the_migrations_can_be_undone_and_done_again(store_url: str) -> None:
    engine = open_engine(store_url)
    upgrade(engine)

    downgrade(engine, "base")

    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    assert upgrade(engine) == head()
    with engine.connect() as connection:
        assert current(connection) == head()
    engine.dispose()
