"""The console's room for what units send in: micro lessons and the cases of projects.

desk      the pages: what was sent in and what came of it, and the form
forms     what was typed
accepting  what is kept of a file that was brought
wording   the sentences of these pages
"""

from bot.console.sending.desk import SendingDesk

__all__ = ["SendingDesk"]
