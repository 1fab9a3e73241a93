"""Admin pages of handover notes: one is written for the next shift, and marked as read."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.localisation import desk_formats
from requests.admin import labels
from requests.forms.assignment import HandoverForm
from requests.models import Case, HandoverNote
from requests.permissions import check_can_work_cases
from requests.selectors import absences, chasing, referrals
from requests.selectors import handover as notes
from requests.services import handover


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Show the newest notes, and what goes along with a new one; a POST writes it."""
    user: Any = request.user
    check_can_work_cases(user)
    form = HandoverForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        handover.write(by=user, **form.cleaned_data)
        messages.success(request, _("The note stands on top of everybody’s queue until they have read it."))
        return redirect("admin:requests_case_handover")
    shown = {
        "form": form,
        "title": _("Handover"),
        "cases": [_shown(case) for case in notes.own_cases(user)],
        "tasks": absences.tasks_for(user),
        "notes": [_note(note, user) for note in notes.newest()],
    }
    context = admin.site.each_context(request) | shown
    return render(request, "admin/requests/handover.html", context, status=422 if form.errors else 200)


def unread(user: Any) -> dict[str, Any] | None:
    """Return the newest note that somebody has not read, for the top of their queue."""
    note = notes.unread(user)
    if note is None:
        return None
    return {"note": note, "at": desk_formats.moment(note.created_at), "case_count": note.cases.count()}


def _shown(case: Case) -> dict[str, Any]:
    """Return a case as it stands now, without a name."""
    tasks = case.open_tasks  # type: ignore[attr-defined]  # of the selectors
    step = labels.next_step(case, chasing.first(tasks), referrals.of_clinic(tasks))
    return {"case": case, "next": step, "due": labels.due(case.answer_by)}


def _note(note: HandoverNote, user: Any) -> dict[str, Any]:
    reads = list(note.reads.all())
    return {
        "note": note,
        "at": desk_formats.moment(note.created_at),
        "cases": [_shown(case) for case in note.cases.all()],
        "reads": [{"who": read.user, "at": desk_formats.moment(read.at)} for read in reads],
        "is_unread": note.author_id != user.pk and user.pk not in {read.user_id for read in reads},
    }


@require_POST
def read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note that the reader has read a note; it leaves the top of their queue."""
    user: Any = request.user
    check_can_work_cases(user)
    note = get_object_or_404(HandoverNote.objects.select_related("author"), pk=pk)
    handover.mark_read(note=note, by=user)
    messages.success(request, _("It is noted that you have read what %(name)s wrote.") % {"name": note.author})
    return redirect("admin:requests_case_changelist")
