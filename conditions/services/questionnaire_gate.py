"""The publish gate of questionnaires: what one must have in a language before a patient is asked."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from conditions.enums import QuestionKind
from conditions.models import Questionnaire
from conditions.models.questionnaires import CORE
from conditions.selectors import questionnaires
from conditions.selectors.questionnaires import Content, answers_of
from conditions.services.gate import GateLine

OWN_QUESTIONS = 6
CHOSEN = (QuestionKind.ONE, QuestionKind.MANY)
# Answers to these are codes, which another question can ask for.
CODED = (QuestionKind.YES_NO, *CHOSEN)


def check(questionnaire: Questionnaire, language: str) -> list[GateLine]:
    """Return every demand on one language version of a questionnaire, met or not."""
    return check_content(questionnaires.content(questionnaire, language), core_questions(questionnaire))


def core_questions(questionnaire: Questionnaire) -> list[Content]:
    """Return the questions of the core's draft, which those of a condition may follow; none for the core itself."""
    core = Questionnaire.objects.filter(code=CORE).exclude(pk=questionnaire.pk).first()
    return questionnaires.content(core, "en")["questions"] if core else []


def check_content(content: Content, core: Sequence[Content]) -> list[GateLine]:
    """The same for the content of a draft; ``core`` are the questions that are asked before it."""
    questions = content["questions"]
    few = "" if content["code"] == CORE or len(questions) >= OWN_QUESTIONS else _too_few(len(questions))
    numbers = {source["number"] for source in content["sources"]}
    return [
        _line("questions", few or ("" if questions else _("Add questions.")), _("There are enough questions.")),
        _line(
            "text",
            _about(_("Write the question in this language: %(names)s."), _without(questions, "text")),
            _("Every question is written."),
        ),
        _line(
            "decides",
            _about(_("Write in this language what doctors decide by: %(names)s."), _without(questions, "decides")),
            _("Every question says what doctors decide by it."),
        ),
        _line(
            "source",
            _about(
                _("Give a source that stands in the list to: %(names)s."),
                [question["code"] for question in questions if question["source"] not in numbers],
            ),
            _("Every question has its source."),
        ),
        _line(
            "choices",
            _about(
                _("Write the answers, or the columns, in this language, at least two answers: %(names)s."),
                [question["code"] for question in questions if not _has_choices(question)],
            ),
            _("Every answer to choose has its words."),
        ),
        _line(
            "asked_if",
            _about(
                _("Name an earlier question with answers to choose, and answers that it has: %(names)s."),
                _wrong_conditions(questions, core),
            ),
            _("Every question that follows another one names an earlier one."),
        ),
    ]


def _too_few(count: int) -> str:
    return _("Add questions that only this condition asks: there are %(count)d, and %(needed)d are needed.") % {
        "count": count,
        "needed": OWN_QUESTIONS,
    }


def _line(code: str, fault: str, met: str) -> GateLine:
    return GateLine(code, not fault, fault or met)


def _about(demand: str, codes: Iterable[str]) -> str:
    names = ", ".join(codes)
    return demand % {"names": names} if names else ""


def _without(questions: Iterable[Content], name: str) -> list[str]:
    return [question["code"] for question in questions if not question[name]]


def _has_choices(question: Content) -> bool:
    """Whether what is chosen, or the columns of a table, is there and has words in this language."""
    if question["kind"] in CHOSEN:
        return len(question["choices"]) > 1 and all(choice["label"] for choice in question["choices"])
    if question["kind"] == QuestionKind.ROWS:
        return bool(question["columns"]) and all(column["label"] for column in question["columns"])
    return True


def _wrong_conditions(questions: Sequence[Content], core: Sequence[Content]) -> list[str]:
    earlier = {question["code"]: answers_of(question) for question in core if question["kind"] in CODED}
    wrong = []
    for question in questions:
        if condition := question["asked_if"]:
            answers = earlier.get(condition["code"], [])
            if not condition["is"] or not set(condition["is"]) <= set(answers):
                wrong.append(question["code"])
        if question["kind"] in CODED:
            earlier[question["code"]] = answers_of(question)
    return wrong
