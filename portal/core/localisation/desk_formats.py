"""Formats of days, moments and durations on every page of the admin, in the language that it is read in.

``portal.core.localisation.django_formats`` gives Django's own pages the same form.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from portal.core.localisation import formats

DAYS = {"en": "%-d %b %Y", "ru": "%d.%m.%Y"}
# The zone of the team has a Russian name of its own.
ZONES = {"ru": {"MSK": "МСК"}}
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def language() -> str:
    """Return the language of the desk that is read now."""
    code = get_language() or "en"
    return code if code in DAYS else "en"


def day(value: date) -> str:
    """Write a day: 6 Aug 2026."""
    return f"{value:{DAYS[language()]}}"


def moment(value: datetime) -> str:
    """Write a moment in the time of the team: 6 Aug 2026, 14:20 MSK."""
    local = value.astimezone(ZoneInfo(settings.TEAM_TIME_ZONE))
    return f"{day(local)}, {local:%H:%M} {_abbreviation(local)}"


def moment_in(value: datetime, zone: str) -> str:
    """Write a moment in the time of a patient: 6 Aug 2026, 15:20 (Dubai time)."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local)}, {local:%H:%M} ({formats.zone_name(zone, language())})"


def clock_in(value: datetime, zone: str) -> str:
    """Write the time of the day at a patient: 15:20 (Dubai time)."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M} ({formats.zone_name(zone, language())})"


def brief(value: datetime) -> str:
    """Write a moment in the time of the team, today's without its day: 14:20 MSK."""
    zone = ZoneInfo(settings.TEAM_TIME_ZONE)
    is_today = value.astimezone(zone).date() == timezone.now().astimezone(zone).date()
    return moment(value).rpartition(", ")[2] if is_today else moment(value)


def brief_in(value: datetime, zone: str) -> str:
    """Write a moment in the time of a patient, without its day where that is the same for the team: 15:20 (Dubai time)."""
    days = {value.astimezone(ZoneInfo(name)).date() for name in (zone, settings.TEAM_TIME_ZONE)}
    return clock_in(value, zone) if len(days) == 1 else moment_in(value, zone)


def span(length: timedelta) -> str:
    """Write a length of time in its largest unit: 12 minutes, 3 hours, 2 days."""
    if days := length // DAY:
        return ngettext("%(number)d day", "%(number)d days", days) % {"number": days}
    if hours := length // HOUR:
        return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
    if minutes := length // MINUTE:
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
    return gettext("under a minute")


def ago(value: datetime) -> str:
    """Write how long ago something happened: 2 minutes ago."""
    return gettext("%(time)s ago") % {"time": span(timezone.now() - value)}


def _abbreviation(local: datetime) -> str:
    name = f"{local:%Z}"
    return ZONES.get(language(), {}).get(name, name)
