"""What a family link shows: the road, whose turn it is and until when, tasks by name; with medical details more.

Its words speak of the patient to somebody else, and days stand without a time or a zone.
"""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from requests.enums import AccessKind, Direction, Status, Step, Turn
from requests.models import AccessEvent, Case, Estimate, FamilyLink, Message, Task
from requests.selectors.progress import RoadStep, road, turn
from requests.workflow import STEPS

STEP_NAMES: dict[Step, Promise] = {
    Step.ASKED: _("First request"),
    Step.DOCUMENTS: _("Medical papers"),
    Step.CLINICS: _("Clinics answer"),
    Step.ESTIMATE: _("Estimate of the costs"),
    Step.TRAVEL: _("Journey to Russia"),
    Step.TREATMENT: _("Treatment"),
    Step.HOME: _("Home again"),
}
TURN_NAMES: dict[Turn, Promise] = {
    Turn.PATIENT: _("The person who shared this page with you"),
    Turn.CLINICS: _("The clinics"),
    Turn.US: _("We at MARUS"),
    Turn.NOBODY: _("Nobody"),
}
# What the patient holds against us is between her and us.
PRIVATE_TASKS = ("complaint", "refund")


class LinkRow(NamedTuple):
    """A family link as the patient sees it, with the moments at which somebody opened it, newest first."""

    link: FamilyLink
    openings: list[datetime]


class TaskRow(NamedTuple):
    """A task by name and day alone."""

    name: str
    for_desk: bool
    due_on: date | None


class FamilyView(NamedTuple):
    """What everybody with a live link reads; ``by`` is the day until which whoever acts next does so."""

    turn: Promise
    by: date | None
    road: list[RoadStep]
    tasks: list[TaskRow]


def link_rows(case: Case) -> list[LinkRow]:
    """Return the family links of a case and of those merged into it, newest first."""
    whole = case.whole()
    moments: dict[UUID | None, list[datetime]] = {}
    references = [part.reference for part in whole]
    rows = AccessEvent.objects.filter(reference__in=references, kind=AccessKind.FAMILY).order_by("-at")
    for link_id, at in rows.values_list("object_id", "at"):
        moments.setdefault(link_id, []).append(at)
    links = FamilyLink.objects.filter(case__in=whole).select_related("case")
    return [LinkRow(link, moments.get(link.pk, [])) for link in links]


def shows_nothing(case: Case) -> bool:
    """Whether there is no journey of this case to show: nobody read it as a request yet, or it is in another one."""
    return case.is_spam or case.is_quarantined or case.status == Status.DUPLICATE


def family_view(case: Case) -> FamilyView:
    """Return the road of a case with the days of the patient's zone, and who acts next."""
    tasks = list(case.tasks.shown().open().select_related("kind"))
    ours = Message.objects.shown().filter(case__in=case.whole(), direction=Direction.TO_PATIENT)
    whose = turn(case, tasks, ours.filter(read_at=None).count())
    return FamilyView(
        turn=TURN_NAMES[whose],
        by=_by(case, whose, tasks),
        road=[row._replace(name=str(STEP_NAMES[step])) for step, row in zip(STEPS, road(case), strict=False)],
        tasks=[
            TaskRow(str(task.kind), task.for_desk, _day(case, task.due_at))
            for task in tasks
            if task.kind.code not in PRIVATE_TASKS
        ],
    )


def estimates(case: Case) -> list[Estimate]:
    """Return the estimates that stand."""
    return list(case.estimates.filter(superseded_at=None).prefetch_related("lines"))


def _by(case: Case, whose: Turn, tasks: list[Task]) -> date | None:
    """Return the day until which the patient does her most urgent task, or we answer."""
    if whose == Turn.PATIENT:
        return _day(case, next((task.due_at for task in tasks if not task.for_desk), None))
    return _day(case, case.answer_by) if whose == Turn.US else None


def _day(case: Case, moment: datetime | None) -> date | None:
    return moment and moment.astimezone(ZoneInfo(case.zones[0])).date()
