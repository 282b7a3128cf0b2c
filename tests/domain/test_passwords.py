"""Passwords: what is fit, and that only the right one matches."""

import unicodedata

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import passwords
from bot.domain.passwords import LEAST, MOST, Flaw, find_flaw, keep, matches

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "password",
    [
        "一句容易记的话，十二个字以上",
        "清早起来去河边跑步三公里",
        "blue kettle under the stairs",
        "tr0ub4dor&3-horse",
        "482910573926",
        "🐎" * 6 + "北斗七星高，哥舒",
        "admin of the eastern hills",
        "x" + "1a2B3c" * 3,
    ],
)
def test_any_characters_make_a_good_password(password: str) -> None:
    assert find_flaw(password, "李审核") is None


@pytest.mark.parametrize(
    ("password", "flaw"),
    [
        ("", Flaw.SHORT),
        ("十一个字的口令太短了呀", Flaw.SHORT),
        ("x" * 129, Flaw.LONG),
        ("Password2026", Flaw.WORN),
        ("P@ssw0rd!2026", Flaw.WORN),
        ("sibian2026!!", Flaw.WORN),
        ("Admin@123456", Flaw.WORN),
        ("administrator", Flaw.WORN),
        ("党员座右铭20261205", Flaw.WORN),
        ("123456789012", Flaw.WORN),
        ("210987654321", Flaw.WORN),
        ("qwertyuiopas", Flaw.WORN),
        ("1qaz2wsx3edc", Flaw.WORN),
        ("aaaaaaaaaaaa", Flaw.WORN),
        ("abcabcabcabc", Flaw.WORN),
        ("ｐａｓｓｗｏｒｄ１２３４", Flaw.WORN),
        ("liming-liming-2026", Flaw.WORN),
        ("correcthorsebatterystaple", Flaw.WORN),
        ("woaini1314520", Flaw.WORN),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str, flaw: Flaw) -> None:
    assert find_flaw(password, "LiMing") is flaw


@given(st.text(min_size=LEAST, max_size=MOST), st.text(min_size=1, max_size=8))
def test_any_text_can_be_judged(password: str, name: str) -> None:
    length = len(unicodedata.normalize("NFKC", password))

    flaw = find_flaw(password, name)

    assert (flaw is Flaw.SHORT) == (length < LEAST)
    assert (flaw is Flaw.LONG) == (length > MOST)


@settings(max_examples=10, deadline=None)
@given(st.text(st.characters(), min_size=1, max_size=40))
def test_the_password_kept_matches_and_no_other(password: str) -> None:
    kept = keep(password)

    assert kept.startswith("$argon2id$")
    assert matches(kept, password)
    assert not matches(kept, password + "x")
    assert not matches(None, password)


@pytest.mark.parametrize("kept", [None, ""])
def test_where_no_password_is_kept_not_even_nobodys_matches(
    monkeypatch: pytest.MonkeyPatch, kept: str | None
) -> None:
    monkeypatch.setattr(passwords, "_NOBODYS", keep("一句有人知道的话，十二个字"))

    assert not matches(kept, "一句有人知道的话，十二个字")


def test_full_width_letters_are_the_letters() -> None:
    assert matches(keep("abc，１２３，随便什么"), "ａｂｃ，123，随便什么")


def test_comparing_with_nobodys_password_is_as_dear_as_with_any() -> None:
    as_today = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

    assert not as_today.check_needs_rehash(passwords._NOBODYS)
    assert not as_today.check_needs_rehash(keep("一句容易记的话，十二个字以上"))
