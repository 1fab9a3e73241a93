"""Formats of days, moments and durations on every page of the admin.

``portal.core.localisation.django_formats`` gives Django's own pages the same form.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from portal.core.localisation import formats

UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


def day(value: date) -> str:
    """Write a day: 6 Aug 2026."""
    return f"{value:%-d %b %Y}"


def moment(value: datetime) -> str:
    """Write a moment in the time of the team: 6 Aug 2026, 14:20 MSK."""
    return f"{value.astimezone(ZoneInfo(settings.TEAM_TIME_ZONE)):%-d %b %Y, %H:%M %Z}"


def moment_in(value: datetime, zone: str) -> str:
    """Write a moment in the time of a patient: 6 Aug 2026, 15:20 (Dubai time)."""
    return f"{value.astimezone(ZoneInfo(zone)):%-d %b %Y, %H:%M} ({formats.zone_name(zone, 'en')})"


def clock_in(value: datetime, zone: str) -> str:
    """Write the time of the day at a patient: 15:20 (Dubai time)."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M} ({formats.zone_name(zone, 'en')})"


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
    for unit, size in UNITS:
        number = length // size
        if number > 0:
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return "under a minute"


def ago(value: datetime) -> str:
    """Write how long ago something happened: 2 minutes ago."""
    return f"{span(timezone.now() - value)} ago"
