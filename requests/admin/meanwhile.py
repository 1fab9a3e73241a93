"""Deeds of colleagues while a page of a case was open, as sentences, and the button that goes on all the same."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.core.localisation import desk_formats
from requests.admin import labels
from requests.admin.case_page import render_page
from requests.enums import DESK_NAMES, EventKind, Fact, Status
from requests.models import Case, ContactLog, Estimate, Event, Message
from requests.services import changes

# What only the page that was posted knows; a question carries everything else on.
OF_THE_PAGE = ("csrfmiddlewaretoken", "known")

DEED = {
    EventKind.MOVED: "moved this case",
    EventKind.ASSIGNED: "assigned this case",
    EventKind.SECOND_OWNER: _("changed the second owner"),
    EventKind.MESSAGE_OUT: "wrote to the patient",
    EventKind.MESSAGE_TAKEN_BACK: "took a message to the patient back",
    EventKind.CONTACT_ANSWERED: "answered the patient in a call, chat or meeting",
    EventKind.NO_ANSWER_NEEDED: "noted that no answer is needed",
    EventKind.ESTIMATE_ISSUED: "issued an estimate",
    EventKind.FACT_CORRECTED: "corrected a fact",
    EventKind.PUT_ON_HOLD: "put this case on hold",
    EventKind.RESUMED: "took this case off hold",
    EventKind.RELEASED: "released this case",
}


@dataclass(frozen=True)
class Told:
    """One deed of a colleague: a sentence, and the text that it wrote, if it wrote one."""

    sentence: str
    text: str = ""


def known(request: HttpRequest) -> int:
    """Return how many deeds the posted page knew of; none without a number, so that nothing is passed over."""
    # At most eight digits: PostgreSQL refuses an OFFSET that is no bigint.
    typed = request.POST.get("known", "")
    return int(typed) if typed.isdecimal() and len(typed) < 9 else 0


def unchanged(request: HttpRequest, case: Case, *, joins: Case | None = None) -> AbstractContextManager[None]:
    """Lock a case for a button of a page; raises ``ChangedMeanwhile`` when colleagues did something since it was opened."""
    by: Any = request.user  # staff, the site made sure
    return changes.unchanged(case=case, known=known(request), by=by, joins=joins)


def told(case: Case, events: list[Event]) -> list[Told]:
    """Say who did what, and when: Anna moved this case from “New” to “Triage” 2 minutes ago."""
    people = User.objects.in_bulk([event.actor_id for event in events if event.actor_id])
    return [_told(case, event, people.get(event.actor_id or 0)) for event in events]


def _told(case: Case, event: Event, who: User | None) -> Told:
    deed, text = DEED[EventKind(event.kind)], ""
    if event.kind == EventKind.MOVED:
        old, new = (DESK_NAMES[Status(status)] for status in (event.from_status, event.to_status))
        deed = f"moved this case from “{old}” to “{new}”"
    elif event.kind == EventKind.ASSIGNED:
        is_theirs = who is not None and case.owner_id == who.pk
        deed = "took this case" if is_theirs else f"gave this case to {case.owner or 'nobody'}"
    elif event.kind == EventKind.FACT_CORRECTED:
        deed = f"corrected “{Fact(event.fact).label}”"
    elif event.kind == EventKind.MESSAGE_OUT:
        message = Message.objects.select_related("case").filter(pk=str(event.object_id)).first()
        text = message.body if message else ""  # taken back
    elif event.kind == EventKind.CONTACT_ANSWERED:
        text = ContactLog.objects.select_related("case").get(pk=str(event.object_id)).body
    elif event.kind == EventKind.ESTIMATE_ISSUED:
        text = labels.estimate(Estimate.objects.prefetch_related("lines").get(pk=str(event.object_id)))
    return Told(f"{who or 'Somebody of the desk'} {deed} {desk_formats.ago(event.at)}{':' if text else '.'}", text)


def ask(request: HttpRequest, case: Case, events: list[Event], label: str) -> HttpResponse:
    """Ask whether a button is meant all the same; everything that was posted goes along."""
    posted = [(name, value) for name, values in request.POST.lists() if name not in OF_THE_PAGE for value in values]
    context = {"label": label, "meanwhile": told(case, events), "posted": posted}
    return render_page(request, "meanwhile.html", case, status=409, **context)
