"""Next date of a case: what stands already, and what usually comes after a state."""

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from portal.core.worktime import CLOSES, OPENS, add_working_hours
from requests.enums import NextTurn, Status, Turn
from requests.models import Case
from requests.workflow import TURNS

# How many working days the desk usually waits until it asks again, or goes on itself.
WORKING_DAYS: dict[Turn, tuple[NextTurn, int]] = {
    Turn.PATIENT: (NextTurn.PATIENT, 3),
    Turn.CLINICS: (NextTurn.CLINICS, 5),
    Turn.US: (NextTurn.US, 2),
}


class Following(NamedTuple):
    """Who acts next, and when the desk sees to it; beside "as it is" the day for who decides otherwise."""

    turn: NextTurn
    at: datetime


def end_of(day: date) -> datetime:
    """Return the moment at which the team closes on a day."""
    return datetime.combine(day, CLOSES, ZoneInfo(settings.TEAM_TIME_ZONE))


def usual(whose: Turn) -> Following:
    """Return what usually comes next while it is somebody's turn, from now."""
    turn, days = WORKING_DAYS[whose]
    return Following(turn, end_of(add_working_hours(timezone.now(), days * (CLOSES.hour - OPENS.hour)).date()))


def after_move(case: Case, to: Status) -> Following:
    """Return what comes after a move to an open state if nobody says otherwise: a date that stands, else the usual one.

    A reminder of an earlier state is no date that stands: the move sets a new one.
    """
    stands = standing(case, with_reminders=False) is not None
    comes = usual(TURNS[to])
    return comes._replace(turn=NextTurn.AS_IT_IS) if stands else comes


def after_contact(case: Case) -> Following:
    """Return what comes after a contact in an open case if nobody says otherwise: it may answer what a promise stood for."""
    stands = case.is_on_hold or standing(case, is_answered=True, with_reminders=False) is not None
    comes = usual(TURNS[Status(case.status)])
    return comes._replace(turn=NextTurn.AS_IT_IS) if stands else comes


def standing(case: Case, *, is_answered: bool = False, with_reminders: bool = True) -> datetime | None:
    """Return the next moment that is written down in a case: a promised answer, or the day of an open task.

    ``is_answered`` leaves the promised answer out, as an answer does.
    """
    tasks = [task for task in case.tasks.open().dated() if with_reminders or not task.is_reminder]
    moments = [None if is_answered else case.answer_by, *(task.due_at for task in tasks)]
    return min((moment for moment in moments if moment is not None), default=None)
