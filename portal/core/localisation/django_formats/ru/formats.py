"""Formats of days and moments on Django's own pages of the admin in Russian: 06.08.2026, and with the time 06.08.2026, 14:20 МСК.

``portal.core.localisation.desk_formats`` writes the same in Python. Every moment at the desk is in the time of Moscow.
"""

DATE_FORMAT = SHORT_DATE_FORMAT = "d.m.Y"
YEAR_MONTH_FORMAT, MONTH_DAY_FORMAT = "F Y", "j E"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "d.m.Y, H:i МСК"
