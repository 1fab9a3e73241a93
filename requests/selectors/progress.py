"""Progress of a case as the patient sees it: its steps, and what to do now."""

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.core.localisation import formats
from requests.enums import Status
from requests.models import Case
from requests.workflow import EARLY_OUTCOMES, STEPS


def steps(case: Case) -> list[tuple[str, str]]:
    """Return the name and state (done, current or ahead) of each step; a case that ended early has none to show."""
    names = {
        "asked": _("You asked"),
        "documents": _("Your documents"),
        "clinics": _("Clinics answer"),
        "estimate": _("Your estimate"),
        "travel": _("You travel"),
        "treatment": _("Treatment"),
        "home": _("Home again"),
    }
    position = next((number for number, (_key, states) in enumerate(STEPS) if case.status in states), None)
    if position is None or case.outcome in EARLY_OUTCOMES:
        return []
    return [
        (names[key], "current" if number == position else "done" if number < position else "ahead")
        for number, (key, _states) in enumerate(STEPS)
    ]


def next_action(case: Case) -> str:
    """Return the sentence that says what the patient needs to do now."""
    if case.has_died:
        return _("We are very sorry. This case is closed. We send no more e-mails about it.")
    if case.is_on_hold:
        day = formats.day(case.on_hold_until, get_language() or "en")
        return _("Your case is on hold until %(day)s. To go on sooner, write to us here.") % {
            "day": f"\u2068{day}\u2069"
        }
    return _actions()[Status(case.status)]


def _actions() -> dict[Status, str]:
    is_read = _("You need to do nothing now. A coordinator reads your request and writes to you.")
    under_way = (Status.TRAVEL, Status.ARRIVED, Status.IN_TREATMENT, Status.RECOVERY)
    return {
        **dict.fromkeys((Status.NEW, Status.TRIAGE), is_read),
        Status.WAITING_DOCUMENTS: _("Read our last message. It says which papers we need. Then answer it here."),
        Status.DOCUMENTS_COMPLETE: _("You need to do nothing now. Your papers are complete."),
        Status.WITH_CLINICS: _("You need to do nothing now. The clinics read your case."),
        Status.OFFERS_IN: _("You need to do nothing now. We compare what the clinics offer."),
        Status.ESTIMATE_SENT: _("Read the estimate. Then write to us here: yes, no, or what you want to ask."),
        Status.ACCEPTED: _("Read our last message about your travel dates. Then answer it here."),
        **dict.fromkeys(under_way, _("You need to do nothing now. We are at work on it.")),
        Status.CLOSED: _("This case is closed. Write to us here if you need anything."),
        Status.DECLINED_BY_PATIENT: _(
            "You decided against treatment with us. Write to us here if you change your mind."
        ),
        Status.DECLINED_BY_US: _("Read our last message. It says why we cannot help in this case."),
        Status.NO_ANSWER: _("We did not hear from you. Write to us here to go on."),
        Status.SPAM: _("We could not read this as a request. If it was one, write to %(email)s.")
        % {"email": f"\u2066{settings.TEAM_EMAIL}\u2069"},
        Status.DUPLICATE: _("This request was joined to another case of yours. Go on there."),
    }
