"""Admin page of a case: everything that a coordinator needs, the next step first."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from clinics.models import CareAssistant, Clinic, Doctor
from conditions.models import Condition, Procedure
from portal.accounts.models import User
from portal.core.admin.outbox import trouble
from portal.core.delivery import outbox
from portal.core.localisation import desk_formats, formats
from portal.core.models import OutboxItem
from requests.admin import labels, list_place
from requests.enums import (
    BY_HAND,
    AccessKind,
    ActorKind,
    Channel,
    Direction,
    DraftKind,
    EstimateKind,
    EventKind,
    Fact,
    Flag,
    ForWhom,
    Outcome,
    Purpose,
    Status,
)
from requests.forms.desk import AnswerForm, AssignForm, NoteForm
from requests.models import AccessEvent, Case, Event, Submission, SupportPackage, TextDraft
from requests.permissions import check_can_work_cases
from requests.selectors.desk import of_same_form
from requests.services import audit, changes, continuation, effects, estimates, quarantine, text_drafts
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
# What a submission names by its slug or its code.
NAMED: dict[str, tuple[type[Model], str]] = {
    "condition": (Condition, "slug"),
    "clinic": (Clinic, "slug"),
    "shortlist": (Clinic, "slug"),
    "doctor": (Doctor, "slug"),
    "care_assistant": (CareAssistant, "slug"),
    "package": (SupportPackage, "slug"),
    "procedures": (Procedure, "code"),
}


@dataclass(frozen=True)
class Button:
    """One move that the workflow allows now; ``url`` asks first where ``asks`` is set."""

    label: str
    url: str
    asks: bool


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the timeline."""

    at: datetime
    what: str
    who: str


def get_case(request: HttpRequest, pk: Any) -> Case:
    """Return a case for somebody who works cases, with ``known``, how many deeds of the desk its page knows of.

    Raises ``PermissionDenied`` or ``Http404``.
    """
    check_can_work_cases(request.user)  # type: ignore[arg-type]  # staff, the site made sure
    related = ("condition__area", "clinic", "package", "owner", "merged_into")
    try:
        return Case.objects.select_related(*related).annotate(known=changes.KNOWN).get(pk=pk)
    except (Case.DoesNotExist, ValidationError, ValueError):
        raise Http404 from None


def show(request: HttpRequest, pk: Any, status: int = 200, **forms: Any) -> HttpResponse:
    """Render the page of a case and note who read it; ``forms`` are those that came back with errors."""
    case = get_case(request, pk)
    audit.record_access(case, AccessKind.CASE, by=request.user)  # type: ignore[arg-type]  # staff
    context = {**admin.site.each_context(request), **_context(case, request), **forms}
    return render(request, "admin/requests/case.html", context, status=status)


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
    submissions = list(case.submissions.order_by("-created_at"))
    thread = list(case.messages.select_related("author"))
    # What this page shows of the patient: an answer that is written on it answers that and nothing newer.
    seen = len(submissions) + sum(message.direction == Direction.FROM_PATIENT for message in thread)
    return {
        "title": case.reference,
        "case": case,
        "status": labels.STATUS[Status(case.status)],
        "turn": labels.TURN[case.turn],
        "next_step": labels.next_step(case),
        "due": labels.due(case.answer_by),
        "answer_by_there": desk_formats.moment_in(case.answer_by, case.zones[0]) if case.answer_by else "",
        "wrote": labels.wrote(case),
        "held_because": held_because(case),
        "seen": seen,
        "age": labels.age(case),
        "who_for": ForWhom(case.for_whom) == ForWhom.SOMEONE_ELSE,
        "outcome": Outcome(case.outcome).label if case.outcome else "",
        "site_language": formats.language_name(case.language, "en"),
        "is_by_hand": case.source in BY_HAND,
        "procedures": case.procedures.all(),
        "submissions": [_submission(submission) for submission in submissions],
        "consents": [
            {
                "row": consent,
                "purpose": Purpose(consent.purpose).label,
                "language": formats.language_name(consent.language, "en"),
            }
            for consent in case.consents.select_related("heard_by", "text")
        ],
        "thread": [{"row": message, "from": Direction(message.direction).label} for message in thread],
        "notes": case.notes.select_related("author").order_by("-created_at"),
        "estimates": [(estimate, labels.total(estimate)) for estimate in case.estimates.prefetch_related("lines")],
        "links": case.links.all(),
        "timeline": timeline(case),
        "reads": reads(case),
        "outbox": outbox_rows(case),
        "assign_form": AssignForm(prefix="assign", initial={"owner": case.owner_id}),
        "left": case.owner if case.owner and effects.owner(case) is None else None,
        "continued_in": None if case.is_open else continuation.continued_in(case),
        "continues": continuation.continues(case),
        "same_form": of_same_form(case),
        "gives_new_case": case.status == Status.CLOSED,
        "is_mine": case.owner_id == request.user.pk,
        **_buttons(case),
        **_texts(case, request, seen),
        **_place(case, request),
    }


def _texts(case: Case, request: HttpRequest, seen: int) -> dict[str, Any]:
    """Return the forms of answer and note with the drafts of this colleague."""
    drafts = text_drafts.of(case, request.user)  # type: ignore[arg-type]  # staff, the site made sure
    answer, note = drafts.get(DraftKind.ANSWER), drafts.get(DraftKind.NOTE)
    return {
        "answer_form": AnswerForm(prefix="answer", initial={"seen": seen, "body": body(answer)}),
        "answer_draft": answer,
        "answer_since": since(answer),
        "note_form": NoteForm(prefix="note", initial={"body": body(note)}),
        "note_draft": note,
        "note_since": since(note),
        "ending_since": since(drafts.get(DraftKind.LAST_WORD) or drafts.get(DraftKind.REASON)),
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


def since(draft: TextDraft | None) -> str:
    """Write since when a draft waits: 14:20, with the day when it is not today's."""
    if draft is None:
        return ""
    saved = timezone.localtime(draft.saved_at)
    return f"{saved:%H:%M}" if saved.date() == timezone.localdate() else desk_formats.moment(saved)


def _submission(submission: Submission) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(submission.content)
    fields = [(label, _as_words(name, content.get(name, ""))) for name, label in ASKED.items()]
    others = [(name, str(value)) for name, value in content.items() if name not in ASKED]
    return {
        "row": submission,
        "fields": [*fields, *others],
        "flags": [Flag(flag).label for flag in submission.flags],
        "language": formats.language_name(submission.language, "en"),
    }


def _as_words(name: str, value: Any) -> str:
    """Write a stored value as it was meant: the name of a code, of a slug, of each in a list."""
    if isinstance(value, list):
        return ", ".join(_as_words(name, item) for item in value)
    if name in NAMED and value:
        model, key = NAMED[name]
        return str(model._default_manager.filter(**{key: value}).first() or value)
    meanings = {
        "country": formats.countries("en").get(str(value)),
        "speak": formats.language_name(str(value), "en"),
        "for_whom": dict(ForWhom.choices).get(value),
        "channel": dict(Channel.choices).get(value),
        "time_zone": formats.zone_name(str(value), "en") if value else "",
    }
    return str(meanings.get(name) or value)


def held_because(case: Case) -> list[str]:
    """Say why the mails of a case are held: the flags of its submissions that hold any."""
    flags = {flag for submission in case.submissions.all() for flag in submission.flags}
    return [flag.label for flag in Flag if flag in flags & quarantine.HOLDING] if case.holds_mails else []


def _buttons(case: Case) -> dict[str, Any]:
    """Return the allowed moves as buttons: ways forward, and ways to end the case."""
    old = Status(case.status)
    if case.is_quarantined and case.is_open:
        forward: list[Status] = []
    else:
        forward = [to for to in MOVES[old] if to in OPEN or (to == Status.CLOSED and old == LAST)]
    endings = [to for to in MOVES[old] if to not in OPEN and to not in forward]
    builds = Status.ESTIMATE_SENT in forward and not case.estimates.filter(kind="final", superseded_at=None).exists()
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


def _button(case: Case, old: Status, to: Status) -> Button:
    url = reverse("admin:requests_case_move", args=[case.pk, to.value])
    return Button(labels.move_label(old, to), url, to in ENDINGS)


def timeline(case: Case) -> list[TimelineEntry]:
    """Return what happened, newest first."""
    events = list(Event.objects.filter(reference=case.reference).order_by("-at"))
    names = _names(event.actor_id for event in events)
    return [TimelineEntry(event.at, _what(event), _who(event, names)) for event in events]


def reads(case: Case) -> list[TimelineEntry]:
    """Return who read the case and its documents, newest first, as far as one page holds."""
    rows = list(AccessEvent.objects.filter(reference=case.reference).order_by("-at")[:30])
    names = _names(row.actor_id for row in rows)
    return [TimelineEntry(row.at, AccessKind(row.kind).label.capitalize(), _who(row, names)) for row in rows]


def _names(ids: Any) -> dict[int, str]:
    people = User.objects.filter(pk__in={pk for pk in ids if pk is not None})
    return {person.pk: str(person) for person in people}


def _who(row: Event | AccessEvent, names: dict[int, str]) -> str:
    if row.actor_kind == ActorKind.STAFF:
        return names.get(row.actor_id or 0, "staff")
    return ActorKind(row.actor_kind).label


def _what(event: Event) -> str:
    if event.kind == EventKind.MOVED:
        old, new = labels.STATUS[Status(event.from_status)], labels.STATUS[Status(event.to_status)]
        return f"{old} → {new}"
    if event.kind == EventKind.FACT_CORRECTED:
        return f"{Fact(event.fact).label} corrected"
    return str(EventKind(event.kind).label)


def outbox_rows(case: Case) -> list[dict[str, Any]]:
    """Return the mails and documents that the case owes or sent, newest first."""
    rows = list(OutboxItem.objects.filter(reference=case.reference).order_by("-created_at"))
    names = _names(row.recipient_id for row in rows)
    return [
        {
            "row": row,
            "what": outbox.label(row.kind),
            "to": names.get(row.recipient_id or 0, ""),
            "trouble": trouble(row.error),
            "is_failed": row.state == OutboxItem.State.FAILED,
        }
        for row in rows
    ]
