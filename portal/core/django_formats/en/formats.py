"""How Django's own pages of the admin write moments: with the time zone, 6 Aug 2026, 14:20 MSK.

Pages, mails and PDFs for patients use ``portal.core.formats``.
"""

DATETIME_FORMAT = "j M Y, H:i T"
SHORT_DATETIME_FORMAT = DATETIME_FORMAT
