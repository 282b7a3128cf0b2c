"""The order of units: by what their rate surely is, small ones together, whatever came first."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.unit_board import (
    LONG,
    SMALL,
    Contender,
    Turnout,
    UnitBoard,
    UnitPlace,
    UnitRow,
    ranked,
)


def unit(name: str, participants: int, headcount: int, id_: int = 1) -> Contender:
    return Contender((id_,), (name,), Turnout(participants, headcount))


def table(*units: Contender) -> list[tuple[int, str | None]]:
    return [(place.rank, place.name) for place in ranked(units)]


@pytest.mark.parametrize(
    ("participants", "headcount", "percent"),
    [
        (0, 46, "0.0%"),
        (45, 46, "97.8%"),
        (46, 46, "100%"),
        (9999, 10_000, "99.9%"),
        (1, 3, "33.3%"),
    ],
)
def test_a_rate_is_rounded_down(participants: int, headcount: int, percent: str) -> None:
    assert Turnout(participants, headcount).percent == percent


@pytest.mark.parametrize(
    ("participants", "headcount", "surely"),
    # Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872, table I, method 3.
    [(81, 263, 0.2553), (15, 148, 0.0624), (0, 20, 0.0), (1, 29, 0.0061)],
)
def test_the_bound_is_that_of_the_books(participants: int, headcount: int, surely: float) -> None:
    assert Turnout(participants, headcount).surely == pytest.approx(surely, abs=5e-5)


def test_all_of_eleven_prove_less_than_nearly_all_of_a_thousand() -> None:
    assert table(unit("小", 11, 11), unit("大", 970, 1000)) == [(1, "大"), (2, "小")]


def test_units_that_are_as_good_share_their_place() -> None:
    assert table(unit("乙", 9, 20), unit("甲", 9, 20), unit("丙", 3, 20)) == [
        (1, "乙"), (1, "甲"), (3, "丙"),
    ]  # fmt: skip


def test_units_nobody_of_which_took_part_share_the_last_place_whatever_their_size() -> None:
    places = table(unit("甲", 0, 20), unit("乙", 0, 900), unit("丙", 1, 20))

    assert [rank for rank, _ in places] == [1, 2, 2]


def test_small_units_stand_together() -> None:
    places = ranked([unit("甲", 3, 3), unit("乙", 1, 9), unit("丙", 10, 10)])

    assert [(place.name, place.turnout) for place in places] == [
        ("丙", Turnout(10, 10)),
        (None, Turnout(4, 12)),
    ]
    assert places[1].of.names == ("乙", "甲")


UNITS = st.lists(
    # Few names and sizes, so that ties of every sort are common.
    st.tuples(st.sampled_from("甲乙丙"), st.sampled_from([3, 9, 10, 11, 50]), st.integers(0, 50)),
    max_size=12,
).map(
    lambda facts: [
        unit(name, min(participants, headcount), headcount, id_)
        for id_, (name, headcount, participants) in enumerate(facts)
    ]
)


@pytest.mark.slow
@given(units=UNITS, order=st.randoms(use_true_random=False))
def test_the_table_is_one_total_order_whatever_the_order_of_the_units(
    units: list[Contender], order: Random
) -> None:
    places = ranked(units)
    order.shuffle(units)

    assert ranked(units) == places
    bounds = [place.turnout.surely for place in places]
    assert bounds == sorted(bounds, reverse=True)
    assert [place.rank for place in places] == [
        1 + sum(other > bound for other in bounds) for bound in bounds
    ]


@pytest.mark.slow
@given(units=UNITS)
def test_every_unit_has_one_place_and_only_small_ones_share_a_line(units: list[Contender]) -> None:
    places = ranked(units)

    assert sorted(id_ for place in places for id_ in place.of.units) == [*range(len(units))]
    pools = [place.of for place in places if place.of.is_pool]
    small = [each for each in units if each.turnout.headcount < SMALL]
    assert len(pools) == bool(small)
    assert {id_ for pool in pools for id_ in pool.units} == {each.units[0] for each in small}


@pytest.mark.slow
@given(units=UNITS, others=UNITS)
def test_the_pool_does_not_depend_on_the_large_units(
    units: list[Contender], others: list[Contender]
) -> None:
    large = [each for each in others if each.turnout.headcount >= SMALL]
    small = [each for each in units if each.turnout.headcount < SMALL]

    assert pool(ranked([*small, *large])) == pool(ranked(small))


def pool(places: list[UnitPlace]) -> list[Contender]:
    return [place.of for place in places if place.of.is_pool]


@given(st.integers(1, 2000), st.data())
def test_more_participants_never_lower_a_unit(headcount: int, data: st.DataObject) -> None:
    fewer = data.draw(st.integers(0, headcount - 1))

    less, more = Turnout(fewer, headcount), Turnout(fewer + 1, headcount)
    assert 0 <= less.surely < more.surely <= more.participants / headcount


# ------------------------------------------------------------ a whole tree


def row(
    id_: int, parent: int | None = None, headcount: int | None = None, took_part: int = 0
) -> UnitRow:
    return UnitRow(id_, f"单位{id_}", parent, headcount, took_part)


def test_who_takes_part_counts_for_all_that_stands_above() -> None:
    board = UnitBoard([row(1, headcount=100, took_part=1), row(2, 1, 40, 3), row(3, 2, 20, 5)])

    assert [place.turnout for place in board.table(None).places] == [Turnout(9, 100)]
    assert [place.turnout for place in board.table(1).places] == [Turnout(8, 40)]
    assert [place.turnout for place in board.table(2).places] == [Turnout(5, 20)]


def test_a_member_of_a_branch_looks_at_the_place_of_its_district() -> None:
    board = UnitBoard(
        [row(1, headcount=100), row(2, 1, 40, 3), row(3, 2, 20), row(4, None, 50, 40)]
    )

    place = board.place(3)

    assert place is not None
    assert (place.rank, place.name) == (2, "单位1")


def test_a_district_has_the_people_of_its_branches_unless_it_states_its_own() -> None:
    board = UnitBoard([row(1), row(2, 1, 40, 3), row(3, 1, 20)])

    assert [place.turnout for place in board.table(None).places] == [Turnout(3, 60)]


def test_without_a_headcount_there_is_no_place() -> None:
    board = UnitBoard([row(1), row(2, 1, 40, 3), row(3, 1)])

    assert board.table(None).places == []
    assert board.table(None).unknown == ["单位1"]
    assert board.table(1).unknown == ["单位3"]
    assert board.place(2) is None


def test_more_participants_than_people_are_all_of_them() -> None:
    board = UnitBoard([row(1, headcount=20, took_part=23)])

    assert [place.turnout for place in board.table(None).places] == [Turnout(20, 20)]


@pytest.mark.slow
def test_a_tree_of_any_depth_is_summed_up() -> None:
    board = UnitBoard([row(1, headcount=5000), *(row(n, n - 1, 10, 1) for n in range(2, 3000))])

    assert [place.turnout for place in board.table(None).places] == [Turnout(2998, 5000)]


def test_a_board_that_takes_long_to_count_is_kept_at_hand() -> None:
    assert not UnitBoard([row(1, headcount=20, took_part=3)]).is_long
    assert UnitBoard([row(1, headcount=9000, took_part=LONG)]).is_long
