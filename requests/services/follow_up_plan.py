"""Plan of the follow-up of a case: when its questions are due, and the calls that its package holds."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from portal.core.worktime import CLOSES
from requests.enums import ActorKind, EventKind
from requests.models import Case, FollowUp, PackageTerm, Task, TaskKind
from requests.models.follow_ups import DAYS
from requests.models.packages import days
from requests.selectors import follow_ups
from requests.services import audit, form_tokens, tasks

CALL = "follow-up-call"
# The hour at which questions are due where the patient lives.
MORNING = time(9)


def plan(locked: Case) -> None:
    """Bring the questions and calls of a locked case to what its state, day home, package and consent want.

    What was asked or done stays. Questions whose day is past are not planned: nobody is asked long after.
    """
    start = None
    if follow_ups.is_followed(locked):
        start = follow_ups.counted_from(locked, follow_ups.homecoming(locked))
    _plan_questions(locked, start if start and follow_ups.consent(locked) else None)
    _plan_calls(locked, start)


def _plan_questions(locked: Case, start: date | None) -> None:
    wanted: dict[int, datetime] = {}
    if start is not None:
        zone, now = ZoneInfo(locked.zones[0]), timezone.now()
        moments = {day: datetime.combine(start + timedelta(days=day), MORNING, zone) for day in DAYS}
        wanted = {day: at for day, at in moments.items() if at > now}
    planned = {row.day: row for row in locked.follow_ups.all()}
    for day, row in planned.items():
        if row.asked_at is None and day not in wanted:
            row.delete()
    for day, at in wanted.items():
        known = planned.get(day)
        if known is None:
            FollowUp.objects.create(case=locked, day=day, due_at=at)
        elif known.asked_at is None and known.due_at != at:
            known.due_at = at
            known.save(update_fields=["due_at"])


def _plan_calls(locked: Case, start: date | None) -> None:
    open_calls = list(locked.tasks.open().filter(kind__code=CALL))
    if not follow_ups.is_followed(locked):
        for task in open_calls:
            tasks.withdraw_locked(locked, task, by=ActorKind.SYSTEM)
        return
    discharged, zone = follow_ups.discharged_on(locked), ZoneInfo(settings.TEAM_TIME_ZONE)
    # A second treatment in the same case has calls of its own; what a colleague took back stays so.
    tokens = {form_tokens.key(locked.pk, CALL, day, discharged): day for day in call_days(locked)}
    for token, day in tokens.items():
        # While the patient stays in Russia nobody knows the day.
        at = datetime.combine(start + timedelta(days=day), CLOSES, zone) if start else None
        planned = next((task for task in open_calls if task.form_token == token), None)
        if planned is not None and planned.due_at != at:
            planned.due_at = at
            planned.save(update_fields=["due_at"])
        elif planned is None and at and at > timezone.now() and not Task.objects.filter(form_token=token).exists():
            _make_call(locked, token, at)


def _make_call(locked: Case, token: str, at: datetime) -> None:
    kind = TaskKind.objects.get(code=CALL)
    task = Task(case=locked, kind=kind, for_desk=kind.for_desk, is_shown=kind.is_shown, due_at=at, form_token=token)
    task.save(force_insert=True)
    audit.record(locked, EventKind.TASK_ASKED, by=ActorKind.SYSTEM, object_id=task.pk)


def call_days(case: Case) -> list[int]:
    """Return how many days after the day home the package of a case has us call."""
    terms = PackageTerm.objects.filter(package=case.package_id).exclude(call_days="")
    return sorted({day for text in terms.values_list("call_days", flat=True) for day in days(text)})
