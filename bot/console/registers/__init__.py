"""The console's room for the register of units and the rosters.

desk      the pages: a file is brought, looked over, taken in
looking   what a file holds, beside what the register has
wording   the sentences of these pages
"""

from bot.console.registers.desk import RegisterDesk

__all__ = ["RegisterDesk"]
