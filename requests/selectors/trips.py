"""Dates and plan of a trip, as they stand and as the patient has seen them."""

from django.db.models import F

from requests.models import Case, PlanItem, Trip

ORDER = ("on", F("at").asc(nulls_first=True), "created_at")


def of(case: Case) -> Trip:
    """Return the trip of a case: its own where somebody planned it, else that of a case which was merged into it.

    Without any it is an unsaved one without dates. The plan is that of ``Trip.case``.
    """
    trips = {trip.case_id: trip for trip in Trip.objects.filter(case__in=case.whole()).select_related("case")}
    planned = sorted((trip for trip in trips.values() if trip.is_planned), key=lambda trip: trip.case_id != case.pk)
    return next(iter(planned), None) or trips.get(case.pk) or Trip(case=case)


def plan(trip: Trip) -> list[PlanItem]:
    """Return the lines of the plan that stand, in the order of time; on a day, what has no time comes first."""
    return list(trip.case.plan_items.filter(removed_at=None).select_related("case").order_by(*ORDER))


def has_unseen(trip: Trip) -> bool:
    """Whether dates or plan changed since the patient said that she has seen them."""
    changes = trip.case.plan_items.values_list("changed_at", flat=True)
    return not all(trip.has_seen(changed_at) for changed_at in (trip.changed_at, *changes))
