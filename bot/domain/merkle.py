"""Merkle trees, as of RFC 6962 (section 2.1): one hash stands for a list of lines.

A few hashes lead from a place in the list to it. Hashes are SHA-256, written in hexadecimal.
"""

from collections.abc import Sequence
from hashlib import sha256

_LEAF, _NODE = b"\0", b"\1"
"""A leaf can't be taken for a node that stands for two others."""


def root(lines: Sequence[str]) -> str:
    """The hash that stands for all lines in their order; of none, that of nothing."""
    level = _level(lines)
    if not level:
        return sha256().hexdigest()
    while len(level) > 1:
        level = _above(level)
    return level[0].hex()


def path(lines: Sequence[str], place: int) -> list[str]:
    """The hashes that lead from this place to the root: `left` or `right`, a colon, the hash."""
    steps, level = [], _level(lines)
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            steps.append(f"{'left' if beside < place else 'right'}:{level[beside].hex()}")
        level, place = _above(level), place // 2
    return steps


def leads_to(line: str, steps: Sequence[str]) -> str:
    """The root to which a line comes by these steps."""
    here = sha256(_LEAF + line.encode()).digest()
    for step in steps:
        side, _, written = step.partition(":")
        beside = bytes.fromhex(written)
        pair = beside + here if side == "left" else here + beside
        here = sha256(_NODE + pair).digest()
    return here.hex()


def _level(lines: Sequence[str]) -> list[bytes]:
    return [sha256(_LEAF + line.encode()).digest() for line in lines]


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The next level: two become one, and an odd one rises as it is."""
    pairs = [
        sha256(_NODE + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)
    ]
    return pairs + list(level[len(level) & ~1 :])
