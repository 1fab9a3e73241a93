"""Answers of a patient as the desk reads them: in its language, with what was said before."""

from collections import defaultdict
from typing import Any

from portal.accounts.models import User
from portal.core.localisation import desk_formats
from requests.admin import case_health
from requests.flows import Flow, FlowKind, FlowStep, questionnaire, words
from requests.flows.definitions import Answers
from requests.flows.registry import KINDS
from requests.models import Answer, AnswerSending, Case
from requests.permissions import can_read_passport
from requests.selectors import answers as selected


def context(case: Case, user: User) -> dict[str, Any]:
    """Return the tasks that have answers; what is confidential without them, for everybody; those about health apart."""
    histories = selected.histories(case)
    sendings: dict[str, list[AnswerSending]] = defaultdict(list)
    for sending in selected.all_sendings(case):
        sendings[sending.task].append(sending)
    return {
        "answered_tasks": [
            {"kind": kind, "heading": kind.flow(case, desk_formats.language()).heading, "sent": sendings[kind.task][:1]}
            if kind.is_confidential
            else task_row(case, kind, histories[kind.task], sendings[kind.task])
            for kind in KINDS.values()
            if kind.task in histories and kind.task != questionnaire.TASK
        ],
        **case_health.context(case, user, histories.get(questionnaire.TASK, []), sendings[questionnaire.TASK]),
        "can_read_passport": can_read_passport(user, case),
    }


def task_row(case: Case, kind: FlowKind, history: list[Answer], sendings: list[AnswerSending]) -> dict[str, Any]:
    """Return the answers to a task in words; ``history`` stands oldest first, ``sendings`` the last first.

    What was sent stands with what was sent before it, and with what was changed since.
    """
    language = desk_formats.language()
    flow = kind.flow(case, language)
    now = selected.newest(history)
    sent, before = ([*(selected.sent_with(history, sending) for sending in sendings[:2]), {}, {}])[:2]
    shown = sent or now
    rows = [
        {
            "text": step.text,
            "lines": _lines(step, shown, language),
            "before": _other(step, before, shown, language) if before else [],
            "since": _other(step, now, shown, language) if sent else [],
        }
        for step in flow.asked(shown)
    ]
    return {
        "kind": kind,
        "heading": flow.heading,
        "sent": sendings[:1],
        "progress": flow.progress(now),
        "rows": rows,
        "number_changed": sum(bool(row["before"] or row["since"]) for row in rows),
        "is_changed_since": bool(sent) and _codes(flow, now) != _codes(flow, sent),
    }


def _codes(flow: Flow, answers: Answers) -> set[Any]:
    return {answers[step.code].pk for step in flow.asked(answers) if step.code in answers}


def _lines(step: FlowStep, answers: Answers, language: str) -> list[str]:
    return words.lines(step, answers[step.code], language) if step.code in answers else []


def _other(step: FlowStep, answers: Answers, shown: Answers, language: str) -> list[str]:
    """Return an answer in words where it is another one than the one that is shown."""
    lines = _lines(step, answers, language)
    return lines if lines != _lines(step, shown, language) else []
