"""Who saw what, for leads and administrators, and which cases a breach concerns: references, numbers and times alone."""

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import ExtractHour, TruncDate
from django.utils.translation import pgettext

from portal.accounts.models import User
from requests.enums import ActorKind, Status
from requests.models import AccessEvent, Case
from requests.selectors.desk import by_reference, reference_letters

# Hours of the team's time in which nobody is expected to read cases: from the first to the second.
UNUSUAL_FROM, UNUSUAL_TO = 22, 7


class Colleague(NamedTuple):
    """How much a colleague read in a span of days."""

    user: User | None
    user_id: int
    reads: int
    cases: int
    unusual: int
    last_at: datetime


class Affected(NamedTuple):
    """A case that somebody read: how often, when first and last, and what has become of it."""

    reference: str
    reads: int
    first_at: datetime
    last_at: datetime
    unusual: int
    state: str


def zone() -> ZoneInfo:
    """Return the zone of the team, in which days and hours of the report are."""
    return ZoneInfo(settings.TEAM_TIME_ZONE)


def is_unusual(at: datetime) -> bool:
    """Whether a moment is in hours in which nobody is expected to read cases."""
    hour = at.astimezone(zone()).hour
    return hour >= UNUSUAL_FROM or hour < UNUSUAL_TO


def span(since: date, until: date) -> tuple[datetime, datetime]:
    """Return the first moment of a day of the team, and the one after the last of another."""
    begins, ends = (datetime.combine(day, time.min, zone()) for day in (since, until + timedelta(days=1)))
    return begins, ends


def of_case(typed: str) -> tuple[str, QuerySet[AccessEvent]] | None:
    """Return a reference and all reads of its case with what was merged into it; None for no whole reference.

    The log outlives cases, so the case itself need not be there any more.
    """
    letters = reference_letters(typed).removeprefix("MR")
    if len(letters) != 8:
        return None
    reference = f"MR-{letters[:4]}-{letters[4:]}"
    case = by_reference(reference)
    references = {reference, *(part.reference for part in case.whole())} if case else {reference}
    return reference, AccessEvent.objects.filter(reference__in=references).order_by("-at", "pk")


def reads_of_staff(begins: datetime, ends: datetime) -> QuerySet[AccessEvent]:
    """Return what colleagues read from one moment to another."""
    return AccessEvent.objects.filter(actor_kind=ActorKind.STAFF, at__gte=begins, at__lt=ends).order_by()


def colleagues(begins: datetime, ends: datetime) -> list[Colleague]:
    """Return how much each colleague read, who read most first."""
    rows = list(
        _with_hours(reads_of_staff(begins, ends))
        .values_list("actor_id")
        .annotate(
            reads=Count("pk"),
            cases=Count("reference", distinct=True, filter=~Q(reference="")),
            unusual=Count("pk", filter=_unusual()),
            last_at=Max("at"),
        )
        .order_by("-reads", "actor_id")
    )
    people = User.objects.in_bulk([row[0] for row in rows if row[0]])
    return [Colleague(people.get(row[0] or 0), row[0] or 0, *row[1:]) for row in rows]


def days(reads: QuerySet[AccessEvent]) -> QuerySet[Any, Any]:
    """Return the days of the team in a set of reads, newest first: ``day``, ``reads``, ``cases``, ``unusual``."""
    return (
        _with_hours(reads)
        .annotate(day=TruncDate("at", tzinfo=zone()))
        .values("day")
        .annotate(
            reads=Count("pk"),
            cases=Count("reference", distinct=True, filter=~Q(reference="")),
            unusual=Count("pk", filter=_unusual()),
        )
        .order_by("-day")
    )


def cases(reads: QuerySet[AccessEvent]) -> QuerySet[Any, Any]:
    """Return the cases of a set of reads by reference, newest read first; ``affected`` says more of a page of them."""
    return (
        _with_hours(reads.exclude(reference=""))
        .order_by()
        .values("reference")
        .annotate(reads=Count("pk"), first_at=Min("at"), last_at=Max("at"), unusual=Count("pk", filter=_unusual()))
        .order_by("-last_at", "reference")
    )


def affected(rows: list[dict[str, Any]]) -> list[Affected]:
    """Return rows of ``cases`` with what has become of each: two statements, however many there are."""
    references = [row["reference"] for row in rows]
    known = Case.objects.filter(reference__in=references).select_related("merged_into")
    states = {case.reference: _state(case) for case in known}
    gone = pgettext("desk", "no longer there")
    return [Affected(**row, state=states.get(row["reference"], gone)) for row in rows]


def _state(case: Case) -> str:
    """Return what has become of a case, for a list that names nobody; empty for one like any other."""
    states = []
    if case.is_erased:
        states.append(pgettext("desk", "erased"))
    if case.status == Status.DUPLICATE and case.merged_into:
        states.append(pgettext("desk", "merged into %(reference)s") % {"reference": case.merged_into.reference})
    return ", ".join(states)


def _with_hours(reads: QuerySet[AccessEvent]) -> QuerySet[AccessEvent]:
    return reads.annotate(hour=ExtractHour("at", tzinfo=zone()))


def _unusual() -> Q:
    return Q(hour__gte=UNUSUAL_FROM) | Q(hour__lt=UNUSUAL_TO)
