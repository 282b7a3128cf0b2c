"""A file read by a program of its own: the same findings, little memory, an end in any case."""

import os
from pathlib import Path

import pytest

from quiz_bank.formats import confined
from quiz_bank.formats.apart import MOST_AT_ONCE, parse, read_apart
from quiz_bank.formats.confined import MOST_NOTES
from quiz_bank.formats.found import Unreadable
from quiz_bank.formats.importing import find_questions
from tests.quiz_bank.formats.files import HEADER, SOUND, book

pytestmark = pytest.mark.slow

CSV = "题型,题干,选项A,选项B,答案,命题人\n单选题,在哪里？,北京,上海,A,张三\n"


def ignored(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def many(count: int) -> bytes:
    return ("题干,答案\n" + "".join(f"第{n}题。,对\n" for n in range(count))).encode()


@pytest.mark.parametrize(
    "content",
    [CSV.encode(), (CSV + "简答题,谈谈。\n单选题,在哪里?,甲,乙,D\n").encode(), book(HEADER, SOUND)],
    ids=["sound", "faulty", "workbook"],
)
def test_a_file_is_read_apart_as_it_is_read_here(content: bytes) -> None:
    assert parse(read_apart(content, ignored)) == find_questions(content)


def test_what_is_twice_in_the_file_is_counted() -> None:
    findings = find_questions((CSV + "单选题,在哪里?,甲,乙,A\n").encode())

    assert (findings.repeated, len(findings.questions)) == (1, 1)


def test_how_far_it_is_is_told_on_the_way() -> None:
    told: list[tuple[int, int]] = []

    read_apart(many(1_000), lambda done, total: told.append((done, total)))

    assert told[-1] == (1_000, 1_000)
    assert 20 <= len(told) <= 100
    assert told == sorted(told)


def test_a_file_that_can_not_be_read_is_refused_with_the_same_reason() -> None:
    with pytest.raises(Unreadable) as here:
        find_questions(b"%PDF-1.7 ...")
    with pytest.raises(Unreadable) as there:
        read_apart(b"%PDF-1.7 ...", ignored)

    assert vars(there.value) == vars(here.value)


def test_more_than_can_be_looked_over_is_refused() -> None:
    assert len(parse(read_apart(many(MOST_AT_ONCE), ignored)).questions) == MOST_AT_ONCE

    with pytest.raises(Unreadable, match="一次最多收1000道题"):
        read_apart(many(MOST_AT_ONCE + 1), ignored)


def test_of_endless_faults_the_first_are_told() -> None:
    rows = (f"判断题,第{n}题。,大概\n" for n in range(MOST_NOTES + 7))
    content = "题型,题干,答案\n" + "".join(rows)

    errors = parse(read_apart(content.encode(), ignored)).errors

    assert len(errors) == MOST_NOTES + 1
    assert "还有 7 处" in errors[-1].message


def children() -> list[int]:
    """The programs that this process has begun and that still run."""
    return [
        int(child) for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    ]


def test_the_program_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_SECRET_KEY", "hush")
    seen: list[bytes] = []

    def look(_done: int, _total: int) -> None:
        seen.extend(Path(f"/proc/{child}/environ").read_bytes() for child in children())

    read_apart(many(1_000), look)

    assert seen
    assert not any(b"hush" in environment for environment in seen)


def test_who_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "SECONDS", 0.05)
    before = children()

    with pytest.raises(Unreadable, match="太大、太复杂"):
        read_apart(book(HEADER, SOUND), ignored)

    assert children() == before
