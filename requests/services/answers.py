"""Answer of the desk to a patient, what comes next in its case, and how it is taken back."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from requests.enums import DraftKind, EventKind, NextTurn
from requests.models import Case, Message
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, holds, next_dates, tasks, text_drafts
from requests.services.messages import MessageRefused, write_out

# So long nobody but the desk sees an answer.
TAKE_BACK = timedelta(seconds=30)


@transaction.atomic
def send(
    *, case: Case, body: str, by: User, form_token: str, seen: int, turn: NextTurn, next_at: datetime | None
) -> Message:
    """Answer a patient and say whose turn it is: ``next_at`` is when we ask again, come back or call.

    The patient sees it, and what follows from it, when it cannot be taken back any more. Raises ``MessageRefused``, ``TaskRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(case)
    visible_from = timezone.now() + TAKE_BACK
    message, is_new = write_out(locked, body=body, by=by, form_token=form_token, seen=seen, visible_from=visible_from)
    if is_new and locked.is_open:
        next_dates.set_next(locked, turn=turn, at=next_at, by=by, moment=message.created_at, sent_with=message)
    return message


@transaction.atomic
def take_back(*, case: Case, message_id: UUID, by: User) -> bool:
    """Take an answer back that its patient has not seen: clock and reminders are as before, its text is a draft again.

    False when there is nothing to take back any more. Raises ``MessageRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(case)
    message = locked.messages.filter(pk=message_id, author=by).first()
    if message is None:
        return False
    if not message.can_be_taken_back:
        raise MessageRefused(_("It is too late: the patient can read it already."))
    text_drafts.put_back(case=locked, kind=DraftKind.ANSWER, body=message.body, by=by)
    # What followed from the answer goes with it.
    message.delete()
    audit.record(locked, EventKind.MESSAGE_TAKEN_BACK, by=by, object_id=message_id)
    if locked.is_open:
        tasks.bring_back(locked, withdrawn_at=message.created_at)
    clock.go_back(locked, answered_at=message.created_at, waited_since=message.waited_since)
    if locked.waiting_since:
        # First: the database refuses a case that is on hold and whose patient waits.
        holds.resume(case=locked, by=by)
    locked.save(update_fields=[*clock.FIELDS, "answered_at"])
    return True
