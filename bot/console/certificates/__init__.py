"""The console's room for certificates.

desk      the pages: all awards, a new one, one with its certificates
forms     what was typed: the plan, or what is wrong at which field
wording   the sentences of these pages
"""

from bot.console.certificates.desk import CertificateDesk

__all__ = ["CertificateDesk"]
