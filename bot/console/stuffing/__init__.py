"""The console's room for votes that look bought.

desk      the page: what is conspicuous, what was proposed and decided, and the forms
wording   the sentences of this page: what speaks against votes, in plain words with its numbers
"""

from bot.console.stuffing.desk import StuffingDesk

__all__ = ["StuffingDesk"]
