"""Rows of the audit log."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from clinics.models import Clinic
from portal.accounts.models import User
from portal.core.worktime import team_today
from requests.enums import AccessKind, ActorKind, EventKind
from requests.models import AccessEvent, Case, Event, Referral

type Actor = User | ActorKind


def event(case: Case, kind: EventKind, *, by: Actor, **details: Any) -> Event:
    """Return an unsaved event of a case; ``details`` are from_status, to_status, fact and object_id."""
    return Event(reference=case.reference, kind=kind, **_actor(by), **details)


def record(case: Case, kind: EventKind, *, by: Actor, **details: Any) -> None:
    """Write one event of a case in the caller's transaction."""
    event(case, kind, by=by, **details).save(force_insert=True)


def access(case: Case, kind: AccessKind, *, by: Actor | Clinic, object_id: Any = None) -> AccessEvent:
    """Return an unsaved row that somebody read a case or a part of it."""
    return AccessEvent(reference=case.reference, kind=kind, object_id=object_id, **_actor(by))


def record_access(case: Case, kind: AccessKind, *, by: Actor | Clinic, object_id: Any = None) -> None:
    """Write that somebody read a case or a part of it; called before anything is shown."""
    access(case, kind, by=by, object_id=object_id).save(force_insert=True)


def record_clinic_access(case: Case, kind: AccessKind, referral: Referral, *, object_id: Any) -> None:
    """Write that a clinic read something by the link of a referral; called before anything is shown."""
    row = access(case, kind, by=referral.clinic, object_id=object_id)
    row.referral_id = referral.pk
    row.save(force_insert=True)


def record_daily_access(cases: Iterable[Case], kind: AccessKind, *, by: User) -> None:
    """Write that a colleague was shown something of cases, once for each case and day of the team."""
    midnight = datetime.combine(team_today(), time.min, ZoneInfo(settings.TEAM_TIME_ZONE))
    shown = {case.reference: case for case in cases}
    known = AccessEvent.objects.filter(
        reference__in=shown, kind=kind, actor_kind=ActorKind.STAFF, actor_id=by.pk, at__gte=midnight
    )
    new = set(shown) - set(known.values_list("reference", flat=True))
    AccessEvent.objects.bulk_create(access(shown[reference], kind, by=by) for reference in new)


def record_report(*, by: User, reference: str = "") -> None:
    """Write that somebody read the report of who saw what: of a case by its reference, or of colleagues."""
    AccessEvent(reference=reference, kind=AccessKind.REPORT, **_actor(by)).save(force_insert=True)


def _actor(by: Actor | Clinic) -> dict[str, Any]:
    if isinstance(by, User):
        return {"actor_kind": ActorKind.STAFF, "actor_id": by.pk}
    if isinstance(by, Clinic):
        return {"actor_kind": ActorKind.CLINIC, "actor_id": by.pk}
    return {"actor_kind": by}
