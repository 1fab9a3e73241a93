"""Reads of handover notes: what goes along with one, and which one somebody has not read."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from portal.accounts.models import User
from portal.core.worktime import team_today
from requests.models import Case, HandoverNote, HandoverRead, Task
from requests.models.cases import URGENCY, of_colleague

# An older note tells nobody of this shift.
IS_NEWS = timedelta(days=7)
SHOWN = 10


def own_cases(user: User) -> QuerySet[Case]:
    """Return the cases of a colleague in which a patient waits, or something of ours is due until the end of today."""
    end = datetime.combine(team_today(), time.max, ZoneInfo(settings.TEAM_TIME_ZONE))
    due = Task.objects.open().of_desk().filter(due_at__lte=end).order_by().values("case")
    wait = Q(waiting_since__isnull=False) | Q(pk__in=due)
    return Case.objects.filter(of_colleague(user), wait).order_by(*URGENCY).prefetch_related(_open_tasks())


def unread(user: User) -> HandoverNote | None:
    """Return the newest note of a colleague that somebody has not marked as read."""
    is_read = Exists(HandoverRead.objects.filter(note=OuterRef("pk"), user=user).order_by())
    of_others = ~Q(author=user) & Q(created_at__gt=timezone.now() - IS_NEWS) & ~is_read
    return HandoverNote.objects.filter(of_others).select_related("author").first()


def newest() -> list[HandoverNote]:
    """Return the newest notes with their cases and who read them when."""
    reads = Prefetch("reads", HandoverRead.objects.select_related("user"))
    cases = Prefetch("cases", Case.objects.order_by(*URGENCY).prefetch_related(_open_tasks()))
    return list(HandoverNote.objects.select_related("author").prefetch_related(reads, cases)[:SHOWN])


def _open_tasks() -> "Prefetch[str]":
    """Return what reads ``open_tasks`` of each case, which say what comes next in it."""
    tasks = Task.objects.open().select_related("kind")
    return Prefetch("tasks", tasks, to_attr="open_tasks")
