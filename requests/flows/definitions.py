"""What a flow is: steps, one question each, with what is asked, of whom, and how an answer is checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import override

from requests.enums import AnswerKind, AnswerState, Status
from requests.models import Answer, Case

type Text = str | Promise
# The answers so far, by the code of their question; "I do not know" and "not yet" are None.
type Values = Mapping[str, Any]
type Answers = Mapping[str, Answer]


def always(_values: Values) -> bool:
    """Ask whatever was answered before."""
    return True


def fine(_given: Any, _values: Values) -> Text:
    """Refuse nothing."""
    return ""


@dataclass(frozen=True)
class FlowChoice:
    """An answer to choose; ``details`` are lines under it."""

    code: str
    label: Text
    details: tuple[Text, ...] = ()


@dataclass(frozen=True)
class FlowColumn:
    """What each row of an answer of rows holds; ``kind`` is text or month."""

    code: str
    label: Text
    kind: AnswerKind = AnswerKind.TEXT


@dataclass(frozen=True)
class FlowSource:
    """What was read about why a question matters; ``lang`` is set where its title is in another language."""

    title: str
    publisher: str
    url: str
    lang: str = ""


@dataclass(frozen=True)
class FlowStep:
    """A question on a page of its own.

    ``is_asked`` reads the answers to the steps before it; ``why`` says why we ask, under the question. ``check`` reads an
    answer and those before it and returns the sentence that refuses it, or nothing. ``ways`` are the answers besides
    an answer. ``initial`` stands in the field before anything is answered. ``edition`` is noted with each answer: what was read.
    ``text_language`` is set where the words of the question are not in the language of the page.
    """

    code: str
    kind: AnswerKind
    text: Text
    help: Text = ""
    why: Text = ""
    missing: Text = ""
    choices: tuple[FlowChoice, ...] = ()
    columns: tuple[FlowColumn, ...] = ()
    unit: Text = ""
    low: Decimal | None = None
    high: Decimal | None = None
    is_short: bool = False
    initial: Any = None
    autocomplete: str = "off"
    is_asked: Callable[[Values], bool] = always
    check: Callable[[Any, Values], Text] = fine
    ways: tuple[AnswerState, ...] = (AnswerState.UNKNOWN, AnswerState.LATER)
    edition: str = ""
    source: FlowSource | None = None
    text_language: str = ""
    # The choices that stood in earlier editions, for the words of an answer that was given then.
    former_choices: tuple[FlowChoice, ...] = ()

    def label_of(self, code: str) -> Text:
        """Return the words of a choice; its code where nobody knows it any more."""
        return next((choice.label for choice in (*self.choices, *self.former_choices) if choice.code == code), code)


class Progress(NamedTuple):
    """How many of the questions that are asked are answered."""

    answered: int
    total: int

    @property
    def is_complete(self) -> bool:
        return self.answered == self.total


@dataclass(frozen=True)
class Flow:
    """The questions of a task for one case in one language."""

    task: str
    heading: Text
    steps: tuple[FlowStep, ...]
    intro: tuple[Text, ...] = ()
    send: Text = ""
    language: str = field(default="en", kw_only=True)

    def asked(self, answers: Answers) -> list[FlowStep]:
        """Return the steps that are asked, given the answers: what a step hides does not ask for others."""
        return [step for step, _values in self._walk(answers)]

    def values(self, answers: Answers) -> dict[str, Any]:
        """Return the answers to what is asked, by code."""
        return {step.code: answers[step.code].given for step in self.asked(answers) if step.code in answers}

    def values_before(self, step: FlowStep, answers: Answers) -> dict[str, Any]:
        """Return the answers to what is asked before a step, by code."""
        return next((values for other, values in self._walk(answers) if other == step), {})

    def step(self, code: str) -> FlowStep | None:
        """Return a step by its code, asked or not."""
        return next((step for step in self.steps if step.code == code), None)

    def progress(self, answers: Answers) -> Progress:
        """Return how far somebody is."""
        asked = self.asked(answers)
        return Progress(sum(step.code in answers for step in asked), len(asked))

    def to_answer(self, answers: Answers, *, after: FlowStep | None = None) -> FlowStep | None:
        """Return the next step without an answer: after a step, else from the beginning; None when all have one."""
        asked = self.asked(answers)
        start = asked.index(after) + 1 if after in asked else 0
        return next((step for step in (*asked[start:], *asked[:start]) if step.code not in answers), None)

    def before(self, step: FlowStep, answers: Answers) -> FlowStep | None:
        """Return the step that is asked before another one."""
        asked = self.asked(answers)
        return asked[asked.index(step) - 1] if step in asked[1:] else None

    def _walk(self, answers: Answers) -> list[tuple[FlowStep, dict[str, Any]]]:
        values: dict[str, Any] = {}
        asked = []
        for step in self.steps:
            if step.is_asked(values):
                asked.append((step, dict(values)))
                if step.code in answers:
                    values[step.code] = answers[step.code].given
        return asked


@dataclass(frozen=True)
class FlowKind:
    """A task that is a flow: ``build`` makes it for a case in a language that is active, ``flow`` in any.

    ``states`` are those of a case in which it can be answered without being asked for. ``is_confidential`` is what few of the desk read, and
    what has a button that deletes it.
    """

    task: str
    build: Callable[[Case, str], Flow]
    states: tuple[Status, ...]
    is_confidential: bool = False

    def flow(self, case: Case, language: str) -> Flow:
        """Return its questions for a case, with texts in a language."""
        with override(language):
            return self.build(case, language)

    def is_open(self, case: Case) -> bool:
        """Whether it can be answered now: its time is here, or the desk asks for it."""
        return case.status in self.states or case.tasks.open().of_patient().filter(kind__code=self.task).exists()
