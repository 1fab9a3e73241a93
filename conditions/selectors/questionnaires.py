"""Questionnaires: the draft as the plain data that an edition freezes, and what patients are asked by now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from conditions.glossary import terms
from conditions.models import Questionnaire, QuestionnaireEdition, QuestionnaireQuestion, QuestionnaireSource
from conditions.models.questionnaires import CORE
from conditions.selectors.drafts import text_of
from portal.core.localisation.scripts import foreign_language

SCHEMA = 1
# What the name of a column of months begins its words with.
MONTH = "month"

type Content = dict[str, Any]


@dataclass(frozen=True)
class QuestionnairePart:
    """A current edition of the core or of a condition: its frozen content, whose words are in ``language``."""

    code: str
    language: str
    number: int
    content: Content

    @property
    def edition(self) -> str:
        """What an answer notes of the edition that it was given under."""
        return f"{self.code}/{self.language}/{self.number}"

    @property
    def questions(self) -> list[Content]:
        """The questions in their order."""
        questions: list[Content] = self.content["questions"]
        return questions

    def source_of(self, question: Content) -> Content | None:
        """Return the source behind a question."""
        return next((source for source in self.content["sources"] if source["number"] == question["source"]), None)


def current(slugs: Iterable[str], language: str) -> list[QuestionnairePart]:
    """Return what patients are asked: the core first, then what the conditions of these slugs ask.

    In the language, else in English; a part without any edition is left out. One query.
    """
    codes = [CORE, *slugs]
    rows = _current(codes, language).values_list("questionnaire__code", "language", "number", "content")
    by_code: dict[str, QuestionnairePart] = {}
    for code, written_in, number, frozen in rows:
        if code not in by_code or written_in == language:
            by_code[code] = QuestionnairePart(code, written_in, number, frozen)
    return [by_code[code] for code in codes if code in by_code]


def is_there(slugs: Iterable[str], language: str) -> bool:
    """Whether ``current`` has anything to ask; one query."""
    return _current([CORE, *slugs], language).exists()


def _current(codes: Iterable[str], language: str) -> QuerySet[QuestionnaireEdition]:
    editions = QuestionnaireEdition.objects.current().order_by()
    return editions.filter(questionnaire__code__in=codes, language__in=(language, settings.LANGUAGE_CODE))


def editions_named(names: Iterable[str]) -> dict[str, QuestionnairePart]:
    """Return the editions that answers name, by these names; what is no name of an edition is left out. One query."""
    wanted = Q()
    for name in names:
        code, _slash, rest = name.partition("/")
        language, _slash, number = rest.partition("/")
        if number.isdecimal():
            wanted |= Q(questionnaire__code=code, language=language, number=int(number))
    if not wanted:
        return {}
    rows = QuestionnaireEdition.objects.filter(wanted).order_by()
    parts = (
        QuestionnairePart(*row) for row in rows.values_list("questionnaire__code", "language", "number", "content")
    )
    return {part.edition: part for part in parts}


def content(questionnaire: Questionnaire, language: str) -> Content:
    """Return the draft of a questionnaire in one language: its questions and its sources."""
    return {
        "schema": SCHEMA,
        "code": questionnaire.code,
        "language": language,
        "questions": [_question(question, language) for question in questionnaire.questions.all()],
        "sources": [_source(source, language) for source in questionnaire.sources.all()],
    }


def pairs(text: str) -> list[tuple[str, str]]:
    """Return (code, words) of what holds one ``code = words`` a line."""
    return terms(text)


def column_kind(code: str) -> tuple[str, str]:
    """Return the code and the kind of a column, of what stands before its words."""
    name, _space, kind = code.partition(" ")
    return name, MONTH if kind.strip() == MONTH else "text"


def answers_of(question: Content) -> list[str]:
    """Return the codes that a question which is answered by choosing can be answered with."""
    return ["yes", "no"] if question["kind"] == "yes_no" else [choice["code"] for choice in question["choices"]]


def _question(question: QuestionnaireQuestion, language: str) -> Content:
    return {
        "code": question.code,
        "kind": question.kind,
        **{name: text_of(question, name, language) for name in ("text", "help", "unit", "decides")},
        "source": question.source,
        "asked_if": {"code": question.asked_if, "is": listed(question.asked_if_answer)} if question.asked_if else None,
        "minimum": plain_number(question.minimum),
        "maximum": plain_number(question.maximum),
        "choices": [{"code": code, "label": label} for code, label in _translated(question, "choices", language)],
        "columns": [
            dict(zip(("code", "kind"), column_kind(code), strict=True), label=label)
            for code, label in _translated(question, "columns", language)
        ],
    }


def listed(codes: str) -> list[str]:
    """Return codes that stand with commas between them."""
    return [code.strip() for code in codes.split(",") if code.strip()]


def plain_number(number: Decimal | None) -> int | float | None:
    """Return a limit as JSON holds it."""
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _translated(question: QuestionnaireQuestion, field: str, language: str) -> list[tuple[str, str]]:
    """Return the lines of a field in the order of the English ones; words that are missing are empty."""
    words = dict(pairs(text_of(question, field, language)))
    return [(code, words.get(code, "")) for code, _words in pairs(text_of(question, field, settings.LANGUAGE_CODE))]


def _source(source: QuestionnaireSource, language: str) -> Content:
    return {
        "lang": foreign_language(source.title, language),
        "number": source.number,
        "title": source.title,
        "publisher": source.publisher,
        "year": source.year,
        "url": source.url,
        "checked_on": source.checked_on.isoformat(),
    }


def texts(content: Content) -> dict[str, str]:
    """Return every text of a questionnaire by its place, for a comparison of two."""
    by_place: dict[str, str] = {}
    for question in content["questions"]:
        by_place[question["code"]] = "\n".join(_lines(question))
    by_place["sources"] = "\n".join(
        f"{source['number']}. {source['title']} {source['url']}" for source in content["sources"]
    )
    return by_place


def _lines(question: Content) -> Sequence[str]:
    condition = question["asked_if"]
    lines = [
        question["text"],
        question["help"],
        f"{condition['code']}: {', '.join(condition['is'])}" if condition else "",
        *(f"{choice['code']} = {choice['label']}" for choice in (*question["choices"], *question["columns"])),
        question["unit"],
        question["decides"],
        f"[{question['source']}]" if question["source"] else "",
    ]
    return [line for line in lines if line]
