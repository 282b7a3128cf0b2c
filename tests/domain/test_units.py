"""Units: found by a few characters of their name, as members type them."""

from itertools import islice, permutations
from time import process_time

import pytest
from sqlalchemy.orm import Session

from bot.domain.units import UnitCard, Units
from bot.storage.tables import Unit
from tests.turns.test_price import trips

CITY = UnitCard(1, "城东街道", "城东街道")
BRANCH = UnitCard(2, "新安社区支部", "城东街道")
DEPARTMENT = UnitCard(3, "农业局", "农业局")


@pytest.fixture
def units(session: Session) -> Units:
    session.add_all(
        [
            Unit(id=11, code="CD-XX", name="新安小学支部", parent_id=1),
            Unit(id=12, code="HX", name="河西区"),
            Unit(id=13, code="HX-XA", name="新安村支部", parent_id=12),
        ]
    )
    session.flush()
    return Units(session)


def found(units: Units, words: str) -> list[str]:
    return [card.full_name for card in units.find(words)]


def test_of_several_readings_the_first_that_leads_anywhere_counts(
    session: Session, units: Units
) -> None:
    with trips(session.get_bind()) as told:
        found = units.find("", "心安村", "新安村", "农业")

    assert [card.name for card in found] == ["新安村支部"]
    assert len(told) == 1, "the units are read once for all of them"


def test_a_branch_is_named_with_what_it_belongs_to(units: Units) -> None:
    assert units.card(2) == BRANCH
    assert BRANCH.full_name == "城东街道·新安社区支部"
    assert DEPARTMENT.full_name == "农业局"


def test_no_unit_is_no_card(units: Units) -> None:
    assert units.card(None) is None
    assert units.card(4711) is None


def test_the_code_of_a_scan_finds_its_unit_exactly(units: Units) -> None:
    assert units.by_code("CD-XA") == BRANCH
    assert units.by_code("cd-xa") is None
    assert units.by_code("") is None


def test_a_few_characters_find_every_branch_that_has_them_shortest_first(units: Units) -> None:
    assert found(units, "新安") == [
        "河西区·新安村支部",
        "城东街道·新安社区支部",
        "城东街道·新安小学支部",
    ]


@pytest.mark.parametrize("words", ["城东 新安社区", "城东街道·新安社区支部", "新安社区 城东"])
def test_the_parts_of_a_name_may_come_in_any_order(units: Units, words: str) -> None:
    assert found(units, words) == ["城东街道·新安社区支部"]


def test_a_unit_with_branches_is_not_offered_itself(units: Units) -> None:
    assert "城东街道" not in found(units, "城东")


def test_a_unit_without_branches_is_offered_itself(units: Units) -> None:
    assert found(units, "农业") == ["农业局"]


@pytest.mark.parametrize("words", ["", "  ", "·", "没有这个", "%", "_", "新安%支部"])
def test_words_that_name_nothing_find_nothing(units: Units, words: str) -> None:
    assert found(units, words) == []


@pytest.mark.slow
def test_no_more_are_offered_than_a_member_can_choose_from(session: Session) -> None:
    session.add_all(Unit(code=f"CD-{n}", name=f"第{n}支部", parent_id=1) for n in range(20))
    session.flush()

    assert len(Units(session).find("支部")) == 9
    assert len(Units(session).find("支部", limit=3)) == 3


def test_districts_are_the_units_at_the_top(units: Units) -> None:
    assert units.districts() == [CITY, DEPARTMENT, UnitCard(12, "河西区", "河西区")]


# ------------------------------------------------------------ typed in letters


@pytest.mark.parametrize(
    "typed", ["xinan", "xa", "xin'an", "XinAn", "xinash", "xasq", "cd xasq", "cdjd xinan"]
)
def test_syllables_and_first_letters_find_a_branch(units: Units, typed: str) -> None:
    assert "城东街道·新安社区支部" in found(units, typed)


@pytest.mark.parametrize("typed", ["inan", "zz", "x", "xb", "xinanb", "xa12", "aq", "dongjieb"])
def test_letters_that_spell_no_piece_of_a_name_find_nothing(units: Units, typed: str) -> None:
    assert found(units, typed) == []


def test_letters_of_two_characters_narrow_the_search_as_characters_do(units: Units) -> None:
    assert found(units, "xacz") == ["河西区·新安村支部"]
    assert found(units, "xax") == ["城东街道·新安小学支部"]


@pytest.mark.slow
def test_any_reading_of_a_character_will_do(session: Session) -> None:
    session.add(Unit(code="CA", name="长安支部"))
    session.flush()

    assert found(Units(session), "changan") == found(Units(session), "ca") == ["长安支部"]


@pytest.mark.slow
def test_among_three_thousand_units_letters_cost_little_more_than_characters(
    session: Session,
) -> None:
    characters = "新安城东河西南北社区村小学农业卫生教育机关街道阳光和平长江明德山水田"
    names = ["".join(each) for each in islice(permutations(characters, 4), 0, 300_000, 100)]
    session.add_all(
        Unit(code=f"B{n}", name=f"{name}支部", parent_id=1) for n, name in enumerate(names)
    )
    session.flush()
    units = Units(session)

    def cost(words: str) -> float:
        """Of the processor alone, and the least of some: this machine has other work."""
        taken = []
        for _ in range(5):
            began = process_time()
            units.find(words)
            taken.append(process_time() - began)
        return min(taken)

    assert len(names) == 3000
    assert max(cost("xinan"), cost("zhangjiang"), cost("nj")) < 4 * cost("新安")
