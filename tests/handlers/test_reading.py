"""How a choice, a place, a name and a private number are read out of what was typed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import reading, wording
from tests.builders import a_question


@pytest.mark.parametrize(
    ("chosen", "letters"),
    [
        ("b", "B"),
        ("c和a", "CA"),
        ("第二个", "B"),
        ("1、3", "AC"),
        ("西", "C"),
        ("bacda", "BACDA"),
        ("两", "B"),
    ],
)
def test_letters_are_read_in_the_order_named(chosen: str, letters: str) -> None:
    assert reading.letters(chosen) == letters


@given(st.text(max_size=60))
def test_whatever_has_the_shape_of_a_choice_names_letters(text: str) -> None:
    if found := re.fullmatch(wording.CHOICE, text):
        assert set(reading.letters(found["chosen"])) <= set("ABCDEFGH")


@pytest.mark.slow
@given(
    st.text(st.sampled_from("我选是的,第一二个abch诶必、和吧 1238都对"), max_size=14),
)
def test_a_choice_among_fillers_names_letters(text: str) -> None:
    if found := re.fullmatch(wording.CHOICE, text):
        assert reading.letters(found["chosen"])


@pytest.mark.parametrize(
    "text", ["haha", "2016", "a1", "b2016", "我不选b", "第一题", "abc是什么", "一百", "选择题"]
)
def test_what_only_looks_like_a_choice_is_none_of_four_options(text: str) -> None:
    found = re.fullmatch(wording.CHOICE, text)

    assert not found or set(reading.letters(found["chosen"])) - set("ABCD")


def test_pairs_of_place_and_choice() -> None:
    assert reading.pairs("1a2b 3ac 4对,5.x") == [
        (1, "a"), (2, "b"), (3, "ac"), (4, "对"), (5, "x"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("张三", "张三"),
        (" 张 三 。", "张三"),
        ("我叫张三", "张三"),
        ("姓名：张三", "张三"),
        ("欧阳·娜娜", "欧阳·娜娜"),
        ("买买提•艾力", "买买提·艾力"),
        ("張三豐", "張三豐"),
        ("㐀𠀀", "㐀𠀀"),
    ],
)
def test_names_are_kept_as_they_were_written(typed: str, name: str) -> None:
    assert reading.name(typed) == name


@pytest.mark.parametrize(
    "typed", ["张", "zhang", "张三3", "·张三", "张·", "张" * 16, "张三<a>", "", "😀😀"]
)
def test_what_is_no_name_is_refused(typed: str) -> None:
    assert reading.name(typed) is None


@pytest.mark.slow
@given(st.text())
def test_a_name_is_two_to_fifteen_characters_of_chinese(typed: str) -> None:
    name = reading.name(typed)

    assert name is None or re.fullmatch(r"[\u3400-\u9fff\U00020000-\U0003ffff·]{2,15}", name)


@pytest.mark.parametrize(
    ("text", "words"),
    [("我是新安社区的", "新安社区"), ("新安", "新安"), ("单位:农业局", "农业局"), ("我", "我")],
)
def test_padding_around_a_units_name_is_left_out(text: str, words: str) -> None:
    assert reading.unit_words(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "我的电话13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+8613812345678",
        "32052319500101123x",
        "身份证320523195001011234",
        "320523 19500101 1234",
    ],
)
def test_private_numbers_are_seen_and_starred_out(text: str) -> None:
    assert reading.holds_private_number(text)
    assert not re.search(r"\d{4}", reading.without_private_numbers(text))


@pytest.mark.parametrize(
    "text", ["投1386号", "1001", "12345678901", "2016年3月16日", "1381234567", "签到4831"]
)
def test_other_numbers_are_not_private(text: str) -> None:
    assert not reading.holds_private_number(text)


@pytest.mark.slow
@given(st.text("0123456789 -x身份证电话", max_size=60))
def test_what_was_starred_out_holds_no_private_number(text: str) -> None:
    assert not reading.holds_private_number(reading.without_private_numbers(text))


@pytest.mark.parametrize(
    "piece", ["选", "我是", "a", "第一", "1a", "对", "改", "不", "1 ", "谢谢", "好"]
)
def test_no_pattern_is_slow(piece: str) -> None:
    """A pattern that backtracks without end would never return from here."""
    patterns = [
        words for words in vars(wording).values() if isinstance(words, str) and "(?" in words
    ]

    for pattern in patterns:
        re.fullmatch(pattern, piece * (2_048 // len(piece)) + "☃")


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("2", 2),
        ("两", 2),
        ("十", 10),
        ("一〇〇二", 1002),
        ("幺零零二", 1002),
        ("一千零二", 1002),
        ("一千零一十", 1010),
        ("一千零十二", 1012),
        ("一千二", 1200),
        ("两千三百五", 2350),
        ("一万零三", 10003),
        ("一万二", 12000),
        ("一万二千零五", 12005),
    ],
)
def test_a_number_in_words_is_worth_what_one_says(words: str, value: int) -> None:
    assert reading.number(words) == value


@given(st.integers(1001, 99_999))
def test_every_number_of_an_entry_is_understood_as_it_is_spoken(number: int) -> None:
    said = spoken(number)

    found = re.fullmatch(wording.VOTE_FOR_NUMBER, f"投{said}号")

    assert found
    assert reading.number(found["number"]) == number


def spoken(number: int) -> str:
    """The number in words, with a 零 for powers that are left out in between."""
    words = ""
    for power, name in ((10_000, "万"), (1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        figure = number // power % 10
        words += "零一二三四五六七八九"[figure] + (name if figure else "")
    return re.sub("零+", "零", words).strip("零")


@pytest.mark.parametrize(
    "words", ["等一下", "第二个", "嗯嗯好的", "什么意思", "不知道啊", "方便吗", "返回"]
)
def test_what_is_said_in_passing_is_no_plain_name(words: str) -> None:
    assert not reading.is_named(words, words)


@pytest.mark.parametrize(
    "words",
    ["张三", "欧阳修", "阿依古丽·买买提", "姓名是达提", "我叫达提", "司马光明", "欧阳金丝雀"],
)
def test_a_plain_name_is_one(words: str) -> None:
    name = reading.name(words)

    assert name
    assert reading.is_named(words, name)


YEARS = a_question("years", options=("2005年", "2010年", "不忘初心，牢记使命"))


@pytest.mark.parametrize(
    ("words", "letter"),
    [
        ("2010年", "B"),
        ("2010", "B"),
        ("应该是2005年吧", "A"),
        ("不忘初心牢记使命", "C"),
        ("不忘初心", ""),
        ("2011", ""),
        ("年", ""),
    ],
)
def test_who_writes_out_the_words_of_an_option_chooses_it(words: str, letter: str) -> None:
    assert reading.option(YEARS, words) == letter
