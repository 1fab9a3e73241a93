"""Reads of a case by the desk, as the patient sees them, and until when an emergency opens one."""

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone

from portal.accounts.models import User
from requests.enums import AccessKind, ActorKind
from requests.models import AccessEvent, Case

EMERGENCY_LASTS = timedelta(hours=1)


class Read(NamedTuple):
    """What a colleague read of a case on a day of the patient's zone; ``who`` is empty for one who left."""

    day: date
    who: str
    kinds: list[AccessKind]


def reads(case: Case) -> list[Read]:
    """Return who of the desk read a case, one line for each colleague and day, newest first."""
    zone = ZoneInfo(case.zones[0])
    rows = AccessEvent.objects.filter(reference=case.reference, actor_kind=ActorKind.STAFF)
    events = [
        (at.astimezone(zone).date(), actor, kind) for at, actor, kind in rows.values_list("at", "actor_id", "kind")
    ]
    names = dict(User.objects.filter(pk__in={actor for _day, actor, _kind in events}).values_list("pk", "name"))
    # Sorted stays as it is within a key, so the first of the day comes first.
    events.sort(key=lambda event: (-event[0].toordinal(), event[1] or 0))
    return [
        Read(day, names.get(actor or 0, ""), [AccessKind(kind) for kind in dict.fromkeys(event[2] for event in group)])
        for (day, actor), group in groupby(events, key=lambda event: event[:2])
    ]


def emergency_until(case: Case, user: User) -> datetime | None:
    """Return until when a case is open to the administrator who opened it in an emergency; None when it is not."""
    mine = {"actor_kind": ActorKind.STAFF, "actor_id": user.pk, "at__gt": timezone.now() - EMERGENCY_LASTS}
    opened = AccessEvent.objects.filter(reference=case.reference, kind=AccessKind.EMERGENCY, **mine).first()
    return opened.at + EMERGENCY_LASTS if opened else None
