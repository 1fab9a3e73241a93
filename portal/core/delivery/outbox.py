"""Outbox: an effect is a row of the transaction that causes it, and any process delivers it later.

``add`` writes the row. A claim is one conditional UPDATE, so that a row handed over twice is
delivered once. A sender that dies leaves its row in flight; when the lease has run out, the row is
due again. Who registers a handler decides what an effect does: the core knows no app.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NewType
from uuid import UUID

from django.conf import settings
from django.db import Error, connection, models, transaction
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core.models import OutboxItem

log = logging.getLogger(__name__)
State = OutboxItem.State
MARK_PAUSE_SECONDS = 0.5

Kind = NewType("Kind", str)
type Handler = Callable[[OutboxItem], None]


class Refused(Exception):
    """The other side said no for good: do not try again."""


class Withheld(Exception):
    """The effect is not wanted: for now (``HELD``) or for good (``CANCELLED``)."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state


class Later(Exception):
    """The effect is wanted, and not before a moment: nobody is woken by what can wait."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class Interrupted(Withheld):
    """Long work ends half-way and goes on where it was: its worker stops, or another process has the row."""

    def __init__(self) -> None:
        super().__init__(State.QUEUED)


@dataclass(frozen=True)
class Registration:
    """One kind of effect: what delivers it, what the desk calls it, and what follows a final no.

    ``case_list`` is the URL name of the admin list that finds its reference.
    """

    deliver: Handler
    label: Any  # a lazy text: the desk reads it in two languages
    on_refused: Handler | None
    case_list: str
    is_long: bool


_kinds: list[str] = []
# More than one registration of a kind is a mistake, which a system check tells of.
_handlers: dict[str, list[Registration]] = {}


def kind(name: str) -> Kind:
    """Name a kind of effect, for whoever writes its rows; ``handles`` says the rest of it."""
    _kinds.append(name)
    return Kind(name)


def handles(
    kind: Kind, *, label: Any, on_refused: Handler | None = None, case_list: str = "", is_long: bool = False
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the one that delivers effects of ``kind``; long ones: ``long_work.handles``.

    It raises ``Refused`` for a final no, ``Withheld`` for an effect that is not wanted any more and
    ``Later`` for one that waits; any other exception means "try again later".
    """

    def register(handler: Handler) -> Handler:
        _handlers.setdefault(kind, []).append(Registration(handler, label, on_refused, case_list, is_long))
        return handler

    return register


def registration(kind: str) -> Registration | None:
    """Return what is known of a kind; None for a row that another release wrote."""
    return _handlers[kind][0] if kind in _handlers else None


def long_kinds() -> list[str]:
    """Return the kinds of long work: neither the relay nor the workers of mails ever take their rows."""
    return [kind for kind, [known, *_] in _handlers.items() if known.is_long]


def label(kind: str) -> str:
    """Return what the desk calls effects of a kind."""
    known = registration(kind)
    return str(known.label) if known else _("Effect of another release")


def problems() -> Iterator[str]:
    """Say of each kind that is named or registered twice, has no label, or is delivered by nobody."""
    for name in dict.fromkeys([*_kinds, *_handlers]):
        registrations = _handlers.get(name, [])
        if max(_kinds.count(name), len(registrations)) > 1:
            yield f"The kind of effect “{name}” is named or registered twice."
        if not registrations:
            yield f"The kind of effect “{name}” is registered by nobody: it has no label, and nothing delivers it."
        if not all(registration.label for registration in registrations):
            yield f"The kind of effect “{name}” has no label."


def new(kind: Kind, object_id: UUID, *, dedupe_key: str, **columns: Any) -> OutboxItem:
    """Return an unsaved row for one effect, with its reference, recipient and state if the caller says them.

    One that is ``HELD`` waits for a release.
    """
    return OutboxItem(kind=kind, object_id=object_id, dedupe_key=dedupe_key, **columns)


def add(items: Iterable[OutboxItem]) -> None:
    """Write rows in the caller's transaction; one with a known dedupe key changes nothing."""
    OutboxItem.objects.bulk_create(items, ignore_conflicts=True)


def due(now: datetime, *, is_long: bool = False) -> models.QuerySet[OutboxItem]:
    """Rows that somebody should deliver now, those of dead senders among them; either long work or all the rest."""
    waiting = Q(state=State.QUEUED, not_before__lte=now)
    abandoned = Q(state=State.IN_FLIGHT, lease_until__lte=now)
    rows, of_long_kinds = OutboxItem.objects.order_by("not_before"), Q(kind__in=long_kinds())
    return rows.filter(waiting | abandoned, of_long_kinds if is_long else ~of_long_kinds)


def late(now: datetime) -> models.QuerySet[OutboxItem]:
    """Rows that should have been delivered OUTBOX_LATE ago, and long work that nobody has begun for LONG_WORK_LATE."""
    limit = now - settings.OUTBOX_LATE
    is_owed = Q(state__in=[State.QUEUED, State.IN_FLIGHT], created_at__lt=limit)
    # A row that waits for its first turn until later is on time.
    brief = OutboxItem.objects.filter(is_owed).exclude(kind__in=long_kinds()).exclude(attempts=0, not_before__gt=limit)
    return brief | due(now - settings.LONG_WORK_LATE, is_long=True)


def failing() -> models.QuerySet[OutboxItem]:
    """Rows whose delivery failed twice or more and is tried again."""
    failed_twice = Q(state=State.QUEUED, attempts__gte=2) | Q(state=State.IN_FLIGHT, attempts__gte=3)
    return OutboxItem.objects.filter(failed_twice).exclude(error="")


def claim(item_id: UUID, *, is_long: bool = False) -> OutboxItem | None:
    """Take one due row for this process, or return None when it is not to be had."""
    now = timezone.now()
    row = due(now, is_long=is_long).filter(pk=item_id).order_by()
    # Whoever had it before, and did not say what came of it, is dead.
    is_lost = Case(When(state=State.IN_FLIGHT, then=1), default=0)
    taken = row.update(
        state=State.IN_FLIGHT,
        lease_until=now + settings.OUTBOX_LEASE,
        attempts=F("attempts") + 1,
        workers_lost=F("workers_lost") + is_lost,
    )
    return OutboxItem.objects.get(pk=item_id) if taken else None


def renew(item: OutboxItem, **changes: object) -> bool:
    """Hold a claimed row for another OUTBOX_LEASE; False when it is not this process's any more."""
    return bool(_claimed(item).update(lease_until=timezone.now() + settings.OUTBOX_LEASE, **changes))


def deliver(item_id: UUID, *, is_long: bool = False) -> bool:
    """Claim one row, deliver it and record what came of it; True when this call delivered it."""
    item = claim(item_id, is_long=is_long)
    if item is None:
        return False
    try:
        # A kind of another release is a KeyError here: the row waits until that release runs.
        registration = _handlers[item.kind][0]
        registration.deliver(item)
    except Refused as refusal:
        log.error("Outbox item %s (%s) was refused: %s", item.pk, item.kind, refusal)
        with transaction.atomic():
            _record(item, state=State.FAILED, error=str(refusal)[:80])
            if registration.on_refused is not None:
                registration.on_refused(item)
        return False
    except Withheld as withheld:
        _record(item, state=withheld.state, handed_over_at=None, error="")
        return False
    except Later as later:
        # To wait is no attempt: the row counts as on time, and its tries begin when its time is there.
        changes = {"not_before": later.until, "attempts": 0, "created_at": later.until}
        _record(item, state=State.QUEUED, handed_over_at=None, error="", **changes)
        return False
    except Exception as error:  # noqa: BLE001 – whatever went wrong, the row waits for its next turn
        _postpone(item, error)
        return False
    return _mark_sent(item)


def send_again(item: OutboxItem) -> bool:
    """Queue a failed row afresh, with its give-up time counted from now."""
    failed = OutboxItem.objects.filter(pk=item.pk, state=State.FAILED)
    now = timezone.now()
    fresh = {"attempts": 0, "workers_lost": 0, "not_before": now, "created_at": now, "handed_over_at": None}
    return bool(failed.update(state=State.QUEUED, error="", **fresh))


def release(reference: str) -> int:
    """Queue the held rows of one case, owed from now on, and return how many there were."""
    held = OutboxItem.objects.filter(reference=reference, state=State.HELD)
    now = timezone.now()
    return held.update(state=State.QUEUED, not_before=now, created_at=now)


def hold(reference: str) -> int:
    """Make what one case still owes wait for a release, and return how many rows that are."""
    owed = OutboxItem.objects.filter(reference=reference, state__in=(State.QUEUED, State.FAILED))
    return owed.update(state=State.HELD, attempts=0, error="")


def put_off(kind: Kind, until: datetime) -> None:
    """Have what is owed of one kind wait until a moment: something that all of it needs is away. It is no attempt."""
    owed = OutboxItem.objects.filter(kind=kind, state=State.QUEUED, not_before__lt=until)
    owed.update(not_before=until, created_at=until, attempts=0, handed_over_at=None, error="")


def cancel(reference: str, kinds: Iterable[str]) -> int:
    """Cancel for good what one case still owes of these kinds, and return how many rows that are."""
    owed = OutboxItem.objects.filter(reference=reference, state__in=(State.HELD, State.QUEUED, State.FAILED))
    return owed.filter(kind__in=kinds).update(state=State.CANCELLED)


def sent_before(limit: datetime) -> models.QuerySet[OutboxItem]:
    """Return the rows that were sent before a moment."""
    return OutboxItem.objects.filter(state=State.SENT, sent_at__lt=limit)


def prune(limit: datetime) -> int:
    """Delete the rows that were sent before a moment, and return how many there were."""
    return sent_before(limit).delete()[0]


def _mark_sent(item: OutboxItem) -> bool:
    """Write that a row was delivered, and try for a while: without this mark it would be delivered again."""
    deadline = time.monotonic() + settings.OUTBOX_MARK_SECONDS
    while True:
        try:
            return _record(item, state=State.SENT, sent_at=timezone.now(), error="")
        except Error as error:
            if time.monotonic() > deadline:
                raise
            log.warning("Outbox item %s is delivered and not marked yet: %s", item.pk, type(error).__name__)
            # A connection that broke stays broken: the next try opens another.
            connection.close()
            time.sleep(MARK_PAUSE_SECONDS)


def _postpone(item: OutboxItem, error: Exception) -> None:
    """Put a row back for min(30 minutes, 2**n seconds), or give it up 48 hours after its start."""
    now = timezone.now()
    name = type(error).__name__[:80]
    if now - item.created_at >= settings.OUTBOX_GIVE_UP:
        _record(item, state=State.FAILED, error=name)
        log.error("Outbox item %s (%s) was given up after %d attempts: %s", item.pk, item.kind, item.attempts, name)
        return
    # 2**11 seconds are more than half an hour; more would one day be too much for a timedelta.
    wait = min(timedelta(minutes=30), timedelta(seconds=2 ** min(item.attempts, 11)))
    _record(item, state=State.QUEUED, not_before=now + wait, handed_over_at=None, error=name)
    log.warning("Outbox item %s (%s) waits %d s: %s", item.pk, item.kind, wait.total_seconds(), name)


def _record(item: OutboxItem, **changes: object) -> bool:
    """Write the outcome if this process still holds the claim."""
    return bool(_claimed(item).update(lease_until=None, **changes))


def _claimed(item: OutboxItem) -> models.QuerySet[OutboxItem]:
    """The row, if it is still in the hands of who claimed it: attempts count the claims."""
    return OutboxItem.objects.filter(pk=item.pk, state=State.IN_FLIGHT, attempts=item.attempts)
