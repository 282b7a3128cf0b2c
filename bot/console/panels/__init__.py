"""The console's room for judges.

desk      an organiser's pages: the rule, the judges, how far they have got
sheets    a judge's pages: what there is to do, and one entry at a time
pairs     the same where two entries are compared
forms     what was typed
wording   the sentences of these pages
"""

from bot.console.panels.desk import PanelDesk
from bot.console.panels.pairs import PairDesk
from bot.console.panels.sheets import SheetDesk

__all__ = ["PairDesk", "PanelDesk", "SheetDesk"]
