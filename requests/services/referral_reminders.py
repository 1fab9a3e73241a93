"""Reminder of a referral that a clinic has not answered: one mail by itself, others when the desk asks for one."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core.worktime import CLOSES, OPENS, add_working_hours
from requests.enums import ActorKind, EventKind, ReferralState
from requests.models import Referral
from requests.permissions import check_can_work_cases
from requests.selectors import offers, referrals
from requests.services import audit, clock, effects
from requests.services.audit import Actor

# Working days of the team until a clinic is reminded.
AFTER = 3
HOURS_A_DAY = CLOSES.hour - OPENS.hour
# Nobody is reminded more often.
PAUSE = timedelta(days=1)
WAITED_FOR = (ReferralState.SENT, ReferralState.OPENED)


def is_wanted(referral: Referral) -> bool:
    """Whether a clinic should be reminded: its link works, it has neither asked, answered nor declined, and no offer is chosen."""
    waits = referrals.is_live(referral) and referrals.state(referral) in WAITED_FOR
    return waits and referral.contact.can_get_briefs and offers.chosen(referral.case.living) is None


@transaction.atomic
def remind(*, referral: Referral, by: User) -> bool:
    """Remind a clinic now; False within a day of the last reminder or where none is wanted. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    return _remind(referral, by=by)


def remind_due() -> int:
    """Remind each clinic that has not answered for AFTER working days, once; returns how many there were."""
    now = timezone.now()
    unanswered = Referral.objects.filter(
        reminded_at=None, revoked_at=None, declined_at=None, expires_at__gt=now, consent__withdrawn_at=None
    )
    number = 0
    for referral in referrals.with_thread(unanswered):
        if add_working_hours(referral.created_at, AFTER * HOURS_A_DAY) <= now and is_wanted(referral):
            with transaction.atomic():
                number += _remind(referral, by=ActorKind.SYSTEM)
    return number


def _remind(referral: Referral, *, by: Actor) -> bool:
    locked = clock.lock(referral.case.living)
    fresh = referrals.with_thread(Referral.objects.filter(pk=referral.pk)).get()
    now = timezone.now()
    if not is_wanted(fresh) or (fresh.reminded_at is not None and fresh.reminded_at > now - PAUSE):
        return False
    # Two processes of the plan, or a plan that is late, remind once.
    if by == ActorKind.SYSTEM and (fresh.reminded_at is not None or locked.is_on_hold):
        return False
    fresh.reminded_at = now
    fresh.save(update_fields=["reminded_at"])
    audit.record(locked, EventKind.REFERRAL_REMINDED, by=by, object_id=fresh.pk)
    effects.add(locked, [effects.owed(locked, effects.REFERRAL_REMINDER, fresh.pk, f"{fresh.pk}:{now.isoformat()}")])
    return True
