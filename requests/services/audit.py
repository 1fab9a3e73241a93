"""Rows of the audit log."""

from typing import Any

from portal.accounts.models import User
from requests.enums import AccessKind, ActorKind, EventKind
from requests.models import AccessEvent, Case, Event

type Actor = User | ActorKind


def event(case: Case, kind: EventKind, *, by: Actor, **details: Any) -> Event:
    """Return an unsaved event of a case; ``details`` are from_status, to_status, fact and object_id."""
    return Event(reference=case.reference, kind=kind, **_actor(by), **details)


def record(case: Case, kind: EventKind, *, by: Actor, **details: Any) -> None:
    """Write one event of a case in the caller's transaction."""
    event(case, kind, by=by, **details).save(force_insert=True)


def access(case: Case, kind: AccessKind, *, by: Actor, object_id: Any = None) -> AccessEvent:
    """Return an unsaved row that somebody read a case or a part of it."""
    return AccessEvent(reference=case.reference, kind=kind, object_id=object_id, **_actor(by))


def record_access(case: Case, kind: AccessKind, *, by: Actor, object_id: Any = None) -> None:
    """Write that somebody read a case or a part of it; called before anything is shown."""
    access(case, kind, by=by, object_id=object_id).save(force_insert=True)


def _actor(by: Actor) -> dict[str, Any]:
    if isinstance(by, User):
        return {"actor_kind": ActorKind.STAFF, "actor_id": by.pk}
    return {"actor_kind": by}
