"""What coordinators do with a case: move, assign, note, release, send again."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.core import outbox
from portal.core.models import OutboxItem
from requests.enums import ActorKind, DocumentState, EventKind, Outcome, Status
from requests.models import Case, CaseLink, Note
from requests.permissions import can_close_untranslated, can_work_cases, check_can_work_cases
from requests.services import audit, clock, quarantine
from requests.workflow import OPEN, may_move, moves_from


class MoveRefused(Exception):
    """A move that the workflow does not allow; the message says why, for the desk."""


def next_steps(case: Case) -> tuple[Status, ...]:
    """Return the states that a case may go to now."""
    return moves_from(Status(case.status))


def move(
    *,
    case: Case,
    to: Status,
    by: User,
    outcome: Outcome | None = None,
    reason: str = "",
    merged_into: Case | None = None,
) -> None:
    """Move a case along the workflow; a ``reason`` becomes an internal note.

    Closing needs an ``outcome``, a duplicate the case that it joins. Raises ``MoveRefused`` or
    ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        _check_move(locked, to, by, outcome, reason, merged_into)
        now = timezone.now()
        old, locked.status = Status(locked.status), to
        if to in OPEN:
            locked.outcome, locked.closed_at, locked.merged_into = "", None, None
        else:
            locked.closed_at, locked.outcome, locked.merged_into = now, outcome or "", merged_into
        locked.save(update_fields=["status", "outcome", "closed_at", "merged_into"])
        audit.record(locked, EventKind.MOVED, by=by, from_status=old, to_status=to)
        if reason:
            _note(locked, reason, by)
    _copy(locked, case)


def _check_move(case: Case, to: Status, by: User, outcome: Any, reason: str, merged_into: Case | None) -> None:
    if case.is_quarantined and to in OPEN:
        raise MoveRefused(_("Release the case from quarantine first."))
    if not may_move(Status(case.status), to):
        raise MoveRefused(
            _("A case cannot go from “%(old)s” to “%(new)s”.") % {"old": case.get_status_display(), "new": to.label}
        )
    if to == Status.CLOSED and not outcome:
        raise MoveRefused(_("Say how the case ended."))
    if to == Status.CLOSED and outcome == Outcome.TREATED and not _papers_translated(case):
        if not can_close_untranslated(by):
            raise MoveRefused(
                _("The discharge papers are not in and translated yet. A lead can close the case with a reason.")
            )
        if not reason:
            raise MoveRefused(_("Say why the case closes without translated discharge papers."))
    if to == Status.DUPLICATE and (merged_into is None or merged_into.pk == case.pk):
        raise MoveRefused(_("Enter the reference of the case that this one joins."))


def _papers_translated(case: Case) -> bool:
    return case.documents.filter(state=DocumentState.TRANSLATED).exists()


def assign(*, case: Case, to: User | None, by: User) -> None:
    """Give a case to a coordinator, or to nobody. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    if to is not None and not can_work_cases(to):
        raise PermissionDenied(_("A case is assigned to a coordinator."))
    with transaction.atomic():
        case.owner = to
        case.save(update_fields=["owner"])
        audit.record(case, EventKind.ASSIGNED, by=by)


def add_note(*, case: Case, body: str, by: User) -> Note:
    """Write an internal note. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        return _note(case, body, by)


def _note(case: Case, body: str, by: User) -> Note:
    note = Note.objects.create(case=case, body=body, author=by)
    audit.record(case, EventKind.NOTE, by=by, object_id=note.pk)
    return note


def release(*, case: Case, by: User) -> int:
    """Let the held mails of a case leave now; a second click does nothing.

    Returns how many mails and documents leave; raises ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        return quarantine.let_go(locked, by=by) if locked.holds_mails else 0


def revoke_link(*, link: CaseLink, by: User) -> None:
    """Make a mailed link open nothing any more. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        audit.record(link.case, EventKind.LINK_REVOKED, by=by, object_id=link.pk)


def send_again(*, item: OutboxItem, by: User) -> bool:
    """Queue a failed effect of a case afresh; False when it is not failed. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        case = Case.objects.get(reference=item.reference)
        if not outbox.send_again(item):
            return False
        case.email_refused_at = None
        case.save(update_fields=["email_refused_at"])
        audit.record(case, EventKind.SENT_BY_HAND, by=by, object_id=item.pk)
        return True


def mark_address_refused(case: Case) -> None:
    """Record that the mail server refused the patient's address for good."""
    case.email_refused_at = timezone.now()
    case.save(update_fields=["email_refused_at"])
    audit.record(case, EventKind.ADDRESS_REFUSED, by=ActorKind.SYSTEM)


def _copy(source: Case, target: Case) -> None:
    for name in ("status", "outcome", "closed_at", "merged_into"):
        setattr(target, name, getattr(source, name))
