"""Formats of days and moments on Django's own pages of the admin: 6 Aug 2026, and with the time zone 6 Aug 2026, 14:20 MSK.

``portal.core.localisation.desk_formats`` writes the same in Python. Pages, mails and PDFs for patients use ``portal.core.localisation.formats``.
"""

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
YEAR_MONTH_FORMAT, MONTH_DAY_FORMAT = "M Y", "j M"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y, H:i T"
