"""Time zones of people: the one that a person chose, or those of the country, the most populous first.

Offsets are asked of tzdata for the day they are shown on; nothing keeps them from one day to the next.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import yaml
from babel.core import get_global
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core.localisation import formats

# One zone for each offset and part of the world that patients write from; any other is accepted.
OFFERED = (
    "America/Bogota", "Europe/London", "Africa/Casablanca", "Africa/Lagos", "Europe/Paris", "Europe/Berlin",
    "Europe/Belgrade", "Europe/Kyiv", "Europe/Minsk", "Africa/Cairo", "Asia/Jerusalem", "Asia/Beirut", "Asia/Damascus",
    "Europe/Istanbul", "Asia/Baghdad", "Asia/Riyadh", "Africa/Nairobi", "Asia/Tehran", "Asia/Dubai", "Asia/Baku",
    "Asia/Tbilisi", "Asia/Yerevan", "Asia/Kabul", "Asia/Tashkent", "Asia/Dushanbe", "Asia/Ashgabat", "Asia/Almaty",
    "Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Bishkek", "Asia/Bangkok", "Asia/Shanghai",
    "Asia/Singapore", "Asia/Tokyo", "Asia/Seoul", "America/Argentina/Buenos_Aires",
)  # fmt: skip
# By law China and Ukraine have one time each; who lives by another one can select it.
NOT_BY_LAW = {"Asia/Urumqi", "Europe/Simferopol"}

type Choices = list[tuple[str, str]]


# ZoneInfo itself keeps eight zones and reads the others from their files each time.
zone_info = cache(ZoneInfo)


def exists(name: str) -> bool:
    """Whether a name is a time zone of the IANA database."""
    return name in available_timezones()


def of_country(country: str, today: date | None = None) -> tuple[str, ...]:
    """Return the zones of a country that tell different times in the year to come, the most populous first.

    Zones that share their time all year are one, named by its largest city: Kazakhstan is Almaty.
    """
    return _of_country(country, today or timezone.now().date())


def with_several_times() -> list[str]:
    """Return the countries of which one must ask in which zone somebody lives."""
    return [country for country in _by_population() if len(of_country(country)) > 1]


def told_in(chosen: str, country: str) -> tuple[str, ...]:
    """Return the zones in which a moment is told to somebody, their own first.

    That is the zone they chose, else the only one of their country. Who lives in a country with
    several and did not say which is told two times: that of most people there, and the team's.
    """
    own = (chosen,) if chosen else of_country(country)
    if len(own) == 1:
        return own
    return tuple(dict.fromkeys((*own[:1], settings.TEAM_TIME_ZONE)))


def choices(language: str, country: str) -> list[tuple[str, str | Choices]]:
    """Return zones to select from, with labels such as ``Moscow (UTC+03:00)``.

    Those of a country with several stand first, the most populous on top. While the country is not
    known, each one with several has a group.
    """
    own = of_country(country)
    if len(own) > 1:
        first: list[tuple[str, str | Choices]] = [*_labelled(own, language)]
        asked = [country]
    else:
        asked = sorted(with_several_times(), key=list(formats.countries(language)).index)
        first = [(formats.countries(language)[code], _labelled(of_country(code), language)) for code in asked]
    shown = {zone for code in asked for zone in of_country(code)}
    elsewhere = (of_country(code)[0] for code in with_several_times())
    others = {zone for zone in (*OFFERED, *elsewhere) if zone not in shown}
    return [*first, (_("Other places"), _labelled(_from_west_to_east(others), language))]


def offset(zone: str, at: datetime) -> str:
    """Write how far a zone is from UTC at a moment: UTC+03:00."""
    text = f"{at.astimezone(zone_info(zone)):%z}"
    return f"\u2066UTC{text[:3]}:{text[3:]}\u2069"


def _labelled(names: Iterable[str], language: str) -> Choices:
    now = timezone.now()
    return [(name, f"{formats.zone_city(name, language)} ({offset(name, now)})") for name in names]


def _from_west_to_east(names: Iterable[str]) -> list[str]:
    now = timezone.now()
    return sorted(names, key=lambda name: (now.astimezone(zone_info(name)).utcoffset(), name))


@cache
def _by_population() -> dict[str, list[str]]:
    """Return the countries of the content file with their zones."""
    path = Path(__file__).parent / "content" / "time_zones.yaml"
    countries: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return countries


@lru_cache(maxsize=512)
def _of_country(country: str, today: date) -> tuple[str, ...]:
    known = _by_population().get(country, [])
    others = [name for name in get_global("territory_zones").get(country, []) if name not in {*known, *NOT_BY_LAW}]
    by_offsets: dict[tuple[timedelta | None, ...], str] = {}
    for name in (*known, *others):
        by_offsets.setdefault(_year_of_offsets(name, today), name)
    return tuple(by_offsets.values())


def _year_of_offsets(name: str, today: date) -> tuple[timedelta | None, ...]:
    noon = datetime.combine(today, time(12), UTC)
    return tuple((noon + timedelta(weeks=week)).astimezone(zone_info(name)).utcoffset() for week in range(53))


def after_quiet_hours(moment: datetime, zone: str) -> datetime:
    """Return the moment, or the end of the quiet hours (``QUIET_HOURS``) that it falls into in a zone."""
    if not settings.QUIET_HOURS:
        return moment
    begin, end = (time(hour) for hour in settings.QUIET_HOURS)
    local = moment.astimezone(zone_info(zone))
    if end <= local.time() < begin:
        return moment
    day = local.date() + timedelta(days=local.time() >= begin)
    return datetime.combine(day, end, zone_info(zone))
