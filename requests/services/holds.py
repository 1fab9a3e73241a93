"""Holds: a case waits until a day, with a reason, and comes back on the day, or earlier."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.worktime import team_today
from requests.enums import DESK_NAMES, ActorKind, EventKind, NextTurn
from requests.models import Case
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, effects, tasks
from requests.services.audit import Actor
from requests.services.desk import MoveRefused
from requests.workflow import HOLDABLE


def put_on_hold(*, case: Case, until: date, reason: str, by: User) -> None:
    """Put a case on hold until a day; it leaves the waiting lists. Raises ``MoveRefused`` or ``PermissionDenied``.

    A patient who waits for our answer gets it first, so that a hold hides nobody.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        _check_hold(locked, until, reason)
        locked.on_hold_until, locked.on_hold_reason = until, reason
        locked.save(update_fields=["on_hold_until", "on_hold_reason"])
        audit.record(locked, EventKind.PUT_ON_HOLD, by=by)
    case.on_hold_until, case.on_hold_reason = until, reason


def _check_hold(case: Case, until: date, reason: str) -> None:
    if case.status not in HOLDABLE:
        states = ", ".join(f"“{DESK_NAMES[state]}”" for state in HOLDABLE)
        raise MoveRefused(_("Only a case in one of these states waits until a day: %(states)s.") % {"states": states})
    if case.is_quarantined:
        raise MoveRefused(_("Release the case from quarantine first."))
    if case.consent_withdrawn_at is not None:
        raise MoveRefused(pgettext("desk", "The patient took a consent back: nothing waits for a day until then."))
    # A hold takes a case out of the waiting lists and must hide no patient (decision 0026).
    if case.waiting_since is not None:
        raise MoveRefused(_("The patient waits for an answer. Answer first, then put the case on hold."))
    if until <= team_today():
        raise MoveRefused(_("Enter a day after today."))
    if not reason.strip():
        raise MoveRefused(_("Say why the case waits."))


def resume(*, case: Case, by: Actor) -> bool:
    """End the hold of a case; False when it is on none. Raises ``PermissionDenied``."""
    if isinstance(by, User):
        check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        if locked.on_hold_until is None:
            return False
        _end(locked, by)
    case.on_hold_until, case.on_hold_reason = None, ""
    return True


def resume_due() -> int:
    """Bring the cases back whose day has come, tell the desk of each, and return how many."""
    number = 0
    for due in Case.objects.filter(on_hold_until__lte=team_today()).only("pk"):
        with transaction.atomic():
            case = clock.lock(due)
            until = case.on_hold_until
            if until is None or until > team_today():
                continue  # somebody was quicker
            _end(case, ActorKind.SYSTEM)
            # Its day is here: the desk comes back to it now.
            tasks.follow(case, tasks.FOLLOW_UP, by=ActorKind.SYSTEM, turn=NextTurn.US)
            outbox.add(effects.for_hold_over(case, until))
            number += 1
    return number


def _end(case: Case, by: Actor) -> None:
    case.on_hold_until, case.on_hold_reason = None, ""
    case.save(update_fields=["on_hold_until", "on_hold_reason"])
    audit.record(case, EventKind.RESUMED, by=by)
