"""Moves of a case: the facts that they need, who owns it then, and its next date."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language

from portal.accounts.models import User
from requests.enums import Deed, EventKind, Need, NextTurn, Status
from requests.models import Case
from requests.permissions import can_move_without_needs
from requests.selectors import briefs, continuity, documents, estimates, offers
from requests.services import audit, clock, desk, next_dates, patients
from requests.workflow import LAST, is_back

NEEDS: dict[Status, tuple[Need, ...]] = {
    Status.WAITING_DOCUMENTS: (Need.PAPERS_ASKED,),
    Status.DOCUMENTS_COMPLETE: (Need.REQUIRED_PAPERS,),
    Status.WITH_CLINICS: (Need.CONDITION, Need.CONSENT, Need.BRIEF),
    Status.OFFERS_IN: (Need.OFFER,),
    Status.ESTIMATE_SENT: (Need.CONDITION,),
    Status.ACCEPTED: (Need.ESTIMATE, Need.ACCEPTANCE),
    Status.CLOSED: (Need.DISCHARGE, Need.CONTINUITY),
}
# No lead goes on without these.
NEVER_MISSING = (Need.CONSENT,)


def needs(case: Case, to: Status) -> dict[Need, bool]:
    """Return what a move to a state needs, and whether it is there; of a closing, what it needs to be "treated"."""
    listed = NEEDS.get(to, ())
    if to == Status.CLOSED and case.status != LAST:
        listed = ()
    if to == Status.DOCUMENTS_COMPLETE and not documents.has_checklist(case):
        listed = (Need.TASKS_DONE,)
    # Back from the journey it was accepted once; the releases before kept no record of that.
    if to == Status.ACCEPTED and is_back(Status(case.status), to):
        listed = (Need.ESTIMATE,)
    return {need: IS_MET[need](case) for need in listed}


def missing(case: Case, to: Status) -> list[Need]:
    """Return what a move to a state needs and the case lacks."""
    return [need for need, is_met in needs(case, to).items() if not is_met]


@transaction.atomic
def advance(*, case: Case, to: Status, by: User, turn: NextTurn, next_at: datetime | None, reason: str = "") -> None:
    """Move a case to an open state and say who acts next, and when; who moves a case that nobody owns takes it.

    A lead goes on without facts that the move needs, with a ``reason``, which becomes a note. Raises
    ``desk.NeedsMissing``, ``desk.MoveRefused``, ``NoDate``, ``TaskRefused`` or ``PermissionDenied``.
    """
    locked = clock.lock(case)
    lacks = missing(locked, to)
    deed = f"{Deed.NEEDS_OVERRIDDEN}:{','.join(lacks)}" if lacks else ""
    desk.move(case=locked, to=to, by=by, reason=reason, deed=deed)
    if lacks:
        _check_override(locked, by, reason, lacks)
        audit.record(locked, EventKind.NEEDS_OVERRIDDEN, by=by)
    next_dates.set_next(locked, turn=turn, at=next_at, by=by)


def can_override(by: User, lacks: list[Need]) -> bool:
    """Whether the user may move a case that lacks these facts."""
    return can_move_without_needs(by) and not set(lacks) & set(NEVER_MISSING)


def _check_override(case: Case, by: User, reason: str, lacks: list[Need]) -> None:
    names = "; ".join(_in_words(case, need) for need in lacks)
    desk.check_override(names, reason, is_allowed=can_override(by, lacks))


def _in_words(case: Case, need: Need) -> str:
    missing_papers = documents.missing(case, get_language() or "") if need == Need.REQUIRED_PAPERS else []
    return f"{need.label} ({', '.join(missing_papers)})" if missing_papers else str(need.label)


def _is_asked(case: Case) -> bool:
    return case.tasks.open().of_patient().exists()


IS_MET: dict[Need, Callable[[Case], bool]] = {
    Need.PAPERS_ASKED: _is_asked,
    Need.TASKS_DONE: lambda case: not _is_asked(case),
    Need.REQUIRED_PAPERS: lambda case: not documents.missing(case),
    Need.CONDITION: lambda case: case.condition_id is not None,
    Need.CONSENT: patients.has_agreed,
    Need.BRIEF: briefs.has_approved,
    Need.OFFER: lambda case: case.clinic_id is not None or bool(offers.standing(case)),
    Need.ESTIMATE: lambda case: estimates.in_force(case) is not None,
    Need.ACCEPTANCE: estimates.is_accepted,
    Need.DISCHARGE: documents.has_discharge,
    Need.CONTINUITY: lambda case: continuity.standing(case) is not None,
}
