"""Who comes with the patient, and which help the two need."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from requests.enums import AnswerKind
from requests.flows.definitions import Flow, FlowChoice, FlowKind, FlowStep, Text, Values
from requests.forms.fields import spoken_languages
from requests.models import Case
from requests.workflow import OPEN

TASK = "companion"


def comes(values: Values) -> bool:
    """Whether somebody comes with the patient."""
    return values.get("comes") == "yes"


def nothing_beside(code: str) -> Any:
    """Return a check that refuses a choice of nothing together with something."""

    def check(given: Sequence[str], _values: Values) -> Text:
        return _("Choose what you need, or nothing of it, not both.") if code in given and len(given) > 1 else ""

    return check


def build(case: Case, language: str) -> Flow:
    """Return the questions."""
    return Flow(TASK, _("Who comes with you"), _steps(case, language), INTRO, _("Send my answers"), language=language)


def _steps(case: Case, language: str) -> tuple[FlowStep, ...]:
    return (
        FlowStep("comes", AnswerKind.YES_NO, _("Does somebody come with the patient?")),
        FlowStep(
            "name",
            AnswerKind.TEXT,
            _("What is the name of the person who comes?"),
            is_short=True,
            is_asked=comes,
            missing=_("Enter the name."),
        ),
        FlowStep("relation", AnswerKind.ONE, _("Who is it to the patient?"), choices=RELATIONS, is_asked=comes),
        FlowStep(
            "languages",
            AnswerKind.TEXT,
            _("Which languages does this person speak?"),
            is_short=True,
            is_asked=comes,
            missing=_("Enter at least one language."),
        ),
        FlowStep("interpreter", AnswerKind.YES_NO, _("Do you need an interpreter in the clinic?")),
        FlowStep(
            "interpreter-language",
            AnswerKind.ONE,
            _("Into which language should the interpreter translate?"),
            choices=tuple(FlowChoice(code, name) for code, name in spoken_languages(language)),
            initial=case.speak,
            is_asked=lambda values: values.get("interpreter") == "yes",
        ),
        FlowStep(
            "help",
            AnswerKind.MANY,
            _("Which help is needed on the way and in the clinic?"),
            help=_("Choose everything that is needed."),
            choices=HELP,
            check=nothing_beside("none"),
        ),
        FlowStep(
            "other-help",
            AnswerKind.TEXT,
            _("Which other help is needed?"),
            is_asked=lambda values: "other" in (values.get("help") or ()),
        ),
        FlowStep(
            "food",
            AnswerKind.MANY,
            _("What should we know about food?"),
            help=_("Choose everything that is right."),
            choices=FOOD,
            check=nothing_beside("anything"),
        ),
        FlowStep(
            "other-food",
            AnswerKind.TEXT,
            _("What else should we know about food?"),
            help=_("For instance an allergy, or what the patient cannot eat."),
            is_asked=lambda values: bool({"allergy", "other"} & set(values.get("food") or ())),
        ),
    )


INTRO = (
    _("The clinic and we prepare the stay by it: the room, an interpreter, help on the way, the meals."),
    _("You can change your answers later."),
)
RELATIONS = (
    FlowChoice("spouse", _("Wife or husband")),
    FlowChoice("parent", _("Mother or father")),
    FlowChoice("child", _("Daughter or son")),
    FlowChoice("sibling", _("Sister or brother")),
    FlowChoice("relative", _("Another relative")),
    FlowChoice("friend", _("A friend")),
    FlowChoice("carer", _("A nurse or carer")),
    FlowChoice("other", _("Somebody else")),
)
HELP = (
    FlowChoice("wheelchair", _("A wheelchair")),
    FlowChoice("lying", _("The patient travels lying down")),
    FlowChoice("stairs", _("Stairs are hard")),
    FlowChoice("hearing", _("The patient hears badly")),
    FlowChoice("sight", _("The patient sees badly")),
    FlowChoice("oxygen", _("Oxygen on the way")),
    FlowChoice("other", _("Other help")),
    FlowChoice("none", _("No help is needed")),
)
FOOD = (
    FlowChoice("halal", _("Halal food")),
    FlowChoice("kosher", _("Kosher food")),
    FlowChoice("vegetarian", _("No meat and no fish")),
    FlowChoice("diabetes", _("Food for people with diabetes")),
    FlowChoice("allergy", _("An allergy to some food")),
    FlowChoice("other", _("Something else")),
    FlowChoice("anything", _("Any food is fine")),
)
KIND = FlowKind(TASK, build, OPEN)
