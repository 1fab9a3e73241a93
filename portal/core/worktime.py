"""Working hours of the team, 9 to 18 in Moscow, on Russia's working days and the team's own."""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from holidays import HolidayBase, country_holidays

from portal.core.content.translated_columns import CompiledQuery, parameter
from portal.core.models import TeamDay

OPENS, CLOSES = time(9), time(18)


def team_today() -> date:
    """Return the day that it is for the team."""
    return team_day(timezone.now())


def team_day(moment: datetime) -> date:
    """Return the day of an aware moment for the team."""
    return moment.astimezone(ZoneInfo(settings.TEAM_TIME_ZONE)).date()


def add_working_hours(start: datetime, hours: float) -> datetime:
    """Return the aware moment that is ``hours`` working hours after the aware moment ``start``.

    The team works on Monday to Friday, and on Saturdays that the government of Russia moved working
    days to; not on holidays and days off of Russia. A ``TeamDay`` says otherwise for its day.
    """
    zone = ZoneInfo(settings.TEAM_TIME_ZONE)
    moment = start.astimezone(zone)
    own_days = {row["on"]: row["is_working"] for row in _own_days().rows(first=moment.date().isoformat())}
    left = timedelta(hours=hours)
    while True:
        opens = datetime.combine(moment, OPENS, zone)
        closes = datetime.combine(moment, CLOSES, zone)
        moment = max(moment, opens)
        if own_days.get(moment.date(), is_working_day(moment.date())) and moment < closes:
            if moment + left <= closes:
                return moment + left
            left -= closes - moment
        moment = datetime.combine(moment + timedelta(days=1), OPENS, zone)


def subtract_working_hours(end: datetime, hours: float) -> datetime:
    """Return the latest aware moment from which ``hours`` working hours are over at the aware moment ``end``."""
    zone = ZoneInfo(settings.TEAM_TIME_ZONE)
    moment = end.astimezone(zone)
    # A month holds more days off than any stretch of holidays, besides the working days themselves.
    first = moment.date() - timedelta(days=31 + 3 * hours / 9)
    own_days = {row["on"]: row["is_working"] for row in _own_days().rows(first=first.isoformat())}
    left = timedelta(hours=hours)
    while True:
        opens, closes = (datetime.combine(moment.date(), hour, zone) for hour in (OPENS, CLOSES))
        moment = min(moment, closes)
        if own_days.get(moment.date(), is_working_day(moment.date())) and moment > opens:
            if left <= moment - opens:
                return moment - left
            left -= moment - opens
        moment = datetime.combine(moment - timedelta(days=1), CLOSES, zone)


def last_close(now: datetime) -> datetime:
    """Return the aware moment at which the team last closed: on Monday morning that is Friday evening."""
    zone = ZoneInfo(settings.TEAM_TIME_ZONE)
    day = now.astimezone(zone).date()
    own_days = {row["on"]: row["is_working"] for row in _own_days().rows(first=(day - timedelta(days=31)).isoformat())}
    while True:
        closes = datetime.combine(day, CLOSES, zone)
        if closes <= now and own_days.get(day, is_working_day(day)):
            return closes
        day -= timedelta(days=1)


@cache
def _own_days() -> CompiledQuery:
    """Return the query for the team's own days from one on: every submission asks it."""
    return CompiledQuery(TeamDay.objects.filter(on__gte=parameter("first")).order_by().values("on", "is_working"))


def is_working_day(day: date) -> bool:
    """Whether Russia works on a day, as its government set for the year."""
    return bool(_russia().is_working_day(day))


@cache
def _russia() -> HolidayBase:
    """Return the calendar of Russia, which adds a year when it is first asked for a day of it."""
    return country_holidays("RU")
