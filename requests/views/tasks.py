"""Tasks and calls of one's own case, and the wishes that become tasks of ours."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.http.forms import FROM_LANGUAGE
from requests import calendar_files
from requests.flows.registry import KINDS
from requests.forms.cases import AnswerTaskForm, WishForm, WordsForm
from requests.models import Case, Task
from requests.selectors.cases import own_case
from requests.services import tasks, wishes
from requests.services.briefs import BRIEF
from requests.services.messages import NotARequest
from requests.services.offers import CHOOSE
from requests.services.tasks import PATIENT
from requests.services.wishes import WISHES
from requests.views import flows, patients
from requests.views.cases import case_page, not_a_request, way_in

# The task whose page is that of the papers.
DOCUMENTS = "documents"
# Tasks that are done on a page of their own.
PAGES = {BRIEF: "requests:brief", CHOOSE: "requests:offers"}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def task(request: HttpRequest, reference: str, public_id: str) -> HttpResponse:
    """A task: what to do, how and by when; the patient's own is answered here."""
    case = own_case(request, reference)
    row = _own_task(case, public_id)
    if hasattr(row, "call"):
        return redirect(row.call)
    if row.kind.code in PAGES and row.is_open:
        return redirect(PAGES[row.kind.code], case.reference)
    if row.kind.code == PATIENT and row.is_open:
        return patients.ask(request, case, row)
    if row.is_open and row.kind.code in KINDS and request.method != "POST":
        return redirect("requests:task_kind", case.reference, row.kind.code)
    form = AnswerTaskForm(request.POST or None)
    if not row.for_desk and (response := _write(request, case, form, row, _("Your answer is sent."))):
        return response
    # A page that has no form any more has no errors of one.
    form = form if row.is_open and not row.for_desk else AnswerTaskForm()
    return _page(request, case, "task.html", form, task=row, heading=row.kind)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def call(request: HttpRequest, reference: str, public_id: str) -> HttpResponse:
    """A call: when it is, in her time and ours; she can ask for another time."""
    case = own_case(request, reference)
    row = get_object_or_404(_shown(case), public_id=public_id, call__isnull=False)
    form = WishForm(request.POST or None, label=_("Which times suit you better?"))
    sent = _("We have your wish. Until we have answered, the time above stays.")
    if response := _write(request, case, form, row, sent):
        return response
    form = form if row.is_open else WishForm(label="")
    return _page(request, case, "call.html", form, task=row, call=row.call, heading=row.kind)


@login_not_required
@never_cache
@require_safe
@way_in
def call_file(request: HttpRequest, reference: str, public_id: str) -> HttpResponse:
    """A call as a file for one's own calendar."""
    case = own_case(request, reference)
    row = get_object_or_404(_shown(case), public_id=public_id, call__isnull=False)
    headers = {"Content-Disposition": 'attachment; filename="call.ics"'}
    return HttpResponse(calendar_files.to_save(row.call), content_type="text/calendar; charset=utf-8", headers=headers)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def of_kind(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """The first page of a flow, the open task of a kind, or the beginning of a complaint or the wish for a refund."""
    case = own_case(request, reference)
    if kind == DOCUMENTS:
        return redirect("requests:documents", case.reference)
    if kind in KINDS:
        return flows.start(request, case, KINDS[kind])
    row = _shown(case).open().filter(kind__code=kind).first()
    if row is not None and request.method != "POST":
        return redirect(row)
    if kind not in WISHES:
        messages.info(request, _("There is nothing of this kind to do now."))
        return redirect(case)
    form = WishForm(request.POST or None, label=_("What happened, and what would be right?"))
    heading = {"complaint": _("Complain"), "refund": _("Ask for a refund")}[kind]
    if response := _write(request, case, form, kind, _("We have it, and we answer by the day that stands here.")):
        return response
    return _page(request, case, "wish.html", form, heading=heading, usual=tasks.usual(kind))


def _shown(case: Case) -> Any:
    return case.tasks.shown().select_related("kind", "case", "message", "call")


def _own_task(case: Case, public_id: str) -> Task:
    row: Task = get_object_or_404(_shown(case), public_id=public_id)
    return row


def _write(request: HttpRequest, case: Case, form: WordsForm, what: Task | str, sent: str) -> HttpResponse | None:
    """Take the words of a form for a task, or for a wish of a kind; None when the page is to be shown (again)."""
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
        return None
    if case.is_spam:
        return not_a_request(request, case, typed=form["body"].value() or "" if form.is_bound else "")
    if not form.is_valid():
        return None
    words = {**form.cleaned_data, "language": get_language() or ""}
    try:
        if isinstance(what, str):
            what = wishes.wish(case=case, code=what, **words)
        else:
            wishes.answer(task=what, **words)
    except NotARequest:
        case.refresh_from_db(fields=["status"])
        return not_a_request(request, case, typed=words["body"])
    messages.success(request, sent)
    return redirect(what)


def _page(request: HttpRequest, case: Case, template: str, form: WordsForm, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return case_page(request, template, case, status=status, form=form, language_form="words-form", **context)
