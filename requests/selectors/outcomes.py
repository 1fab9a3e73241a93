"""Figures of how cases ended, by month, and of what patients said after coming home; only counts."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from requests.enums import DESK_NAMES, Feeling, Outcome, Status
from requests.models import Case, FollowUp, FollowUpTally
from requests.models.follow_ups import DAYS
from requests.selectors.desk import NOT_COUNTED
from requests.workflow import ENDINGS

MONTHS = 12
# Fewer are not told: somebody might be recognised.
FEWEST = 5
FEW = f"< {FEWEST}"
# Why cases end that are a success although nobody came: the codes of ``EndReason``.
HOME_AS_GOOD, STAYS_HOME = "home-as-good", "stays-home"
SUCCESSES = (Outcome.TREATED, Outcome.HOME, HOME_AS_GOOD, STAYS_HOME)

NAMES: dict[str, Promise | str] = {
    Outcome.TREATED: Outcome.TREATED.label,
    Outcome.HOME: Outcome.HOME.label,
    HOME_AS_GOOD: pgettext_lazy("desk", "We said: treatment at home is as good"),
    STAYS_HOME: pgettext_lazy("desk", "Stayed at home"),
    Status.DECLINED_BY_US: pgettext_lazy("desk", "Declined by us, other reasons"),
    Status.DECLINED_BY_PATIENT: pgettext_lazy("desk", "Declined by patient, other reasons"),
    Status.NO_ANSWER: DESK_NAMES[Status.NO_ANSWER],
    Outcome.TOO_ILL: Outcome.TOO_ILL.label,
    Outcome.DIED: Outcome.DIED.label,
    Outcome.OTHER: Outcome.OTHER.label,
}


class Month(NamedTuple):
    """How the cases of a month ended: all, those that were a success, and by how; small numbers as ``FEW``."""

    begins_on: date
    ended: str
    successes: str
    numbers: list[str]


class Asked(NamedTuple):
    """What patients said so many days after coming home."""

    day: int
    asked: str
    answered: str
    feelings: list[str]


def told(number: int) -> str:
    """Return a number as it may be told."""
    return FEW if 0 < number < FEWEST else str(number)


def by_month() -> list[Month]:
    """Return the endings of this month and the eleven before, the newest first; spam and duplicates are no endings."""
    zone = ZoneInfo(settings.TEAM_TIME_ZONE)
    first = timezone.now().astimezone(zone).replace(day=1)
    months = [first.date()]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    since = datetime.combine(months[-1], datetime.min.time(), zone)
    ended = Case.objects.filter(status__in=ENDINGS, closed_at__gte=since).exclude(status__in=NOT_COUNTED).order_by()
    rows = ended.annotate(month=TruncMonth("closed_at", tzinfo=zone)).values_list(
        "month", "status", "outcome", "end_reason__code"
    )
    counted: dict[date, Counter[str]] = {month: Counter() for month in months}
    for month, status, outcome, reason, number in rows.annotate(number=Count("pk")):
        counted[month.date()][_kind(status, outcome, reason)] += number
    return [_month(month, counts) for month, counts in counted.items()]


def _kind(status: str, outcome: str, reason: str | None) -> str:
    """Return under which name an ending is counted."""
    if status == Status.CLOSED:
        return outcome
    return reason if reason in SUCCESSES else status


def _month(begins_on: date, counts: Counter[str]) -> Month:
    successes = sum(counts[kind] for kind in SUCCESSES)
    return Month(begins_on, told(counts.total()), told(successes), [told(counts[kind]) for kind in NAMES])


def asked() -> list[Asked]:
    """Return how many were asked how they are on each day, how many answered, and what."""
    rows = FollowUp.objects.order_by().values("day")
    counted = {
        row["day"]: (row["asked"], row["answered"])
        for row in rows.annotate(
            asked=Count("pk", filter=Q(asked_at__isnull=False)),
            answered=Count("pk", filter=Q(answered_at__isnull=False)),
        )
    }
    tallies = {(tally.day, tally.feeling): tally.number for tally in FollowUpTally.objects.all()}
    days = []
    for day in DAYS:
        were_asked, answered = counted.get(day, (0, 0))
        feelings = [told(tallies.get((day, feeling.value), 0)) for feeling in Feeling]
        days.append(Asked(day, told(were_asked), told(answered), feelings))
    return days
