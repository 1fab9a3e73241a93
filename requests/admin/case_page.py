"""Admin page of a case: everything that a coordinator needs, the next step first."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.accounts.models import User
from portal.core.admin.outbox import trouble
from portal.core.delivery import outbox
from portal.core.encryption.primitives import KeyErased
from portal.core.localisation import desk_formats
from portal.core.models import OutboxItem
from requests.admin import (
    case_answers,
    case_briefs,
    case_continuity,
    case_documents,
    case_offers,
    case_payments,
    case_referrals,
    case_trip,
    conversation,
    labels,
    list_place,
    next_step,
    owners,
    reach,
    reply_chooser,
)
from requests.enums import BY_HAND, DESK_NAMES, AccessKind, Direction, DraftKind, Flag, Status
from requests.forms.contacts import ContactForm
from requests.forms.desk import AnswerForm, AssignForm, NoteForm
from requests.models import AccessEvent, Case, Estimate, PatientStatement, Submission, TextDraft
from requests.models.cases import sees_all_cases
from requests.permissions import can_hold_cases, check_can_work_cases
from requests.selectors import chasing, erasures, follow_ups
from requests.selectors import referrals as referral_selectors
from requests.selectors.cases import thread as messages_of
from requests.selectors.consents import ledger
from requests.selectors.desk import duplicates, of_same_form
from requests.selectors.estimates import verdict
from requests.services import (
    audit,
    changes,
    continuation,
    effects,
    merging,
    next_dates,
    presence,
    quarantine,
    text_drafts,
)
from requests.workflow import MOVES

# What the desk still does in a case in which a consent was taken back: whatever is not here is closed.
WHILE_WITHDRAWN = (
    "change",
    "history",
    "present",
    "save_drafts",
    "discard_draft",
    "fact",
    "new_link",
    "new_way",
    "move",
    "erase",
    "keep_case",
    "legal_hold",
    "lift_legal_hold",
    "resume",
    "new_case",
    "assign",
    "second_owner",
    "answer",
    "reply",
    "take_back",
    "note",
    "release",
    "no_answer_needed",
    "revoke",
    "revoke_family",
    "send_again",
    "take_back_review",
    "new_contact",
    "stop_follow_up",
    "withdraw_consent",
    "new_call",
    "move_call",
    "finish_task",
    "withdraw_task",
    "revoke_referral",
)


def get_case(request: HttpRequest, pk: Any, *, even_erased: bool = False) -> Case:
    """Return a case for somebody who works cases, with ``known``, how many deeds of the desk its page knows of.

    Raises ``PermissionDenied``, ``Http404``, or ``KeyErased`` for an erased one, unless the page can tell of that.
    """
    user: Any = request.user
    check_can_work_cases(user)
    related = ("condition__area", "clinic", "package", "owner", "second_owner", "merged_into", "end_reason")
    try:
        case = Case.objects.visible_to(user).select_related(*related).annotate(known=changes.KNOWN).get(pk=pk)
    except (Case.DoesNotExist, ValidationError, ValueError):  # the last two for a pk that is no UUID
        raise Http404 from None
    if case.is_erased and not even_erased:
        raise KeyErased(case.reference)
    if case.consent_withdrawn_at is not None and not _is_of_rights(request):
        raise PermissionDenied(
            pgettext(
                "desk", "The patient took a consent back: this part of the case is closed until it is given again."
            )
        )
    return case


def _is_of_rights(request: HttpRequest) -> bool:
    """Whether a page is about ending, erasing, answering or telling, and opens nothing about health."""
    match = request.resolver_match
    return match is not None and (match.url_name or "").removeprefix("requests_case_") in WHILE_WITHDRAWN


def show(request: HttpRequest, pk: Any, status: int = 200, **forms: Any) -> HttpResponse:
    """Render the page of a case and note who read it; ``forms`` are those that came back with errors."""
    case = get_case(request, pk, even_erased=True)
    if case.is_erased:
        return render_page(request, "case_erased.html", case, erasure=erasures.done(case))
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
    """Go back to the page of a case, with the place in the list that it was opened from.

    Who gave it to a colleague and sees none of theirs goes back to that list.
    """
    user: Any = request.user
    if not sees_all_cases(user) and not Case.objects.visible_to(user).filter(pk=case.pk).exists():
        return redirect(list_place.list_address(request))
    return redirect(reverse("admin:requests_case_change", args=[case.pk]) + list_place.query(request))


def leave(request: HttpRequest, case: Case) -> HttpResponse:
    """Go back to the page of a case after a deed that asks no date; an open case without one gets the usual."""
    task = next_dates.ensure(case=case, by=request.user)  # type: ignore[arg-type]  # staff, the site made sure
    if task is not None and task.due_at is not None:
        details = {"reminder": task.reminder, "day": desk_formats.moment(task.due_at)}
        messages.info(request, _("Nothing in this case had a day. Now it has one: %(day)s. %(reminder)s") % details)
    return back(request, case)


def warn_of_unseen(request: HttpRequest, case: Case) -> None:
    """Say that the patient wrote something that the answer just given does not cover."""
    case.refresh_from_db(fields=["waiting_since"])
    if case.waiting_since:
        messages.warning(request, _("The patient wrote again meanwhile. That still waits for an answer."))


def _context(case: Case, request: HttpRequest) -> dict[str, Any]:
    whole = case.whole()
    submissions = list(Submission.objects.filter(case__in=whole).select_related("case").order_by("created_at"))
    thread = messages_of(case, with_unsent=True)
    sent, briefs = list(referral_selectors.of_case(case)), case_briefs.context(case)
    estimates = list(
        Estimate.objects.filter(case__in=whole).select_related("case", "issued_by").prefetch_related("lines")
    )
    tasks = list(case.tasks.select_related("kind", "call", "assignee").most_urgent_first())
    statement = case.statements.select_related("recorded_by").last()
    # What this page shows of the patient: an answer that is written on it answers that and nothing newer.
    seen = len(submissions) + sum(message.direction == Direction.FROM_PATIENT for message in thread)
    open_tasks = [task for task in tasks if task.is_open]
    outbox_rows = _outbox_rows(case)
    continued_in = None if case.is_open else continuation.continued_in(case)
    return {
        **_bar(case, statement),
        "erasing": erasures.standing(case),
        "legal_hold": erasures.hold_of(case),
        "can_hold_law": can_hold_cases(request.user),  # type: ignore[arg-type]  # staff
        "next_step": labels.next_step(case, chasing.first(open_tasks), referral_selectors.of_clinic(open_tasks)),
        "held_because": held_because(case),
        "seen": seen,
        "is_by_hand": case.source in BY_HAND,
        "conversation": conversation.of(
            case, submissions=submissions, messages=thread, estimates=estimates, tasks=tasks, referrals=sent
        ),
        "ledger": ledger(case),
        "statement": statement,
        **case_documents.context(case),
        "follow_up": _follow_up(case),
        **case_answers.context(case, request.user),  # type: ignore[arg-type]  # staff, the site made sure
        **briefs,
        **case_referrals.context(case, sent, briefs["clinics_agreed"]),
        **case_offers.context(case),
        **case_payments.context(case),
        **case_continuity.context(case),
        **case_trip.context(case),
        "tasks": open_tasks,
        "past_tasks": [task for task in tasks if not task.is_open],
        "reviews": case.reviews.select_related("reviewer", "asked_by").annotate(papers=Count("documents")),
        "family_links": case.family_links.select_related("case"),
        "estimates": [(estimate, labels.total(estimate), verdict(estimate, case.living)) for estimate in estimates],
        "ways": reach.ways(request, case),
        "present": labels.present(presence.meet(case=case, by=request.user)),  # type: ignore[arg-type]  # staff
        # A case is read more often than one page holds.
        "reads": conversation.with_actors(AccessEvent.objects.filter(reference=case.reference).order_by("-at")[:30]),
        "outbox": outbox_rows,
        "has_failed_mail": any(item["row"].state == OutboxItem.State.FAILED for item in outbox_rows),
        "assign_form": AssignForm(prefix="assign", initial={"owner": case.owner_id}),
        **owners.context(case, open_tasks),
        "left": case.owner if case.owner and effects.owner(case) is None else None,
        "other_cases": _other_cases(case, continued_in, request.user),  # type: ignore[arg-type]  # staff
        "continued_in": continued_in,
        **_next(case, request, estimates),
        "merged": whole[1:],
        "duplicates": duplicates(case, Case.objects.visible_to(request.user)),  # type: ignore[arg-type]  # staff
        "can_merge": Status.DUPLICATE in MOVES[Status(case.status)],
        "can_undo_merge": merging.can_undo(case),
        **_texts(case, request, seen),
        **_place(case, request),
    }


def _bar(case: Case, statement: PatientStatement | None) -> dict[str, Any]:
    """Return what the bar says: who it is, how old, what time it is there, and who waits for what."""
    return {
        "state": DESK_NAMES[Status(case.status)],
        "turn": labels.TURN[case.turn],
        "patient": case.patient_name or case.name,
        "years": statement.age_on(timezone.localdate()) if statement else None,
        "there": desk_formats.clock_in(timezone.now(), case.zones[0]),
        "due": labels.due(case.answer_by),
        "waits_since": desk_formats.brief(case.waiting_since) if case.waiting_since else "",
        "answer_by": desk_formats.brief(case.answer_by) if case.answer_by else "",
        "answer_by_there": desk_formats.brief_in(case.answer_by, case.zones[0]) if case.answer_by else "",
    }


def _follow_up(case: Case) -> dict[str, Any] | None:
    """Return what the page says of the follow-up; None where there was no treatment yet."""
    if not follow_ups.is_followed(case) or follow_ups.discharged_on(case) is None:
        return None
    told = follow_ups.homecoming(case)
    return {
        "told": told,
        "counted_from": follow_ups.counted_from(case, told),
        "consent": follow_ups.consent(case),
        "rows": follow_ups.of_case(case),
    }


def _other_cases(case: Case, continued_in: Case | None, user: User) -> list[tuple[str, Case]]:
    """Return the cases that this one has to do with, each once, with how."""
    rows: list[tuple[str, Case | None]] = [
        (_("goes on in"), case.merged_into),
        (_("goes on in"), continued_in),
        (_("opened from"), continuation.continues(case)),
        *((_("same form, other contact"), other) for other in of_same_form(case)),
    ]
    found = {other.pk: (how, other) for how, other in reversed(rows) if other is not None and other.pk != case.pk}
    if not sees_all_cases(user):
        visible = set(Case.objects.visible_to(user).filter(pk__in=found).values_list("pk", flat=True))
        found = {pk: row for pk, row in found.items() if pk in visible}
    return list(reversed(found.values()))


def _texts(case: Case, request: HttpRequest, seen: int) -> dict[str, Any]:
    """Return the forms of answer, note and contact with the drafts of this colleague."""
    drafts = text_drafts.of(case, request.user)  # type: ignore[arg-type]  # staff, the site made sure
    answer, note, contact = (drafts.get(kind) for kind in (DraftKind.ANSWER, DraftKind.NOTE, DraftKind.CONTACT))
    chooser = reply_chooser.context(case, request, answer)
    return {
        **chooser,
        "box": DraftKind.NOTE if note and not answer else DraftKind.ANSWER,
        "answer_form": AnswerForm(case, prefix="answer", initial={"seen": seen, "body": chooser["answer_text"]}),
        "answer_draft": answer,
        "note_form": NoteForm(prefix="note", initial={"body": body(note)}),
        "note_draft": note,
        "contact_form": ContactForm(case, initial={"seen": seen, "channel": case.channel, "body": body(contact)}),
        "contact_draft": contact,
        "ending_draft": drafts.get(DraftKind.LAST_WORD) or drafts.get(DraftKind.REASON),
    }


def _next(case: Case, request: HttpRequest, estimates: list[Estimate]) -> dict[str, Any]:
    """Return the next step, and the address at which an estimate starts from what is usual."""
    step = next_step.of(case, estimates=estimates)
    query = list_place.query(request, **{"from": step.get("estimate_from", "")})
    return step | {"estimate_url": reverse("admin:requests_case_estimate", args=[case.pk]) + query}


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


def held_because(case: Case) -> list[str]:
    """Say why the mails of a case are held: the flags of its submissions that hold any."""
    flags = {flag for submission in case.submissions.all() for flag in submission.flags}
    return [str(flag.label) for flag in Flag if flag in flags & quarantine.HOLDING] if case.holds_mails else []


def _outbox_rows(case: Case) -> list[dict[str, Any]]:
    """Return the mails and documents that the case owes or sent, newest first."""
    rows = OutboxItem.objects.filter(reference=case.reference).order_by("-created_at")
    # A series of images is hundreds of checks; those that are done say nothing.
    rows = rows.exclude(kind=effects.CHECK_DOCUMENT, state=OutboxItem.State.SENT)
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
