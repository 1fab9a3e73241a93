"""Answer of the desk to a patient, what comes next in its case, and how it is taken back."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from requests.enums import DraftKind, EventKind, NextTurn
from requests.models import Case, Message, TaskKind
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, desk, effects, holds, tasks, text_drafts
from requests.services.messages import MessageRefused, write_out

PROMISE = "promise"
MINUTES = 30
# So long nobody but the desk sees an answer.
TAKE_BACK = timedelta(seconds=30)


@transaction.atomic
def send(
    *, case: Case, body: str, by: User, form_token: str, seen: int, turn: NextTurn, at: datetime | None
) -> Message:
    """Answer a patient and say whose turn it is: ``at`` is when we ask again, come back or call.

    The patient sees it, and what follows from it, when it cannot be taken back any more.

    Who answers in a case that nobody owns takes it. Raises ``MessageRefused``, ``TaskRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(case)
    visible_from = timezone.now() + TAKE_BACK
    message, is_new = write_out(locked, body=body, by=by, form_token=form_token, seen=seen, visible_from=visible_from)
    if is_new:
        if locked.is_open and effects.owner(locked) is None:
            desk.assign(case=locked, to=by, by=by)
        tasks.withdraw_reminders(locked, at=message.created_at, by=by)
        _follow(message, turn, at, by)
    return message


def _follow(message: Message, turn: NextTurn, at: datetime | None, by: User) -> None:
    """Write the task that follows an answer."""
    if turn == NextTurn.NOBODY or at is None:
        return
    case = message.case
    shared: dict[str, Any] = {"case": case, "by": by, "form_token": str(message.pk), "sent_with": message}
    if turn == NextTurn.CALL:
        tasks.arrange_call(starts_at=at, minutes=MINUTES, channel=case.call_channel, details="", **shared)
        return
    # What a reminder is about stands in no row: each reads it in a language of their own (``Task.is_reminder``).
    code = tasks.FOLLOW_UP if turn == NextTurn.PATIENT else PROMISE
    tasks.ask(kind=TaskKind.objects.get(code=code), details="", due_at=at, **shared)


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
        locked.tasks.filter(sent_with__isnull=False, withdrawn_at=message.created_at).update(withdrawn_at=None)
    clock.go_back(locked, answered_at=message.created_at, waited_since=message.waited_since)
    if locked.waiting_since:
        # First: the database refuses a case that is on hold and whose patient waits.
        holds.resume(case=locked, by=by)
    locked.save(update_fields=[*clock.FIELDS, "answered_at"])
    return True
