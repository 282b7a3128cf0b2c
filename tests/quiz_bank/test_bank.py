"""A paper is the same for a seed, as hard as any other, and drawn fairly."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_bank import (
    DAILY_PAPER,
    Bank,
    BankTooSmall,
    Blueprint,
    Kind,
    Question,
    Slot,
    draw,
    load_shipped,
)
from tests.builders import a_question

SHIPPED = load_shipped().questions
TOPICS = ("党章", "小康", "规划纲要", "五中全会", "冬训")


def a_bank(copies: int = 1) -> list[Question]:
    """A question of each kind, difficulty and topic, as often as asked."""
    shapes = product(range(copies), Kind, (1, 2, 3), TOPICS)
    return [
        a_question(f"Q{n:03}", kind.value, difficulty=difficulty, topic=topic)
        for n, (_, kind, difficulty, topic) in enumerate(shapes)
    ]


def codes(paper: Sequence[Question]) -> list[str]:
    return [question.code for question in paper]


seeds = st.binary(max_size=48)
slots = st.builds(
    Slot, st.none() | st.sampled_from(Kind), st.none() | st.integers(min_value=1, max_value=3)
)
blueprints = st.lists(slots, max_size=6).map(lambda drawn: Blueprint(tuple(drawn)))
banks = st.lists(
    st.tuples(st.sampled_from(Kind), st.integers(1, 3), st.sampled_from(TOPICS)),
    min_size=6,
    max_size=20,
).map(
    lambda shapes: [
        a_question(f"Q{n}", kind.value, difficulty=difficulty, topic=topic)
        for n, (kind, difficulty, topic) in enumerate(shapes)
    ]
)


def test_a_seed_means_the_same_paper_on_every_machine() -> None:
    paper = draw(a_bank(), DAILY_PAPER, b"zhang/2026-12-05")

    assert codes(paper) == ["Q001", "Q008", "Q024", "Q032", "Q010"]


@pytest.mark.slow
@given(seed=seeds, bank=banks, blueprint=blueprints, data=st.data())
def test_the_order_of_the_questions_does_not_matter(
    seed: bytes, bank: list[Question], blueprint: Blueprint, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(bank))

    assert draw(shuffled, blueprint, seed) == draw(bank, blueprint, seed)


@pytest.mark.slow
@given(seed=seeds, bank=banks, blueprint=blueprints, avoid=st.sets(st.integers(0, 20)))
def test_no_question_comes_twice_in_a_paper(
    seed: bytes, bank: list[Question], blueprint: Blueprint, avoid: set[int]
) -> None:
    paper = draw([*bank, *bank], blueprint, seed, avoid={f"Q{n}" for n in avoid})

    assert len(set(codes(paper))) == len(blueprint.slots)


@pytest.mark.slow
@given(seed=seeds, bank=banks, blueprint=blueprints, avoid=st.sets(st.integers(0, 20)))
def test_every_place_gets_its_kind_while_there_is_one(
    seed: bytes, bank: list[Question], blueprint: Blueprint, avoid: set[int]
) -> None:
    paper = draw(bank, blueprint, seed, avoid={f"Q{n}" for n in avoid})

    supply = Counter(question.kind for question in bank)
    wanted = Counter(slot.kind for slot in blueprint.slots if slot.kind)
    got = Counter(
        question.kind
        for question, slot in zip(paper, blueprint.slots, strict=True)
        if question.kind is slot.kind
    )
    assert got == Counter({kind: min(supply[kind], wanted[kind]) for kind in wanted})


@pytest.mark.slow
@given(seed=seeds)
def test_every_daily_paper_is_equally_hard_and_of_five_topics(seed: bytes) -> None:
    paper = draw(SHIPPED, DAILY_PAPER, seed)

    assert [Slot(question.kind, question.difficulty) for question in paper] == [*DAILY_PAPER.slots]
    assert sum(question.difficulty for question in paper) == 9
    assert len({question.topic for question in paper}) == 5


@given(seed=seeds)
def test_a_place_falls_back_to_the_nearest_difficulty(seed: bytes) -> None:
    bank = [a_question("Q1", difficulty=1), a_question("Q2", difficulty=2)]

    (question,) = draw(bank, Blueprint((Slot(Kind.SINGLE, 3),)), seed)

    assert question.code == "Q2"


@given(seed=seeds)
def test_a_place_without_its_kind_takes_no_question_that_another_place_needs(seed: bytes) -> None:
    bank = [a_question("Q1", "judge"), a_question("Q2", "multiple")]

    paper = draw(bank, Blueprint((Slot(Kind.SINGLE), Slot(Kind.JUDGE))), seed)

    assert codes(paper) == ["Q2", "Q1"]


@pytest.mark.slow
def test_ten_thousand_papers_use_every_question_about_equally() -> None:
    bank = [q for q in a_bank(copies=2) if Slot(q.kind, q.difficulty) in DAILY_PAPER.slots]

    uses = Counter(
        code for n in range(10_000) for code in codes(draw(bank, DAILY_PAPER, b"%d" % n))
    )

    fair = 10_000 * len(DAILY_PAPER.slots) / len(bank)
    assert len(uses) == len(bank)
    assert min(uses.values()) > 0.9 * fair
    assert max(uses.values()) < 1.1 * fair


@pytest.mark.slow
def test_three_thousand_papers_of_the_shipped_questions_neglect_none() -> None:
    uses = Counter(
        code for n in range(3_000) for code in codes(draw(SHIPPED, DAILY_PAPER, b"%d" % n))
    )

    for slot in DAILY_PAPER.slots:
        fitting = [q.code for q in SHIPPED if Slot(q.kind, q.difficulty) == slot]
        fair = 3_000 / len(fitting)
        assert min(uses[code] for code in fitting) > fair / 3
        assert max(uses[code] for code in fitting) < fair * 2


@pytest.mark.slow
def test_ten_thousand_papers_expect_the_same_score_whoever_missed_which_days(
    record_property: Callable[[str, object], None],
) -> None:
    """A bank of which some kinds run out of fresh questions at their level, sooner or later by
    member; how often a question of each level is answered rightly is made up.
    """
    bank, rightly, chance = SHIPPED[::2], {1: 0.9, 2: 0.7, 3: 0.5}, Random(1)
    seen: list[set[str]] = [set() for _ in range(625)]
    expected, shared, substitutes = [], [], 0
    for day in range(20):
        neighbour: set[str] = set()
        for member, before in enumerate(seen):
            if chance.random() < 0.2:
                continue
            paper = draw(bank, DAILY_PAPER, b"%d/%d" % (member, day), avoid=before)
            expected.append(sum(rightly[question.difficulty] for question in paper))
            substitutes += any(
                question.difficulty != slot.difficulty
                for question, slot in zip(paper, DAILY_PAPER.slots, strict=True)
            )
            drawn = set(codes(paper))
            shared.append(len(drawn & neighbour))
            neighbour = drawn
            before.update(drawn)

    spread, alike = max(expected) - min(expected), sum(shared) / len(shared)
    record_property("papers", len(expected))
    record_property("with a substitute", substitutes)
    record_property("spread of the expected score", round(spread, 2))
    record_property("questions shared by neighbours", round(alike, 2))
    assert len(expected) > 9_900
    assert substitutes > 1_000
    assert spread < 0.25
    assert alike < 0.5
    assert max(shared) < 5


@pytest.mark.slow
def test_a_member_meets_no_question_twice_in_six_weeks() -> None:
    seen: set[str] = set()

    for day in range(42):
        paper = codes(draw(SHIPPED, DAILY_PAPER, b"zhang/%d" % day, avoid=seen))
        assert seen.isdisjoint(paper)
        seen.update(paper)


def test_a_question_comes_again_before_another_kind_takes_its_place() -> None:
    bank = [a_question("Q1", "judge"), a_question("Q2", "single")]

    (question,) = draw(bank, Blueprint((Slot(Kind.JUDGE, 1),)), b"seed", avoid=["Q1"])

    assert question.code == "Q1"


def test_a_bank_with_too_few_questions_says_so() -> None:
    with pytest.raises(BankTooSmall) as refused:
        draw([a_question("Q1"), a_question("Q1")], DAILY_PAPER, b"seed")

    assert (refused.value.questions, refused.value.slots) == (1, 5)


def test_the_bank_finds_questions_by_code_and_topic() -> None:
    one, two = a_question("Q1", topic="党章"), a_question("Q2", topic="小康")

    bank = Bank((one, two))

    assert bank.question("Q2") == two
    assert bank.topics == ("党章", "小康")
    assert bank.of_topic("党章") == (one,)
    with pytest.raises(KeyError):
        bank.question("Q3")
