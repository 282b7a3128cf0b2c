"""Folding: the many ways of typing one thing, brought together before it is understood."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

_EDGES = " \t\r\n。，！？、~.,!?;；:：…'\"“”‘’「」『』《》"
_FACES = (
    "::) ::~ ::b ::| :8-) ::< ::$ ::x ::z ::'( ::-| ::@ ::p ::d ::o ::( ::+ :--b ::q ::t :,@p "
    ":,@-d :,@o ::g :|-) ::! ::l ::> ::,@ :,@f ::-s :? :,@x :,@@ ::8 :,@! :!!! :xx :bye :wipe "
    ":dig :handclap :&-( :b-) :<@ :@> ::-o :>-| :p-( ::'| :x-) ::* :@x :8* :pd :<w> :beer "
    ":basketb :oo :coffee :eat :pig :rose :fade :showlove :heart :break :cake :li :bome :kn "
    ":footb :ladybug :shit :moon :sun :gift :hug :strong :weak :share :v :@) :jj :@@ :bad :lvu "
    ":no :ok :love :<l> :jump :shake :<o> :circle :kotow :turn :skip :oy :#-0 :hiphot :kiss "
    ":<& :&>"
)
"""What WeChat writes after a slash for the faces of its own keyboard, in lower case."""
_CODES = re.compile(
    # The longest first: `/::-o` begins as `/::-|` does, and `/:<` as `/:<@` does.
    "|".join(re.escape("/" + face) for face in sorted(_FACES.split(), key=len, reverse=True))
    # Newer faces stand in brackets: [强], [让我看看], [Facepalm]. Letters of options do not.
    + r"|\[[\u4e00-\u9fff]{1,5}\]|\[(?![a-h]+\])[a-z]{2,12}!?\]"
)
_MARKS = frozenset("✓✔✗✘√×✅❌❎☑⭕")
"""Marks that answer a true-false question, though Unicode files most of them under pictures."""


@dataclass(frozen=True)
class Folded:
    """A text as it is understood: `text` for matching, `emoji` what was taken out of it."""

    text: str
    emoji: tuple[str, ...] = ()


def fold(raw: str) -> Folded:
    """Bring width, script, case, blanks and edge punctuation together.

    Compatibility forms (Ａ, ①, Ⅰ) and traditional characters become the plain ones, upper
    case becomes lower; faces are taken out and remembered; blanks are single, edges bare.
    A lone question mark asks for help and survives. For understanding only: what is shown
    is always the text as it was typed. To fold twice is to fold once.
    """
    words = _simplify(_plain(raw))
    emoji = tuple(_CODES.findall(words)) + tuple(c for c in words if _is_picture(c))
    words = _CODES.sub(" ", words)
    words = "".join(" " if _is_picture(c) else c for c in words)
    bare = re.sub(r"\s+", " ", words).strip(_EDGES)
    if not bare and "?" in words:
        return Folded("?", emoji)
    return Folded(bare, emoji)


def fold_prose(raw: str) -> str:
    """A sentence reduced to its bare words: two sentences that say the same are equal."""
    return re.sub(r"[\W_]+", "", fold(raw).text)


def _plain(raw: str) -> str:
    """Compatibility forms and case undone, and what can't be seen left out."""
    words = unicodedata.normalize("NFKC", raw).lower()
    seen = "".join(c for c in unicodedata.normalize("NFKC", words) if not _is_invisible(c))
    # Letters that an invisible one kept apart may have come together.
    return unicodedata.normalize("NFKC", seen)


def _simplify(words: str) -> str:
    if words.isascii():
        return words
    convert = _to_simplified().convert
    # Once is not always the end: 么麼 becomes 幺麽, and only that becomes 幺么.
    settled: str = convert(convert(words))
    return settled


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def _is_picture(char: str) -> bool:
    return char not in _MARKS and unicodedata.category(char) in ("So", "Sk", "Co")


def _is_invisible(char: str) -> bool:
    # Zero-width joiners, variation selectors, direction marks, key caps, control characters.
    return unicodedata.category(char) in ("Cf", "Cc", "Mn", "Me", "Cs") and char not in "\n\t\r"
