"""The console's room for the audit trail: who did what, when, before and after.

desk      the page, its files, and the walk along the chain
wording   what deeds and facts are called
"""

from bot.console.trail.desk import TrailDesk

__all__ = ["TrailDesk"]
