"""Questions of any words that the bank takes, for what must hold of all of them."""

import unicodedata
from functools import cache

from hypothesis import strategies as st

from quiz_bank import Kind, Question
from quiz_bank.question import LETTERS, fold

SIGNS = "=~#{}:\\%*\"'|/<>&[]()-;,.@+^_x007 \u3000\u00a0（）。，：；√×对错ABanT"
"""What means something in one of the formats, more often than chance would have it."""

letters = st.one_of(st.sampled_from(SIGNS), st.characters(exclude_categories=["C", "Zl", "Zp"]))


@cache
def words(most: int, least: int = 1) -> st.SearchStrategy[str]:
    """To put together what may be drawn takes ten times as long as to draw it."""
    return (
        st.text(letters, max_size=most)
        .map(str.strip)
        .filter(
            # A picture's address in Moodle is no text.
            lambda text: len(text) >= least and "@@PLUGINFILE@@" not in text
        )
    )


def look(option: str) -> str:
    return "".join(unicodedata.normalize("NFKC", option).casefold().split())


options = st.lists(words(40), min_size=2, max_size=8, unique_by=look)
blanks = st.lists(words(40).filter(fold), min_size=1, max_size=4)
codes = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", fullmatch=True)


@st.composite
def any_question(draw: st.DrawFn) -> Question:
    kind = draw(st.sampled_from(Kind))
    given: list[str] = draw(options) if kind in (Kind.SINGLE, Kind.MULTIPLE) else []
    match kind:
        case Kind.SINGLE:
            answer = [draw(st.sampled_from(LETTERS[: len(given)]))]
        case Kind.MULTIPLE:
            chosen = st.sets(st.sampled_from(LETTERS[: len(given)]), min_size=2)
            answer = sorted(draw(chosen))
        case Kind.JUDGE:
            answer = [draw(st.sampled_from("TF"))]
        case _:
            answer = draw(blanks)
    return Question(
        code=draw(codes),
        kind=kind,
        stem=draw(words(90)),
        options=tuple(given),
        answer=tuple(answer),
        explanation=draw(words(120, least=0)),
        source=draw(words(60, least=0)),
        place=draw(words(40, least=0)),
        date=draw(words(20, least=0)),
        topic=draw(words(20, least=0)),
        difficulty=draw(st.sampled_from([1, 2, 3])),
    )


def any_questions(most: int = 5) -> st.SearchStrategy[list[Question]]:
    """Some questions, no two of them with the same code or the same words."""
    different = (lambda q: q.code.casefold(), lambda q: fold(q.stem))
    return st.lists(any_question(), min_size=1, max_size=most, unique_by=different)
