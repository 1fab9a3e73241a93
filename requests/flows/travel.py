"""When and from where the patient can travel, and where to."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from clinics.models import City
from portal.core.worktime import team_today
from requests.enums import AnswerKind
from requests.flows.definitions import Flow, FlowChoice, FlowKind, FlowStep, Text, Values
from requests.models import Case
from requests.workflow import OPEN

TASK = "travel"
FIRST_DAY, LAST_DAY = "first-day", "last-day"
# Nobody plans a journey for treatment longer ahead; a year with a slip of the finger is found by it.
YEARS_AHEAD = 3


def _check_first(given: str, _values: Values) -> Text:
    day, today = date.fromisoformat(given), team_today()
    if day < today:
        return _("Enter a day that is not past.")
    return _too_far(day, today)


def _check_last(given: str, values: Values) -> Text:
    day, today = date.fromisoformat(given), team_today()
    first = values.get(FIRST_DAY)
    if day < today or (first and given < first):
        return _("Enter a day after the first one on which you can travel.")
    return _too_far(day, today)


def _too_far(day: date, today: date) -> Text:
    return _("Enter a day within the next three years.") if day.year > today.year + YEARS_AHEAD else ""


def build(_case: Case, language: str) -> Flow:
    """Return the questions."""
    return Flow(TASK, _("When and from where you travel"), _steps(), INTRO, _("Send my answers"), language=language)


def _steps() -> tuple[FlowStep, ...]:
    cities: list[Any] = [FlowChoice(city.slug, city.name) for city in City.objects.all()]
    day = _("For instance 27 3 2027. The month may be a number or a name.")
    return (
        FlowStep(
            FIRST_DAY,
            AnswerKind.DAY,
            _("What is the first day on which you can travel?"),
            help=day,
            missing=_("Enter the first day on which you can travel."),
            check=_check_first,
        ),
        FlowStep(
            LAST_DAY,
            AnswerKind.DAY,
            _("By which day do you have to be home again?"),
            help=day,
            missing=_("Enter the day by which you have to be home again."),
            check=_check_last,
        ),
        FlowStep("has-other-days", AnswerKind.YES_NO, _("Are there days in between on which you cannot travel?")),
        FlowStep(
            "other-days",
            AnswerKind.TEXT,
            _("On which days can you not travel?"),
            help=_("For instance: Fridays, or 10 to 12 May."),
            is_asked=lambda values: values.get("has-other-days") == "yes",
        ),
        FlowStep(
            "from",
            AnswerKind.TEXT,
            _("From which city or airport do you leave?"),
            is_short=True,
            missing=_("Enter the city or the airport."),
        ),
        FlowStep(
            "city",
            AnswerKind.ONE,
            _("In which city would you like to be treated?"),
            choices=(*cities, FlowChoice("any", _("Any city: the clinic matters"))),
        ),
    )


INTRO = (_("We look for a day at the clinic that suits you, and say what the way there looks like."),)
KIND = FlowKind(TASK, build, OPEN)
