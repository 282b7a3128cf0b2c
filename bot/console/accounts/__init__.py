"""The console's accounts: the second step of a sign-in, one's own account, those of colleagues.

entering  the pages that ask for a code, or set up an authenticator
own       one's own account: where one is signed in, password, authenticator
people    all accounts, as owners look after them
forms     what these pages send
browsers  what a browser says it is
wording   the sentences of these pages
"""

from bot.console.accounts.entering import Entrance
from bot.console.accounts.own import OwnDesk
from bot.console.accounts.people import PeopleDesk

__all__ = ["Entrance", "OwnDesk", "PeopleDesk"]
