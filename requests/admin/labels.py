"""Labels of the desk for states, moves, dates and stored values. Patients read others for the same states (``requests.enums``)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from portal.accounts.models import User
from portal.core.localisation import desk_formats, formats, money
from portal.core.localisation.money import Amount
from portal.core.worktime import team_today
from requests.enums import DESK_NAMES, REMINDERS, Channel, ForWhom, NextTurn, Status, Turn
from requests.models import Case, Estimate
from requests.selectors import chasing, referrals
from requests.selectors.chasing import Chase
from requests.selectors.next_date import Following
from requests.submission_content import ROWS
from requests.workflow import LAST, is_back

S = Status
# From here on a promised answer is soon.
SOON = timedelta(hours=2)

TURN: dict[Turn, Promise] = {
    Turn.US: gettext_lazy("Our turn"),
    Turn.PATIENT: gettext_lazy("Patient’s turn"),
    Turn.CLINICS: gettext_lazy("Clinics’ turn"),
    Turn.NOBODY: gettext_lazy("Nobody’s turn"),
}

SHORT_TURN: dict[Turn, Promise] = {
    Turn.US: pgettext_lazy("queue", "We"),
    Turn.PATIENT: pgettext_lazy("queue", "Patient"),
    Turn.CLINICS: pgettext_lazy("queue", "Clinics"),
    Turn.NOBODY: pgettext_lazy("queue", "Nobody"),
}

# What has to happen next in each state, for the list and the top of the case page.
NEXT: dict[Status, Promise] = {
    S.NEW: gettext_lazy("Read the request, take the case and answer"),
    S.TRIAGE: gettext_lazy("Ask for documents, or send an estimate"),
    S.WAITING_DOCUMENTS: gettext_lazy("The patient sends documents"),
    S.DOCUMENTS_COMPLETE: gettext_lazy("Send the file to clinics"),
    S.WITH_CLINICS: gettext_lazy("The clinics answer"),
    S.OFFERS_IN: gettext_lazy("Build and issue the estimate"),
    S.ESTIMATE_SENT: gettext_lazy("The patient answers the estimate"),
    S.ACCEPTED: gettext_lazy("The patient confirms travel dates"),
    S.TRAVEL: gettext_lazy("Arrange invitation, flights and transfer"),
    S.ARRIVED: gettext_lazy("Hand over to the clinic"),
    S.IN_TREATMENT: gettext_lazy("Stay in touch until discharge"),
    S.RECOVERY: gettext_lazy("Get the discharge papers translated, then close"),
    S.CLOSED: gettext_lazy("Nothing"),
    S.DECLINED_BY_PATIENT: gettext_lazy("Nothing, unless the patient writes again"),
    S.DECLINED_BY_US: gettext_lazy("Nothing"),
    S.NO_ANSWER: gettext_lazy("Nothing, unless the patient writes again"),
    S.DUPLICATE: gettext_lazy("Nothing, go on in the other case"),
    S.SPAM: gettext_lazy("Nothing"),
}

# The same in a word or two, for a row of the queue.
SHORT_NEXT: dict[Status, Promise] = {
    S.NEW: pgettext_lazy("queue", "read and answer"),
    S.TRIAGE: pgettext_lazy("queue", "ask for papers, or estimate"),
    S.WAITING_DOCUMENTS: pgettext_lazy("queue", "documents"),
    S.DOCUMENTS_COMPLETE: pgettext_lazy("queue", "send to clinics"),
    S.WITH_CLINICS: pgettext_lazy("queue", "offers"),
    S.OFFERS_IN: pgettext_lazy("queue", "build the estimate"),
    S.ESTIMATE_SENT: pgettext_lazy("queue", "answer to the estimate"),
    S.ACCEPTED: pgettext_lazy("queue", "travel dates"),
    S.TRAVEL: pgettext_lazy("queue", "arrange the trip"),
    S.ARRIVED: pgettext_lazy("queue", "hand over to the clinic"),
    S.IN_TREATMENT: pgettext_lazy("queue", "stay in touch"),
    S.RECOVERY: pgettext_lazy("queue", "discharge papers"),
}

# What comes before anything else in an open case; then the same in a word or two.
STOPS = {
    "quarantine": gettext_lazy("Check the request, then release it or end the case"),
    "withdrawn": pgettext_lazy("desk", "Consent withdrawn: answer, then end the case or have it erased"),
}
SHORT_STOPS = {
    "quarantine": pgettext_lazy("queue", "check the request"),
    "withdrawn": pgettext_lazy("queue", "consent withdrawn"),
}

# What has to happen next where the desk chases somebody, by the kind of the task; then the same in a word or two.
CHASES: dict[str, Promise] = {
    chasing.PATIENT: pgettext_lazy("desk", "Ask the patient again: nothing came for 5 working days"),
    chasing.ESTIMATE: pgettext_lazy("desk", "Ask the patient about the estimate, which holds until %(what)s"),
    chasing.PAPER: pgettext_lazy("desk", "Ask the patient again for a paper: %(what)s"),
    chasing.CLINIC: pgettext_lazy("desk", "Ask a clinic again that has not opened the brief: %(what)s"),
}
SHORT_CHASES: dict[str, Promise] = {
    chasing.PATIENT: pgettext_lazy("queue", "ask the patient again"),
    chasing.ESTIMATE: pgettext_lazy("queue", "ask about the estimate, until %(what)s"),
    chasing.PAPER: pgettext_lazy("queue", "ask again for: %(what)s"),
    chasing.CLINIC: pgettext_lazy("queue", "ask again: %(what)s"),
}

# What has to happen next where a clinic asked or answered, by the kind of the task; then the same in a word or two.
OF_CLINICS: dict[str, Promise] = {
    referrals.ASKED: pgettext_lazy("desk", "Answer the question of a clinic"),
    referrals.ANSWERED: pgettext_lazy("desk", "Read what a clinic answered"),
}
SHORT_OF_CLINICS: dict[str, Promise] = {
    referrals.ASKED: pgettext_lazy("queue", "answer the clinic"),
    referrals.ANSWERED: pgettext_lazy("queue", "read the clinic’s answer"),
}

# What the button of a move says, by the state it leads to.
MOVE: dict[Status, Promise] = {
    S.TRIAGE: gettext_lazy("Start triage"),
    S.WAITING_DOCUMENTS: gettext_lazy("Wait for documents"),
    S.DOCUMENTS_COMPLETE: gettext_lazy("Documents are complete"),
    S.WITH_CLINICS: gettext_lazy("Send to clinics"),
    S.OFFERS_IN: gettext_lazy("Offers are in"),
    S.ESTIMATE_SENT: gettext_lazy("Mark the estimate as sent"),
    S.ACCEPTED: gettext_lazy("The patient accepts"),
    S.TRAVEL: gettext_lazy("Arrange travel"),
    S.ARRIVED: gettext_lazy("The patient has arrived"),
    S.IN_TREATMENT: gettext_lazy("Treatment begins"),
    S.RECOVERY: gettext_lazy("Recovery begins"),
    S.CLOSED: gettext_lazy("Close the case"),
    S.DECLINED_BY_PATIENT: gettext_lazy("The patient declines"),
    S.DECLINED_BY_US: gettext_lazy("We decline"),
    S.NO_ANSWER: gettext_lazy("No answer"),
    S.DUPLICATE: gettext_lazy("Duplicate of another case"),
    S.SPAM: gettext_lazy("Spam"),
}

# What a code stands for, by the column that holds it.
MEANINGS: dict[str, Callable[[str], Any]] = {
    "country": lambda value: formats.countries(desk_formats.language()).get(value),
    "speak": lambda value: formats.language_name(value, desk_formats.language()),
    "language": lambda value: formats.language_name(value, desk_formats.language()),
    "time_zone": lambda value: formats.zone_name(value, desk_formats.language()),
    "for_whom": dict(ForWhom.choices).get,
    "channel": dict(Channel.choices).get,
}


def in_words(name: str, value: Any) -> str:
    """Write the value of a column as it was meant: the name of a code, of a slug, of each in a list."""
    if isinstance(value, list):
        return ", ".join(in_words(name, item) for item in value)
    if value and name in (*ROWS, "shortlist", "procedures"):
        rows: Any = Case._meta.get_field(name).related_model
        key = "code" if name == "procedures" else "slug"
        return str(rows.objects.filter(**{key: value}).first() or value)
    meaning = MEANINGS[name](value) if value and name in MEANINGS else None
    return str(meaning or value)


def next_step(case: Case, chase: Chase | None = None, of_clinic: str = "") -> str:
    """Say what has to happen next in a case.

    ``chase`` is whom the desk chases in it, ``of_clinic`` the kind of the task that a clinic made, if there are any.
    """
    if (case.is_quarantined or case.consent_withdrawn_at) and (stop := _stop(case)):
        return str(STOPS[stop])
    if case.on_hold_until and case.is_on_hold:
        return _("Nothing until %(day)s") % {"day": desk_formats.day(case.on_hold_until)}
    if case.waiting_since is not None and case.status != S.NEW:
        return _("Answer the patient")
    if of_clinic:
        return str(OF_CLINICS[of_clinic])
    if chase is not None:
        return _chased(CHASES, chase)
    return str(NEXT[Status(case.status)])


def short_next(case: Case, chase: Chase | None = None, of_clinic: str = "") -> tuple[str, str]:
    """Return who acts next in a case, and what they do, in a word or two each, as ``next_step`` does."""
    if (case.is_quarantined or case.consent_withdrawn_at) and (stop := _stop(case)):
        return str(SHORT_TURN[Turn.US]), str(SHORT_STOPS[stop])
    if case.on_hold_until and case.is_on_hold:
        return pgettext("queue", "Held"), ""
    if case.waiting_since is not None and case.status != S.NEW:
        return str(SHORT_TURN[Turn.US]), pgettext("queue", "answer")
    if of_clinic:
        return str(SHORT_TURN[Turn.US]), str(SHORT_OF_CLINICS[of_clinic])
    if chase is not None:
        return str(SHORT_TURN[Turn.US]), _chased(SHORT_CHASES, chase)
    return str(SHORT_TURN[case.turn]), str(SHORT_NEXT.get(Status(case.status), ""))


def _stop(case: Case) -> str:
    """Return what stops the work in an open case, before anything else: a key of ``STOPS``, or nothing."""
    if not case.is_open:
        return ""
    return "quarantine" if case.is_quarantined else "withdrawn" if case.consent_withdrawn_at is not None else ""


def _chased(sentences: dict[str, Promise], chase: Chase) -> str:
    """Fill in what is chased; a dash while names are hidden, or where nobody said which paper it is."""
    return str(sentences[chase.kind]) % {"what": chase.words_in(desk_formats.language()) or "–"}


def move_label(old: Status, new: Status) -> str:
    """Say what the button of a move says."""
    if new == S.TRIAGE and old != S.NEW:
        return _("Reopen the case")
    if new == S.CLOSED and old != LAST:
        return _("Too ill, or died")
    return _("Back to “%(state)s”") % {"state": DESK_NAMES[new]} if is_back(old, new) else str(MOVE[new])


def short_span(length: timedelta) -> str:
    """Write a length of time in its largest unit, for a narrow column: 12 min, 3 h, 2 d."""
    minutes = max(int(length.total_seconds() // 60), 1)
    if minutes >= 60 * 24:
        return _("%(number)s d") % {"number": minutes // (60 * 24)}
    if minutes >= 60:
        return _("%(number)s h") % {"number": minutes // 60}
    return _("%(number)s min") % {"number": minutes}


def queue_time(case: Case, next_at: datetime | None) -> tuple[str, str]:
    """Return the tone of the time that a row of the queue begins with, and the time in words.

    A promised answer comes before every other day: late 3 h (``danger``), in 40 min (``warning``), by 17:00, by
    Thu 17:00. Without one it is the next day on which something is due, and without that "no date" (``warning``).
    """
    if case.answer_by is not None:
        left = case.answer_by - timezone.now()
        if left < timedelta(0):
            return "danger", _("late %(span)s") % {"span": short_span(-left)}
        if left < SOON:
            return "warning", _("in %(span)s") % {"span": short_span(left)}
        return "", _("by %(moment)s") % {"moment": _near(case.answer_by)}
    if case.on_hold_until and case.is_on_hold:
        return "quiet", date_format(case.on_hold_until, "j M")
    if next_at is not None:
        return "quiet", _near(next_at)
    return ("warning", _("no date")) if case.is_open else ("quiet", "–")


def _near(when: datetime) -> str:
    """Write a moment in the time of the team as shortly as it can be: 17:00, Thu 17:00, 3 Dec."""
    at = when.astimezone(ZoneInfo(settings.TEAM_TIME_ZONE))
    days = (at.date() - team_today()).days
    return date_format(at, "H:i" if days == 0 else "D H:i" if 0 < days < 7 else "j M")


def following(comes: Following) -> str:
    """Write what comes after a move if nobody says otherwise: a day and its reminder, or that nothing changes."""
    if comes.turn == NextTurn.AS_IT_IS:
        return _("the next date stays as it is")
    return _("%(day)s: %(reminder)s") % {"day": desk_formats.day(comes.at), "reminder": REMINDERS[comes.turn]}


def age(case: Case) -> str:
    """Write how long ago a case began."""
    return desk_formats.span(timezone.now() - case.created_at)


def since(start: datetime | None, end: datetime) -> str:
    """Write how long something lasts at a moment; a dash when it has not begun."""
    return short_span(end - start) if start else "–"


def due(when: datetime | None) -> str:
    """Write how far a deadline is: overdue by 3 hours, in 2 days."""
    if when is None:
        return ""
    left = when - timezone.now()
    if left < timedelta(0):
        return _("Overdue by %(span)s") % {"span": desk_formats.span(-left)}
    return _("In %(span)s") % {"span": desk_formats.span(left)}


def present(colleagues: list[User]) -> str:
    """Write who else has a case open: Olga has this case open too."""
    if not colleagues:
        return ""
    sentence = ngettext("%(names)s has this case open too.", "%(names)s have this case open too.", len(colleagues))
    return sentence % {"names": formats.names(map(str, colleagues), desk_formats.language())}


def total(estimate: Estimate) -> str:
    """Write what an estimate comes to: one sum for each currency."""
    if not estimate.has_total:
        return _("alternatives, no total")
    return ", ".join(sums(estimate.totals()))


def sums(totals: list[Amount]) -> list[str]:
    """Write each total; without one everything is on request."""
    return [money.in_words(total, desk_formats.language()) for total in totals] or [_(money.ON_REQUEST)]


def estimate(row: Estimate) -> str:
    """Write an estimate in a line: Version 2, $1,200: Operation, Ward."""
    lines = ", ".join(line.name for line in row.lines.all())
    return _("Version %(version)s, %(total)s: %(lines)s") % {
        "version": row.version,
        "total": total(row),
        "lines": lines,
    }
