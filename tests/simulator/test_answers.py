"""A reply's text is taken apart as a phone draws it."""

from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.answers import Answer, PageLink, Tap, Words, parts_of


def test_words_taps_and_links_come_in_their_order() -> None:
    text = (
        "请选择：\n"
        '<a href="weixin://bizmsgmenu?msgmenucontent=第1题A&msgmenuid=1">A. 长江</a>\n'
        '<a href="https://example.com/help">帮助</a>。'
    )

    assert parts_of(text) == (
        Words("请选择：\n"),
        Tap("A. 长江", "第1题A", "1"),
        Words("\n"),
        PageLink("帮助", "https://example.com/help"),
        Words("。"),
    )


def test_a_tap_may_be_written_in_other_ways() -> None:
    text = "<a href='weixin://bizmsgmenu?msgmenuid=q-7&msgmenucontent=%E7%AD%94%E9%A2%98'>答题</a>"

    assert parts_of(text) == (Tap("答题", "答题", "q-7"),)


def test_a_tag_that_the_phone_does_not_know_stays_as_it_is() -> None:
    text = (
        '<b>重要</b> <a href="javascript:alert(1)">点我</a> <a href="https://example.com">没有结尾'
    )

    assert parts_of(text) == (Words(text),)


def test_the_size_counts_bytes_and_tags() -> None:
    assert Answer("text", "你好").size == 6
    assert Answer("text", '<a href="https://example.com/">好</a>').size == 38


@given(st.text())
def test_text_without_links_is_words_as_they_are(text: str) -> None:
    words = text.replace("<", "")

    assert parts_of(words) == ((Words(words),) if words else ())
