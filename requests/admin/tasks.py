"""Tasks and calls of a case at the desk, and the lists of what tasks are made of."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.admin.base import PortalAdmin
from portal.core.admin.translated import TranslatedAdmin
from portal.core.localisation import desk_formats, formats
from requests.admin.case_page import back, get_case, leave, render_page
from requests.forms.tasks import CallForm, TaskForm
from requests.models import Case, EndReason, StepTime, Task, TaskKind
from requests.services import tasks


@admin.register(TaskKind)
class TaskKindAdmin(TranslatedAdmin):
    """A kind of task, with the words that patients read."""

    empty_list = gettext_lazy(
        "What the desk can ask patients for and promise them. “manage.py load_content” brings the first kinds."
    )
    list_display = ("name", "code", "for_desk", "is_shown", "is_offered", "working_days", "order")
    shared = (("code", "order"), ("for_desk", "is_shown"), ("is_offered", "working_days"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # The code stands in addresses and in the portal itself.
        return (*super().get_readonly_fields(request, obj), *(["code"] if obj else []))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(EndReason)
class EndReasonAdmin(TranslatedAdmin):
    """A reason for which cases end."""

    empty_list = gettext_lazy(
        "Why cases end, to select at their end. “manage.py load_content” brings the first reasons."
    )
    list_display = ("name", "code", "ending", "is_active", "order")
    shared = (("code", "order"), ("ending", "is_active"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Cases that have it ended in that way.
        return (*super().get_readonly_fields(request, obj), *(["code", "ending"] if obj else []))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(StepTime)
class StepTimeAdmin(PortalAdmin):
    """How long a step of the road usually takes."""

    empty_list = gettext_lazy(
        "How many days each step of a case usually takes. Patients read it on their road; without a row they read nothing."
    )
    list_display = ("step", "days_from", "days_to")


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for one more task."""
    case = get_case(request, pk)
    form = TaskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("kind", "details", "form_token")}
        due_at = form.cleaned_data["due_on"]
        try:
            task = tasks.ask(case=case, by=request.user, due_at=due_at, **words)  # type: ignore[arg-type]  # staff
        except tasks.TaskRefused as refusal:
            messages.error(request, str(refusal))
        else:
            told = [_("The patient gets a mail with a link.")] if not task.for_desk and case.has_email else []
            messages.success(request, " ".join([_("“%(task)s” is added.") % {"task": task.kind}, *told]))
            return back(request, case)
    return form_page(request, case, form, _("Add a task"))


@require_http_methods(["GET", "HEAD", "POST"])
def add_call(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Promise a call."""
    case = get_case(request, pk)
    form = CallForm(request.POST if request.method == "POST" else None, case=case)
    if form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("starts_at", "minutes", "channel", "details", "form_token")}
        try:
            tasks.arrange_call(case=case, by=request.user, **words)  # type: ignore[arg-type]  # staff
        except tasks.TaskRefused as refusal:
            messages.error(request, str(refusal))
        else:
            told = [_("The patient gets a mail with a calendar file.")] if case.has_email else []
            messages.success(request, " ".join([_("The call is promised."), *told]))
            return back(request, case)
    return form_page(request, case, form, _("Promise a call"))


@require_http_methods(["GET", "HEAD", "POST"])
def move_call(request: HttpRequest, pk: UUID, task: UUID) -> HttpResponse:
    """Move a call to another time."""
    case = get_case(request, pk)
    row = get_object_or_404(case.tasks.select_related("call", "case"), pk=task, call__isnull=False)
    form = CallForm(request.POST if request.method == "POST" else None, case=case, call=row.call)
    if form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("starts_at", "minutes", "channel")}
        sequence = form.cleaned_data["sequence"]
        try:
            tasks.move_call(task=row, sequence=sequence, by=request.user, **words)  # type: ignore[arg-type]  # staff
        except tasks.TaskRefused as refusal:
            messages.error(request, str(refusal))
            return back(request, case)
        told = [_("A mail tells of it.")] if case.has_email else []
        messages.success(request, " ".join([_("The call has its new time."), *told]))
        return back(request, case)
    return form_page(request, case, form, _("Move the call"))


@require_POST
def finish(request: HttpRequest, pk: UUID, task: UUID) -> HttpResponse:
    """Note that a task is done."""
    return _end(request, pk, task, tasks.finish, _("It is noted as done."))


@require_POST
def withdraw(request: HttpRequest, pk: UUID, task: UUID) -> HttpResponse:
    """Take a task back."""
    return _end(request, pk, task, tasks.withdraw, _("It is withdrawn."))


def _end(request: HttpRequest, pk: UUID, task: UUID, verb: Any, said: str) -> HttpResponse:
    case = get_case(request, pk)
    row: Task = get_object_or_404(case.tasks.select_related("case"), pk=task)
    try:
        verb(task=row, by=request.user)
    except tasks.TaskRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return leave(request, case)


def form_page(request: HttpRequest, case: Case, form: Any, label: str) -> HttpResponse:
    """Render a form of something that the patient is asked for or promised."""
    status = 422 if form.errors else 200
    language = desk_formats.language()
    names = {
        "speak": formats.language_inside(case.speak, language),
        "read": formats.language_inside(case.language, language),
    }
    lead = _("They speak %(speak)s and read the site in %(read)s.") % names
    return render_page(request, "move.html", case, status=status, form=form, label=label, lead=lead)
