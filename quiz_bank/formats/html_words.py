"""The words of a bit of HTML, and whether there is more in it than words."""

from html.parser import HTMLParser

_MORE = {
    "img": "picture", "audio": "picture", "video": "picture", "object": "picture",
    "svg": "picture", "math": "picture", "table": "table",
}  # fmt: skip
_BLOCKS = frozenset(["p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol"])
_SILENT = frozenset(["script", "style"])
_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LOWERED = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")


class HtmlWords(HTMLParser):
    """Reads HTML for its words; `more` names what it has besides, or is empty."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.more = ""
        self._pieces: list[str] = []
        self._within: list[str] = []
        self.feed(html)
        self.close()

    @property
    def words(self) -> str:
        """The words, a line for each paragraph."""
        return "".join(self._pieces)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is no words."""
        self.more = self.more or _MORE.get(tag, "")
        if tag in _BLOCKS:
            self._pieces.append("\n")
        if tag in _SILENT or tag in ("sup", "sub"):
            self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """A paragraph ends its line."""
        if tag in _BLOCKS:
            self._pieces.append("\n")
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        """Keep words; figures above or below the line stay there."""
        within = self._within[-1] if self._within else ""
        if within == "sup":
            data = data.translate(_RAISED)
        elif within == "sub":
            data = data.translate(_LOWERED)
        if within not in _SILENT:
            self._pieces.append(" ".join(data.split("\n")))
