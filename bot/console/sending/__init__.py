"""The console's room for what units send in: micro lessons and the cases of projects.

desk      the pages: what was sent in and what came of it, and the form
forms     what was typed
imports   several at once, by a table
accepting  what is kept of a file that was brought
wording   the sentences of these pages
"""

from bot.console.sending.desk import SendingDesk
from bot.console.sending.imports import EntryImports

__all__ = ["EntryImports", "SendingDesk"]
