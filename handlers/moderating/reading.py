"""Which piles a line approves, which it sends back and why: a pure function."""

import re
from collections.abc import Mapping

from bot.domain.moderation import Reason
from handlers.moderating import wording

_STEP = re.compile(wording.STEP)
_BETWEEN = re.compile(wording.BETWEEN)
_REASONS = {name: reason for reason, names in wording.REASONS.items() for name in names}

Verdicts = Mapping[int, Reason | None]
"""By the place of a pile: why it is sent back, or None when it is approved."""


def verdicts(text: str, count: int) -> Verdicts | None:
    """What `过1 3 5 退2错字` says of piles 1 to `count` (9 at most).

    None unless all of it is understood: a place that is not there, or twice, a reason unknown or
    missing, any word besides.
    """
    found: dict[int, Reason | None] = {}
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None or not _read(step, count, found):
            return None
        between = _BETWEEN.match(text, step.end())
        at = between.end() if between else step.end()
    return found or None


def _read(step: re.Match[str], count: int, found: dict[int, Reason | None]) -> bool:
    approves = step["deed"].endswith(wording.APPROVE)
    reason = None if approves else _REASONS.get(step["why"])
    if approves == bool(step["why"]) or (not approves and reason is None):
        return False
    for digit in re.findall(r"\d", step["places"]):
        place = int(digit)
        if not 1 <= place <= count or place in found:
            return False
        found[place] = reason
    return True
