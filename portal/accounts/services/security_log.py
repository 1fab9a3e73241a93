"""The security log: what it records, and whom a record owes a mail."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.accounts.enums import SecurityEventKind
from portal.accounts.models import SecurityEvent, User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem

INVITATION = outbox.kind("account.invitation")
PASSWORD_LINK = outbox.kind("account.password_link")
NOTICE = outbox.kind("account.notice")

MAILS = {
    SecurityEventKind.INVITED: INVITATION,
    SecurityEventKind.PASSWORD_ASKED: PASSWORD_LINK,
    SecurityEventKind.PASSWORD_CHANGED: NOTICE,
    SecurityEventKind.FACTOR_ADDED: NOTICE,
    SecurityEventKind.FACTOR_REMOVED: NOTICE,
    SecurityEventKind.CODES_MADE: NOTICE,
}
# Strangers cause these by guessing: one row for each person and this time is enough to see it.
GUESSED = {SecurityEventKind.THROTTLED, SecurityEventKind.PASSWORD_ASKED}
GUESSED_PAUSE = timedelta(minutes=1)


@transaction.atomic
def record(
    kind: SecurityEventKind,
    *,
    user: User | None = None,
    by: User | None = None,
    subject: str = "",
    is_told: bool = True,
) -> SecurityEvent | None:
    """Write one event, and owe its person the mail that belongs to it; None when it was recorded a moment ago."""
    user_id = user.pk if user else None
    recent = SecurityEvent.objects.filter(kind=kind, user_id=user_id, at__gt=timezone.now() - GUESSED_PAUSE)
    if kind in GUESSED and recent.exists():
        return None
    event = SecurityEvent.objects.create(
        kind=kind, user_id=user_id, actor_id=by.pk if by else None, subject=subject[:80]
    )
    if user is not None and is_told and kind in MAILS:
        mail = MAILS[kind]
        forget_failed_mails(user, [mail])
        outbox.add([outbox.new(mail, event.pk, dedupe_key=f"{mail}:{event.pk}", recipient_id=user.pk)])
    return event


def forget_failed_mails(user: User, kinds: Iterable[str] = frozenset(MAILS.values())) -> None:
    """Cancel what could not be delivered to a person: a newer mail goes out, or the address was corrected."""
    failed = OutboxItem.objects.filter(kind__in=kinds, recipient_id=user.pk, state=OutboxItem.State.FAILED)
    failed.update(state=OutboxItem.State.CANCELLED)


def older(limit: datetime) -> QuerySet[SecurityEvent]:
    """Return the events before a moment."""
    return SecurityEvent.objects.filter(at__lt=limit)


def prune(limit: datetime) -> int:
    """Delete the events before a moment, and return how many there were."""
    return older(limit).delete()[0]
