"""Deeds of colleagues while a page of a case was open, as sentences, and the button that goes on all the same."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

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
    EventKind.MOVED: gettext_lazy("%(who)s moved this case from “%(old)s” to “%(new)s” %(ago)s"),
    EventKind.ASSIGNED: gettext_lazy("%(who)s gave this case to %(owner)s %(ago)s"),
    EventKind.SECOND_OWNER: gettext_lazy("%(who)s changed the second owner %(ago)s"),
    EventKind.MESSAGE_OUT: gettext_lazy("%(who)s wrote to the patient %(ago)s"),
    EventKind.MESSAGE_TAKEN_BACK: gettext_lazy("%(who)s took a message to the patient back %(ago)s"),
    EventKind.CONTACT_ANSWERED: gettext_lazy("%(who)s answered the patient in a call, chat or meeting %(ago)s"),
    EventKind.NO_ANSWER_NEEDED: gettext_lazy("%(who)s noted that no answer is needed %(ago)s"),
    EventKind.ESTIMATE_ISSUED: gettext_lazy("%(who)s issued an estimate %(ago)s"),
    EventKind.ESTIMATE_ACCEPTED: pgettext_lazy("desk", "The patient accepted the estimate %(ago)s"),
    EventKind.ESTIMATE_DECLINED: pgettext_lazy("desk", "The patient declined the estimate %(ago)s"),
    EventKind.FACT_CORRECTED: gettext_lazy("%(who)s corrected “%(fact)s” %(ago)s"),
    EventKind.PUT_ON_HOLD: gettext_lazy("%(who)s put this case on hold %(ago)s"),
    EventKind.RESUMED: gettext_lazy("%(who)s took this case off hold %(ago)s"),
    EventKind.RELEASED: gettext_lazy("%(who)s released this case %(ago)s"),
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
    deed, text = str(DEED[EventKind(event.kind)]), ""
    names: dict[str, Any] = {"who": who or _("Somebody of the desk"), "ago": desk_formats.ago(event.at)}
    if event.kind == EventKind.MOVED:
        names |= {"old": DESK_NAMES[Status(event.from_status)], "new": DESK_NAMES[Status(event.to_status)]}
    elif event.kind == EventKind.ASSIGNED:
        if who is not None and case.owner_id == who.pk:
            deed = _("%(who)s took this case %(ago)s")
        names["owner"] = case.owner or _("nobody")
    elif event.kind == EventKind.FACT_CORRECTED:
        names["fact"] = Fact(event.fact).label
    elif event.kind == EventKind.MESSAGE_OUT:
        message = Message.objects.select_related("case").filter(pk=str(event.object_id)).first()
        text = message.body if message else ""  # taken back
    elif event.kind == EventKind.CONTACT_ANSWERED:
        text = ContactLog.objects.select_related("case").get(pk=str(event.object_id)).body
    elif event.kind == EventKind.ESTIMATE_ISSUED:
        text = labels.estimate(Estimate.objects.prefetch_related("lines").get(pk=str(event.object_id)))
    return Told(deed % names + (":" if text else "."), text)


def ask(request: HttpRequest, case: Case, events: list[Event], label: str) -> HttpResponse:
    """Ask whether a button is meant all the same; everything that was posted goes along."""
    posted = [(name, value) for name, values in request.POST.lists() if name not in OF_THE_PAGE for value in values]
    context = {"label": label, "meanwhile": told(case, events), "posted": posted}
    return render_page(request, "meanwhile.html", case, status=409, **context)
