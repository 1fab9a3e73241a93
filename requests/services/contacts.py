"""Contacts outside the portal that somebody of the desk notes."""

from datetime import datetime, timedelta

from django.db import transaction

from portal.accounts.models import User
from requests.enums import ContactChannel, Direction, EventKind, NextTurn
from requests.models import Case, ContactLog
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, form_tokens, next_dates


@transaction.atomic
def log(
    *,
    case: Case,
    channel: ContactChannel,
    direction: Direction,
    at: datetime,
    body: str,
    is_reached: bool,
    is_answer: bool,
    by: User,
    form_token: str,
    seen: int,
    turn: NextTurn,
    next_at: datetime | None,
) -> ContactLog:
    """Note a contact, and in an open case who acts next, and when; one that is an answer stops the clock.

    ``seen`` is how many things of the patient the writer had seen. What the patient sent after ``at`` waits on
    all the same. The same words under the same form token count once. Raises ``NoDate``, ``TaskRefused`` or
    ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(case)
    key = form_tokens.key(locked.pk, form_token, channel, direction, body)
    contact, is_new = ContactLog.objects.get_or_create(
        form_token=key,
        defaults={
            "case": locked,
            "channel": channel,
            "direction": direction,
            "at": at,
            "body": body,
            "is_reached": is_reached,
            "is_answer": is_answer,
            "author": by,
        },
    )
    if is_new:
        kind = EventKind.CONTACT_ANSWERED if is_answer else EventKind.CONTACT_LOGGED
        audit.record(locked, kind, by=by, object_id=contact.pk)
        if is_answer:
            _answer(locked, contact, seen)
        if locked.is_open and not locked.is_quarantined:
            next_dates.set_next(locked, turn=turn, at=next_at, by=by)
    return contact


def _answer(locked: Case, contact: ContactLog, seen: int) -> None:
    # Who notes a call types hours and minutes, so what came in that minute was before it.
    before = sum(moment < contact.at + timedelta(minutes=1) for moment in clock.incoming(locked))
    clock.stop(locked, seen=min(seen, before))
    locked.answered_at = locked.answered_at or contact.at
    locked.save(update_fields=[*clock.FIELDS, "answered_at"])
