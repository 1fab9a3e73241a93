"""Moves of a case: from state to state, on hold and back, into another case, into a new one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.localisation import desk_formats
from requests.admin import labels, meanwhile, next_step
from requests.admin.case_page import back, body, get_case, leave, render_page
from requests.admin.text_drafts import FIELDS
from requests.enums import DESK_NAMES, DraftKind, Status
from requests.forms.desk import EndingForm, HoldForm, MoveForm
from requests.models import Case, Event
from requests.services import (
    changes,
    clock,
    continuation,
    desk,
    endings,
    holds,
    merging,
    moves,
    tasks,
    text_drafts,
)
from requests.services.messages import MessageRefused
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
