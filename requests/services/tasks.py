"""Tasks of a case: asked for, done, withdrawn; and the calls among them."""

from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.accounts.models import User
from portal.core.worktime import CLOSES, OPENS, add_working_hours
from requests.enums import ActorKind, EventKind, NextTurn, Status
from requests.models import Call, Case, Message, Task, TaskKind
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, effects, form_tokens
from requests.services.audit import Actor

CALL, PATIENT, FOLLOW_UP, PROMISE = "call", "patient", "follow-up", "promise"
HOURS_A_DAY = CLOSES.hour - OPENS.hour
# Steps of the desk towards a treatment. Promises, complaints, refunds and calls after the return outlive a case, and
# papers that nobody has looked at still wait for that.
UNTIL_THE_END = {
    "another-offer",
    "answer-clinic",
    "build-estimate",
    "chase-clinic",
    "chase-estimate",
    "chase-paper",
    "chase-patient",
    "plan-journey",
    "read-offer",
    "renew-estimate",
    "review-answers",
}


class TaskRefused(Exception):
    """A task that cannot be asked for or changed now; the text says why, for the desk."""


def usual(code: str) -> datetime | None:
    """Return by when a task of a kind is done if it begins now."""
    return due(TaskKind.objects.get(code=code), timezone.now())


def due(kind: TaskKind, now: datetime) -> datetime | None:
    """Return by when a task of a kind is usually done: so many working days of the team from now."""
    return add_working_hours(now, HOURS_A_DAY * kind.working_days) if kind.working_days else None


def ask(
    *,
    case: Case,
    kind: TaskKind,
    details: str,
    due_at: datetime | None,
    by: User,
    form_token: str,
    sent_with: Message | None = None,
    turn: NextTurn | Literal[""] = "",
    need: str = "",
) -> Task:
    """Ask for one more task; a mail tells the patient of hers. The same form counts once.

    Without ``due_at`` it has the time that its kind usually has. ``sent_with`` is the answer that it follows,
    ``turn`` whose turn it is until then, of a reminder, ``need`` the item of the checklist that it asks for.

    Raises ``TaskRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        _check_open(locked)
        if locked.consent_withdrawn_at is not None and not kind.for_desk:
            raise TaskRefused(pgettext("desk", "The patient took a consent back: nothing is asked of them until then."))
        due_at = due_at or due(kind, timezone.now())
        columns = {"details": details, "due_at": due_at, "asked_by": by, "sent_with": sent_with, "turn": turn}
        columns["need"] = need
        task, is_new = _make(locked, kind, form_token=form_token, **columns)
        if is_new:
            audit.record(locked, EventKind.TASK_ASKED, by=by, object_id=task.pk)
            if not task.for_desk:
                effects.add(locked, [effects.owed(locked, effects.TASK, task.pk)])
    return task


def ask_colleague(*, case: Case, colleague: User, details: str, by: User, form_token: str) -> Task:
    """Ask somebody of the desk for something that the patient does not see, in whatever state the case is.

    The same form asks each of them once. Raises ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        kind = TaskKind.objects.get(code=FOLLOW_UP)
        columns = {"details": details, "due_at": due(kind, timezone.now()), "asked_by": by, "assignee": colleague}
        task, is_new = _make(locked, kind, form_token=f"{form_token}|{colleague.pk}", **columns)
        if is_new:
            audit.record(locked, EventKind.TASK_ASKED, by=by, object_id=task.pk)
    return task


def arrange_call(
    *,
    case: Case,
    starts_at: datetime,
    minutes: int,
    channel: str,
    details: str,
    by: User,
    form_token: str,
    sent_with: Message | None = None,
) -> Task:
    """Promise a call; it stands on the patient's page and goes out as a mail with a calendar file.

    Raises ``TaskRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        _check_open(locked)
        _check_time(locked, starts_at)
        kind = TaskKind.objects.get(code=CALL)
        columns = {"details": details, "due_at": starts_at, "asked_by": by, "sent_with": sent_with}
        task, is_new = _make(locked, kind, form_token=form_token, **columns)
        if is_new:
            call = Call.objects.create(task=task, minutes=minutes, channel=channel)
            audit.record(locked, EventKind.TASK_ASKED, by=by, object_id=task.pk)
            effects.add(locked, [effects.for_call(locked, call)])
    return task


def move_call(*, task: Task, starts_at: datetime, minutes: int, channel: str, by: User, sequence: int) -> None:
    """Move a call to another time, of which a mail tells.

    ``sequence`` is the change that the form showed. Raises ``TaskRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(task.case)
        fresh = _open_task(task)
        call = fresh.call
        if call.sequence != sequence:
            raise TaskRefused(_("A colleague has changed this call meanwhile. This is how it is now."))
        _check_time(locked, starts_at)
        if (fresh.due_at, call.minutes, call.channel) == (starts_at, minutes, channel):
            return
        fresh.due_at = starts_at
        fresh.save(update_fields=["due_at"])
        call.minutes, call.channel, call.sequence = minutes, channel, call.sequence + 1
        call.save()
        audit.record(locked, EventKind.CALL_MOVED, by=by, object_id=fresh.pk)
        effects.add(locked, [effects.for_call(locked, call)])


def finish(*, task: Task, by: User) -> None:
    """Note that a task is done. Raises ``TaskRefused`` or ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(task.case)
        finish_locked(locked, _open_task(task), by=by)


def finish_locked(case: Case, task: Task, *, by: Actor) -> None:
    """Note in a locked case that a task is done."""
    task.done_at = timezone.now()
    task.save(update_fields=["done_at", "message"])
    audit.record(case, EventKind.TASK_DONE, by=by, object_id=task.pk)


def open_again(case: Case, task: Task, *, by: Actor) -> None:
    """Ask once more in a locked case for something that was done."""
    task.done_at = None
    task.save(update_fields=["done_at"])
    audit.record(case, EventKind.TASK_ASKED, by=by, object_id=task.pk)


def withdraw(*, task: Task, by: User) -> None:
    """Take a task back; a call is cancelled with a mail. Raises ``TaskRefused`` or ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        withdraw_locked(clock.lock(task.case), _open_task(task), by=by)


def withdraw_all(case: Case, *, by: Actor) -> None:
    """Take back what a locked case that ended needs no more; after a death everything.

    That is what it asked of the patient, calls, reminders, and the desk's steps towards a treatment; those of a merged
    case go on, for what they are about goes on in the other one.
    """
    goes_on = case.status == Status.DUPLICATE
    for task in case.tasks.open().select_related("call", "kind"):
        is_step = task.kind.code in UNTIL_THE_END and not goes_on
        if case.has_died or not task.for_desk or task.is_reminder or is_step or _call(task) is not None:
            withdraw_locked(case, task, by=by, at=case.closed_at)


def withdraw_work(locked: Case, *, at: datetime, by: Actor) -> None:
    """Take back what a locked case that must not be worked on asks of the patient, and the desk's steps; no call."""
    for task in locked.tasks.open().select_related("call", "kind"):
        is_work = not task.for_desk or task.is_reminder or task.kind.code in UNTIL_THE_END
        if is_work and _call(task) is None:
            withdraw_locked(locked, task, by=by, at=at)


def bring_back(case: Case, *, withdrawn_at: datetime) -> None:
    """Open again in a locked case what was withdrawn at a moment; a call stays cancelled, as its mail said."""
    case.tasks.filter(withdrawn_at=withdrawn_at, call=None).update(withdrawn_at=None)


def bring_steps_back(case: Case, *, ended_at: datetime) -> None:
    """Open again in a locked case that goes on the desk's steps that its end withdrew."""
    case.tasks.filter(withdrawn_at=ended_at, kind__code__in=UNTIL_THE_END).update(withdrawn_at=None)


def withdraw_reminders(locked: Case, *, at: datetime, by: Actor) -> None:
    """Take back the reminders of a locked case: something newer says what comes next."""
    for task in locked.tasks.open():
        if task.is_reminder:
            withdraw_locked(locked, task, by=by, at=at)


def withdraw_locked(locked: Case, task: Task, *, by: Actor, at: datetime | None = None) -> None:
    """Take a task of a locked case back; a call is cancelled with a mail."""
    task.withdrawn_at = at or timezone.now()
    task.save(update_fields=["withdrawn_at"])
    audit.record(locked, EventKind.TASK_WITHDRAWN, by=by, object_id=task.pk)
    if (call := _call(task)) is not None:
        call.sequence += 1
        call.save(update_fields=["sequence"])
        effects.add(locked, [effects.for_call(locked, call)])


def _call(task: Task) -> Call | None:
    return getattr(task, "call", None)


def _open_task(task: Task) -> Task:
    """Return the newest row of a task of a locked case. Raises ``TaskRefused`` when it is open no more."""
    fresh = Task.objects.select_related("case", "kind", "call").get(pk=task.pk)
    if not fresh.is_open:
        raise TaskRefused(_("It is done or withdrawn already."))
    return fresh


def _make(locked: Case, kind: TaskKind, *, form_token: str, **columns: Any) -> tuple[Task, bool]:
    """Write a task of a locked case, or return the one that the same form made; True when it is new."""
    key = form_tokens.key(locked.pk, form_token)
    return Task.objects.get_or_create(
        form_token=key,
        defaults={
            "case": locked,
            "kind": kind,
            "for_desk": kind.for_desk,
            "is_shown": kind.is_shown,
            **columns,
        },
    )


def follow(locked: Case, code: str, *, by: ActorKind, **columns: object) -> Task:
    """Write the task that something sets off by itself in a locked case, with the time that its kind has."""
    kind = TaskKind.objects.get(code=code)
    task = Task(case=locked, kind=kind, for_desk=kind.for_desk, is_shown=kind.is_shown, **columns)
    task.due_at = due(kind, timezone.now())
    task.save(force_insert=True)
    audit.record(locked, EventKind.TASK_ASKED, by=by, object_id=task.pk)
    return task


def ask_for_patient(locked: Case) -> None:
    """Ask who the patient is in the case of somebody who writes for another, unless it is asked already."""
    if not locked.tasks.open().filter(kind__code=PATIENT).exists():
        follow(locked, PATIENT, by=ActorKind.SYSTEM)


def _check_open(case: Case) -> None:
    if case.is_quarantined:
        raise TaskRefused(_("Release the case from quarantine first."))
    if case.is_spam or case.has_died:
        raise TaskRefused(_("This case has ended: nothing is asked in it any more."))


def _check_time(case: Case, starts_at: datetime) -> None:
    if starts_at <= timezone.now():
        raise TaskRefused(_("Enter a time that is not past."))
    if not case.phone:
        raise TaskRefused(_("The case has no number to call. Correct the phone first."))
