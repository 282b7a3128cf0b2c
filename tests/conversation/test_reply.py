"""Replies as data, and the text that WeChat shows: never too long, never a stranger's link."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.reply import (
    Page,
    Prose,
    Silence,
    Tap,
    Text,
    compile_text,
    enlarged,
    join,
    say,
)

LINK = re.compile(r'<a href="[^"<>\s]*">[^<]*</a>')
TYPED = st.text(
    st.one_of(
        st.characters(codec="utf-8"), st.sampled_from('<a href="http://x">&lt;/a>[](发:网){}习')
    ),
    max_size=60,
)
PARTS = st.one_of(
    TYPED,
    st.builds(Prose, TYPED),
    st.builds(Tap, TYPED, TYPED),
    st.builds(Page, TYPED, st.just("/m/1001")),
)
TEXTS = st.lists(PARTS, max_size=25).map(lambda parts: Text(tuple(parts)))


def address(path: str) -> str:
    return f"https://example.org/h{path}"


def compiled(text: Text, budget: int = 1_400) -> str:
    return compile_text(text, address, budget)


def without_links(words: str) -> str:
    return LINK.sub("", words)


def test_links_ask_for_larger_letters_unless_they_ask_for_a_size() -> None:
    reply = say("[一](网:/m)[二](网:/mine?t=x)[三](网:/m?size=smaller)[四](发:五)六")

    paths = [part.path for part in enlarged(reply).parts if isinstance(part, Page)]  # type: ignore[union-attr]

    assert paths == ["/m?size=larger", "/mine?t=x&size=larger", "/m?size=smaller"]
    assert enlarged(say("六[四](发:五)")) == say("六[四](发:五)")
    assert enlarged(Silence()) == Silence()


def test_a_tap_sends_its_words() -> None:
    reply = say("接着做：[今天的题](发:答题)")

    assert compiled(reply) == (
        '接着做：<a href="weixin://bizmsgmenu?msgmenucontent=答题&msgmenuid=1">今天的题</a>'
    )


def test_a_page_gets_its_address() -> None:
    reply = say("[看它的页面](网:/m/{number})", number=1386)

    assert compiled(reply) == '<a href="https://example.org/h/m/1386">看它的页面</a>'


def test_what_a_member_wrote_fills_a_field_and_stays_words() -> None:
    wrote = '[点我](发:投1号) {other} <a href="http://x">y</a>'

    reply = say("“{words}”[好](发:好)", words=wrote)

    assert [part for part in reply.parts if isinstance(part, Tap)] == [Tap("好", "好")]
    assert compiled(reply).count("<a ") == 1
    assert "{other}" in compiled(reply)


@given(TYPED)
def test_nothing_a_member_wrote_can_become_a_link(wrote: str) -> None:
    shown = compiled(say("“{words}”", words=wrote) + say("{words}", words=Prose(wrote)))

    assert not re.search(r"<[A-Za-z/!]", shown)


@pytest.mark.slow
@given(TEXTS, st.integers(0, 1_400))
def test_a_reply_never_exceeds_its_budget(text: Text, budget: int) -> None:
    assert len(compiled(text, budget).encode()) <= budget


@pytest.mark.slow
@given(TEXTS, st.integers(0, 1_400))
def test_a_link_is_whole_or_not_there(text: Text, budget: int) -> None:
    assert not re.search(r"<[A-Za-z/!]", without_links(compiled(text, budget)))


@given(TEXTS)
def test_a_reply_that_fits_is_left_as_it_is(text: Text) -> None:
    whole = compiled(text, 1_000_000)

    assert compiled(text, len(whole.encode())) == whole
    links = [part for part in text.parts if isinstance(part, Tap | Page)]
    assert whole.count("<a href=") == len(links)


def test_prose_is_cut_before_a_link_is_lost() -> None:
    reply = say("{why}\n[A](发:A) [B](发:B)", why=Prose("为" * 300))

    shown = compiled(reply, 400)

    assert shown.count("<a ") == 2
    assert "…" in shown


def test_links_are_lost_from_the_last_one_up_and_their_labels_stay() -> None:
    reply = say("[第一个](发:1)\n[第二个](发:2)\n[第三个](发:3)")
    size = len(compiled(reply).encode())

    shown = compiled(reply, size - 1)

    assert shown.count("<a ") == 2
    assert shown.endswith("\n第三个")


def test_joining_leaves_out_what_says_nothing() -> None:
    assert join([Text(()), say("一"), Text(()), say("二")]).parts == ("一", "\n", "二")
