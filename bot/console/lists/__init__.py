"""The console's room for what entries are compared with: listed words and quotations.

desk      the pages: the words, trying new ones, the quotations
marks     an entry as the desk shows it: with hits, and beside what it quotes
forms     what was typed
wording   the sentences of these pages
"""

from bot.console.lists.desk import ListDesk
from bot.console.lists.marks import Marker

__all__ = ["ListDesk", "Marker"]
