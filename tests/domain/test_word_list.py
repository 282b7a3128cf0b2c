"""The list of words is kept in the console: tried before it counts, and never without a trace."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.entries import MottoState
from bot.domain.kept_lists import Latest
from bot.domain.questions import Shelf
from bot.domain.screening.screen import Category, Listed, Pile, Screen
from bot.domain.services import Services, open_services
from bot.domain.word_list import Flaw, WordList, starter_words
from bot.storage.database import Sessions
from bot.storage.tables import ListedWord
from tests.builders import NOON, a_member, a_waiting_motto, an_approved_motto, key
from tests.races import while_it_is_open

STAFF = 7
ADVERTISING, FINE, OTHER = Category.ADVERTISING, Category.FINE, Category.OTHER


@pytest.fixture
def words(session: Session) -> WordList:
    return WordList(session, NOON, Latest())


def listed(session: Session) -> WordList:
    """The list as another process sees it."""
    return WordList(session, NOON + timedelta(minutes=1), Latest())


def test_the_list_that_comes_with_the_program_counts_from_the_first_day(words: WordList) -> None:
    assert words.screen().look("想赚钱的加 微-信").pile is Pile.FIRST
    assert words.page().total == len(starter_words()) > 150
    assert words.changes() == []


@pytest.mark.slow
def test_a_word_counts_once_it_is_added_and_no_longer_once_it_is_taken_away(
    words: WordList, session: Session
) -> None:
    entry = "台账可以晚点，老人等不了"
    assert words.add("台账", OTHER, first=False, staff_id=STAFF) == 1
    assert listed(session).screen().look(entry).pile is Pile.MARKED

    assert words.drop(["台账"], STAFF) == 1

    assert listed(session).screen().look(entry).pile is Pile.PLAIN
    assert listed(session).screen().look("加微信").pile is Pile.FIRST


@pytest.mark.slow
def test_many_are_pasted_at_once_and_each_is_listed_once(words: WordList) -> None:
    pasted = "台账\r\n臺賬，台 账、报表;\n\n，加微信\n的\n" + "长" * 31

    assert words.add(pasted, OTHER, first=True, staff_id=STAFF) == 2
    assert words.page(OTHER).words == [
        Listed("报表", OTHER, first=True), Listed("台账", OTHER, first=True)
    ]  # fmt: skip


def test_the_list_is_looked_through_whatever_the_spelling(words: WordList) -> None:
    assert [one.word for one in words.page(sought="微 信 同").words] == ["微信同号"]
    assert words.page(sought="没有这个").total == 0
    assert words.page(number=99).page == words.page().pages
    assert words.counts()[ADVERTISING] == words.page(ADVERTISING).total


@pytest.mark.slow
def test_who_changed_what_is_told(words: WordList) -> None:
    words.add("台账\n报表", OTHER, first=True, staff_id=STAFF)
    words.drop(["加微信"], STAFF)

    dropped, added = words.changes()
    assert (dropped.added, dropped.words, dropped.by) == (False, ["加微信"], "staff:7")
    assert (added.added, added.words, added.count, added.category) == (
        True, ["台账", "报表"], 2, OTHER
    )  # fmt: skip


@pytest.mark.slow
def test_what_was_taken_away_stays_in_the_history(words: WordList, session: Session) -> None:
    words.add("台账", OTHER, first=False, staff_id=STAFF)
    words.drop(["台账"], STAFF)
    words.add("台账", ADVERTISING, first=False, staff_id=STAFF)

    rows = session.scalars(select(ListedWord).where(ListedWord.word == "台账")).all()
    assert [(row.category, row.removed_by, row.live_key) for row in rows] == [
        (OTHER, "staff:7", None),
        (ADVERTISING, None, "台账"),
    ]


@pytest.mark.slow
def test_a_change_is_taken_back_from_the_history(words: WordList, session: Session) -> None:
    words.add("台账\n报表", OTHER, first=True, staff_id=STAFF)
    later = listed(session)
    later.drop(["台账", "加微信"], STAFF)

    dropped, added = later.changes()
    assert later.undo(dropped.version, STAFF) == 2
    assert Listed("台账", OTHER, first=True) in later.page().words
    assert Listed("加微信", Category.CONTACT, first=True) in later.page().words

    assert later.undo(dropped.version, STAFF) == 0
    assert later.undo(added.version, STAFF) == 1
    assert [one.word for one in later.page(OTHER).words] == ["台账"]
    assert later.undo(999, STAFF) == 0


@pytest.mark.slow
def test_entries_that_should_be_seen_first_are_named(session: Session, words: WordList) -> None:
    for name, entry in (("a", "兼职日结加微信详谈"), ("b", "台账可以晚点，老人等不了")):
        a_member(session, name)
        a_waiting_motto(session, name, entry)
    words.add("台账", OTHER, first=False, staff_id=STAFF)

    assert words.urgent() == [1]


# ------------------------------------------------------------ before it counts


@pytest.fixture
def entries(session: Session) -> dict[str, int]:
    numbers = {}
    for n, entry in enumerate(("代开一扇窗，群众多阳光", "代-开-发票找我，又快又好")):
        author = f"approved-{n}"
        a_member(session, author)
        numbers[entry] = an_approved_motto(session, author, entry)
    a_member(session, "waiting")
    numbers["代开个头，大家接着干"] = a_waiting_motto(session, "waiting", "代开个头，大家接着干")
    a_member(session, "gone")
    a_waiting_motto(session, "gone", "代开又撤下的一句话")
    open_services(session, NOON, Shelf()).mottos.withdraw(key("gone"))
    return numbers


@pytest.mark.slow
def test_a_new_word_shows_what_it_would_have_hit(words: WordList, entries: dict[str, int]) -> None:
    [tried] = words.try_out("代开", OTHER).fit

    assert (tried.hits, tried.approved) == (3, 2)
    assert {example.number for example in tried.examples} == set(entries.values())
    assert tried.examples[0].state is MottoState.APPROVED
    assert words.screen().look("代开一扇窗，群众多阳光").pile is Pile.PLAIN


@pytest.mark.slow
def test_what_an_allowed_phrase_covers_is_not_counted(
    words: WordList, entries: dict[str, int]
) -> None:
    words.add("代开一扇窗", FINE, first=True, staff_id=STAFF)

    [tried] = words.try_out("代开", OTHER).fit

    assert tried.hits == 2


@pytest.mark.slow
def test_an_allowed_phrase_shows_what_it_would_spare(
    words: WordList, entries: dict[str, int]
) -> None:
    trial = words.try_out("代开发票找我\n代开一扇窗\n从没有人写过", FINE)

    assert {one.word: one.hits for one in trial.fit} == {
        "代开发票找我": 1, "代开一扇窗": 0, "从没有人写过": 0
    }  # fmt: skip


@pytest.mark.slow
def test_the_most_harmful_word_comes_first(words: WordList, entries: dict[str, int]) -> None:
    trial = words.try_out("从没有人写过，代开", OTHER)

    assert [one.word for one in trial.fit] == ["代开", "从没有人写过"]


def test_what_cannot_be_listed_says_why(words: WordList) -> None:
    trial = words.try_out("的\n……\n加-微-信\n" + "长" * 31, OTHER)

    assert trial.fit == []
    assert [one.word for one in trial.flawed(Flaw.SHORT)] == ["的", "……"]
    assert [one.word for one in trial.flawed(Flaw.KNOWN)] == ["加-微-信"]
    assert [one.word for one in trial.flawed(Flaw.LONG)] == ["长" * 31]


# ------------------------------------------------------------ several at once


@pytest.mark.slow
def test_other_processes_see_a_change_without_a_restart(sessions: Sessions) -> None:
    kept, entry = Latest[Screen](), "台账可以晚点"
    with sessions.begin() as session:
        before = WordList(session, NOON, kept).screen()
    with sessions.begin() as session:
        listed(session).add("台账", OTHER, first=False, staff_id=STAFF)
    with sessions.begin() as session:
        after = WordList(session, NOON, kept).screen()
        again = WordList(session, NOON, kept).screen()

    assert (before.look(entry).pile, after.look(entry).pile) == (Pile.PLAIN, Pile.MARKED)
    assert again is after


@pytest.mark.slow
def test_two_who_change_the_list_at_once_both_do(sessions: Sessions) -> None:
    def add(session: Session, n: int) -> None:
        listed(session).add(f"台账{n}\n报表", OTHER, first=False, staff_id=n)

    while_it_is_open(sessions, lambda session: add(session, 1), lambda session: add(session, 2))
    while_it_is_open(sessions, lambda session: add(session, 3), lambda session: add(session, 4))

    with sessions.begin() as session:
        words = listed(session)
        assert words.page(OTHER).total == 5
        assert words.page().total == len(starter_words()) + 5
        assert [change.count for change in words.changes()] == [1, 1, 1, 2]


def test_the_services_share_what_the_process_keeps(services: Services) -> None:
    assert services.word_list.screen() is services.word_list.screen()
