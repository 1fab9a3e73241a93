"""Admin page of a case: everything that a coordinator needs, the next step first."""

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from portal.accounts.models import User
from portal.core.admin.outbox import trouble
from portal.core.delivery import outbox
from portal.core.localisation import desk_formats
from portal.core.models import OutboxItem
from requests.admin import labels, list_place, reach
from requests.enums import (
    BY_HAND,
    DESK_NAMES,
    AccessKind,
    Direction,
    DraftKind,
    EstimateKind,
    EventKind,
    Fact,
    Flag,
    Status,
)
from requests.forms.contacts import ContactForm
from requests.forms.desk import AnswerForm, AssignForm, NoteForm
from requests.models import AccessEvent, Case, Event, Submission, TextDraft
from requests.permissions import check_can_work_cases
from requests.selectors.cases import thread as messages_of
from requests.selectors.desk import duplicates, of_same_form
from requests.services import (
    audit,
    changes,
    continuation,
    effects,
    estimates,
    merging,
    presence,
    quarantine,
    text_drafts,
)
from requests.workflow import ENDINGS, HOLDABLE, LAST, MOVES, OPEN

ASKED = {
    "for_whom": "Who it is for",
    "message": "In their own words",
    "condition": "Condition",
    "clinic": "Clinic",
    "shortlist": "Clinics compared",
    "doctor": "Doctor",
    "care_assistant": "Care assistant",
    "package": "Package",
    "procedures": "Procedures",
    "country": "Country",
    "speak": "Language to speak",
    "name": "Name",
    "email": "E-mail",
    "channel": "How to reach them",
    "phone_as_typed": "Phone, as typed",
    "phone": "Phone",
    "best_time": "Best time",
    "time_zone": "Time zone",
}


def get_case(request: HttpRequest, pk: Any) -> Case:
    """Return a case for somebody who works cases, with ``known``, how many deeds of the desk its page knows of.

    Raises ``PermissionDenied`` or ``Http404``.
    """
    check_can_work_cases(request.user)  # type: ignore[arg-type]  # staff, the site made sure
    related = ("condition__area", "clinic", "package", "owner", "merged_into")
    try:
        return Case.objects.select_related(*related).annotate(known=changes.KNOWN).get(pk=pk)
    except (Case.DoesNotExist, ValidationError, ValueError):  # the last two for a pk that is no UUID
        raise Http404 from None


def show(request: HttpRequest, pk: Any, status: int = 200, **forms: Any) -> HttpResponse:
    """Render the page of a case and note who read it; ``forms`` are those that came back with errors."""
    case = get_case(request, pk)
    audit.record_access(case, AccessKind.CASE, by=request.user)  # type: ignore[arg-type]  # staff
    return render_page(request, "case.html", case, status=status, **_context(case, request) | forms)


def render_page(request: HttpRequest, template: str, case: Case, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page that does something with a case; ``context`` may give it another title than the reference."""
    shared = {
        **admin.site.each_context(request),
        "title": case.reference,
        "case": case,
        "list_query": list_place.query(request),
    }
    return render(request, f"admin/requests/{template}", shared | context, status=status)


def back(request: HttpRequest, case: Case) -> HttpResponse:
    """Go back to the page of a case, with the place in the list that it was opened from."""
    return redirect(reverse("admin:requests_case_change", args=[case.pk]) + list_place.query(request))


def warn_of_unseen(request: HttpRequest, case: Case) -> None:
    """Say that the patient wrote something that the answer just given does not cover."""
    case.refresh_from_db(fields=["waiting_since"])
    if case.waiting_since:
        messages.warning(request, "The patient wrote again meanwhile. That still waits for an answer.")


def _context(case: Case, request: HttpRequest) -> dict[str, Any]:
    whole = case.whole()
    submissions = list(Submission.objects.filter(case__in=whole).select_related("case").order_by("-created_at"))
    submissions.sort(key=lambda submission: submission.case_id != case.pk)  # its own first
    thread = messages_of(case)
    # What this page shows of the patient: an answer that is written on it answers that and nothing newer.
    seen = len(submissions) + sum(message.direction == Direction.FROM_PATIENT for message in thread)
    return {
        "state": DESK_NAMES[Status(case.status)],
        "turn": labels.TURN[case.turn],
        "next_step": labels.next_step(case),
        "due": labels.due(case.answer_by),
        "answer_by_there": desk_formats.moment_in(case.answer_by, case.zones[0]) if case.answer_by else "",
        "wrote": labels.wrote(case),
        "held_because": held_because(case),
        "seen": seen,
        "age": labels.age(case),
        "is_by_hand": case.source in BY_HAND,
        "submissions": [_submission(submission) for submission in submissions],
        "consents": case.consents.select_related("heard_by", "text"),
        "thread": thread,
        "statement": case.statements.select_related("recorded_by").last(),
        "tasks": case.tasks.open().select_related("kind", "call", "asked_by"),
        "past_tasks": case.tasks.filter(Q(done_at__isnull=False) | Q(withdrawn_at__isnull=False)).select_related(
            "kind"
        ),
        "family_links": case.family_links.select_related("case"),
        "ways": reach.ways(request, case),
        "contacts": case.contacts.select_related("author").order_by("-at"),
        "present": labels.present(presence.meet(case=case, by=request.user)),  # type: ignore[arg-type]  # staff
        "notes": case.notes.select_related("author").order_by("-created_at"),
        "estimates": [(estimate, labels.total(estimate)) for estimate in case.estimates.prefetch_related("lines")],
        "timeline": _timeline(Event.objects.filter(reference=case.reference).order_by("-at")),
        # A case is read more often than one page holds.
        "reads": _timeline(AccessEvent.objects.filter(reference=case.reference).order_by("-at")[:30]),
        "outbox": _outbox_rows(case),
        "assign_form": AssignForm(prefix="assign", initial={"owner": case.owner_id}),
        "left": case.owner if case.owner and effects.owner(case) is None else None,
        "continued_in": None if case.is_open else continuation.continued_in(case),
        "continues": continuation.continues(case),
        "same_form": of_same_form(case),
        "merged": whole[1:],
        "duplicates": duplicates(case),
        "can_merge": Status.DUPLICATE in MOVES[Status(case.status)],
        "can_undo_merge": merging.can_undo(case),
        **_buttons(case),
        **_texts(case, request, seen),
        **_place(case, request),
    }


def _texts(case: Case, request: HttpRequest, seen: int) -> dict[str, Any]:
    """Return the forms of answer, note and contact with the drafts of this colleague."""
    drafts = text_drafts.of(case, request.user)  # type: ignore[arg-type]  # staff, the site made sure
    answer, note, contact = (drafts.get(kind) for kind in (DraftKind.ANSWER, DraftKind.NOTE, DraftKind.CONTACT))
    return {
        "answer_form": AnswerForm(prefix="answer", initial={"seen": seen, "body": body(answer)}),
        "answer_draft": answer,
        "note_form": NoteForm(prefix="note", initial={"body": body(note)}),
        "note_draft": note,
        "contact_form": ContactForm(initial={"seen": seen, "channel": case.channel, "body": body(contact)}),
        "contact_draft": contact,
        "ending_draft": drafts.get(DraftKind.LAST_WORD) or drafts.get(DraftKind.REASON),
    }


def _place(case: Case, request: HttpRequest) -> dict[str, Any]:
    """Return the ways back into the list and on to its next case."""
    following = list_place.next_case(request, case)
    address = reverse("admin:requests_case_change", args=[following]) if following else ""
    return {
        "list_address": list_place.list_address(request),
        "list_query": list_place.query(request, **{list_place.NEXT: str(following or "")}),
        "next_address": address and address + list_place.query(request, **{list_place.NEXT: ""}),
    }


def body(draft: TextDraft | None) -> str:
    """Return what somebody has begun to write, empty for nothing."""
    return draft.body if draft else ""


def _submission(submission: Submission) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(submission.content)
    fields = [(label, labels.in_words(name, content.get(name, ""))) for name, label in ASKED.items()]
    # What the form of an earlier release asked is shown under the name of its column.
    others = [(name, str(value)) for name, value in content.items() if name not in ASKED]
    return {"row": submission, "fields": [*fields, *others], "flags": [Flag(flag).label for flag in submission.flags]}


def held_because(case: Case) -> list[str]:
    """Say why the mails of a case are held: the flags of its submissions that hold any."""
    flags = {flag for submission in case.submissions.all() for flag in submission.flags}
    return [flag.label for flag in Flag if flag in flags & quarantine.HOLDING] if case.holds_mails else []


def _buttons(case: Case) -> dict[str, Any]:
    """Return the allowed moves as buttons: ways forward, and ways to end the case."""
    old = Status(case.status)
    # A quarantined case is released or ended (decision 0025).
    if case.is_quarantined and case.is_open:
        forward: list[Status] = []
    else:
        forward = [to for to in MOVES[old] if to in OPEN or (to == Status.CLOSED and old == LAST)]
    endings = [to for to in MOVES[old] if to not in OPEN and to not in forward]
    builds = Status.ESTIMATE_SENT in forward and not case.estimates.filter(kind="final", superseded_at=None).exists()
    # Issuing the first estimate makes this move, so there is no button that only makes it.
    if builds:
        forward.remove(Status.ESTIMATE_SENT)
    return {
        "moves": [_button(case, old, to) for to in forward],
        "endings": [_button(case, old, to) for to in endings],
        "estimate_is_next": builds and old == Status.OFFERS_IN,
        "can_hold": old in HOLDABLE and not case.is_quarantined and case.on_hold_until is None,
        **_estimate(case),
    }


def _estimate(case: Case) -> dict[str, Any]:
    """Return what kind of estimate can be issued now, or why none."""
    try:
        kind = estimates.kind_to_issue(case)
    except estimates.EstimateRefused as refusal:
        first = _button(case, Status(case.status), refusal.first) if refusal.first else None
        return {"builds": "", "estimate_refusal": str(refusal), "estimate_first": first}
    return {"builds": "supplement" if kind == EstimateKind.SUPPLEMENT else "estimate"}


def _button(case: Case, old: Status, to: Status) -> dict[str, Any]:
    """Return one move that the workflow allows now; ``url`` asks first where ``asks`` is set."""
    url = reverse("admin:requests_case_move", args=[case.pk, to.value])
    return {"label": labels.move_label(old, to), "url": url, "asks": to in ENDINGS}


def _timeline(rows: QuerySet[Event] | QuerySet[AccessEvent]) -> list[dict[str, Any]]:
    """Return what happened, or who read the case, with the people who did it."""
    people = User.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
    return [
        {"at": row.at, "what": _what(row), "who": people.get(row.actor_id or 0) or row.get_actor_kind_display()}
        for row in rows
    ]


def _what(row: Event | AccessEvent) -> str:
    if isinstance(row, Event) and row.kind == EventKind.MOVED:
        return f"{DESK_NAMES[Status(row.from_status)]} → {DESK_NAMES[Status(row.to_status)]}"
    if isinstance(row, Event) and row.kind == EventKind.FACT_CORRECTED:
        return f"{Fact(row.fact).label} corrected"
    return row.get_kind_display()


def _outbox_rows(case: Case) -> list[dict[str, Any]]:
    """Return the mails and documents that the case owes or sent, newest first."""
    rows = OutboxItem.objects.filter(reference=case.reference).order_by("-created_at")
    people = User.objects.in_bulk({row.recipient_id for row in rows if row.recipient_id})
    return [
        {
            "row": row,
            "what": outbox.label(row.kind),
            "to": people.get(row.recipient_id or 0, ""),
            "trouble": trouble(row.error),
        }
        for row in rows
    ]
