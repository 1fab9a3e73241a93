"""Writes of the queue: how a colleague looks at it, what is done with several cases, and its figures."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from requests.enums import Status
from requests.models import Case, QueueFigures, QueuePreference, TaskKind
from requests.permissions import check_can_work_cases
from requests.selectors import desk as people
from requests.selectors import queue
from requests.services import desk, effects, tasks

# In percent.
SLOWEST = 90


def keep_filters(*, user: User, filters: dict[str, str]) -> None:
    """Keep the filters of a colleague for every page of the queue; those without a value are dropped."""
    chosen = {name: value for name, value in filters.items() if value}
    QueuePreference.objects.update_or_create(user=user, defaults={"filters": chosen})


def hide_names(*, user: User, hides_names: bool) -> None:
    """Hide the names of patients in the queue of a colleague, or show them again."""
    QueuePreference.objects.update_or_create(user=user, defaults={"hides_names": hides_names})


def take(*, case: Case, by: User) -> User | None:
    """Take a case that nobody owns; returns the colleague who was quicker, None when it is ours now.

    Raises ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = Case.objects.select_for_update(of=("self",)).select_related("owner").get(pk=case.pk)
        if (quicker := effects.owner(locked)) not in (None, by):
            return quicker
        desk.assign(case=locked, to=by, by=by)
    return None


def set_date(*, case: Case, on: datetime, by: User, form_token: str) -> None:
    """Set the next date of a case: a follow-up for the desk, which the patient does not see.

    Raises ``tasks.TaskRefused`` or ``PermissionDenied``.
    """
    kind = TaskKind.objects.get(code=tasks.FOLLOW_UP)
    tasks.ask(case=case, kind=kind, details="", due_at=on, by=by, form_token=form_token)


def close_as_spam(*, case: Case, by: User) -> None:
    """End a case as spam; no mail leaves. Raises ``desk.MoveRefused`` or ``PermissionDenied``."""
    desk.move(case=case, to=Status.SPAM, by=by)


def each(cases: Iterable[Case], do: Any) -> tuple[list[Case], list[str]]:
    """Do something with each of several cases; returns those that took it, and why the others did not."""
    done, refused = [], []
    for case in cases:
        try:
            do(case)
        except (desk.MoveRefused, tasks.TaskRefused, PermissionDenied) as refusal:
            refused.append(f"{case.reference}: {refusal}")
        else:
            done.append(case)
    return done, refused


@transaction.atomic
def renew_figures(now: datetime | None = None) -> QueueFigures:
    """Count the six figures anew and keep them in their one row."""
    now = now or timezone.now()
    answered = Case.objects.filter(queue.answered(now)).values_list("created_at", "answered_at")
    answers = [last - first for first, last in answered if last is not None]
    longest = Case.objects.waiting().exclude(status=Status.SPAM).order_by("waiting_since").first()
    counted = {
        "at": now,
        "first_answer_median": _percentile(answers, 50),
        "first_answer_p90": _percentile(answers, SLOWEST),
        "waiting": Case.objects.waiting().count(),
        "longest_waiting_since": longest.waiting_since if longest else None,
        "estimates_out": Case.objects.filter(status=Status.ESTIMATE_SENT).count(),
        "sources": people.by_source(now - queue.PERIOD),
        "accepted": Case.objects.filter(queue.accepted(now)).count(),
    }
    figures, _is_new = QueueFigures.objects.update_or_create(pk=1, defaults=counted)
    return figures


def _percentile(lengths: list[timedelta], percent: int) -> timedelta | None:
    """Return the length that so many percent of all do not exceed; None without one."""
    return sorted(lengths)[(len(lengths) - 1) * percent // 100] if lengths else None
