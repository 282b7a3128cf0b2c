"""The console's room for planning: contests and selections.

desk      the pages: all plans, one of a contest, one of a selection
forms     what was typed: the plan, or what is wrong at which field
wording   the sentences of these pages
"""

from bot.console.plans.desk import PlanningDesk

__all__ = ["PlanningDesk"]
