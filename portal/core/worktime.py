"""Working hours of the team: Monday to Friday, 9 to 18, Europe/Moscow."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

OPENS, CLOSES = time(9), time(18)
WEEKEND = (5, 6)


def team_today() -> date:
    """Return the day that it is for the team."""
    return timezone.now().astimezone(ZoneInfo(settings.TEAM_TIME_ZONE)).date()


def add_working_hours(start: datetime, hours: float) -> datetime:
    """Return the aware moment that is ``hours`` working hours after the aware moment ``start``."""
    zone = ZoneInfo(settings.TEAM_TIME_ZONE)
    moment = start.astimezone(zone)
    left = timedelta(hours=hours)
    while True:
        opens = datetime.combine(moment, OPENS, zone)
        closes = datetime.combine(moment, CLOSES, zone)
        moment = max(moment, opens)
        if moment.weekday() not in WEEKEND and moment < closes:
            if moment + left <= closes:
                return moment + left
            left -= closes - moment
        moment = datetime.combine(moment + timedelta(days=1), OPENS, zone)
