"""Passwords of the console: which are fit, and how they are kept and compared."""

import re
import tomllib
import unicodedata
from enum import StrEnum
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

LEAST, MOST = 12, 128
"""Characters a password has. There is no other rule of composition."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""argon2id with OWASP's figures: 19 MiB a try, so that sixteen tries at once fit a small host."""

_NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$zziqIj5Bjq5X6vMx6/jWNw"
    "$maiNyA1PGOM5qYfaRX6sZug3bhZF2hMA7C0MA2K/Wes"
)
"""The hash of no password: comparing with it takes as long as with any other."""

_WALKS = tuple(
    walk
    for row in (
        "abcdefghijklmnopqrstuvwxyz",
        "1234567890",
        "qwertyuiopasdfghjklzxcvbnm",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
        "1q2w3e4r5t6y7u8i9o0p",
        "q1w2e3r4t5y6u7i8o9p0",
        "qazwsxedcrfvtgbyhnujmikolp",
    )
    for walk in (row * 2, row[::-1] * 2)
)
"""Ways across the keyboard and the alphabet, forth and back."""

_WORN = tomllib.loads((Path(__file__).parent / "worn_passwords.toml").read_text("utf-8"))
_WORN_OUT = frozenset(_WORN["passwords"])
_WORN_WORD = re.compile("|".join(sorted(map(re.escape, _WORN["words"]), key=len, reverse=True)))


class Flaw(StrEnum):
    """Why a password is not fit."""

    SHORT = "short"
    LONG = "long"
    WORN = "worn"
    """Among the first that a guesser tries."""


def find_flaw(password: str, name: str) -> Flaw | None:
    """What speaks against this password for the account of this name."""
    bare = _one_form(password)
    if len(bare) < LEAST:
        return Flaw.SHORT
    if len(bare) > MOST:
        return Flaw.LONG
    return Flaw.WORN if _is_worn(bare.casefold(), _one_form(name).casefold()) else None


def keep(password: str) -> str:
    """The password as it is stored."""
    return _HASHER.hash(_octets(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether it is the password kept. Slow on purpose, and no quicker without an account."""
    try:
        _HASHER.verify(kept or _NOBODYS, _octets(password))
    except VerifyMismatchError:
        return False
    return bool(kept)


def _is_worn(password: str, name: str) -> bool:
    # What is left of a worn-out password without worn words is digits and marks.
    rest = _WORN_WORD.sub("", password.replace(name, ""))
    return (
        password in _WORN_OUT
        or password in (password * 2)[1:-1]  # It is a repetition.
        or any(password in walk for walk in _WALKS)
        or (rest != password and not any(char.isalpha() for char in rest))
    )


def _one_form(text: str) -> str:
    """One form for what input methods write in several: Ａ is A, ｅ́ is é."""
    return unicodedata.normalize("NFKC", text)


def _octets(password: str) -> bytes:
    return _one_form(password).encode("utf-8", "surrogatepass")
