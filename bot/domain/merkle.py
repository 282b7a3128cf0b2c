"""Merkle trees, as of RFC 6962 (section 2.1): one hash stands for a list of lines.

A few hashes lead from a place in the list to it. Hashes are SHA-256, written in hexadecimal.
"""

from collections.abc import Sequence
from hashlib import sha256

_LEAF, _NODE = b"\0", b"\1"
"""A leaf can't be taken for a node that stands for two others."""
_SIZE = 32


class Tree:
    """All hashes of a list, 64 bytes to a line."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._levels = [b"".join(map(_leaf, lines))]
        while len(self._levels[-1]) > _SIZE:
            self._levels.append(_above(self._levels[-1]))

    def __len__(self) -> int:
        return len(self._levels[0]) // _SIZE

    @property
    def root(self) -> str:
        """The hash that stands for all lines in their order; of none, that of nothing."""
        return self._levels[-1].hex() or sha256().hexdigest()

    def place_of(self, line: str) -> int:
        """Where the line stands, counted from 0. Raises ValueError where it does not."""
        leaf, at = _leaf(line), -1
        while (at := self._levels[0].index(leaf, at + 1)) % _SIZE:
            pass
        return at // _SIZE

    def path(self, place: int) -> list[str]:
        """The hashes that lead from this place to the root: `left` or `right`, colon, hash."""
        steps = []
        for level in self._levels[:-1]:
            beside = place ^ 1
            if found := level[beside * _SIZE : (beside + 1) * _SIZE]:
                steps.append(f"{'left' if beside < place else 'right'}:{found.hex()}")
            place //= 2
        return steps


def leads_to(line: str, steps: Sequence[str]) -> str:
    """The root to which a line comes by these steps."""
    here = _leaf(line)
    for step in steps:
        side, _, written = step.partition(":")
        beside = bytes.fromhex(written)
        pair = beside + here if side == "left" else here + beside
        here = sha256(_NODE + pair).digest()
    return here.hex()


def _leaf(line: str) -> bytes:
    return sha256(_LEAF + line.encode()).digest()


def _above(level: bytes) -> bytes:
    """The next level: two become one, and an odd one rises as it is."""
    whole = len(level) - len(level) % (2 * _SIZE)
    pairs = (level[at : at + 2 * _SIZE] for at in range(0, whole, 2 * _SIZE))
    return b"".join(sha256(_NODE + pair).digest() for pair in pairs) + level[whole:]
