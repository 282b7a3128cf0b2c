"""An entry that quotes is shown beside the original, with what differs."""

import pytest

from bot.domain.screening.quotations import Part, Quotations, Quoted, Saying

SAYING = Saying("先天下之忧而忧，后天下之乐而乐", "范仲淹", "《岳阳楼记》")
LONG = Saying("一粥一饭，当思来处不易；半丝半缕，恒念物力维艰", "朱用纯", "《治家格言》")
QUOTATIONS = Quotations([SAYING, LONG, Saying("任重而道远，忧而忧", "某人", "《某书》")])


def compared(entry: str) -> Quoted:
    quoted = QUOTATIONS.compare(entry)
    assert quoted
    return quoted


def marked(parts: tuple[Part, ...]) -> str:
    return "".join(f"[{part.text}]" if part.differs else part.text for part in parts)


def test_what_is_quoted_right_is_told_with_its_source() -> None:
    quoted = compared("我愿先天下之忧而忧，后天下之乐而乐。")

    assert (quoted.saying, quoted.is_exact, quoted.is_whole) == (SAYING, True, True)


@pytest.mark.parametrize(
    ("entry", "doubted", "mended"),
    [
        ("先天下之优而忧", ("之忧",), "先天下之忧而忧"),
        ("我愿先天下之优而忧后天下之乐而乐！", ("之忧",), "我愿先天下之忧而忧后天下之乐而乐！"),
        ("先天下忧而忧，后天下乐而乐", ("下之", "下之"), None),
        ("先天下之忧而忧", (), None),
    ],
)
def test_what_is_miswritten_is_told_and_mended_character_for_character(
    entry: str, doubted: tuple[str, ...], mended: str | None
) -> None:
    assert (compared(entry).doubted, compared(entry).mended) == (doubted, mended)


@pytest.mark.parametrize("entry", ["先天下之忧而忧", "后天下之乐而乐，我愿意", "後天下之樂而樂"])
def test_a_clause_alone_is_quoted_right(entry: str) -> None:
    assert (compared(entry).is_exact, compared(entry).is_whole) == (True, False)


@pytest.mark.parametrize(
    ("entry", "original", "shown"),
    [
        ("先天下之优而忧", "先天下之[忧]而忧", "先天下之[优]而忧"),
        (
            "先天下忧而忧，后天下乐而乐",
            "先天下[之]忧而忧，后天下[之]乐而乐",
            "先天下忧而忧，后天下乐而乐",
        ),
        ("我先天下的之忧而忧", "先天下之忧而忧", "我先天下[的]之忧而忧"),
        ("后天下之乐儿乐，共勉", "后天下之乐[而]乐", "后天下之乐[儿]乐，共勉"),
        ("当思来处不宜，共勉", "当思来处不[易]", "当思来处不[宜]，共勉"),
    ],
)
def test_what_differs_is_marked_on_both_sides(entry: str, original: str, shown: str) -> None:
    quoted = compared(entry)

    assert (marked(quoted.original), marked(quoted.entry)) == (original, shown)
    assert "".join(part.text for part in quoted.entry) == entry
    assert not quoted.is_exact


def test_clauses_that_follow_each_other_are_quoted_right_without_the_rest() -> None:
    quoted = compared("一粥一饭，当思来处不易")

    assert quoted.is_exact
    assert marked(quoted.original) == "一粥一饭，当思来处不易"


@pytest.mark.parametrize(
    "entry", ["", "……", "为人民服务", "天下为公", "忧国忧民，乐在其中", "先干为敬后来居上"]
)
def test_what_only_shares_some_characters_is_no_quotation(entry: str) -> None:
    assert QUOTATIONS.compare(entry) is None
