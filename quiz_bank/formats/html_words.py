"""The words of a bit of HTML, and whether there is more in it than words."""

from collections.abc import Iterator

from lxml import etree

_MORE = {
    "img": "picture", "audio": "picture", "video": "picture", "object": "picture",
    "svg": "picture", "math": "picture", "table": "table",
}  # fmt: skip
_BLOCKS = frozenset(["p", "div", "br", "li", "h1", "h2", "h3", "h4", "ul", "ol"])
_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LOWERED = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_SCRIPTS = {"sup": _RAISED, "sub": _LOWERED}


def words_of_html(html: str) -> tuple[str, str]:
    """The words, a line for each paragraph, and what there is besides; empty if nothing."""
    parser = etree.HTMLParser(
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    # The library of Python itself takes minutes for a few kilobytes of `<a <a <a`.
    root = etree.fromstring(f"<div>{html}</div>", parser)
    if root is None:
        return "", ""
    more = (_MORE[tag] for tag in map(_tag, root.iter()) if tag in _MORE)
    return "".join(_pieces(root)), next(more, "")


def _pieces(root: etree._Element) -> Iterator[str]:
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = _tag(element)
        if tag in _BLOCKS:
            yield "\n"
        if event == "start":
            if tag not in ("script", "style"):
                yield _line(element.text).translate(_SCRIPTS.get(tag, {}))
        else:
            yield _line(element.tail)


def _tag(element: etree._Element) -> str:
    return element.tag if isinstance(element.tag, str) else ""


def _line(text: str | None) -> str:
    """Line ends in HTML are spaces."""
    return " ".join((text or "").split("\n"))
