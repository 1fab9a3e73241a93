"""Moves of a case that goes on: the facts that they need, who owns it then, and its next date."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from requests.enums import Deed, EstimateKind, EventKind, Need, NextTurn, Status
from requests.models import Case, Estimate
from requests.permissions import can_move_without_needs
from requests.services import audit, clock, desk, next_dates, patients

NEEDS: dict[Status, tuple[Need, ...]] = {
    Status.WAITING_DOCUMENTS: (Need.PAPERS_ASKED,),
    Status.DOCUMENTS_COMPLETE: (Need.TASKS_DONE,),
    Status.WITH_CLINICS: (Need.CONDITION, Need.CONSENT),
    Status.OFFERS_IN: (Need.CLINIC,),
    Status.ESTIMATE_SENT: (Need.CONDITION,),
    Status.ACCEPTED: (Need.ESTIMATE,),
}
# No lead goes on without these.
NEVER_MISSING = (Need.CONSENT,)


class NeedsMissing(desk.MoveRefused):
    """Facts that a move needs are missing; a lead may give a reason."""


def needs(case: Case, to: Status) -> dict[Need, bool]:
    """Return what a move to a state needs, and whether it is there."""
    return {need: _is_met(case, need) for need in NEEDS.get(to, ())}


def missing(case: Case, to: Status) -> list[Need]:
    """Return what a move to a state needs and the case lacks."""
    return [need for need, is_met in needs(case, to).items() if not is_met]


@transaction.atomic
def advance(*, case: Case, to: Status, by: User, turn: NextTurn, next_at: datetime | None, reason: str = "") -> None:
    """Move a case to an open state and say who acts next, and when; who moves a case that nobody owns takes it.

    A lead goes on without facts that the move needs, with a ``reason``, which becomes a note. Raises
    ``NeedsMissing``, ``MoveRefused``, ``NoDate``, ``TaskRefused`` or ``PermissionDenied``.
    """
    locked = clock.lock(case)
    lacks = missing(locked, to)
    deed = f"{Deed.NEEDS_OVERRIDDEN}:{','.join(lacks)}" if lacks else ""
    desk.move(case=locked, to=to, by=by, reason=reason, deed=deed)
    if lacks:
        _check_override(by, reason, lacks)
        audit.record(locked, EventKind.NEEDS_OVERRIDDEN, by=by)
    next_dates.set_next(locked, turn=turn, at=next_at, by=by)


def can_override(by: User, lacks: list[Need]) -> bool:
    """Whether the user may move a case that lacks these facts."""
    return can_move_without_needs(by) and not set(lacks) & set(NEVER_MISSING)


def _check_override(by: User, reason: str, lacks: list[Need]) -> None:
    names = "; ".join(str(need.label) for need in lacks)
    if not can_override(by, lacks):
        raise NeedsMissing(_("This move needs: %(facts)s. A lead may go on without it.") % {"facts": names})
    if not reason.strip():
        raise NeedsMissing(_("This move needs: %(facts)s. Say why it goes on without.") % {"facts": names})


def _is_met(case: Case, need: Need) -> bool:
    if need == Need.CONDITION:
        return case.condition_id is not None
    if need == Need.CLINIC:
        return case.clinic_id is not None
    if need == Need.CONSENT:
        return patients.has_agreed(case)
    if need == Need.ESTIMATE:
        standing = Estimate.objects.filter(kind=EstimateKind.FINAL, superseded_at=None)
        return standing.filter(case__in=case.whole()).exists()
    is_asked = case.tasks.open().of_patient().exists()
    return is_asked if need == Need.PAPERS_ASKED else not is_asked
