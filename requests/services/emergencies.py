"""Break-glass: an administrator opens one case to read, for an hour and a reason that is kept."""

from django.db import transaction

from portal.accounts.enums import SecurityEventKind
from portal.accounts.models import User
from portal.accounts.services import security_log
from requests.enums import AccessKind, Deed, EventKind
from requests.models import Case, Note
from requests.permissions import check_can_break_glass
from requests.selectors.access import emergency_until
from requests.services import audit, clock, effects


@transaction.atomic
def open_case(*, case: Case, reason: str, by: User) -> None:
    """Open a case to its administrator for an hour; while it is open, a second click does nothing.

    The reason becomes a note for the desk, the patient reads who opened it, and the leads get a mail.
    Raises ``PermissionDenied``.
    """
    check_can_break_glass(by)
    locked = clock.lock(case)
    if emergency_until(locked, by):
        return
    opened = audit.access(locked, AccessKind.EMERGENCY, by=by)
    opened.save(force_insert=True)
    note = Note.objects.create(case=locked, deed=Deed.EMERGENCY, body=reason, author=by)
    audit.record(locked, EventKind.NOTE, by=by, object_id=note.pk)
    security_log.record(SecurityEventKind.BREAK_GLASS, user=by, by=by, subject=locked.reference)
    effects.add(locked, effects.for_emergency(locked, opened, by))
