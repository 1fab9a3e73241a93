"""Actions on a case: each is a POST that calls one service and comes back to the page."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.localisation import desk_formats
from portal.core.localisation.languages import LANGUAGES
from portal.core.models import OutboxItem
from requests.admin import labels, meanwhile, next_step, owners
from requests.admin.case_page import back, body, get_case, leave, render_page, show, warn_of_unseen
from requests.admin.text_drafts import FIELDS
from requests.enums import DESK_NAMES, DraftKind, Status
from requests.forms.desk import AnswerForm, AssignForm, EndingForm, HoldForm, MoveForm, NoteForm, SeenForm
from requests.models import Case, Event
from requests.permissions import check_can_work_cases
from requests.selectors import desk as desk_selectors
from requests.services import (
    answers,
    changes,
    clock,
    continuation,
    desk,
    endings,
    family,
    holds,
    merging,
    moves,
    tasks,
    text_drafts,
)
from requests.services.messages import MessageRefused, unsent
from requests.workflow import OPEN, may_move

# What somebody types on the page of a move, and what of it is kept as a draft.
TYPED = ("reason", "message", "merged_into")
DRAFTS = (DraftKind.LAST_WORD, DraftKind.REASON)


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: UUID, to: str) -> HttpResponse:
    """Move a case; a GET asks for what the move needs."""
    case = get_case(request, pk)
    if to not in Status:
        raise Http404
    target = Status(to)
    if "leave" in request.POST:
        return back(request, case)
    if not may_move(Status(case.status), target):
        return _refuse_move(request, case, target)
    answers = request.POST if request.method == "POST" else None
    drafts = text_drafts.of(case, request.user)  # type: ignore[arg-type]  # staff, the site made sure
    begun = {"reason": body(drafts.get(DraftKind.REASON)), "merged_into": request.GET.get("merged_into", "")}
    lacks = moves.missing(case, target)
    can_override = moves.can_override(request.user, lacks)  # type: ignore[arg-type]  # staff, the site made sure
    # Closing needs them for one of its outcomes only, so there the reason stays optional.
    goes_without = target in OPEN and bool(lacks) and can_override
    form = MoveForm(case, target, answers, initial=begun, goes_without=goes_without)
    # Spam gets no word.
    has_last_word = target not in OPEN and target != Status.SPAM
    last_begun = {"seen": len(clock.incoming(case)), "message": body(drafts.get(DraftKind.LAST_WORD))}
    last_word = EndingForm(answers, initial=last_begun) if has_last_word else None
    events: list[Event] = []
    if form.is_valid() and (last_word is None or last_word.is_valid()):
        try:
            with meanwhile.unchanged(request, case, joins=form.cleaned_data.get("merged_into")):
                _move(case, target, form, last_word, request.user)
                text_drafts.discard(case=case, kinds=DRAFTS, by=request.user)  # type: ignore[arg-type]
        except changes.ChangedMeanwhile as error:
            events = error.events
        except desk.NeedsMissing as refusal:
            form.add_error("reason", str(refusal))
        except tasks.TaskRefused as refusal:
            form.add_error("turn", str(refusal))
        except (desk.MoveRefused, MessageRefused) as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("%(reference)s is now “%(state)s”.") % {"reference": case.reference, "state": DESK_NAMES[target]},
            )
            _warn_who_waits(request, case)
            return back(request, case)
    label = labels.move_label(Status(case.status), target)
    kinds = DRAFTS if last_word else (DraftKind.REASON,)
    shown = {FIELDS[kind]: {"kind": kind.value, "draft": drafts.get(kind)} for kind in kinds}
    context: dict[str, Any] = {
        "drafts": shown,
        "last_word": last_word,
        "needs": next_step.needs_of(case, target),
        "needs_a_lead": bool(lacks) and not can_override and not set(lacks) & set(moves.NEVER_MISSING),
    }
    return _ask(request, case, form, label, _lead(case, target), events, **context)


def _move(case: Case, to: Status, form: MoveForm, last_word: EndingForm | None, by: Any) -> None:
    """Make the move that a checked form describes."""
    if to in OPEN:
        moves.advance(case=case, to=to, by=by, **form.cleaned_data)
        return
    details = {name: value for name, value in form.cleaned_data.items() if name in form.fields}
    if last_word is None:
        desk.move(case=case, to=to, by=by, **details)
    else:
        endings.end(case=case, to=to, by=by, **details, **last_word.cleaned_data)


def _lead(case: Case, to: Status) -> str:
    lead = _("%(reference)s goes from “%(old)s” to “%(new)s”.") % {
        "reference": case.reference,
        "old": DESK_NAMES[Status(case.status)],
        "new": DESK_NAMES[to],
    }
    if to == Status.DUPLICATE:
        lead += " " + _(
            "No row moves: its reference and its links lead to the other case, which shows its messages. Can be undone for a day."
        )
    if to == Status.SPAM:
        lead += " " + _("No mail of it leaves any more; what waits is held, and leaves if you reopen the case.")
    return lead


def _refuse_move(request: HttpRequest, case: Case, to: Status) -> HttpResponse:
    """Say why a page offered a move that is none any more; what was typed can be copied."""
    by: Any = request.user
    # A page that is only opened knows everything, so no deed of a colleague is news to it.
    known = meanwhile.known(request) if request.method == "POST" else case.known  # type: ignore[attr-defined]  # of get_case
    deeds = meanwhile.told(case, changes.since(case, known=known, by=by))
    old = Status(case.status)
    states = {"old": DESK_NAMES[old], "new": DESK_NAMES[to]}
    refusal = _("A case cannot go from “%(old)s” to “%(new)s”.") % states
    if old == to:
        refusal = _("%(reference)s is “%(state)s” already, so there is nothing to do.") % {
            "reference": case.reference,
            "state": DESK_NAMES[to],
        }
    typed = [request.POST[name] for name in TYPED if request.POST.get(name)]
    if old == to and not typed:
        messages.info(request, " ".join([*(deed.sentence for deed in deeds), refusal]))
        return back(request, case)
    context = {"label": labels.MOVE.get(to, DESK_NAMES[to]), "refusal": refusal, "meanwhile": deeds, "typed": typed}
    return render_page(request, "move_refused.html", case, status=409, **context)


def _warn_who_waits(request: HttpRequest, case: Case) -> None:
    """Say that a case has left the desk's hands while its patient still waits."""
    case.refresh_from_db()
    if case.waiting_since and not case.is_open:
        messages.warning(
            request, _("The patient still waits for an answer. The case stays in the queue until there is one.")
        )


def _ask(
    request: HttpRequest, case: Case, form: Form, label: str, lead: str, events: list[Event], **context: Any
) -> HttpResponse:
    """Show the form of something that needs more than a click, with what colleagues did since it was opened."""
    last_word = context.get("last_word")
    is_new = request.method != "POST" or bool(events)
    context |= {
        "form": form,
        "label": label,
        "lead": lead,
        "known": case.known if is_new else meanwhile.known(request),  # type: ignore[attr-defined]  # of get_case
        "meanwhile": meanwhile.told(case, events),
    }
    status = 409 if events else 422 if form.errors or (last_word and last_word.errors) else 200
    return render_page(request, "move.html", case, status=status, **context)


@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a case on hold until a day; a GET asks for day and reason."""
    case = get_case(request, pk)
    form = HoldForm(request.POST if request.method == "POST" else None)
    events: list[Event] = []
    if form.is_valid():
        try:
            with meanwhile.unchanged(request, case):
                holds.put_on_hold(case=case, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except changes.ChangedMeanwhile as error:
            events = error.events
        except desk.MoveRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("%(reference)s is on hold until %(day)s.")
                % {"reference": case.reference, "day": desk_formats.day(form.cleaned_data["until"])},
            )
            return leave(request, case)
    lead = _("%(reference)s stays in “%(state)s” and leaves the waiting lists.") % {
        "reference": case.reference,
        "state": DESK_NAMES[Status(case.status)],
    }
    return _ask(request, case, form, _("Put on hold"), lead, events)


@require_POST
def resume(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a case off hold."""
    case = get_case(request, pk)
    try:
        with meanwhile.unchanged(request, case):
            is_back = holds.resume(case=case, by=request.user)  # type: ignore[arg-type]  # staff, the site made sure
    except changes.ChangedMeanwhile as error:
        return meanwhile.ask(request, case, error.events, _("Take it off hold"))
    if is_back:
        messages.success(request, _("%(reference)s is back in the waiting lists.") % {"reference": case.reference})
    return leave(request, case)


@require_POST
def new_case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a new case for the person of a closed one."""
    case = get_case(request, pk)
    try:
        opened = continuation.open_from(case=case, by=request.user)  # type: ignore[arg-type]  # staff
    except (desk.MoveRefused, PermissionDenied) as refusal:
        messages.error(request, str(refusal))
        return back(request, case)
    messages.success(
        request,
        _("%(reference)s is open and yours. The patient gets a mail with a link to it.")
        % {"reference": opened.reference},
    )
    return leave(request, opened)


@require_POST
def undo_merge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a case out of the one that it was merged into."""
    case = get_case(request, pk)
    try:
        merging.undo(case=case, by=request.user)  # type: ignore[arg-type]  # staff, the site made sure
    except merging.UndoRefused as refusal:
        messages.error(request, str(refusal))
    else:
        told = _("%(case)s stands alone again. Its tasks are open again; calls that were cancelled stay cancelled.")
        messages.success(request, told % {"case": case.reference})
    return leave(request, case)


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
