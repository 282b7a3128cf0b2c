"""What is kept for how long agrees with itself, and with the rules that rest on it."""

import pytest

from bot.domain import passes, sign_in_limit, staff
from bot.domain.erasure import REPEATABLE, tables_about_members
from bot.domain.members import NAMES_WITHIN, REBINDS_WITHIN
from bot.domain.mottos import RESTORE
from bot.domain.purge import REPEATED, tasks
from bot.domain.retention import (
    COUNTS_FROM,
    LENGTHS,
    NOT_ABOUT_MEMBERS,
    PERIODS,
    REGISTER,
    Period,
    length_of,
)
from bot.storage.tables import Base


def test_a_period_without_a_length_is_for_good() -> None:
    assert set(Period) - set(LENGTHS) == {Period.FOR_GOOD}


@pytest.mark.parametrize("table", REGISTER)
def test_each_table_has_a_way_in_which_it_is_purged(table: str) -> None:
    fields = REGISTER[table]
    row = PERIODS[next(iter(fields.values()))]

    if table in COUNTS_FROM:
        assert COUNTS_FROM[table] in fields
        assert row in LENGTHS
    else:
        assert row in (Period.CAMPAIGN, Period.FOR_GOOD)
    assert all(PERIODS[p] is row or LENGTHS[PERIODS[p]] < LENGTHS[row] for p in fields.values())


def test_nothing_about_a_member_is_kept_for_good() -> None:
    for table in tables_about_members():
        assert Period.FOR_GOOD not in {
            PERIODS[purpose] for purpose in REGISTER[table.name].values()
        }
        assert not NOT_ABOUT_MEMBERS & set(REGISTER[table.name].values())


def test_the_first_field_of_each_table_is_that_of_its_key() -> None:
    for table in Base.metadata.sorted_tables:
        assert next(iter(REGISTER[table.name])) == next(iter(table.primary_key.columns)).name


def test_what_is_kept_is_kept_as_long_as_it_is_used() -> None:
    assert length_of("staff_session", "signed_in_at") == staff.LONGEST
    assert length_of("sign_in_failure", "failed_at") == sign_in_limit.LONGEST_WINDOW
    assert length_of("data_pass", "issued_at") == passes.VALID
    assert length_of("rebinding", "rebound_at") == REBINDS_WITHIN
    assert length_of("naming", "named_at") == NAMES_WITHIN
    assert REPEATED > REPEATABLE
    assert length_of("motto", "words") > RESTORE


def test_the_tasks_name_each_table_and_the_fields_that_go_first() -> None:
    assert list(tasks()) == [
        "members", "rosters", "sent", "erased", "delivery.reply", "delivery", "notice", "ticket",
        "data_pass", "ballot_pass", "ballot_visit",
        "rebinding", "naming", "spent_day", "wished_vote", "staff_session",
        "sign_in_failure", "result_request", "result_file", "upload", "pile_claim",
    ]  # fmt: skip
