"""Reads of absences: who is away now, and who stands in for whom."""

from django.db.models import QuerySet

from portal.accounts.models import User
from requests.models import Absence, Task


def away() -> dict[int, Absence]:
    """Return the absence of each colleague who is away now, by the id of the colleague."""
    rows = Absence.objects.away_now().select_related("user", "substitute")
    return {absence.user_id: absence for absence in rows}


def not_over() -> QuerySet[Absence]:
    """Return the absences that are coming or last, the first to begin first."""
    return Absence.objects.not_over().select_related("user", "substitute", "entered_by")


def tasks_for(user: User) -> QuerySet[Task]:
    """Return the open tasks that a colleague was asked for, and those of everybody for whom they stand in now."""
    represented = Absence.objects.away_now().filter(substitute=user).order_by().values("user")
    asked = Task.objects.open().filter(assignee=user) | Task.objects.open().filter(assignee__in=represented)
    return asked.select_related("case", "kind", "assignee")
