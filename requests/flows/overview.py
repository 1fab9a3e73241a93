"""The tasks of a case with how far each is, for the list on its page."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core.localisation import formats
from requests.enums import Status
from requests.flows.definitions import Answers, Flow, FlowKind
from requests.flows.registry import KINDS
from requests.models import AnswerSending, Case
from requests.selectors import answers as selected


class TaskLine(NamedTuple):
    """A task by name, its state in words, and where it is answered."""

    name: str
    state: str
    url: str
    is_done: bool


def lines(case: Case, language: str) -> list[TaskLine]:
    """Return the tasks of a case that can be answered now, or were, in the active ``language``.

    After the treatment nobody is asked to begin one: they are about the way there.
    """
    answers, sent = selected.all_current(case), selected.last_sendings(case)
    return [
        _line(case, kind, language, answers.get(kind.task, {}), sent.get(kind.task))
        for kind in KINDS.values()
        if kind.task in answers or (kind.is_open(case) and case.status != Status.RECOVERY)
    ]


def _line(case: Case, kind: FlowKind, language: str, answers: Answers, sent: AnswerSending | None) -> TaskLine:
    flow = kind.flow(case, language)
    url = reverse("requests:task_kind", args=[case.reference, kind.task])
    state, is_done = _state(case, flow, language, answers, sent)
    return TaskLine(str(flow.heading), state, url, is_done)


def _state(case: Case, flow: Flow, language: str, answers: Answers, sent: AnswerSending | None) -> tuple[str, bool]:
    progress = flow.progress(answers)
    if not answers:
        return _("Not begun"), False
    if not progress.is_complete:
        numbers = {"answered": progress.answered, "total": progress.total}
        return _("%(answered)s of %(total)s answered") % numbers, False
    if sent is None:
        return _("Answered, and not sent yet"), False
    if any(answers[step.code].answered_at > sent.sent_at for step in flow.asked(answers)):
        return _("Changed, and not sent again yet"), False
    when = formats.moment(sent.sent_at, language, case.zones[0])
    return _("Sent on %(when)s") % {"when": f"\u2068{when}\u2069"}, True
