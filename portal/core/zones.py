"""Time zones: the one a person chose, or the one of a country that has a single one."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from django.conf import settings
from django.utils import timezone

from portal.core.formats import zone_city

# One zone for each offset and part of the world that patients write from; any other is accepted.
OFFERED = (
    "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver", "America/Chicago",
    "America/Mexico_City", "America/New_York", "America/Bogota", "America/Sao_Paulo", "America/Argentina/Buenos_Aires",
    "Europe/London", "Africa/Casablanca", "Africa/Lagos", "Europe/Paris", "Europe/Berlin", "Europe/Belgrade",
    "Europe/Kyiv", "Europe/Minsk", "Africa/Cairo", "Asia/Jerusalem", "Asia/Beirut", "Asia/Damascus", "Europe/Istanbul",
    "Europe/Moscow", "Asia/Baghdad", "Asia/Riyadh", "Africa/Nairobi", "Asia/Tehran", "Asia/Dubai", "Asia/Baku",
    "Asia/Tbilisi", "Asia/Yerevan", "Asia/Kabul", "Asia/Tashkent", "Asia/Dushanbe", "Asia/Ashgabat", "Asia/Almaty",
    "Asia/Yekaterinburg", "Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Bishkek",
    "Asia/Novosibirsk", "Asia/Bangkok", "Asia/Jakarta", "Asia/Shanghai", "Asia/Singapore", "Asia/Ulaanbaatar",
    "Asia/Tokyo", "Asia/Seoul", "Asia/Vladivostok", "Australia/Sydney", "Pacific/Auckland",
)  # fmt: skip


def exists(name: str) -> bool:
    """Whether a name is a time zone of the IANA database."""
    return name in available_timezones()


def zone_for(chosen: str, country: str) -> str:
    """Return the chosen zone, else the only zone of the country, else the zone of the team."""
    if chosen:
        return chosen
    zones = get_global("territory_zones").get(country, [])
    return zones[0] if len(zones) == 1 else str(settings.TEAM_TIME_ZONE)


@cache
def choices(language: str) -> list[tuple[str, str]]:
    """Return the offered zones with a label such as ``Moscow (UTC+03:00)``, from west to east."""
    now = timezone.now()
    rows = []
    for name in OFFERED:
        zone = ZoneInfo(name)
        offset = now.astimezone(zone).strftime("%z")
        city = zone_city(name, language)
        rows.append((now.astimezone(zone).utcoffset(), (name, f"{city} (\u2066UTC{offset[:3]}:{offset[3:]}\u2069)")))
    return [row for _offset, row in sorted(rows)]
