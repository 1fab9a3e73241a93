"""Dates and plan of a trip: changed at the desk, seen by the patient."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from requests.enums import ActorKind, EventKind, PlanKind, Status
from requests.models import Case, PlanItem, Trip
from requests.permissions import check_can_work_cases
from requests.selectors import trips
from requests.services import audit, clock, effects, follow_up_plan


class TripRefused(Exception):
    """A trip that cannot be planned now; the text says why, for the desk."""


class ChangedMeanwhile(Exception):
    """A colleague, or another window, changed the trip since the page was opened. Nothing is saved."""


@dataclass(frozen=True)
class PlanRow:
    """A line of the plan as the desk states it; ``id`` names the one that it changes, None a new one."""

    id: UUID | None
    on: date
    kind: PlanKind
    at: time | None = None
    words: str = ""
    words_ru: str = ""
    where: str = ""


def set_dates(*, case: Case, arrives_on: date | None, home_on: date | None, by: User) -> None:
    """Set the days of arrival and home, and leave the plan as it is. Raises ``TripRefused`` or ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        locked, trip = _locked(case)
        if _set_dates(trip, arrives_on, home_on):
            _record(locked, trip, by)


def change(
    *, case: Case, version: int, arrives_on: date | None, home_on: date | None, rows: Sequence[PlanRow], by: User
) -> bool:
    """Set dates and plan; lines that are not among ``rows`` are taken out. False when all of it stood already.

    ``version`` is that of the trip that the page showed. One mail tells of what changes within ten minutes.
    Raises ``ChangedMeanwhile``, ``TripRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked, trip = _locked(case)
        if trip.version != version:
            raise ChangedMeanwhile
        has_changed = _set_dates(trip, arrives_on, home_on)
        has_changed |= _set_plan(trip, rows)
        if has_changed:
            _record(locked, trip, by)
    return has_changed


def note_seen(*, case: Case, until: datetime) -> None:
    """Note that the patient has seen every change up to a moment."""
    with transaction.atomic():
        locked = clock.lock(case)
        trip = trips.of(locked)
        until = min(until, timezone.now())
        if not trip.is_planned or (trip.seen_at is not None and trip.seen_at >= until):
            return
        trip.seen_at = until
        trip.save(update_fields=["seen_at"])
        audit.record(locked, EventKind.TRIP_SEEN, by=ActorKind.PATIENT)


def _locked(case: Case) -> tuple[Case, Trip]:
    """Return a locked case that can be planned, with its trip."""
    locked = clock.lock(case)
    if locked.is_spam or locked.status == Status.DUPLICATE or locked.has_died:
        raise TripRefused(_("There is no trip to plan in this case any more."))
    trip = trips.of(locked)
    return locked, trip if trip.is_planned else Trip.objects.get_or_create(case=locked)[0]


def _set_dates(trip: Trip, arrives_on: date | None, home_on: date | None) -> bool:
    if (trip.arrives_on, trip.home_on) == (arrives_on, home_on):
        return False
    if arrives_on is not None and home_on is not None and home_on < arrives_on:
        raise TripRefused(_("Enter a day home that is not before the arrival."))
    trip.arrives_on, trip.home_on, trip.changed_at = arrives_on, home_on, timezone.now()
    return True


def _set_plan(trip: Trip, rows: Sequence[PlanRow]) -> bool:
    standing = {item.pk: item for item in trips.plan(trip)}
    now = timezone.now()
    has_changed = False
    for row in rows:
        stated = {name: value for name, value in asdict(row).items() if name != "id"}
        item = standing.pop(row.id, None) if row.id else None
        if item is None:
            item = PlanItem(case=trip.case, **stated)
            item.changed_at = item.created_at
        elif all(getattr(item, name) == value for name, value in stated.items()):
            continue
        else:
            item.sequence, item.changed_at = item.sequence + 1, now
            for name, value in stated.items():
                setattr(item, name, value)
        item.save()
        has_changed = True
    for item in standing.values():
        item.removed_at = item.changed_at = now
        item.sequence += 1
        item.save(update_fields=["removed_at", "changed_at", "sequence"])
        has_changed = True
    return has_changed


def _record(locked: Case, trip: Trip, by: User) -> None:
    trip.version += 1
    trip.save()
    audit.record(locked, EventKind.TRIP_CHANGED, by=by)
    follow_up_plan.plan(locked)
    effects.add(locked, effects.for_trip(locked, trip.version))
