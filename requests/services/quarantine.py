"""Quarantine of submissions that look odd: their automatic mails to the patient wait, and the desk is told of each at once.

The marks of a robot (hidden field, forged token) put a case into quarantine until a person decides.
Many unopened cases of one address hold automatic mails alone, for 24 working hours at most. Speed,
and a network that many people share, hold nothing.
"""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.core.delivery import outbox
from portal.core.encryption.primitives import keyed_hash, keyed_hashes
from portal.core.models import OutboxItem
from portal.core.worktime import add_working_hours
from requests.enums import ActorKind, EventKind, Flag, Status
from requests.models import Case, Submission
from requests.services import audit, effects
from requests.submission_content import Sender

ROBOT = frozenset({Flag.HONEYPOT, Flag.FORGED})
HOLDING = ROBOT | {Flag.EMAIL_RATE}
HOLD_WORKING_HOURS = 24
# From so many networks an address may be used in full before it counts as flooded.
NETWORKS_OF_AN_ADDRESS = 3


def network_hash(sender: Sender) -> str:
    """Return what stands for the network address of a sender."""
    return keyed_hash(sender.network) if sender.network else ""


def rate_flags(case: Case, sender: Sender) -> list[Flag]:
    """Say whether one address or one network submits more than people do.

    A busy network (a hospital, a carrier) still gets its first mail to each address. Somebody else
    who uses a patient's address sends from another network, and does not count against her.
    """
    now, network = timezone.now(), keyed_hashes(sender.network) if sender.network else [""]
    recent = Submission.objects.filter(network_hash__in=network, created_at__gt=now - timedelta(hours=1))
    is_busy = bool(sender.network) and _reach(recent, settings.REQUEST_LIMIT_NETWORK)
    limit = settings.REQUEST_LIMIT_EMAIL
    mailed = Case.objects.filter(
        email_hash=case.email,
        opened_at=None,
        is_quarantined=False,
        mails_held_until=None,
        created_at__gt=now - timedelta(days=1),
    ).exclude(Q(pk=case.pk) | Q(status=Status.SPAM))
    flags = []
    # Most addresses have no such case at all, from here or from elsewhere: one question answers both.
    if _reach(mailed, enough := 1 if is_busy else limit):
        from_here = mailed.filter(submissions__network_hash__in=network).values("pk").distinct()
        if _reach(from_here, enough) or _reach(mailed, NETWORKS_OF_AN_ADDRESS * limit):
            flags.append(Flag.EMAIL_RATE)
    if is_busy:
        flags.append(Flag.NETWORK_RATE)
    return flags


def hold(case: Case, flags: Sequence[Flag]) -> EventKind | None:
    """Hold the mails of a new or locked case if its flags ask for it; the caller saves.

    Returns what happened, or None where nothing new is held.
    """
    if ROBOT & set(flags) and not case.is_quarantined:
        case.is_quarantined, case.mails_held_until = True, None
        return EventKind.QUARANTINED
    if Flag.EMAIL_RATE in flags and not case.holds_mails:
        case.mails_held_until = add_working_hours(timezone.now(), HOLD_WORKING_HOURS)
        return EventKind.MAILS_HELD
    return None


def let_go(case: Case, *, by: audit.Actor) -> int:
    """Let the mails of a locked case leave; returns how many mails and documents."""
    case.is_quarantined, case.mails_held_until = False, None
    case.save(update_fields=["is_quarantined", "mails_held_until"])
    audit.record(case, EventKind.RELEASED, by=by)
    # Several submissions of a case have a receipt each, which all say the same: the newest one leaves.
    receipts = OutboxItem.objects.filter(
        reference=case.reference, kind=effects.RECEIPT, state=OutboxItem.State.HELD
    ).order_by("-created_at")
    OutboxItem.objects.filter(pk__in=list(receipts.values_list("pk", flat=True)[1:])).delete()
    return outbox.release(case.reference)


def let_go_of_known(case: Case, *, by: audit.Actor) -> None:
    """Let held automatic mails of a locked case leave: somebody at the desk writes to this patient."""
    if case.mails_held_until is not None:
        let_go(case, by=by)


def release_by_age(now: datetime) -> int:
    """Let mails leave that waited for 24 working hours, one case of each address a day; returns how many cases."""
    due = Case.objects.open().filter(mails_held_until__lte=now).order_by("email_hash", "created_at", "pk")
    rows = list(due.values_list("email_hash", "pk"))
    by_address = itertools.groupby(rows, key=lambda row: row[0])
    return sum(_release_first([pk for _hash, pk in group], email_hash, now) for email_hash, group in by_address)


@transaction.atomic
def _release_first(pks: list[Any], email_hash: str, now: datetime) -> int:
    """Let the oldest of an address's cases go, unless a receipt left for the address within a day."""
    due = Case.objects.open().filter(pk__in=pks, mails_held_until__lte=now)
    case = due.order_by("created_at", "pk").select_for_update(of=("self",)).first()
    references = Case.objects.filter(email_hash=email_hash).values("reference")
    receipts = OutboxItem.objects.filter(kind=effects.RECEIPT, reference__in=references)
    left = receipts.exclude(state=OutboxItem.State.HELD).filter(not_before__gt=now - timedelta(days=1))
    if case is None or left.exists():
        return 0
    let_go(case, by=ActorKind.SYSTEM)
    return 1


def _reach(rows: QuerySet[Any], limit: int) -> bool:
    """Whether there are so many rows; counts no further."""
    return limit < 1 or rows[limit - 1 : limit].exists()
