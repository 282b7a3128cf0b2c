"""The console's room for lists that are taken out as files; each leaves a trace in the trail.

desk      the two forms: figures, and what members wrote
lists     what stands in each list
files     a list as bytes, and what the trail notes of it
wording   what lists and their columns are called
"""

from bot.console.exports.desk import ExportDesk

__all__ = ["ExportDesk"]
