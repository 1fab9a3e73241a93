"""Next date of an open case: every deed of the desk leaves it with an owner and a day."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from requests.enums import ActorKind, NextTurn
from requests.models import Case, Message, Task, TaskKind
from requests.selectors import next_date
from requests.services import clock, desk, effects, tasks

MINUTES = 30


class NoDate(tasks.TaskRefused):
    """An open case would be left without a next date; the text says so, for the desk."""


def set_next(
    locked: Case,
    *,
    turn: NextTurn,
    at: datetime | None,
    by: User,
    moment: datetime | None = None,
    sent_with: Message | None = None,
) -> None:
    """Say in a locked open case who acts next, and when the desk asks again, comes back or calls.

    Who does this in a case that nobody owns takes it. What is said takes the place of earlier reminders, which are
    withdrawn at ``moment``. Raises ``NoDate`` or ``TaskRefused``.
    """
    _own(locked, by)
    if turn != NextTurn.AS_IT_IS and at is not None:
        tasks.withdraw_reminders(locked, at=moment or timezone.now(), by=by)
        _write(locked, turn, at, by, sent_with)
    elif not locked.is_on_hold and next_date.standing(locked) is None:
        raise NoDate(_("Nothing in this case has a day then. Say who acts next, and when."))


@transaction.atomic
def ensure(*, case: Case, by: User) -> Task | None:
    """Give an open case the owner and the next date that it lacks; returns the reminder that this took.

    Raises ``PermissionDenied``.
    """
    locked = clock.lock(case)
    # One in quarantine is released first.
    if not locked.is_open or locked.is_quarantined:
        return None
    _own(locked, by)
    if locked.is_on_hold or next_date.standing(locked) is not None:
        return None
    following = next_date.usual(locked.turn)
    return _write(locked, following.turn, following.at, by, None)


def keep(locked: Case) -> Task | None:
    """Give a locked open case the usual next date where a task ended by itself and nothing else has a day."""
    if not locked.is_open or locked.is_quarantined or locked.is_on_hold or next_date.standing(locked) is not None:
        return None
    following = next_date.usual(locked.turn)
    task = tasks.follow(locked, tasks.FOLLOW_UP, by=ActorKind.SYSTEM, turn=following.turn)
    task.due_at = following.at
    task.save(update_fields=["due_at"])
    return task


def _own(locked: Case, by: User) -> None:
    if effects.owner(locked) is None:
        desk.assign(case=locked, to=by, by=by)


def _write(locked: Case, turn: NextTurn, at: datetime, by: User, sent_with: Message | None) -> Task:
    """Write the task that holds the next date."""
    # The deed that it follows counts once, so it does too.
    token = str(sent_with.pk) if sent_with else uuid4().hex
    shared: dict[str, Any] = {"case": locked, "by": by, "form_token": token, "sent_with": sent_with, "details": ""}
    if turn == NextTurn.CALL:
        return tasks.arrange_call(starts_at=at, minutes=MINUTES, channel=locked.call_channel, **shared)
    # What nobody told the patient is not promised to her.
    is_promise = turn == NextTurn.US and sent_with is not None
    kind = TaskKind.objects.get(code=tasks.PROMISE if is_promise else tasks.FOLLOW_UP)
    return tasks.ask(kind=kind, due_at=at, turn="" if is_promise else turn, **shared)
