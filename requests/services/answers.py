"""Answer of the desk to a patient, and what comes next in its case."""

from datetime import datetime
from typing import Any

from django.db import transaction

from portal.accounts.models import User
from requests.enums import NextTurn
from requests.models import Case, Message, TaskKind
from requests.permissions import check_can_work_cases
from requests.services import clock, desk, effects, tasks
from requests.services.messages import write_out

FOLLOW_UP, PROMISE = "follow-up", "promise"
ASK_AGAIN = "Ask again if the patient has not written."
MINUTES = 30


@transaction.atomic
def send(
    *, case: Case, body: str, by: User, form_token: str, seen: int, turn: NextTurn, at: datetime | None
) -> Message:
    """Answer a patient and say whose turn it is: ``at`` is when we ask again, come back or call.

    Who answers in a case that nobody owns takes it. Raises ``MessageRefused``, ``TaskRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(case)
    message, is_new = write_out(locked, body=body, by=by, form_token=form_token, seen=seen)
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
    code, details = (FOLLOW_UP, ASK_AGAIN) if turn == NextTurn.PATIENT else (PROMISE, "")
    tasks.ask(kind=TaskKind.objects.get(code=code), details=details, due_at=at, **shared)
