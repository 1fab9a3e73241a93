"""Reads of what a patient answered: newest, earlier, and as it was sent."""

from collections import defaultdict
from collections.abc import Iterable

from requests.models import Answer, AnswerSending, Case


def current(case: Case, task: str) -> dict[str, Answer]:
    """Return the newest answer to each question of a task, by its code, also from the cases merged into this one."""
    return newest(history(case, task))


def all_current(case: Case) -> dict[str, dict[str, Answer]]:
    """Return ``current`` of every task that has answers, by task."""
    return {task: newest(answers) for task, answers in histories(case).items()}


def history(case: Case, task: str) -> list[Answer]:
    """Return every version of every answer of a task, oldest first."""
    return [answer for answer in _of(case) if answer.task == task]


def histories(case: Case) -> dict[str, list[Answer]]:
    """Return ``history`` of every task that has answers, by task."""
    rows: dict[str, list[Answer]] = defaultdict(list)
    for answer in _of(case):
        rows[answer.task].append(answer)
    return dict(rows)


def sendings(case: Case, task: str) -> list[AnswerSending]:
    """Return when the answers of a task were sent, the last first."""
    return [sending for sending in all_sendings(case) if sending.task == task]


def all_sendings(case: Case) -> list[AnswerSending]:
    """Return when the answers of each task were sent, the last first."""
    return list(AnswerSending.objects.filter(case__in=case.whole()).order_by("-sent_at"))


def last_sendings(case: Case) -> dict[str, AnswerSending]:
    """Return the last sending of each task that was sent."""
    return {sending.task: sending for sending in reversed(all_sendings(case))}


def sent_with(answers: Iterable[Answer], sending: AnswerSending) -> dict[str, Answer]:
    """Return the answers of a history as they were when a task was sent, by code."""
    return newest(answer for answer in answers if answer.answered_at <= sending.sent_at)


def newest(answers: Iterable[Answer]) -> dict[str, Answer]:
    """Return the last of each question, of answers that stand oldest first."""
    return {answer.code: answer for answer in answers}


def _of(case: Case) -> Iterable[Answer]:
    return Answer.objects.filter(case__in=case.whole()).select_related("case").order_by("created_at", "number")
