"""The bank: what may be published, what a change leaves behind, what contests are drawn from."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from bot.domain.audit import SYSTEM
from bot.domain.bank import (
    STEPS,
    BankChanged,
    BankState,
    Brought,
    ChangedMeanwhile,
    Lacking,
    NoSuchQuestion,
    OwnReview,
    QuestionBank,
    StemTaken,
)
from bot.domain.bank_search import PAGE, BankSearch, Wanted
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.domain.wordings import add_questions
from bot.storage.database import Sessions, open_engine
from bot.storage.schema import downgrade, upgrade
from bot.storage.tables import Audit, BankQuestion, Staff
from quiz_bank import Question
from quiz_bank.loading import load_shipped
from tests.builders import NOON, a_question, chained

LI, WANG = 3, 4
DRAFT, REVIEWED, PUBLISHED, WITHDRAWN = BankState


@pytest.fixture
def bank(engine: Engine) -> QuestionBank:
    """A bank without any question."""
    return QuestionBank(chained(engine)(), NOON)


@pytest.fixture
def search(bank: QuestionBank) -> BankSearch:
    return BankSearch(bank._session)


def kept(bank: QuestionBank, *questions: Question, state: BankState = DRAFT) -> int:
    """The number of the first of these questions, once they are in the bank."""
    ids = bank.bring_in([Brought(question) for question in questions], state, SYSTEM)
    found = select(BankQuestion.id).where(BankQuestion.question_id == ids[0])
    return bank._session.scalars(found).one()


# ------------------------------------------------------------ where a question stands


@pytest.mark.slow
def test_a_question_is_read_before_it_is_published(bank: QuestionBank) -> None:
    number = kept(bank, a_question("A1"))

    bank.move(number, 1, REVIEWED, LI)
    bank.move(number, 2, PUBLISHED, WANG)

    assert bank.card(number).state is PUBLISHED
    assert bank.drawable() == [bank._session.get_one(BankQuestion, number).question_id]


@pytest.mark.slow
def test_whoever_reviewed_a_question_does_not_publish_it(bank: QuestionBank) -> None:
    number = kept(bank, a_question("A1"))
    with_accounts(bank, LI, WANG)
    bank.move(number, 1, REVIEWED, LI)

    with pytest.raises(OwnReview):
        bank.move(number, 2, PUBLISHED, LI)

    assert bank.card(number).state is REVIEWED
    bank.move(number, 2, PUBLISHED, WANG)
    assert bank.card(number).state is PUBLISHED


@pytest.mark.slow
def test_who_is_alone_does_both_and_the_trail_says_so(bank: QuestionBank) -> None:
    number = kept(bank, a_question("A1"))
    with_accounts(bank, LI)
    bank.move(number, 1, REVIEWED, LI)

    bank.move(number, 2, PUBLISHED, LI)

    last = select(Audit.facts).where(Audit.action == "question.publish")
    assert bank._session.scalars(last).one()["alone"] is True


@pytest.mark.slow
@pytest.mark.parametrize("change", [{"role": "viewer"}, {"password_hash": ""}])
def test_who_cannot_publish_is_no_other_to_ask(bank: QuestionBank, change: dict[str, str]) -> None:
    number = kept(bank, a_question("A1"))
    with_accounts(bank, LI, WANG)
    bank._session.execute(update(Staff).where(Staff.id == WANG).values(change))
    bank.move(number, 1, REVIEWED, LI)

    assert bank.publishers(number, LI) == []
    bank.move(number, 2, PUBLISHED, LI)


def with_accounts(bank: QuestionBank, *ids: int) -> None:
    """The console has these accounts."""
    for id_ in ids:
        who = Staff(id=id_, name=f"同志{id_}", password_hash="x", role="editor", created_at=NOON)
        bank._session.add(who)
    bank._session.flush()


@pytest.mark.parametrize("state", [DRAFT, REVIEWED, WITHDRAWN])
def test_new_contests_draw_from_published_questions_alone(
    bank: QuestionBank, state: BankState
) -> None:
    kept(bank, a_question("A1"), state=state)

    assert bank.drawable() == []


@pytest.mark.slow
@pytest.mark.parametrize("lack", [{"source": ""}, {"explanation": ""}])
def test_without_source_or_explanation_nothing_is_published(
    bank: QuestionBank, lack: dict[str, str]
) -> None:
    number = kept(bank, a_question("A1", **lack), state=REVIEWED)

    with pytest.raises(Lacking) as refusal:
        bank.move(number, 1, PUBLISHED, LI)

    assert refusal.value.lacks == tuple(lack)
    assert bank.card(number).state is REVIEWED
    assert PUBLISHED not in bank.card(number).steps


def test_what_lacks_something_is_not_brought_in_as_published(bank: QuestionBank) -> None:
    with pytest.raises(Lacking):
        kept(bank, a_question("A1"), a_question("A2", source=""), state=PUBLISHED)

    assert bank.questions() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("state", "to"), [(a, b) for a in BankState for b in BankState if b not in STEPS[a]]
)
def test_other_steps_are_refused(bank: QuestionBank, state: BankState, to: BankState) -> None:
    number = kept(bank, a_question("A1"), state=state)

    with pytest.raises(ChangedMeanwhile):
        bank.move(number, 1, to, LI)

    assert bank.card(number).version == 1


@pytest.mark.slow
def test_who_saw_an_older_state_is_told_who_changed_it(bank: QuestionBank) -> None:
    number = kept(bank, a_question("A1"))
    bank.move(number, 1, REVIEWED, LI)

    with pytest.raises(ChangedMeanwhile) as refusal:
        bank.move(number, 1, WITHDRAWN, WANG)

    assert (refusal.value.by, refusal.value.at) == ("staff:3", NOON)
    assert bank.card(number).state is REVIEWED


def test_a_number_nobody_has_is_refused(bank: QuestionBank) -> None:
    with pytest.raises(NoSuchQuestion):
        bank.move(17, 1, REVIEWED, LI)
    with pytest.raises(NoSuchQuestion):
        bank.history(17)


# ------------------------------------------------------------ other words


def test_other_words_make_a_draft_that_keeps_its_code(bank: QuestionBank) -> None:
    number = kept(bank, question := a_question("A1"), state=PUBLISHED)

    bank.edit(number, 1, replace(question, stem="换个问法？"), LI)

    card = bank.card(number)
    assert (card.question.code, card.question.stem) == ("A1", "换个问法？")
    assert (card.revision, card.state, card.version) == (2, DRAFT, 2)
    assert bank.drawable() == []


def test_the_same_words_change_nothing(bank: QuestionBank) -> None:
    number = kept(bank, question := a_question("A1"), state=PUBLISHED)

    assert bank.edit(number, 1, question, LI) == 1
    assert bank.card(number).state is PUBLISHED


@pytest.mark.slow
def test_a_running_contest_keeps_the_wording_it_began_with(services: Services) -> None:
    before = services.quiz.start(b"m" * 16)[0].questions
    asked = before[0]
    card = next(
        card
        for card in services.bank_search.browse(Wanted(words=asked.code)).cards
        if card.question.code == asked.code
    )

    services.bank.edit(card.number, 1, replace(asked, stem="换个问法？"), LI)
    services.bank.move(card.number, 2, WITHDRAWN, LI)

    assert services.quiz.sitting(b"m" * 16).questions == before  # type: ignore[union-attr]
    other = services.quiz.start(b"n" * 16)[0]
    assert all(question.stem != "换个问法？" for question in other.questions)


@pytest.mark.slow
def test_two_questions_never_ask_the_same(bank: QuestionBank) -> None:
    number = kept(bank, question := a_question("A1"), a_question("A2", stem="在哪里？"))

    with pytest.raises(StemTaken) as refusal:
        bank.edit(number, 1, replace(question, stem="在 哪里 ?"), LI)

    assert refusal.value.code == "A2"
    assert bank.card(number).question == question


@pytest.mark.slow
def test_who_edits_an_older_wording_is_refused(bank: QuestionBank) -> None:
    number = kept(bank, question := a_question("A1"))
    bank.edit(number, 1, replace(question, stem="换个问法？"), LI)

    with pytest.raises(ChangedMeanwhile):
        bank.edit(number, 1, replace(question, topic="别的"), WANG)

    assert bank.card(number).question.topic == question.topic


@pytest.mark.slow
def test_of_two_who_edit_at_once_one_is_told_so(sessions: Sessions) -> None:
    with sessions.begin() as session:
        card = QuestionBank(session, NOON).card(1)

    def edit(topic: str) -> str:
        try:
            with sessions.begin() as session:
                bank = QuestionBank(session, NOON)
                bank.edit(1, 1, replace(card.question, topic=topic), LI)
        except ChangedMeanwhile:
            return "late"
        return topic

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(edit, ("甲", "乙")))

    with sessions.begin() as session:
        after = QuestionBank(session, NOON).card(1)
    assert sorted(outcomes) == sorted([after.question.topic, "late"])
    assert (after.version, after.revision) == (2, 2)


# ------------------------------------------------------------ what is left behind


@pytest.mark.slow
def test_the_history_tells_who_did_what_when_and_how_it_read_before(bank: QuestionBank) -> None:
    number = kept(bank, question := a_question("A1"), state=REVIEWED)
    later = QuestionBank(bank._session, NOON + timedelta(hours=1))
    later.move(number, 1, PUBLISHED, LI)
    later.edit(number, 2, replace(question, stem="换个问法？"), WANG)

    deeds = later.history(number).deeds

    assert [(d.action, d.by) for d in deeds] == [
        ("question.edit", "staff:4"),
        ("question.publish", "staff:3"),
        ("question.import", "system"),
    ]
    assert [d.at - NOON for d in deeds] == [timedelta(hours=1), timedelta(hours=1), timedelta()]
    assert deeds[0].before is not None
    assert (deeds[0].before.question.stem, deeds[0].before.state) == (question.stem, PUBLISHED)
    assert (deeds[0].after.question.stem, deeds[0].after.state) == ("换个问法？", DRAFT)
    assert deeds[2].before is None


@pytest.mark.slow
def test_a_change_and_its_trail_come_together_or_not_at_all(engine: Engine) -> None:
    sessions = chained(engine)
    with sessions.begin() as session:
        number = kept(QuestionBank(session, NOON), a_question("A1"))

    with sessions() as session:
        QuestionBank(session, NOON).move(number, 1, REVIEWED, LI)
        session.rollback()

    with sessions() as session:
        assert QuestionBank(session, NOON).card(number).state is DRAFT
        assert session.scalars(select(Audit.action)).all() == ["question.import"]


# ------------------------------------------------------------ coming in


@pytest.mark.slow
def test_questions_come_in_all_or_none(bank: QuestionBank) -> None:
    kept(bank, a_question("A1"))

    with pytest.raises(BankChanged):
        kept(bank, a_question("A2"), a_question("A3", stem="题目A1？"))

    assert [question.code for question in bank.questions()] == ["A1"]


@pytest.mark.slow
def test_what_is_rewritten_becomes_a_draft_beside_the_new(bank: QuestionBank) -> None:
    number = kept(bank, question := a_question("A1"), state=PUBLISHED)
    better = replace(question, stem="换个问法？")

    bank.bring_in([Brought(a_question("A2")), Brought(better, question)], DRAFT, "staff:3", "x")

    assert (bank.card(number).question, bank.card(number).state) == (better, DRAFT)
    assert [question.code for question in bank.questions()] == ["A1", "A2"]
    assert bank.history(number).deeds[0].by == "staff:3"


def test_nothing_is_rewritten_that_is_not_there(bank: QuestionBank) -> None:
    with pytest.raises(BankChanged):
        bank.bring_in([Brought(a_question("A2"), a_question("A2"))], DRAFT, SYSTEM)


@pytest.mark.slow
def test_nothing_is_rewritten_that_a_colleague_has_rewritten_meanwhile(bank: QuestionBank) -> None:
    number = kept(bank, question := a_question("A1"))
    bank.edit(number, 1, mended := replace(question, topic="别的"), LI)

    with pytest.raises(BankChanged):
        bank.bring_in([Brought(replace(question, stem="换？"), question)], DRAFT, SYSTEM)

    assert bank.card(number).question == mended


# ------------------------------------------------------------ looking


def found(search: BankSearch, **wanted: object) -> list[str]:
    return [card.question.code for card in search.browse(Wanted(**wanted)).cards]  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_search_looks_past_width_case_and_punctuation(
    bank: QuestionBank, search: BankSearch
) -> None:
    kept(
        bank,
        a_question("A1", stem="“十三五”规划的ＧＤＰ目标是多少？"),
        a_question("A2", options=("昆山", "苏州", "南京"), source="昆山年鉴"),
    )

    assert found(search, words="十三五 gdp") == ["A1"]
    assert found(search, words="昆山") == ["A2"]
    assert found(search, words="a2") == ["A2"]
    assert found(search, words="昆山 十三五") == []
    assert found(search, words="%_") == ["A1", "A2"]


@pytest.mark.slow
def test_a_search_is_narrowed_by_what_a_question_is_about(
    bank: QuestionBank, search: BankSearch
) -> None:
    kept(bank, a_question("A1", topic="甲", difficulty=3, source="公报"))
    kept(bank, a_question("A2", topic="乙", source=""), state=WITHDRAWN)

    assert found(search, topic="甲", difficulty=3, source="公报", state=DRAFT) == ["A1"]
    assert found(search, source="") == ["A2"]
    assert found(search, state=WITHDRAWN) == ["A2"]
    assert search.choices().topics == ["乙", "甲"]
    assert search.choices().sources == ["", "公报"]
    assert search.choices().states == {DRAFT: 1, REVIEWED: 0, PUBLISHED: 0, WITHDRAWN: 1}
    assert [q.code for q in search.questions(Wanted(topic="甲"))] == ["A1"]


@pytest.mark.slow
def test_pages_hold_what_is_left_and_never_end_in_nothing(
    bank: QuestionBank, search: BankSearch
) -> None:
    kept(bank, *(a_question(f"A{n:02}") for n in range(PAGE + 1)))

    last, beyond = search.browse(Wanted(), 2), search.browse(Wanted(), 99)

    assert (last.total, last.pages) == (PAGE + 1, 2)
    assert [card.question.code for card in last.cards] == [f"A{PAGE:02}"]
    assert beyond == last
    assert search.browse(Wanted(state=PUBLISHED)).pages == 1


# ------------------------------------------------------------ before there were states


@pytest.mark.slow
def test_questions_from_before_are_published_unless_they_lack_something(store_url: str) -> None:
    engine = open_engine(store_url)
    upgrade(engine, "0001")
    with Session(engine) as session:
        add_questions(session, [a_question("A1"), a_question("A2", source="")])
        add_questions(session, [a_question("A1", stem="换个问法？")])
        add_questions(session, [a_question("A3", stem="换个 问法")])
        session.commit()

    upgrade(engine)

    with chained(engine)() as session:
        bank = open_services(session, NOON, Shelf()).bank
        cards = [bank.card(number) for number in (1, 2, 3)]
        assert [(card.question.code, card.state) for card in cards] == [
            ("A2", DRAFT), ("A1", PUBLISHED), ("A3", PUBLISHED),
        ]  # fmt: skip
        assert cards[1].question.stem == "换个问法？"
        assert bank.history(2).deeds == []
        assert found(BankSearch(session), words="换个问法") == ["A1", "A3"]
    downgrade(engine, "0001")
    engine.dispose()


@pytest.mark.slow
def test_the_migration_finds_by_what_the_bank_finds_by(tmp_path: object) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/sibian.db")
    questions = load_shipped().questions
    upgrade(engine, "0001")
    with Session(engine) as session:
        add_questions(session, questions)
        session.commit()
    upgrade(engine)
    with engine.connect() as connection:
        migrated = connection.execute(text("SELECT code, stem_key, sought FROM bank_question"))
        old = {row.code: (row.stem_key, row.sought) for row in migrated}
        connection.execute(text("DELETE FROM bank_question"))
        connection.commit()

    with chained(engine)() as session:
        session.execute(text("DELETE FROM question"))
        kept(QuestionBank(session, NOON), *questions, state=PUBLISHED)
        rows = session.scalars(select(BankQuestion))
        assert {row.code: (row.stem_key, row.sought) for row in rows} == old
    engine.dispose()
