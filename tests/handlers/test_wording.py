"""The catalogue of sentences as a whole: with the longest data, in every way they can turn out."""

import re
from collections.abc import Iterator
from functools import cache

import pytest

from bot.conversation.reply import BUDGET, Page, Prose, Tap, Text, compile_text
from bot.conversation.router import Found, Tier
from bot.conversation.state import Idle, State
from bot.domain.identity import full_name
from bot.domain.mottos import MOST
from bot.storage.tables import Unit, table_of
from handlers import conversation
from tests.builders import said
from tests.handlers.asked_for import other_links
from tests.handlers.babble import PLACES
from tests.handlers.catalogue import MOTTO, NAME, UNIT, every_sentence, shown, written
from tests.handlers.talking import long_address
from tests.rows import thinned

MOST_LINES, MOST_LINKS, HARD_STOP = 12, 6, 2_048
BANNED = re.compile(
    "亲[，,。！]|哦|[～~]|链接|会话|参数|超时|系统异常|输入错误|分享后|转发后|助力|集赞|[a-z]{2,}"
)
SYMBOLS = re.compile("[✔✘✉]")
DATA = re.compile(r"[A-H](?:\. .*)?|[中区·]+|[题评]+…|[对错]|选好了|投它?|看")
"""What stands on a tap and is not a command: a question's option, a unit, the beginning of a stem
or a title, a place in a list."""


@cache
def catalogue() -> tuple[tuple[str, Text], ...]:
    return tuple(every_sentence())


@pytest.mark.slow
def test_every_sentence_that_is_written_is_looked_at() -> None:
    """Who adds a sentence that nothing here says tells tests/handlers/catalogue.py when it is."""
    said_here = "\n".join({shown(text) for _, text in catalogue()})

    assert [stretch for stretch in sorted(written()) if stretch not in said_here] == []


@pytest.mark.slow
def test_no_sentence_has_more_lines_or_links_than_a_telephone_shows() -> None:
    long = {
        name
        for name, text in catalogue()
        if len(shown(text).splitlines()) > MOST_LINES or len(other_links(text)) > MOST_LINKS
    }

    assert long == set()


@pytest.mark.slow
def test_every_sentence_fits_with_all_its_links() -> None:
    """Prose may be cut to fit, a link or a line may not; nothing comes near the hard stop."""
    assert {name for name, text in catalogue() if not fits(text)} == set()


def fits(text: Text) -> bool:
    words, whole = (compile_text(text, long_address, budget) for budget in (BUDGET, HARD_STOP))
    links = sum(isinstance(part, Tap | Page) for part in text.parts)
    ours = Text(tuple(part for part in text.parts if not isinstance(part, Prose)))
    if len(compile_text(ours, long_address, 100_000).encode()) > BUDGET:
        return False
    return words.count("<a ") == whole.count("<a ") == links and words[-1] == whole[-1]


@pytest.mark.slow
def test_no_sentence_has_a_word_that_we_do_not_use() -> None:
    found = {(name, word[0]) for name, text in catalogue() if (word := BANNED.search(shown(text)))}

    assert found == set()


@pytest.mark.slow
def test_no_sentence_has_two_symbols() -> None:
    assert {name for name, text in catalogue() if len(SYMBOLS.findall(shown(text))) > 1} == set()


# ------------------------------------------------------------ taps, and what is typed


@cache
def taps() -> tuple[Tap, ...]:
    """Every tap once, whatever the number in it."""
    found = {
        re.sub(r"\d+", "9", part.label + part.sends): part
        for _, text in catalogue()
        for part in text.parts
        if isinstance(part, Tap)
    }
    return tuple(found.values())


@pytest.mark.slow
def test_every_tap_means_something_wherever_the_member_stands() -> None:
    lost = [tap for tap in taps() if route(tap.sends, Idle()).route.tier >= Tier.SOUND]

    assert lost == []


@pytest.mark.slow
@pytest.mark.parametrize("state", thinned(PLACES, quick=2), ids=str)
def test_what_a_tap_sends_is_the_same_when_it_is_typed(state: State) -> None:
    for tap in taps():
        tapped = route(tap.sends, state)
        for typed in by_hand(tap.sends):
            found = route(typed, state)
            assert found.route is tapped.route, (tap, typed)
            assert found.message.text == tapped.message.text, (tap, typed)


def by_hand(words: str) -> Iterator[str]:
    """The words as thumbs and ears write them."""
    yield f" {words}。"
    yield words.translate({n: n + 0xFEE0 for n in range(ord("0"), ord("z"))})


@pytest.mark.slow
def test_the_words_on_a_tap_can_be_typed_as_well() -> None:
    """Somewhere they do what the tap does, or lead to where one can choose."""
    lost = [
        tap
        for tap in taps()
        if not DATA.fullmatch(tap.label)
        and route(tap.label, Idle()).route.tier >= Tier.SOUND
        and not any(leads_alike(tap, state) for state in PLACES)
    ]

    assert lost == []


def leads_alike(tap: Tap, state: State) -> bool:
    """Whether the words on the tap are taken in the same matter as those it sends."""
    by_label, by_tap = route(tap.label, state).route, route(tap.sends, state).route
    return by_label.handler.__module__ == by_tap.handler.__module__


def route(words: str, state: State) -> Found:
    return conversation.find(said(words), state)


def test_the_longest_data_are_as_long_as_they_can_be() -> None:
    assert len(UNIT) == table_of(Unit).c.name.type.length  # type: ignore[attr-defined]
    assert len(MOTTO) == MOST
    assert full_name(NAME) == NAME
    assert full_name(NAME + "民") is None
