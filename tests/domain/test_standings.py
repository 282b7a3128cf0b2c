"""Tables of honour: who stands where, whatever the order in which people came."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, update
from sqlalchemy.orm import Session

from bot.domain.ladders import Ladder, Ladders, Scope
from bot.domain.members import Members
from bot.domain.refusals import BoardClosed, OnlyJoinedStand
from bot.domain.standings import ABOVE, BELOW, Place, Standings
from bot.storage.database import Sessions
from bot.storage.tables import Contest, Member, Score
from tests.builders import FIRST_DAY, NOON, another_contest, key

CITY, BRANCH, DEPARTMENT = 1, 2, 3
DISTRICTS = {CITY: CITY, BRANCH: CITY, DEPARTMENT: DEPARTMENT, None: None}
UNIT_NAMES = {CITY: "城东街道", BRANCH: "城东街道", DEPARTMENT: "农业局", None: None}


@pytest.fixture
def empty_session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@dataclass(frozen=True)
class Player:
    """Somebody who has taken part; `minute` is when the points were reached."""

    name: str
    points: int
    days: int = 1
    minute: int = 0
    unit: int | None = BRANCH

    @property
    def standing(self) -> tuple[int, int, int]:
        """What ranks the player, best first when sorted."""
        return -self.points, -self.days, self.minute


def play(session: Session, *players: Player) -> None:
    """These have taken part, and nobody else."""
    session.execute(delete(Score))
    session.execute(delete(Member))
    if not players:
        return
    session.execute(
        insert(Member),
        [
            {
                "member_key": key(player.name),
                "first_seen_at": NOON,
                "state": "",
                "state_at": NOON,
                "unit_id": player.unit,
                "name": player.name,
            }
            for player in players
        ],
    )
    session.execute(
        insert(Score),
        [
            {
                "member_key": key(player.name),
                "contest_id": 1,
                "points": player.points,
                "days": player.days,
                "reached_at": NOON + timedelta(minutes=player.minute),
                "district_id": DISTRICTS[player.unit],
            }
            for player in players
        ],
    )


def ranks(places: list[Place]) -> list[int]:
    return [place.rank for place in places]


@pytest.mark.slow
def test_more_points_stand_higher_then_more_days_then_who_was_first(session: Session) -> None:
    play(
        session,
        Player("丁", points=8, days=3, minute=9),
        Player("乙", points=8, days=4, minute=30),
        Player("甲", points=10),
        Player("丙", points=8, days=3, minute=5),
    )

    places = Standings(session, NOON).top(50)

    assert [place.name for place in places] == ["甲", "乙", "丙", "丁"]
    assert ranks(places) == [1, 2, 3, 4]


def test_a_tie_shares_its_place_and_leaves_the_next_one_empty(session: Session) -> None:
    play(session, Player("甲", 8), Player("乙", 8), Player("丙", 6))

    assert ranks(Standings(session, NOON).top(50)) == [1, 1, 3]


def test_a_tie_at_the_end_of_the_table_is_not_ranked_anew(session: Session) -> None:
    play(session, *[Player(name, 8) for name in "甲乙丙丁"])

    assert ranks(Standings(session, NOON).top(3)) == [1, 1, 1]


@pytest.mark.slow
def test_who_is_on_no_board_keeps_the_place_that_nobody_sees(session: Session) -> None:
    play(
        session,
        *[Player(name, points) for name, points in zip("甲乙丙丁", (9, 8, 8, 7), strict=True)],
    )
    for name in "甲丙":
        Members(session, NOON).show_on_boards(key(name), shown=False)
    standings = Standings(session, NOON)

    places = standings.top(3)
    last, hidden = standings.neighbourhood(key("丁")), standings.neighbourhood(key("丙"))

    assert [(place.rank, place.name) for place in places] == [(2, "乙")]
    assert last is not None
    assert [(place.rank, place.name) for place in last.around] == [(2, "乙"), (4, "丁")]
    assert (last.rank, last.out_of, last.listed) == (4, 4, True)
    assert hidden is not None
    assert [(place.rank, place.name) for place in hidden.around] == [(2, "丙"), (2, "乙")]
    assert not hidden.listed


@pytest.mark.slow
def test_where_only_units_are_ranked_a_guest_has_no_place_and_takes_none(session: Session) -> None:
    session.execute(update(Contest).values(joined_only=True))
    play(
        session, Player("甲", 9), Player("客", 8, unit=None), Player("乙", 8), Player("丙", 7)
    )  # fmt: skip
    standings = Standings(session, NOON)

    places, last = standings.top(9), standings.neighbourhood(key("丙"))

    assert [(place.rank, place.name) for place in places] == [(1, "甲"), (2, "乙"), (3, "丙")]
    assert last is not None
    assert (last.rank, last.out_of) == (3, 3)
    with pytest.raises(OnlyJoinedStand) as refused:
        standings.neighbourhood(key("客"))
    assert refused.value.points == 8
    listed = [(one.rank, one.name) for one in standings.everybody(1)]
    assert sorted(listed, key=str) == [(1, "甲"), (2, "乙"), (3, "丙"), (None, "客")]


def test_who_joins_a_unit_stands_on_the_board_at_once(session: Session) -> None:
    session.execute(update(Contest).values(joined_only=True))
    play(session, Player("甲", 9), Player("客", 8, unit=None))

    Members(session, NOON).join(key("客"), BRANCH, "客")

    assert ranks(Standings(session, NOON).top(9)) == [1, 2]


@pytest.mark.slow
def test_each_contest_has_a_board_of_its_own(session: Session) -> None:
    play(session, Player("甲", 9), Player("乙", 8))
    other = another_contest(session)
    session.execute(
        insert(Score).values(
            member_key=key("乙"), contest_id=other, points=3, days=1, reached_at=NOON
        )
    )
    standings = Standings(session, NOON)

    boards = [[place.name for place in standings.top(9, contest=id_)] for id_ in (1, other)]

    assert boards == [["甲", "乙"], ["乙"]]
    mine = standings.neighbourhood(key("乙"), other)
    assert mine is not None
    assert (mine.rank, mine.points) == (1, 3)
    assert standings.neighbourhood(key("甲"), other) is None
    first = standings.neighbourhood(key("乙"), 1)
    assert first is not None
    assert (first.rank, first.points) == (2, 8)


def test_names_are_masked_and_units_are_districts(session: Session) -> None:
    play(
        session, Player("欧阳修", 8), Player("王五", 6, unit=DEPARTMENT), Player("李", 4, unit=None)
    )

    assert Standings(session, NOON).top(50) == [
        Place(1, "欧**", "城东街道", 8, 1),
        Place(2, "王*", "农业局", 6, 1),
        Place(3, "李", None, 4, 1),
    ]


def test_a_player_who_was_deleted_keeps_the_place_without_a_name(session: Session) -> None:
    play(session, Player("甲", 8))
    session.execute(delete(Member))

    assert Standings(session, NOON).top(50) == [Place(1, None, None, 8, 1)]


def test_a_district_is_ranked_with_its_branches_and_nobody_else(session: Session) -> None:
    play(
        session,
        Player("甲", 10, unit=DEPARTMENT),
        Player("乙", 8, unit=BRANCH),
        Player("丙", 6, unit=CITY),
        Player("丁", 4, unit=None),
    )

    places = Standings(session, NOON).top(50, CITY)

    assert [(place.rank, place.name) for place in places] == [(1, "乙"), (2, "丙")]


def test_a_district_nobody_knows_has_no_table(session: Session) -> None:
    play(session, Player("甲", 10))

    assert Standings(session, NOON).top(50, 4711) == []


def test_only_the_contest_that_began_last_counts(session: Session) -> None:
    play(session, Player("甲", 10))
    session.add(
        Contest(
            title="明年的", first_day=FIRST_DAY + timedelta(days=365),
            last_day=FIRST_DAY + timedelta(days=400), points_each=2, new_paper_hour=7,
        )
    )  # fmt: skip
    session.flush()

    next_year = NOON + timedelta(days=365)
    assert len(Standings(session, NOON).top(50)) == 1
    assert Standings(session, next_year).top(50) == []
    assert Standings(session, next_year).neighbourhood(key("甲")) is None


@pytest.mark.slow
def test_without_any_contest_nobody_stands_anywhere(empty_session: Session) -> None:
    assert Standings(empty_session, NOON).top(50) == []
    assert Standings(empty_session, NOON).neighbourhood(key("甲")) is None


def test_a_member_sees_the_own_place_between_the_neighbours(session: Session) -> None:
    play(session, *[Player(name, 20 - 2 * n) for n, name in enumerate("甲乙丙丁戊己")])

    mine = Standings(session, NOON).neighbourhood(key("丁"))

    assert mine is not None
    assert (mine.rank, mine.out_of, mine.points) == (4, 6, 14)
    assert mine.district is not None
    assert mine.district.name == "城东街道"
    assert [(p.rank, p.name, p.is_me) for p in mine.around] == [
        (2, "乙", False),
        (3, "丙", False),
        (4, "丁", True),
        (5, "戊", False),
    ]


@pytest.mark.slow
def test_a_member_without_a_unit_is_ranked_among_all(session: Session) -> None:
    play(session, Player("甲", 10, unit=DEPARTMENT), Player("乙", 8, unit=None))

    mine = Standings(session, NOON).neighbourhood(key("乙"))

    assert mine is not None
    assert mine.district is None
    assert (mine.rank, mine.out_of) == (2, 2)


def test_before_the_first_answer_a_member_has_no_place(session: Session) -> None:
    play(session, Player("甲", 10))

    assert Standings(session, NOON).neighbourhood(key("乙")) is None


@pytest.mark.parametrize(("day", "closed"), [(28, False), (29, True), (31, True), (32, False)])
def test_in_its_last_days_nobody_sees_who_stands_where_now(
    session: Session, day: int, closed: bool
) -> None:
    play(session, Player("甲", 10))
    session.execute(update(Contest).values(last_day=date(2026, 12, 31), closed_days=3))
    standings = Standings(session, NOON + timedelta(days=day - 5))

    if closed:
        with pytest.raises(BoardClosed) as refused:
            standings.neighbourhood(key("甲"))
        assert (refused.value.last_day, refused.value.points) == (date(2026, 12, 31), 10)
        with pytest.raises(BoardClosed):
            standings.top(9)
    else:
        assert len(standings.top(9)) == 1
        assert standings.neighbourhood(key("甲")) is not None


# ------------------------------------------------------------ properties

UNITS = st.sampled_from([CITY, BRANCH, DEPARTMENT, None])
PLAYERS = st.lists(
    # Few values, so that ties of every depth are common.
    st.tuples(st.integers(0, 3), st.integers(1, 2), st.integers(0, 2), UNITS),
    max_size=9,
).map(lambda facts: [Player(f"党员{n}", *fact) for n, fact in enumerate(facts)])
in_any_order = partial(
    settings, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def expected_ranks(players: list[Player]) -> list[int]:
    """One more than the number of people who stand strictly higher."""
    standings = sorted(player.standing for player in players)
    return [1 + sum(other < standing for other in standings) for standing in standings]


@pytest.mark.slow
@given(players=PLAYERS, order=st.randoms(use_true_random=False))
@in_any_order(max_examples=60)
def test_the_table_is_one_total_order_however_people_came(
    session: Session, players: list[Player], order: Random
) -> None:
    play(session, *players)
    table = Standings(session, NOON).top(50)
    order.shuffle(players)
    play(session, *players)

    assert Standings(session, NOON).top(50) == table
    assert ranks(table) == expected_ranks(players)
    assert [(-p.points, -p.days) for p in table] == sorted((-p.points, -p.days) for p in table)


@pytest.mark.slow
@given(players=PLAYERS.filter(len))
@in_any_order(max_examples=60)
def test_what_a_member_sees_is_a_piece_of_the_table(
    session: Session, players: list[Player]
) -> None:
    play(session, *players)

    check_every_view(Standings(session, NOON), players)


def check_every_view(standings: Standings, players: list[Player]) -> None:
    """Each player's own view agrees with the ranks worked out by hand."""
    for me in players:
        rivals = [p for p in players if me.unit is None or same_district(p, me)]
        view = standings.neighbourhood(key(me.name))
        assert view is not None
        higher = sorted(p.standing for p in rivals if p.standing < me.standing)
        rest = sorted(p.standing for p in rivals if p.standing >= me.standing and p != me)
        seen = [*higher[-ABOVE:], me.standing, *rest[:BELOW]]
        assert view.out_of == len(rivals)
        assert view.rank == 1 + len(higher)
        assert [p.rank for p in view.around] == [
            1 + sum(other.standing < standing for other in rivals) for standing in seen
        ]
        assert [p.points for p in view.around] == [-standing[0] for standing in seen]
        assert sum(p.is_me for p in view.around) == 1


def same_district(one: Player, other: Player) -> bool:
    return UNIT_NAMES[one.unit] == UNIT_NAMES[other.unit]


@pytest.mark.slow
def test_every_store_places_people_by_the_plain_rule(sessions: Sessions) -> None:
    chance = Random(7)
    units = [BRANCH, CITY, DEPARTMENT, None]
    players = [
        Player(
            f"党员{n}", chance.randrange(4), 1 + chance.randrange(2), chance.randrange(3),
            chance.choice(units),
        )
        for n in range(60)
    ]  # fmt: skip
    with sessions.begin() as session:
        play(session, *players)
        standings = Standings(session, NOON)

        assert ranks(standings.top(99)) == expected_ranks(players)
        check_every_view(standings, players)
        in_city = [player for player in players if same_district(player, Player("", 0))]
        assert ranks(standings.top(99, CITY)) == expected_ranks(in_city)
        session.execute(update(Contest).values(joined_only=True))
        joined = [player for player in players if player.unit]
        assert ranks(standings.top(99)) == expected_ranks(joined)
        check_every_view(standings, joined)


# ------------------------------------------------------------ price


def steps_of(session: Session, look: Callable[[], object]) -> int:
    """How many steps SQLite's machine takes meanwhile: its work, on whatever computer."""
    taken = 0

    def step() -> None:
        nonlocal taken
        taken += 1

    driver = session.connection().connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_progress_handler(step, 1)
    look()
    driver.set_progress_handler(None, 0)
    return taken


@pytest.mark.slow
def test_a_look_takes_as_much_work_among_two_thousand_as_among_two_hundred(
    session: Session,
) -> None:
    def work(people: int) -> list[int]:
        play(
            session,
            *(Player(f"党员{n}", n % 9, 1 + n % 4, minute=n) for n in range(people)),
        )
        standings, middle = Standings(session, NOON, Known()), key(f"党员{people // 2}")
        return [
            steps_of(session, lambda: standings.neighbourhood(middle)),
            steps_of(session, lambda: standings.top(50)),
            steps_of(session, lambda: standings.top(50, CITY)),
        ]

    few, many = work(200), work(2_000)

    # The stretch of the own rung alone is longer.
    assert [n / m < 1.6 for n, m in zip(many, few, strict=True)] == [True] * 3, (few, many)


class Known(Ladders):
    """Ladders that were counted before."""

    def of(self, key: Scope, now: datetime, count: Callable[[], Ladder]) -> Ladder:
        return Ladder([])
