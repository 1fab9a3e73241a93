"""Tasks of one's own case that are flows: a first page, a page for each question, and the page that checks and sends."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.http.forms import FROM_LANGUAGE
from requests.enums import ActorKind
from requests.flows import Flow, FlowKind, FlowStep, words
from requests.flows.forms import AnswerForm
from requests.flows.registry import KINDS
from requests.models import Answer, Case
from requests.selectors import answers as selected
from requests.selectors.cases import own_case
from requests.services import flow_answers
from requests.services.flow_answers import AnswerChanged, FlowClosed, NotComplete
from requests.views.cases import case_page, not_a_request, way_in


@dataclass(frozen=True)
class Opened:
    """A flow of a case, with its newest answers."""

    case: Case
    kind: FlowKind
    flow: Flow
    answers: dict[str, Answer]

    @property
    def is_open(self) -> bool:
        """Whether answers can be given and sent now."""
        return self.kind.is_open(self.case)

    def rows(self) -> list[dict[str, Any]]:
        """Return the questions that are asked, each with its answer in words, and where it is changed."""
        language = self.flow.language
        return [
            {
                "step": step,
                "lines": words.lines(step, self.answers[step.code], language) if step.code in self.answers else [],
                "url": self.url(step),
            }
            for step in self.flow.asked(self.answers)
        ]

    def delete_url(self) -> str:
        """Return the address that deletes the answers; none for what is not confidential, and where there are none."""
        if not (self.kind.is_confidential and self.answers):
            return ""
        return reverse("requests:flow_delete", args=[self.case.reference, self.kind.task])

    def url(self, step: FlowStep | None) -> str:
        """Return the address of a question; that of the page that checks the answers when it is none."""
        if step is None:
            return reverse("requests:flow_check", args=[self.case.reference, self.kind.task])
        return reverse("requests:flow_step", args=[self.case.reference, self.kind.task, step.code])


def start(request: HttpRequest, case: Case, kind: FlowKind) -> HttpResponse:
    """The first page of a flow: why we ask, how far she is, and what the desk wrote about it."""
    if refusal := _refusal(request, case, kind):
        return refusal
    opened = _opened(case, kind)
    if not opened.is_open:
        return redirect(opened.url(None))
    progress = opened.flow.progress(opened.answers)
    context: dict[str, Any] = {
        "heading": opened.flow.heading,
        "flow": opened.flow,
        "delete_url": opened.delete_url(),
        "task": case.tasks.shown().open().of_patient().filter(kind__code=kind.task).select_related("case").first(),
        "progress": progress,
        "check_url": opened.url(None),
        "next_url": opened.url(opened.flow.to_answer(opened.answers)),
        "sent": selected.last_sendings(case).get(kind.task),
    }
    return case_page(request, "flow_start.html", case, **context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def step(request: HttpRequest, reference: str, kind: str, step: str) -> HttpResponse:
    """One question; its answer is saved before the next one is shown."""
    case, flow_kind = own_case(request, reference), _kind(kind)
    if request.method != "POST" and (refusal := _refusal(request, case, flow_kind)):
        return refusal
    if case.is_spam:
        return not_a_request(request, case)
    opened = _opened(case, flow_kind)
    question = opened.flow.step(step)
    if question is None:
        raise Http404
    if request.method != "POST" and (not opened.is_open or question not in opened.flow.asked(opened.answers)):
        # Another answer made this question one that is not asked any more.
        return redirect(opened.url(None))
    answer = opened.answers.get(question.code)
    values = opened.flow.values_before(question, opened.answers)
    data = request.POST if request.method == "POST" else None
    form = AnswerForm(data, step=question, answer=answer, values=values)
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
    elif "add" in request.POST:
        form.as_typed("")
    elif form.is_valid():
        return _save(request, opened, question, form)
    return _step_page(request, opened, question, form)


def _save(request: HttpRequest, opened: Opened, question: FlowStep, form: AnswerForm) -> HttpResponse:
    data = {name: form.cleaned_data[name] for name in ("seen", "form_token")}
    try:
        flow_answers.save(
            case=opened.case,
            kind=opened.kind,
            step=question,
            state=form.state,
            given=form.given,
            language=get_language() or "",
            **data,
        )
    except FlowClosed:
        return _step_page(request, opened, question, form, status=422, is_closed=True)
    except AnswerChanged as changed:
        # The page has seen it now: the same button saves what was typed.
        form.put_answer("seen", str(changed.answer.pk))
        lines = words.lines(question, changed.answer, opened.flow.language)
        return _step_page(request, opened, question, form, status=422, changed=changed.answer, changed_lines=lines)
    answers = selected.current(opened.case, opened.kind.task)
    # From the page that checks them, the next one without an answer is one that this answer asks for.
    return redirect(opened.url(opened.flow.to_answer(answers, after=question)))


def _step_page(
    request: HttpRequest, opened: Opened, question: FlowStep, form: AnswerForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    asked = opened.flow.asked(opened.answers)
    before = opened.flow.before(question, opened.answers)
    first = reverse("requests:task_kind", args=[opened.case.reference, opened.kind.task])
    context |= {
        "heading": question.text,
        "flow": opened.flow,
        "step": question,
        "form": form,
        "answer": opened.answers.get(question.code),
        "position": asked.index(question) + 1 if question in asked else 0,
        "total": len(asked),
        "back_url": opened.url(before) if before else first,
        "check_url": opened.url(None),
        "next_url": opened.url(opened.flow.to_answer(opened.answers, after=question)),
        "language_form": "flow-form",
    }
    status = 422 if form.is_bound and form.errors else status
    return case_page(request, "flow_step.html", opened.case, status=status, **context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def check(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """All answers, each with a way to change it, and the button that sends them."""
    case, flow_kind = own_case(request, reference), _kind(kind)
    if refusal := _refusal(request, case, flow_kind):
        return refusal
    opened = _opened(case, flow_kind)
    if request.method != "POST":
        return _check_page(request, opened)
    try:
        is_new = flow_answers.send(case=case, kind=flow_kind, flow=opened.flow, seen=request.POST.get("seen", ""))
    except NotComplete:
        return _check_page(request, _opened(case, flow_kind), status=422, has_changed=True)
    except FlowClosed:
        messages.info(request, _("This cannot be sent any more. Write to us if something is missing."))
        return redirect(case)
    messages.success(
        request,
        _("Thank you. Your answers are with us.") if is_new else _("We have these answers already."),
    )
    return redirect(case)


def _check_page(request: HttpRequest, opened: Opened, *, status: int = 200, has_changed: bool = False) -> HttpResponse:
    sent = selected.last_sendings(opened.case).get(opened.kind.task)
    seen = flow_answers.digest(opened.flow, opened.answers)
    context: dict[str, Any] = {
        "heading": _("Check your answers"),
        "flow": opened.flow,
        "delete_url": opened.delete_url(),
        "rows": opened.rows(),
        "missing": opened.url(missing) if (missing := opened.flow.to_answer(opened.answers)) else "",
        "seen": seen,
        "sent": sent,
        "is_sent": sent is not None and flow_answers.sent_digest(opened.case, opened.flow, sent) == seen,
        "is_open": opened.is_open,
        "has_changed": has_changed,
        "start_url": reverse("requests:task_kind", args=[opened.case.reference, opened.kind.task]),
    }
    return case_page(request, "flow_check.html", opened.case, status=status, **context)


@login_not_required
@never_cache
@require_POST
@way_in
def delete(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """Delete the answers to a confidential task at once, whatever the state of the case."""
    case, flow_kind = own_case(request, reference), _kind(kind)
    if not flow_kind.is_confidential:
        raise Http404
    if flow_answers.delete(case=case, kind=flow_kind, by=ActorKind.PATIENT):
        messages.success(request, _("The passport details are deleted."))
    else:
        messages.info(request, _("There are no passport details here."))
    return redirect(case)


def _kind(code: str) -> FlowKind:
    if code not in KINDS:
        raise Http404
    return KINDS[code]


def _opened(case: Case, kind: FlowKind) -> Opened:
    return Opened(case, kind, kind.flow(case, get_language() or "en"), selected.current(case, kind.task))


def _refusal(request: HttpRequest, case: Case, kind: FlowKind) -> HttpResponse | None:
    """Return the page for a case in which the task cannot be read now; None for one in which it can."""
    if case.is_spam:
        return not_a_request(request, case)
    if case.has_died or not (kind.is_open(case) or selected.current(case, kind.task)):
        messages.info(request, _("There is nothing of this kind to do now."))
        return redirect(case)
    return None
