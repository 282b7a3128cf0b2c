"""A file of units or people read by a program of its own: the same findings."""

import pytest

from bot.domain.uploads import Holds
from bot.unit_files.apart import MOST_AT_ONCE, find, read_roster_apart, roster_of, units_of
from bot.unit_files.reading import read_units
from bot.unit_files.roster_reading import read_roster
from quiz_bank.formats.confined import MOST_NOTES
from quiz_bank.formats.found import Unreadable
from tests.unit_files.test_roster import TABLE


def ignored(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def test_what_was_told_is_what_was_read() -> None:
    units = "编码,名称,上级编码,人数\nCD,城东街道,,九百\nCD-XA,新安社区支部,CD,46\n".encode()

    assert units_of(find(Holds.UNITS, units)) == read_units(units)
    assert roster_of(find(Holds.ROSTER, TABLE.encode())) == read_roster(TABLE.encode())


@pytest.mark.slow
def test_a_program_of_its_own_reads_it_alike() -> None:
    assert roster_of(read_roster_apart(TABLE.encode(), ignored)) == read_roster(TABLE.encode())
    with pytest.raises(Unreadable, match="这不是名册"):
        read_roster_apart(b"%PDF-1.7", ignored)


@pytest.mark.slow
def test_more_than_can_be_looked_over_is_refused_with_a_way_out() -> None:
    lines = "".join(f"NY,张三{chr(0x4E00 + n)}\n" for n in range(MOST_AT_ONCE + 1))

    with pytest.raises(Unreadable, match="这里有5001行，一次最多收5000行。请分成几份"):
        find(Holds.ROSTER, f"单位编码,姓名\n{lines}".encode())


@pytest.mark.slow
def test_of_endless_faults_the_first_are_told() -> None:
    lines = "".join(f"NY,{n}\n" for n in range(MOST_NOTES + 7))

    errors = roster_of(find(Holds.ROSTER, f"单位编码,姓名\n{lines}".encode())).errors

    assert len(errors) == MOST_NOTES + 1
    assert "还有 7 处" in errors[-1].message
