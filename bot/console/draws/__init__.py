"""The console's room for draws.

desk      the pages: all draws, a new one, one with its winners
forms     what was typed: the plan, or what is wrong at which field
wording   the sentences of these pages
"""

from bot.console.draws.desk import DrawDesk

__all__ = ["DrawDesk"]
