"""Answers to the questions about health, on the page of a case: in words, as they were asked, and what changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from conditions.models.questionnaires import CORE
from conditions.selectors import questionnaires
from conditions.selectors.questionnaires import QuestionnairePart
from portal.accounts.models import User
from portal.core.localisation import desk_formats, formats
from requests.enums import AccessKind, AnswerKind
from requests.flows import FlowStep, words
from requests.flows.questionnaire import flow_of, slugs
from requests.models import AccessEvent, Answer, AnswerSending, Case
from requests.selectors import answers as selected
from requests.workflow import BEFORE_TREATMENT

# Who reads a page again within this time goes on reading: nothing of it counts as seen yet.
READING = timedelta(hours=1)
ECOG = "ecog-"


@dataclass(frozen=True)
class AnswerRow:
    """One question with its answer, for the desk; ``earlier`` are the answers before it, the newest first.

    ``asked`` is the question as the patient read it, in ``asked_in``, where that is not what stands beside it. ``before``
    is what the desk saw last, of an answer that changed since. ``is_unsent``: changed since the last sending.
    """

    question: str
    lines: list[str]
    said: str
    given_in: str
    asked: str = ""
    asked_in: str = ""
    ecog: str = ""
    is_new: bool = False
    before: list[str] | None = None
    is_unsent: bool = False
    earlier: tuple["AnswerRow", ...] = ()


def context(case: Case, user: User, history: list[Answer], sendings: list[AnswerSending]) -> dict[str, Any]:
    """Return the answers of a case, ``None`` where there are none, and what the next step says about them.

    ``history`` stands oldest first, ``sendings`` the last first.
    """
    if not history:
        asks = case.status in BEFORE_TREATMENT and case.is_open and questionnaires.is_there(slugs(case), "en")
        return {"health": None, "health_fact": _("Questions about health: not begun.") if asks else ""}
    health = _health(case, user, history, next(iter(sendings), None))
    return {"health": health, "health_fact": health["fact"] if case.status in BEFORE_TREATMENT else ""}


def _health(case: Case, user: User, history: list[Answer], sending: AnswerSending | None) -> dict[str, Any]:
    language = desk_formats.language()
    named = questionnaires.editions_named(answer.edition for answer in history)
    codes = {part.code for part in named.values()}
    ours = slugs(case)
    # Those of an illness that the case had before too, in the language of the desk.
    others = sorted(codes - {CORE, *ours})
    parts = questionnaires.current([*ours, *others], language)
    flow = flow_of(parts, list(named.values()), language)
    answers = selected.newest(history)
    looked_at = _last_look(case, user)
    mine = flow_of([part for part in parts if part.code not in others], [], language)
    asked = [step.code for step in mine.asked(answers)]
    reader = _Reader(history, named, sending, looked_at, language)
    steps = {step.code: step for step in flow.steps}
    rows = [reader.row(steps[code], answers[code]) for code in asked if code in answers]
    past = [reader.row(_step(steps, named, answer), answer) for code, answer in answers.items() if code not in asked]
    progress = mine.progress(answers)
    return {
        "rows": rows,
        "past": past,
        "changed": [row for row in rows if row.is_new],
        "unsent": sum(row.is_unsent for row in rows),
        "progress": progress,
        "sending": sending,
        "looked_at": looked_at,
        "fact": _fact(progress.answered, progress.total, sending),
    }


def _fact(answered: int, total: int, sending: AnswerSending | None) -> str:
    if sending is not None:
        return _("Questions about health: sent %(when)s.") % {"when": desk_formats.brief(sending.sent_at)}
    counts = {"answered": answered, "total": total}
    return _("Questions about health: %(answered)d of %(total)d answered, not sent yet.") % counts


def _last_look(case: Case, user: User) -> datetime | None:
    """Return when somebody last opened the page of a case, before they began to read it now."""
    reads = AccessEvent.objects.filter(reference=case.reference, kind=AccessKind.CASE, actor_id=user.pk)
    return reads.filter(at__lt=timezone.now() - READING).order_by("-at").values_list("at", flat=True).first()


def _step(steps: dict[str, FlowStep], named: dict[str, QuestionnairePart], answer: Answer) -> FlowStep:
    """Return the question of an answer that is asked no more: of today's, else of the edition that it was given under."""
    if answer.code in steps:
        return steps[answer.code]
    parts = [part for part in (named.get(answer.edition),) if part is not None]
    as_given = flow_of(parts, [], answer.language).step(answer.code)
    return as_given or FlowStep(answer.code, AnswerKind.TEXT, answer.code)


class _Reader:
    """Puts answers into rows for the desk, in its language."""

    def __init__(
        self,
        history: Iterable[Answer],
        named: dict[str, QuestionnairePart],
        sending: AnswerSending | None,
        looked_at: datetime | None,
        language: str,
    ) -> None:
        self.named, self.sending, self.looked_at, self.language = named, sending, looked_at, language
        self.versions: dict[str, list[Answer]] = {}
        for answer in history:
            self.versions.setdefault(answer.code, []).append(answer)

    def row(self, step: FlowStep, answer: Answer) -> AnswerRow:
        """Return the row of the newest answer to a question."""
        versions = self.versions[answer.code]
        seen = [other for other in versions if self.looked_at and other.answered_at <= self.looked_at]
        is_new = self.looked_at is not None and answer not in seen
        return self._plain(
            step,
            answer,
            is_new=is_new,
            before=words.lines(step, seen[-1], self.language) if is_new and seen else None,
            is_unsent=self.sending is not None and answer.answered_at > self.sending.sent_at,
            earlier=tuple(self._plain(step, other) for other in reversed(versions) if other != answer),
        )

    def _plain(self, step: FlowStep, answer: Answer, **more: Any) -> AnswerRow:
        asked = self._as_asked(answer)
        code = answer.given if isinstance(answer.given, str) else ""
        facts = {"number": answer.number, "when": desk_formats.moment(answer.answered_at)}
        return AnswerRow(
            question=str(step.text),
            lines=words.lines(step, answer, self.language),
            said=_("version %(number)d, %(when)s") % facts,
            given_in=formats.language_name(answer.language, self.language),
            asked=asked if asked != step.text else "",
            asked_in=self.named[answer.edition].language if answer.edition in self.named else "",
            ecog=f"ECOG {code.removeprefix(ECOG)}" if code.startswith(ECOG) else "",
            **more,
        )

    def _as_asked(self, answer: Answer) -> str:
        part = self.named.get(answer.edition)
        same = (question["text"] for question in part.questions if question["code"] == answer.code) if part else ()
        return next(iter(same), "")
