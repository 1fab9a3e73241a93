"""Merging of cases: a duplicate keeps its rows, its reference and its links lead to the case that goes on."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from requests.enums import EventKind, Status
from requests.models import Case, Event
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, holds, tasks

UNDO_WITHIN = timedelta(days=1)


class UndoRefused(Exception):
    """A merge that cannot be taken back; the text says why, for the desk."""


@transaction.atomic
def go_on_elsewhere(*, case: Case, by: User) -> None:
    """Let the living case of a merged one wait for what its patient waits for. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    merged, living = clock.lock_all(case, case.living)
    audit.record(living, EventKind.MERGED_HERE, by=by, object_id=merged.pk)
    if merged.waiting_since is not None:
        # First: the database refuses a case that is on hold and whose patient waits.
        holds.resume(case=living, by=by)
        clock.hand_over(merged, living)
        _save(merged, living)


def can_undo(case: Case) -> bool:
    """Whether a case was merged within a day, and not erased since: there is nothing to bring back then."""
    is_merged = case.status == Status.DUPLICATE and case.merged_into_id is not None
    if not is_merged or case.is_erased:
        return False
    return case.closed_at is not None and timezone.now() - case.closed_at < UNDO_WITHIN


@transaction.atomic
def undo(*, case: Case, by: User) -> None:
    """Take a case out of the one that it was merged into, back to the state that it had.

    Tasks that the merge withdrew are open again, calls that it cancelled are not. Raises ``UndoRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    merged, living = clock.lock_all(case, case.living)
    if not can_undo(merged) or merged.closed_at is None:
        raise UndoRefused(_("A merge is taken back within a day."))
    moved = Event.objects.filter(reference=merged.reference, kind=EventKind.MOVED, to_status=Status.DUPLICATE)
    old = Status(moved.order_by("-at").values_list("from_status", flat=True)[0])
    waited_for_merged = living.waiting_since in clock.incoming(merged)
    tasks.bring_back(merged, withdrawn_at=merged.closed_at)
    merged.status, merged.merged_into, merged.closed_at = old, None, None
    merged.save(update_fields=["status", "merged_into", "closed_at"])
    audit.record(merged, EventKind.MOVED, by=by, from_status=Status.DUPLICATE, to_status=old)
    audit.record(living, EventKind.UNMERGED, by=by, object_id=merged.pk)
    if waited_for_merged:
        clock.stop(living, seen=None)
        clock.restart(living)
        clock.restart(merged)
        _save(merged, living)


def _save(*cases: Case) -> None:
    for case in cases:
        case.save(update_fields=clock.FIELDS)
