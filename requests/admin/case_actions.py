"""What is done with a case: each is a POST that calls one service and comes back to the page."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.models import OutboxItem
from requests.admin import words
from requests.admin.case_page import get_case, show, warn_of_unseen
from requests.enums import Status
from requests.forms.desk import AnswerForm, AssignForm, EndingForm, HoldForm, MoveForm, NoteForm, SeenForm
from requests.models import Case
from requests.permissions import check_can_work_cases
from requests.selectors.desk import hidden
from requests.services import clock, continuation, desk, endings, holds
from requests.services.messages import MessageRefused, write_to_patient
from requests.workflow import OPEN


def _back(case: Case) -> HttpResponse:
    return redirect("admin:requests_case_change", case.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: UUID, to: str) -> HttpResponse:
    """Move a case; a GET asks for what the move needs."""
    case = get_case(request, pk)
    if to not in Status:
        raise Http404
    target = Status(to)
    answers = request.POST if request.method == "POST" else None
    form = MoveForm(Status(case.status), target, answers)
    # Spam gets no word.
    has_last_word = target not in OPEN and target != Status.SPAM
    last_word = EndingForm(answers, initial={"seen": len(clock.incoming(case))}) if has_last_word else None
    if form.is_valid() and (last_word is None or last_word.is_valid()):
        try:
            if last_word is None:
                desk.move(case=case, to=target, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            else:
                details = form.cleaned_data | last_word.cleaned_data
                endings.end(case=case, to=target, by=request.user, **details)  # type: ignore[arg-type]
        except (desk.MoveRefused, MessageRefused) as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{case.reference} is now “{words.STATUS[target]}”.")
            _warn_who_waits(request, case)
            return _back(case)
    return _ask(request, case, target, form, last_word)


def _warn_who_waits(request: HttpRequest, case: Case) -> None:
    """Say that a case has left the desk's hands while its patient still waits."""
    case.refresh_from_db()
    if case.waiting_since and not case.is_open:
        messages.warning(
            request, "The patient still waits for an answer. The case stays in the queue until there is one."
        )


def _ask(request: HttpRequest, case: Case, to: Status, form: MoveForm, last_word: EndingForm | None) -> HttpResponse:
    old = Status(case.status)
    lead = f"{case.reference} goes from “{words.STATUS[old]}” to “{words.STATUS[to]}”."
    if to == Status.SPAM:
        lead += " No mail of it leaves any more; what waits is held, and leaves if you reopen the case."
    return _ask_page(request, case, form, words.move_label(old, to), lead, last_word)


def _ask_page(
    request: HttpRequest, case: Case, form: Form, label: str, lead: str, last_word: EndingForm | None = None
) -> HttpResponse:
    """Show the form of something that needs more than a click."""
    errors = form.errors or (last_word and last_word.errors)
    context = {
        "last_word": last_word,
        **admin.site.each_context(request),
        "title": case.reference,
        "case": case,
        "form": form,
        "label": label,
        "lead": lead,
    }
    return render(request, "admin/requests/move.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a case on hold until a day; a GET asks for day and reason."""
    case = get_case(request, pk)
    form = HoldForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            holds.put_on_hold(case=case, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except desk.MoveRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{case.reference} is on hold until {case.on_hold_until:%-d %B %Y}.")
            return _back(case)
    lead = f"{case.reference} stays in “{words.STATUS[Status(case.status)]}” and leaves the waiting lists."
    return _ask_page(request, case, form, "Put on hold", lead)


@require_POST
def resume(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a case off hold."""
    case = get_case(request, pk)
    if holds.resume(case=case, by=request.user):  # type: ignore[arg-type]  # staff, the site made sure
        messages.success(request, f"{case.reference} is back in the waiting lists.")
    return _back(case)


@require_POST
def new_case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a new case for the person of a closed one."""
    case = get_case(request, pk)
    try:
        opened = continuation.open_from(case=case, by=request.user)  # type: ignore[arg-type]  # staff
    except (desk.MoveRefused, PermissionDenied) as refusal:
        messages.error(request, str(refusal))
        return _back(case)
    messages.success(request, f"{opened.reference} is open and yours. The patient gets a mail with a link to it.")
    return _back(opened)


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Search for a case without writing a patient's address or number into the address line."""
    check_can_work_cases(request.user)  # type: ignore[arg-type]  # staff, the site made sure
    query = urlencode({"q": hidden(request.POST.get("term", "").strip())})
    return redirect(f"{reverse('admin:requests_case_changelist')}?{query}")


@require_POST
def assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a case to somebody, to oneself, or to nobody."""
    case = get_case(request, pk)
    if "me" in request.POST:
        owner: Any = request.user
    else:
        form = AssignForm(request.POST, prefix="assign")
        if not form.is_valid():
            messages.error(request, "Select a coordinator.")
            return _back(case)
        owner = form.cleaned_data["owner"]
    try:
        desk.assign(case=case, to=owner, by=request.user)  # type: ignore[arg-type]
    except PermissionDenied as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, f"{case.reference} belongs to {owner}." if owner else f"{case.reference} is unassigned."
        )
    return _back(case)


@require_POST
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write to the patient; a mail with a link follows."""
    case = get_case(request, pk)
    form = AnswerForm(request.POST, prefix="answer")
    if not form.is_valid():
        return show(request, pk, status=422, answer_form=form)
    try:
        write_to_patient(case=case, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    except MessageRefused as refusal:
        messages.error(request, str(refusal))
        return show(request, pk, status=422, answer_form=form)
    told = (
        "The patient gets a mail with a link." if case.has_email else "No mail leaves: the case has no e-mail address."
    )
    messages.success(request, f"Your message is on the case page. {told}")
    warn_of_unseen(request, case)
    return _back(case)


@require_POST
def no_answer_needed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop the clock of an answer, with the coordinator's name."""
    case = get_case(request, pk)
    form = SeenForm(request.POST)
    form.full_clean()
    clock.no_answer_needed(case=case, by=request.user, seen=form.cleaned_data["seen"])  # type: ignore[arg-type]
    messages.success(request, "It is noted, with your name, that no answer is needed.")
    warn_of_unseen(request, case)
    return _back(case)


@require_POST
def note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write an internal note."""
    case = get_case(request, pk)
    form = NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return show(request, pk, status=422, note_form=form)
    desk.add_note(case=case, body=form.cleaned_data["body"], by=request.user)  # type: ignore[arg-type]
    messages.success(request, "The note is kept.")
    return _back(case)


@require_POST
def release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let the held mails of a case leave."""
    case = get_case(request, pk)
    if case.holds_mails:
        number = desk.release(case=case, by=request.user)  # type: ignore[arg-type]
        messages.success(request, f"{case.reference} is released. {number} held mails and documents leave now.")
    return _back(case)


@require_POST
def revoke(request: HttpRequest, pk: UUID, link: UUID) -> HttpResponse:
    """Make a mailed link open nothing any more."""
    case = get_case(request, pk)
    row = get_object_or_404(case.links, pk=link)
    if row.revoked_at is None:
        desk.revoke_link(link=row, by=request.user)  # type: ignore[arg-type]
    messages.success(request, "The link opens nothing any more.")
    return _back(case)


@require_POST
def send_again(request: HttpRequest, pk: UUID, item: UUID) -> HttpResponse:
    """Queue a failed mail or document afresh."""
    case = get_case(request, pk)
    row = get_object_or_404(OutboxItem, pk=item, reference=case.reference)
    if desk.send_again(item=row, by=request.user):  # type: ignore[arg-type]
        messages.success(request, "It is queued again and leaves within seconds.")
    else:
        messages.warning(request, "Only what has failed can be sent again.")
    return _back(case)
