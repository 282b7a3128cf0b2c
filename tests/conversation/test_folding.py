"""Folding: many ways of typing one thing become one, and what is one stays one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.folding import Folded, fold, fold_prose

TYPED = st.text(
    st.one_of(
        st.characters(),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
        st.sampled_from(
            "/:[]()强微笑A-)@,<>?？。！乾坤後髮裡幹著麼臺灣幺么麽①ⅠＡ㈠ \t\n\u200d\ufe0f\u0301"
        ),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Ａ", "a"),
        ("１", "1"),
        ("①", "1"),
        ("1️⃣", "1"),
        ("Ⅱ", "ii"),
        ("㈠", "(一)"),
        ("　答题　", "答题"),
        ("答題", "答题"),
        ("登記單位", "登记单位"),
        ("答题。", "答题"),
        ("“答题！”", "答题"),
        ("选   二\n。", "选 二"),
        ("BAC", "bac"),
        ("答\u200b题", "答题"),
        ("1、A", "1、a"),
        ("√", "√"),
        ("[AC]", "[ac]"),
        ("", ""),
        ("。。。", ""),
    ],
)
def test_one_thing_typed_in_many_ways(typed: str, folded: str) -> None:
    assert fold(typed).text == folded


@pytest.mark.parametrize("typed", ["?", "？", "？？", " ？ ", "？！", "?。", "？[微笑]"])
def test_a_lone_question_mark_survives(typed: str) -> None:
    assert fold(typed).text == "?"


@pytest.mark.parametrize(
    ("typed", "folded", "emoji"),
    [
        ("/:strong", "", ("/:strong",)),
        ("谢谢/:rose", "谢谢", ("/:rose",)),
        ("/:8-)B", "b", ("/:8-)",)),
        ("/::-O", "", ("/::-o",)),
        ("[强]", "", ("[强]",)),
        ("[让我看看]好", "好", ("[让我看看]",)),
        ("[Facepalm]", "", ("[facepalm]",)),
        ("[OK]", "", ("[ok]",)),
        ("👍", "", ("👍",)),
        ("好👍🏻", "好", ("👍", "🏻")),
    ],
)
def test_faces_are_taken_out_and_remembered(
    typed: str, folded: str, emoji: tuple[str, ...]
) -> None:
    assert fold(typed) == Folded(folded, emoji)


@pytest.mark.slow
@given(TYPED)
def test_to_fold_twice_is_to_fold_once(typed: str) -> None:
    folded = fold(typed).text

    assert fold(folded).text == folded


@given(TYPED)
def test_what_is_folded_has_bare_edges_and_single_blanks(typed: str) -> None:
    folded = fold(typed).text

    assert folded == " ".join(folded.split())
    assert folded == folded.lower()
    assert folded == "?" or not folded.endswith(("。", "!", "?", ","))


@given(st.text("ABCXYZabc0123456789对错选题", max_size=10))
def test_width_and_case_make_no_difference(typed: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in typed)

    assert fold(wide) == fold(typed.upper()) == fold(f"　{typed}。")


def test_sentences_that_say_the_same_are_equal() -> None:
    assert fold_prose("不忘初心，牢记使命！") == fold_prose("不忘初心 牢記使命")
    assert fold_prose("不忘初心，牢记使命") != fold_prose("牢记使命，不忘初心")
