"""Outbound: whatever is said, WeChat gets sound XML that says exactly that."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.reply import BUDGET, Page, Prose, Reply, Silence, Tap, Text, say
from bot.wechat.outbound import render
from tests.builders import NOON, said
from tests.wechat.pushes import AT

ASKED = said("答题")


def address(path: str) -> str:
    return f"https://quiz.example.com{path}"


def rendered(*parts: str | Prose | Tap | Page) -> bytes:
    return render(Text(parts), ASKED, NOON, address)


def shown(*parts: str | Prose | Tap | Page) -> str:
    """The text as a member's phone reads it out of the XML."""
    root = ElementTree.fromstring(rendered(*parts))
    assert [child.tag for child in root].count("Content") == 1
    assert len(root) == 5
    return root.findtext("Content") or ""


def test_an_answer_goes_back_to_whoever_asked() -> None:
    root = ElementTree.fromstring(rendered("你好"))

    assert {child.tag: child.text for child in root} == {
        "ToUserName": ASKED.openid,
        "FromUserName": ASKED.account,
        "CreateTime": str(AT),
        "MsgType": "text",
        "Content": "你好",
    }


def test_the_same_answer_has_the_same_bytes() -> None:
    assert rendered("你好", Tap("A", "A")) == rendered("你好", Tap("A", "A"))


def test_taps_and_pages_stand_as_links_with_a_bare_ampersand() -> None:
    words = shown("请选：", Tap("A. 长江", "第1题A"), "\n", Page("光荣榜", "/h/standings"))

    assert words == (
        '请选：<a href="weixin://bizmsgmenu?msgmenucontent=第1题A&msgmenuid=1">A. 长江</a>\n'
        '<a href="https://quiz.example.com/h/standings">光荣榜</a>'
    )


@pytest.mark.parametrize(
    "silent", [Silence(), Text(()), Text(("",)), Text((" \n", Prose("\x00\x1d"), "\u3000"))]
)
def test_nothing_to_say_is_no_bytes_and_never_an_empty_content(silent: Reply) -> None:
    assert render(silent, ASKED, NOON, address) == b""


@pytest.mark.parametrize(
    "words",
    [
        "数组 a[b[0]]> 3",
        "]]>",
        "]]>]]>]]>",
        "]]]]>>",
        "]]",
        "a]]></Content><MsgType><![CDATA[news]]></MsgType><Content><![CDATA[b",
        "<![CDATA[x]]>",
        "&lt;&amp;&#29;",
        "两\n行",
    ],
)
def test_no_words_break_out_of_their_element(words: str) -> None:
    assert shown(words) == words.replace("<", "＜")


def test_the_injection_of_a_member_stays_a_text() -> None:
    forged = "a]]></Content><MsgType><![CDATA[news]]></MsgType><Content><![CDATA[b"

    root = ElementTree.fromstring(render(say("您写了：{it}", it=forged), ASKED, NOON, address))

    assert [child.text for child in root if child.tag == "MsgType"] == ["text"]


def test_an_openid_like_an_injection_stays_an_openid() -> None:
    odd = said("x", openid="a]]><b/>")

    root = ElementTree.fromstring(render(Text(("好",)), odd, NOON, address))

    assert root.findtext("ToUserName") == "a]]><b/>"


def test_characters_that_xml_forbids_are_left_out_and_lines_end_in_lf() -> None:
    assert shown("甲\x00\x08\x1d\ufffe\ud800乙\r\n丙\r丁\t戊") == "甲乙\n丙\n丁\t戊"


def test_forbidden_characters_are_left_out_of_links_too() -> None:
    assert "\x1d" not in rendered(Tap("a\x1db", "c\ud800d"), Page("e\x00", "/f\x0b")).decode()


ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
words = st.lists(
    st.one_of(
        st.text(st.characters(), max_size=12),  # Any code point, lone surrogates among them.
        st.sampled_from(["]]>", "]]", ">", "<xml>", "<![CDATA[", "\r\n", "\x1d", "&#29;", "</a>"]),
    ),
    max_size=12,
).map("".join)


@pytest.mark.slow
@given(words)
def test_any_text_reads_back_as_it_was_written(text: str) -> None:
    expected = ILLEGAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    expected = expected.replace("<", "＜")

    answer = rendered(text)

    if expected.strip():
        assert shown(text) == expected
    else:
        assert answer == b""


@pytest.mark.slow
@settings(max_examples=min(40, settings().max_examples))
@given(
    st.lists(
        st.one_of(
            words, words.map(Prose), st.builds(Tap, words, words), st.builds(Page, words, words)
        ),
        max_size=30,
    )
)
def test_any_reply_is_sound_xml_within_its_budget(parts: list[str | Prose | Tap | Page]) -> None:
    answer = rendered(*parts)

    if answer:
        assert 0 < len(shown(*parts).encode()) <= BUDGET
