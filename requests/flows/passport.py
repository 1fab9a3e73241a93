"""Passport details for the invitation: of the patient, and of the person who comes. Few read them, and they are deleted."""

import re
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.worktime import team_today
from requests.enums import AnswerKind, AnswerState
from requests.flows import companion
from requests.flows.definitions import Flow, FlowKind, FlowStep, Text, Values, always
from requests.models import Case
from requests.selectors import answers
from requests.workflow import ACCEPTED_ON

TASK = "passport"
NOT_YET = (AnswerState.LATER,)
LATIN = re.compile(r"[A-Za-z][A-Za-z '’.\-]*")
NUMBER = re.compile(r"[A-Z0-9][A-Z0-9 \-]{3,19}", re.IGNORECASE)
FIRST_BIRTH_YEAR = 1900


def _check_latin(given: str, _values: Values) -> Text:
    return "" if LATIN.fullmatch(given) else _("Enter it in Latin letters (A to Z), as the passport has it.")


def _check_number(given: str, _values: Values) -> Text:
    return "" if NUMBER.fullmatch(given) else _("Enter the number in Latin letters and digits, as the passport has it.")


def _check_past(given: str, _values: Values) -> Text:
    return "" if date.fromisoformat(given) <= team_today() else _("Enter a day that is past.")


def _check_birth(given: str, _values: Values) -> Text:
    day = date.fromisoformat(given)
    if day.year >= FIRST_BIRTH_YEAR and day <= team_today():
        return ""
    return _("Enter a date of birth that exists, like 27 3 1968.")


def _check_valid_until(given: str, _values: Values) -> Text:
    if date.fromisoformat(given) > team_today():
        return ""
    return _("This passport has run out. Press “Not yet” until there is a new one.")


def build(case: Case, language: str) -> Flow:
    """Return the questions: those of the companion are asked when the case says that somebody comes."""
    known = companion.build(case, language).values(answers.current(case, companion.TASK))
    name = known.get("name") or ""
    who = _of(name) if name else _("The person who comes")
    steps = [
        *_person("", _("The patient")),
        FlowStep(
            "embassy",
            AnswerKind.TEXT,
            _("In which city would you apply for the visa?"),
            help=_("The city of the Russian embassy or consulate that is nearest to you."),
            is_short=True,
            missing=_("Enter a city."),
        ),
        *(_person("companion-", who) if companion.comes(known) else ()),
    ]
    return Flow(TASK, _("Passport details"), tuple(steps), INTRO, _("Send the passport details"), language=language)


def _of(name: str) -> str:
    return f"\u2068{name}\u2069"


def _person(prefix: str, who: Any) -> tuple[FlowStep, ...]:
    """Return the questions about one passport; ``who`` begins each of them."""

    def step(code: str, kind: AnswerKind, text: Any, **rest: Any) -> FlowStep:
        return FlowStep(f"{prefix}{code}", kind, text % {"who": who}, ways=NOT_YET, is_asked=always, **rest)

    line = {"is_short": True}
    day = _("For instance 27 3 2027. The month may be a number or a name.")
    latin = _("In Latin letters, as in the two lines at the bottom of the page with the photograph.")
    return (
        step(
            "family-name",
            AnswerKind.TEXT,
            _("%(who)s: family name"),
            help=latin,
            check=_check_latin,
            **line,
        ),
        step(
            "given-names",
            AnswerKind.TEXT,
            _("%(who)s: given names"),
            help=latin,
            check=_check_latin,
            **line,
        ),
        step("citizenship", AnswerKind.COUNTRY, _("%(who)s: citizenship")),
        step("number", AnswerKind.TEXT, _("%(who)s: passport number"), check=_check_number, **line),
        step("issued-on", AnswerKind.DAY, _("%(who)s: passport issued on"), help=day, check=_check_past),
        step(
            "valid-until",
            AnswerKind.DAY,
            _("%(who)s: passport expires on"),
            help=day,
            check=_check_valid_until,
        ),
        step("birth-date", AnswerKind.DAY, _("%(who)s: date of birth"), help=day, check=_check_birth),
        step("birth-place", AnswerKind.TEXT, _("%(who)s: place of birth"), help=_("As the passport has it."), **line),
    )


INTRO = (
    _("The clinic needs these details for the invitation to the visa. Have the passport at hand."),
    _(
        "Only the coordinators of your case and their lead read them, and each reading is written down: you see it under “Who read your case, and your consents”."
    ),
    _(
        "They are deleted at the latest 14 days after you are home again, your treatment is over or your case has ended. You can delete them yourself at any time."
    ),
)
KIND = FlowKind(TASK, build, ACCEPTED_ON, is_confidential=True)
