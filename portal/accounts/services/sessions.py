"""Sessions of people with an account: which are open, and ending them."""

from collections.abc import Sequence

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from portal.accounts.enums import SecurityEventKind
from portal.accounts.models import User
from portal.accounts.services import security_log


def open_sessions(user: User) -> list[UserSession]:
    """Return the sessions of a person that have not ended, the one used last first."""
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return list(UserSession.objects.filter(user=user, session_key__in=live).order_by("-last_seen_at"))


@transaction.atomic
def end(user: User, *, by: User, only: Sequence[int] | None = None, spare: str | None = None) -> int:
    """End the sessions of a person (those with the ids ``only``; not the one with the key ``spare``).

    Returns how many sessions there were.
    """
    rows = UserSession.objects.filter(user=user).exclude(session_key=spare or "")
    if only is not None:
        rows = rows.filter(pk__in=only)
    keys = list(rows.values_list("session_key", flat=True))
    if not keys:
        return 0
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    security_log.record(SecurityEventKind.SESSIONS_ENDED, user=user, by=by)
    return len(keys)
