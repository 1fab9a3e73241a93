"""What the answers about health say in a brief: in both languages where something was chosen, else as it was typed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from conditions.selectors import questionnaires
from requests.brief_content import FreeSection, HistoryEntry, Pair
from requests.enums import AnswerKind, AnswerState, BriefPart, Ecog
from requests.flows import words
from requests.flows.definitions import FlowStep
from requests.flows.questionnaire import TASK, flow_of, slugs
from requests.models import Answer, Case
from requests.selectors import answers

# Which questions of the core fill a part, in the order of their lines; "no" to the first of two says that there is none.
PARTS: dict[BriefPart, tuple[str, ...]] = {
    BriefPart.QUESTION: ("core-question",),
    BriefPart.DIAGNOSES: ("core-diagnoses", "core-symptoms"),
    BriefPart.TREATMENTS: ("core-treated", "core-treatments"),
    BriefPart.MEDICINES: ("core-medicines-taken", "core-medicines"),
    BriefPart.ALLERGIES: ("core-allergy", "core-allergies"),
    BriefPart.INFECTIONS: ("core-infections",),
    BriefPart.IMPLANTS: ("core-implants", "core-implant-model"),
}
ECOG, ECOG_CODE = "core-general-condition", "ecog-"
# Rows that happened at a time: the column that says what, and the one that says when.
HISTORY = {
    "core-diagnoses": ("diagnosis", "since"),
    "core-treatments": ("treatment", "from"),
    "core-imaging": ("scan", "when"),
}
NO, MORE = _("No"), _("More answers")
# Typed words are in the patient's language alone.
TYPED = (AnswerKind.TEXT, AnswerKind.ROWS)


@dataclass(frozen=True)
class Told:
    """What the answers say, by the parts of a brief."""

    parts: dict[str, Pair] = field(default_factory=dict)
    ecog: str = ""
    history: list[HistoryEntry] = field(default_factory=list)
    sections: list[FreeSection] = field(default_factory=list)


def told(case: Case, own: str, other: str) -> Told:
    """Return what the patient answered in a case; nothing where nobody was asked."""
    given = {
        code: answer for code, answer in answers.current(case, TASK).items() if answer.state == AnswerState.ANSWERED
    }
    if not given:
        return Told()
    sides = _Sides(case, own, other)
    parts = {part.value: sides.joined(codes, given) for part, codes in PARTS.items()}
    known = {code for codes in PARTS.values() for code in codes} | {ECOG, *HISTORY}
    rest = [code for code in sides.own if code in given and code not in known]
    more = sides.joined(rest, given, with_question=True)
    condition = str(given[ECOG].given).removeprefix(ECOG_CODE) if ECOG in given else ""
    return Told(
        parts={name: pair for name, pair in parts.items() if not pair.is_empty},
        ecog=condition if condition in Ecog else "",
        history=sorted(_history(given), key=lambda entry: entry.when),
        sections=[] if more.is_empty else [FreeSection(sides.both_of(MORE), more)],
    )


class _Sides:
    """The questions of a case in two languages."""

    def __init__(self, case: Case, own: str, other: str) -> None:
        self.languages = (own, other)
        self.own, self.other = (self._steps(case, language) for language in self.languages)

    def _steps(self, case: Case, language: str) -> dict[str, FlowStep]:
        with override(language):
            parts = questionnaires.current(slugs(case), language)
            return {step.code: step for step in flow_of(parts, [], language).steps}

    def both_of(self, text: Promise) -> Pair:
        """Return a text of ours in both languages."""
        texts = []
        for language in self.languages:
            with override(language):
                texts.append(str(text))
        return Pair(*texts)

    def joined(self, codes: Iterable[str], given: dict[str, Answer], *, with_question: bool = False) -> Pair:
        """Return the answers to some questions, a line for each thing that was said."""
        pairs = [self._said(code, given[code], with_question) for code in codes if code in given and code in self.own]
        return Pair(
            "\n".join(filter(None, (pair.own for pair in pairs))),
            "\n".join(filter(None, (pair.other for pair in pairs))),
        )

    def _said(self, code: str, answer: Answer, with_question: bool) -> Pair:
        kind = self.own[code].kind
        # "Yes" is followed by what it is; the question alone says what "no" is about.
        if kind == AnswerKind.YES_NO and not with_question:
            return self.both_of(NO) if answer.given == "no" else Pair()
        own = self._lines(self.own[code], answer.given, 0, with_question)
        step = self.other.get(code)
        return Pair(own, "" if kind in TYPED or step is None else self._lines(step, answer.given, 1, with_question))

    def _lines(self, step: FlowStep, given: Any, side: int, with_question: bool) -> str:
        language = self.languages[side]
        with override(language):
            text = "\n".join(words.given_lines(step, given, language))
            return f"{step.text} {text}" if with_question else text


def _history(given: dict[str, Answer]) -> Iterator[HistoryEntry]:
    for code, (what, when) in HISTORY.items():
        rows = given[code].given if code in given else []
        yield from (HistoryEntry(row[when], Pair(own=row[what])) for row in rows if row.get(when) and row.get(what))
