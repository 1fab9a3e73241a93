"""Questions about health: the core and the part of the condition, as their current editions ask them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from conditions.selectors import questionnaires
from conditions.selectors.questionnaires import Content, QuestionnairePart
from requests.enums import AnswerKind
from requests.flows.definitions import Flow, FlowChoice, FlowColumn, FlowKind, FlowSource, FlowStep, Text, Values
from requests.models import Answer, Case
from requests.workflow import BEFORE_TREATMENT

TASK = "questionnaire"
# How the code of an answer begins that says that nothing else of the list holds.
NONE = "none"


class QuestionnaireKind(FlowKind):
    """Answered before treatment begins, where anything is asked at all."""

    def is_open(self, case: Case) -> bool:
        return super().is_open(case) and questionnaires.is_there(slugs(case), get_language() or "en")


def slugs(case: Case) -> list[str]:
    """Return the slug of the condition of a case, if it has one: whose questions are asked beside the core."""
    return [case.condition.slug] if case.condition is not None else []


def build(case: Case, language: str) -> Flow:
    """Return the questions to the patient of a case."""
    parts = questionnaires.current(slugs(case), language)
    noted = Answer.objects.filter(case__in=case.whole(), task=TASK).values_list("edition", flat=True)
    earlier = set(noted) - {part.edition for part in parts}
    former = list(questionnaires.editions_named(earlier).values())
    return flow_of(parts, former, language)


def flow_of(parts: list[QuestionnairePart], former: list[QuestionnairePart], language: str) -> Flow:
    """Return the questions of some parts; ``former`` are other editions, whose choices may have been answered."""
    return Flow(
        TASK,
        gettext_lazy("Questions about health"),
        tuple(_step(part, question, former, language) for part in parts for question in part.questions),
        intro=(
            gettext_lazy("Doctors decide by your answers what they can do for you, and what it may cost."),
            gettext_lazy("If you write for somebody else, answer for the patient."),
        ),
        send=gettext_lazy("Send my answers"),
        language=language,
    )


def _step(part: QuestionnairePart, question: Content, former: list[QuestionnairePart], language: str) -> FlowStep:
    source = part.source_of(question)
    return FlowStep(
        question["code"],
        AnswerKind(question["kind"]),
        question["text"],
        help=question["help"],
        why=question["decides"],
        source=FlowSource(source["title"], source["publisher"], source["url"], source["lang"]) if source else None,
        choices=_choices(question),
        columns=tuple(
            FlowColumn(column["code"], column["label"], AnswerKind(column["kind"])) for column in question["columns"]
        ),
        unit=question["unit"],
        low=_limit(question["minimum"]),
        high=_limit(question["maximum"]),
        is_asked=_asked_if(question["asked_if"]),
        check=_alone(question),
        edition=part.edition,
        text_language=part.language if part.language != language else "",
        former_choices=tuple(
            choice
            for other in former
            for same in other.questions
            if same["code"] == question["code"]
            for choice in _choices(same)
        ),
    )


def _choices(question: Content) -> tuple[FlowChoice, ...]:
    return tuple(FlowChoice(choice["code"], choice["label"]) for choice in question["choices"])


def _limit(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _asked_if(condition: Content | None) -> Callable[[Values], bool]:
    """Return whether a question is asked, given the answers before it: of several to one question, any will do."""

    def is_asked(values: Values) -> bool:
        if condition is None:
            return True
        given = values.get(condition["code"])
        return any(answer in condition["is"] for answer in (given if isinstance(given, list) else [given]))

    return is_asked


def _alone(question: Content) -> Callable[[Any, Values], Text]:
    """Return what refuses "none of these" beside something else."""
    label = next((choice["label"] for choice in question["choices"] if choice["code"].startswith(NONE)), "")

    def check(given: Any, _values: Values) -> Text:
        if isinstance(given, list) and len(given) > 1 and any(code.startswith(NONE) for code in given):
            return _("Select “%(none)s” alone, or take its tick away.") % {"none": label}
        return ""

    return check


KIND = QuestionnaireKind(TASK, build, BEFORE_TREATMENT)
