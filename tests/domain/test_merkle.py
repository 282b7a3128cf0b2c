"""One hash stands for a list: whatever changes in it shows, and each place leads to it."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import merkle

LINES = st.lists(st.text(max_size=5), max_size=20)


def test_the_trees_are_those_of_the_standard() -> None:
    # Worked out by hand from RFC 6962, section 2.1.
    one, two, three = (sha256(b"\0" + line).digest() for line in (b"a", b"b", b"c"))
    pair = sha256(b"\1" + one + two).digest()

    assert merkle.Tree([]).root == sha256(b"").hexdigest()
    assert merkle.Tree(["a"]).root == one.hex()
    assert merkle.Tree(["a", "b", "c"]).root == sha256(b"\1" + pair + three).hexdigest()


@pytest.mark.slow
@given(LINES)
def test_each_line_leads_to_the_root(lines: list[str]) -> None:
    tree = merkle.Tree(lines)

    assert len(tree) == len(lines)
    for line in lines:
        place = tree.place_of(line)
        assert lines[place] == line
        assert merkle.leads_to(line, tree.path(place)) == tree.root
        assert merkle.leads_to(f"{line}!", tree.path(place)) != tree.root


@given(LINES, LINES)
def test_two_lists_have_two_roots(one: list[str], other: list[str]) -> None:
    assert (merkle.Tree(one).root == merkle.Tree(other).root) == (one == other)
