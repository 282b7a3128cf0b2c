"""The printed rules: one wording out of the settings, the same in the chat, on pages and in the
console.

wording   the sentences
"""

from bot.rulebook.wording import contest_rules, correction, counts_as, review_promise, round_rules

__all__ = ["contest_rules", "correction", "counts_as", "review_promise", "round_rules"]
