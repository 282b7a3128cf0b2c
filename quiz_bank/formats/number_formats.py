"""How Excel shows a number or a day: the common formats. For others we say that we can't tell."""

import re
from datetime import date, datetime

from quiz_bank.formats import wording

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    14: "yyyy/m/d",
    **wording.EXCEL_DAYS,
}
"""What Excel calls by number, as a Chinese Excel shows it."""
AS_TYPED = frozenset(["", "general", "@"])

_PADDING = re.compile(r"_.|\*.|\\(?=.)|\"")
_NUMBER = re.compile(r"(?P<thousands>#,##)?(?P<whole>0+)(?:\.(?P<decimals>0+))?(?P<percent>%)?")
_DAY_PARTS = re.compile(rf"y{{2,4}}|m{{1,2}}|d{{1,2}}|[{wording.DAY_MARKS}/\-. ]", re.IGNORECASE)
_LOCALE = re.compile(r"\[\$[^\]]*\]|;@$|;$")


def shown_number(value: float, code: str) -> str | None:
    """The number as Excel shows it under this format; None when we can't tell."""
    if code.lower() in AS_TYPED:
        return _as_typed(value)
    form = _NUMBER.fullmatch(_PADDING.sub("", _LOCALE.sub("", code).split(";")[0]))
    if form is None or value < 0:
        return None
    decimals = len(form["decimals"] or "")
    text = f"{value * 100 if form['percent'] else value:,.{decimals}f}"
    if not form["thousands"]:
        whole, point, rest = text.replace(",", "").partition(".")
        text = whole.rjust(len(form["whole"]), "0") + point + rest
    return text + (form["percent"] or "")


def shown_day(value: date, code: str) -> str | None:
    """The day as Excel shows it under this format; None when we can't tell."""
    if isinstance(value, datetime) and value.time() != datetime.min.time():
        return None
    form = _PADDING.sub("", _LOCALE.sub("", code))
    if not form or "".join(_DAY_PARTS.findall(form)) != form:
        return None
    return "".join(_part(value, part.lower()) for part in _DAY_PARTS.findall(form))


def _as_typed(value: float) -> str | None:
    # Excel keeps 15 digits of a number and shows longer ones as 1.2E+17.
    if abs(value) >= 1e15 or 0 < abs(value) < 1e-4:
        return None
    return f"{value:.15g}"


def _part(day: date, part: str) -> str:
    match part:
        case "yyyy" | "yyy":
            return f"{day.year:04}"
        case "yy":
            return f"{day.year % 100:02}"
        case "m" | "d":
            return str(day.month if part == "m" else day.day)
        case "mm" | "dd":
            return f"{day.month if part == 'mm' else day.day:02}"
        case _:
            return part
