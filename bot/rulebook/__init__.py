"""The printed rules: one wording out of the settings, the same in the chat, on pages and in the
console; also of the times at which something begins and ends.

wording   the sentences
"""

from bot.rulebook.wording import (
    METHODS,
    beginning,
    clock,
    contest_rules,
    correction,
    counts_as,
    deadline,
    points,
    review_promise,
    round_rules,
)

__all__ = [
    "METHODS",
    "beginning",
    "clock",
    "contest_rules",
    "correction",
    "counts_as",
    "deadline",
    "points",
    "review_promise",
    "round_rules",
]
