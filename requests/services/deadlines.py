"""By when we owe an answer: deadlines are rows of data, counted in working hours of the team."""

from datetime import datetime

from portal.core.worktime import add_working_hours
from requests.enums import Status
from requests.models import Deadline


def due_at(status: Status, since: datetime) -> datetime | None:
    """Return by when we act in a state entered at ``since``; None where nothing is promised."""
    deadline = Deadline.objects.filter(status=status).first()
    return add_working_hours(since, float(deadline.working_hours)) if deadline else None
