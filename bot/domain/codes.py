"""Codes that people copy by hand: random, in groups of five letters, forgiving to read."""

import hashlib
import secrets
import unicodedata

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: nothing in it is taken for something else when copied by hand."""
_LOOK_ALIKES = str.maketrans("OIL", "011")


def spoken_code(groups: int) -> str:
    """A new code; each group has 25 random bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(groups))


def bare_code(typed: str) -> str:
    """A code however it was typed: without hyphens and blanks, look-alikes as what they mean."""
    letters = (char for char in unicodedata.normalize("NFKC", typed).upper() if char.isalnum())
    return "".join(letters).translate(_LOOK_ALIKES)


def code_hash(typed: str) -> bytes:
    """What is kept of a code that nobody can guess."""
    return hashlib.sha256(bare_code(typed).encode("utf-8", "surrogatepass")).digest()
