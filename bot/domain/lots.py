"""The order that a draw gives: anybody can work it out from two things that are public.

The list of codes is published with its SHA-256 before a public number (a lottery's, named in
advance) is known; hash and number together are the seed. Nobody could have chosen either after the
other.
"""

from collections.abc import Sequence
from hashlib import sha256


def list_of(codes: Sequence[str]) -> str:
    """The list as it is published: a code to a line, sorted."""
    return "".join(f"{code}\n" for code in sorted(codes))


def hash_of(codes: Sequence[str]) -> str:
    """The hash that is published with the list, in hexadecimal."""
    return sha256(list_of(codes).encode()).hexdigest()


def drawn(codes: Sequence[str], number: str) -> list[str]:
    """All codes in the order of their lots, the first winner first.

    A code's lot is the SHA-256 of `<hash of the list>:<number>:<code>`; the lowest wins.
    """
    seed = f"{hash_of(codes)}:{number}"
    return sorted(codes, key=lambda code: sha256(f"{seed}:{code}".encode()).digest())
