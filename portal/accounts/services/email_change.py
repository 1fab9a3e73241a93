"""A patient gives her account another address: nothing changes before both addresses are confirmed with a code."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts import mailed_codes
from portal.accounts.enums import SecurityEventKind
from portal.accounts.models import EmailChange, User
from portal.accounts.services import security_log, sessions
from portal.core.delivery import outbox

TO_OLD = outbox.kind("account.email_old")
TO_NEW = outbox.kind("account.email_new")
ATTEMPTS = 3


def digits(change: EmailChange, kind: outbox.Kind) -> str:
    """Return the code that goes to one of the two addresses."""
    return mailed_codes.digits(f"{kind}:{change.pk.hex}")


@transaction.atomic
def start(*, user: User, new_email: str, language: str) -> EmailChange:
    """Owe both addresses a code, and forget an earlier wish.

    An address that has an account already gets none, and the caller does not learn of it.
    """
    EmailChange.objects.filter(user=user).delete()
    change = EmailChange.objects.create(user=user, new_email=new_email.lower())
    kinds = [TO_OLD] if is_taken(change) else [TO_OLD, TO_NEW]
    outbox.add(
        outbox.new(kind, change.pk, dedupe_key=f"{kind}:{change.pk.hex}:{language}", recipient_id=user.pk)
        for kind in kinds
    )
    return change


def is_taken(change: EmailChange) -> bool:
    """Whether somebody has an account with the new address."""
    return User.objects.filter(email__iexact=change.new_email).exists()


def under_way(user: User) -> EmailChange | None:
    """Return the change that waits for its codes; None when there is none, or its time is over."""
    return EmailChange.objects.filter(user=user, created_at__gt=timezone.now() - mailed_codes.LIFETIME).first()


def finish(*, change: EmailChange, old_code: str, new_code: str, session_key: str | None) -> bool:
    """Give the account its new address if both codes are right; the other sessions end. Three mistakes end the change."""
    with transaction.atomic():
        locked = EmailChange.objects.select_for_update().filter(pk=change.pk).first()
        if locked is None:
            return False
        # Both are compared, so that the time says nothing of the first.
        right = [
            mailed_codes.is_typed(old_code, digits(locked, TO_OLD)),
            mailed_codes.is_typed(new_code, digits(locked, TO_NEW)),
        ]
        if not all(right) or is_taken(locked):
            _count_mistake(locked)
            return False
        user = locked.user
        user.email = locked.new_email
        try:
            with transaction.atomic():
                user.save(update_fields=["email"])
        except IntegrityError:
            # Somebody made an account with it this moment.
            _count_mistake(locked)
            return False
        locked.delete()
        security_log.record(SecurityEventKind.EMAIL_CHANGED, user=user, by=user)
        sessions.end(user, by=user, spare=session_key)
    return True


def _count_mistake(locked: EmailChange) -> None:
    locked.failed += 1
    if locked.failed >= ATTEMPTS:
        locked.delete()
    else:
        locked.save(update_fields=["failed"])


def prune(now: datetime) -> int:
    """Delete changes whose time is over and return how many there were."""
    return EmailChange.objects.filter(created_at__lt=now - mailed_codes.LIFETIME).delete()[0]
