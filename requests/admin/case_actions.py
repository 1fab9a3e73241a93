"""Actions on a case: each is a POST that calls one service and comes back to the page."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_POST

from portal.core.localisation.languages import LANGUAGES
from portal.core.models import OutboxItem
from requests.admin import meanwhile, owners
from requests.admin.case_page import back, get_case, leave, show, warn_of_unseen
from requests.enums import DraftKind
from requests.forms.desk import AnswerForm, AssignForm, NoteForm, SeenForm
from requests.models import Case
from requests.permissions import check_can_work_cases
from requests.selectors import desk as desk_selectors
from requests.services import (
    answers,
    changes,
    clock,
    desk,
    family,
    tasks,
    text_drafts,
)
from requests.services.messages import MessageRefused, unsent


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Search for a case without writing a patient's address or number into the address line."""
    check_can_work_cases(request.user)  # type: ignore[arg-type]  # staff, the site made sure
    query = urlencode({"q": desk_selectors.hidden(request.POST.get("term", "").strip())})
    return redirect(f"{reverse('admin:requests_case_changelist')}?{query}")


@require_POST
def assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a case to somebody, to oneself, or to nobody."""
    case = get_case(request, pk)
    if "me" in request.POST:
        owner: Any = request.user
    else:
        chosen = {"assign-owner": request.POST["give"]} if "give" in request.POST else request.POST
        form = AssignForm(chosen, prefix="assign")
        if not form.is_valid():
            messages.error(request, _("Select a coordinator."))
            return back(request, case)
        owner = form.cleaned_data["owner"]
    try:
        with meanwhile.unchanged(request, case):
            desk.assign(case=case, to=owner, by=request.user)  # type: ignore[arg-type]
    except changes.ChangedMeanwhile as error:
        label = _("Take it from its owner")
        if owner:
            label = _("Take it") if owner == request.user else _("Give it to %(owner)s") % {"owner": owner}
        return meanwhile.ask(request, case, error.events, label)
    except PermissionDenied as refusal:
        messages.error(request, str(refusal))
    else:
        names = {"reference": case.reference, "owner": owner}
        messages.success(
            request,
            (_("%(reference)s belongs to %(owner)s.") if owner else _("%(reference)s is unassigned.")) % names,
        )
        for sentence in owners.warnings([owner.pk] if owner and owner != request.user else []):
            messages.warning(request, sentence)
    return back(request, case)


@require_POST
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write to the patient; a mail with a link follows."""
    case = get_case(request, pk)
    form = AnswerForm(case, request.POST, prefix="answer")
    if form.is_valid() and "preview" in request.POST:
        preview = preview_of(case, form.cleaned_data["body"])
        return show(request, pk, box=DraftKind.ANSWER, answer_form=form, preview=preview)
    if not form.is_valid():
        return show(request, pk, status=422, box=DraftKind.ANSWER, answer_form=form)
    try:
        with meanwhile.unchanged(request, case):
            answers.send(case=case, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            text_drafts.discard(case=case, kinds=[DraftKind.ANSWER], by=request.user)  # type: ignore[arg-type]
    except changes.ChangedMeanwhile as error:
        return show(
            request,
            pk,
            status=409,
            box=DraftKind.ANSWER,
            answer_form=form,
            meanwhile=meanwhile.told(case, error.events),
        )
    except (MessageRefused, tasks.TaskRefused) as refusal:
        messages.error(request, str(refusal))
        return show(request, pk, status=422, box=DraftKind.ANSWER, answer_form=form)
    sentences = [
        _("Your message goes out in 30 seconds; until then you can take it back."),
        _("The patient gets a mail with a link.")
        if case.has_email
        else _("No mail leaves: the case has no e-mail address."),
    ]
    messages.success(request, " ".join(sentences))
    warn_of_unseen(request, case)
    return back(request, case)


@require_POST
def take_back(request: HttpRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Take an answer back that the patient has not seen."""
    case = get_case(request, pk)
    try:
        is_back = answers.take_back(case=case, message_id=message, by=request.user)  # type: ignore[arg-type]  # staff
    except MessageRefused as refusal:
        messages.error(request, str(refusal))
        return back(request, case)
    if is_back:
        messages.success(request, _("The message is taken back. Its text stands in the box."))
    else:
        messages.info(request, _("There is nothing to take back any more."))
    return back(request, case)


def preview_of(case: Case, body: str) -> dict[str, Any]:
    """Return a message as the patient will read it: the template of her page, in its language and direction."""
    message = unsent(case, body)
    with override(case.language):
        html = render_to_string("requests/_message.html", {"message": message, "case": case})
    return {"html": html, "language": LANGUAGES[case.language]}


@require_POST
def no_answer_needed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop the clock of an answer, with the coordinator's name."""
    case = get_case(request, pk)
    form = SeenForm(request.POST)
    form.full_clean()  # it has no errors: what is no number says that nothing was seen
    try:
        with meanwhile.unchanged(request, case):
            clock.no_answer_needed(case=case, by=request.user, seen=form.cleaned_data["seen"])  # type: ignore[arg-type]
    except changes.ChangedMeanwhile as error:
        return meanwhile.ask(request, case, error.events, _("Note that no answer is needed"))
    messages.success(request, _("It is noted, with your name, that no answer is needed."))
    warn_of_unseen(request, case)
    return leave(request, case)


@require_POST
def note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write an internal note."""
    case = get_case(request, pk)
    form = NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return show(request, pk, status=422, note_form=form, box=DraftKind.NOTE)
    words = form.cleaned_data
    mentioned = desk_selectors.mentioned(words["body"])
    with transaction.atomic():
        desk.add_note(case=case, by=request.user, **words)  # type: ignore[arg-type]
        for colleague in mentioned.people:
            asked = {"details": words["body"], "form_token": words["form_token"]}
            tasks.ask_colleague(case=case, colleague=colleague, by=request.user, **asked)  # type: ignore[arg-type]
        text_drafts.discard(case=case, kinds=[DraftKind.NOTE], by=request.user)  # type: ignore[arg-type]
    told = [_("%(colleague)s has a task.") % {"colleague": colleague} for colleague in mentioned.people]
    messages.success(request, " ".join([_("The note is kept."), *told]))
    for sentence in owners.warnings(colleague.pk for colleague in mentioned.people):
        messages.warning(request, sentence)
    for name in mentioned.unknown:
        messages.warning(
            request, _("“%(name)s” is nobody at the desk, or more than one: it made no task.") % {"name": name}
        )
    return back(request, case)


@require_POST
def release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let the held mails of a case leave."""
    case = get_case(request, pk)
    if case.holds_mails:
        number = desk.release(case=case, by=request.user)  # type: ignore[arg-type]
        sentence = ngettext(
            "%(reference)s is released. %(number)s held mail or document leaves now.",
            "%(reference)s is released. %(number)s held mails and documents leave now.",
            number,
        )
        messages.success(request, sentence % {"reference": case.reference, "number": number})
    return leave(request, case)


@require_POST
def revoke(request: HttpRequest, pk: UUID, link: UUID) -> HttpResponse:
    """Make a mailed link open nothing any more."""
    case = get_case(request, pk)
    row = get_object_or_404(case.links, pk=link)
    if row.revoked_at is None:
        desk.revoke_link(link=row, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The link opens nothing any more."))
    return back(request, case)


@require_POST
def revoke_family(request: HttpRequest, pk: UUID, link: UUID) -> HttpResponse:
    """Make a link for the family open nothing any more."""
    case = get_case(request, pk)
    row = get_object_or_404(case.family_links.select_related("case"), pk=link)
    family.revoke(link=row, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The link for the family opens nothing any more."))
    return back(request, case)


@require_POST
def send_again(request: HttpRequest, pk: UUID, item: UUID) -> HttpResponse:
    """Queue a failed mail or document afresh."""
    case = get_case(request, pk)
    row = get_object_or_404(OutboxItem, pk=item, reference=case.reference)
    if desk.send_again(item=row, by=request.user):  # type: ignore[arg-type]
        messages.success(request, _("It is queued again and leaves within seconds."))
    else:
        messages.warning(request, _("Only what has failed can be sent again."))
    return back(request, case)
