"""Until when an emergency opens a case; who read it, says ``requests.selectors.access_log``."""

from datetime import datetime, timedelta

from django.utils import timezone

from portal.accounts.models import User
from requests.enums import AccessKind, ActorKind
from requests.models import AccessEvent, Case

EMERGENCY_LASTS = timedelta(hours=1)


def emergency_until(case: Case, user: User) -> datetime | None:
    """Return until when a case is open to the administrator who opened it in an emergency; None when it is not."""
    mine = {"actor_kind": ActorKind.STAFF, "actor_id": user.pk, "at__gt": timezone.now() - EMERGENCY_LASTS}
    opened = AccessEvent.objects.filter(reference=case.reference, kind=AccessKind.EMERGENCY, **mine).first()
    return opened.at + EMERGENCY_LASTS if opened else None
