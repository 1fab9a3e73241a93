"""Labels of the desk for states, moves, dates and stored values. Patients read others for the same states (``requests.enums``)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.core.localisation import desk_formats, formats, money
from portal.core.localisation.money import Amount
from portal.core.worktime import team_today
from requests.enums import DESK_NAMES, REMINDERS, Channel, ForWhom, NextTurn, Status, Turn
from requests.models import Case, Estimate
from requests.selectors.next_date import Following
from requests.submission_content import ROWS
from requests.workflow import LAST, is_back

S = Status
# From here on a promised answer is soon.
SOON = timedelta(hours=2)

TURN: dict[Turn, str] = {
    Turn.US: "Our turn",
    Turn.PATIENT: "Patient’s turn",
    Turn.CLINICS: "Clinics’ turn",
    Turn.NOBODY: "Nobody’s turn",
}

SHORT_TURN: dict[Turn, str] = {
    Turn.US: "We",
    Turn.PATIENT: "Patient",
    Turn.CLINICS: "Clinics",
    Turn.NOBODY: "Nobody",
}

# What has to happen next in each state, for the list and the top of the case page.
NEXT: dict[Status, str] = {
    S.NEW: "Read the request, take the case and answer",
    S.TRIAGE: "Ask for documents, or send an estimate",
    S.WAITING_DOCUMENTS: "The patient sends documents",
    S.DOCUMENTS_COMPLETE: "Send the file to clinics",
    S.WITH_CLINICS: "The clinics answer",
    S.OFFERS_IN: "Build and issue the estimate",
    S.ESTIMATE_SENT: "The patient answers the estimate",
    S.ACCEPTED: "The patient confirms travel dates",
    S.TRAVEL: "Arrange invitation, flights and transfer",
    S.ARRIVED: "Hand over to the clinic",
    S.IN_TREATMENT: "Stay in touch until discharge",
    S.RECOVERY: "Get the discharge papers translated, then close",
    S.CLOSED: "Nothing",
    S.DECLINED_BY_PATIENT: "Nothing, unless the patient writes again",
    S.DECLINED_BY_US: "Nothing",
    S.NO_ANSWER: "Nothing, unless the patient writes again",
    S.DUPLICATE: "Nothing, go on in the other case",
    S.SPAM: "Nothing",
}

# The same in a word or two, for a row of the queue.
SHORT_NEXT: dict[Status, str] = {
    S.NEW: "read and answer",
    S.TRIAGE: "ask for papers, or estimate",
    S.WAITING_DOCUMENTS: "documents",
    S.DOCUMENTS_COMPLETE: "send to clinics",
    S.WITH_CLINICS: "offers",
    S.OFFERS_IN: "build the estimate",
    S.ESTIMATE_SENT: "answer to the estimate",
    S.ACCEPTED: "travel dates",
    S.TRAVEL: "arrange the trip",
    S.ARRIVED: "hand over to the clinic",
    S.IN_TREATMENT: "stay in touch",
    S.RECOVERY: "discharge papers",
}

# What the button of a move says, by the state it leads to.
MOVE: dict[Status, str] = {
    S.TRIAGE: "Start triage",
    S.WAITING_DOCUMENTS: "Wait for documents",
    S.DOCUMENTS_COMPLETE: "Documents are complete",
    S.WITH_CLINICS: "Send to clinics",
    S.OFFERS_IN: "Offers are in",
    S.ESTIMATE_SENT: "Mark the estimate as sent",
    S.ACCEPTED: "The patient accepts",
    S.TRAVEL: "Arrange travel",
    S.ARRIVED: "The patient has arrived",
    S.IN_TREATMENT: "Treatment begins",
    S.RECOVERY: "Recovery begins",
    S.CLOSED: "Close the case",
    S.DECLINED_BY_PATIENT: "The patient declines",
    S.DECLINED_BY_US: "We decline",
    S.NO_ANSWER: "No answer",
    S.DUPLICATE: "Duplicate of another case",
    S.SPAM: "Spam",
}

# What a code stands for, by the column that holds it.
MEANINGS: dict[str, Callable[[str], Any]] = {
    "country": lambda value: formats.countries("en").get(value),
    "speak": lambda value: formats.language_name(value, "en"),
    "language": lambda value: formats.language_name(value, "en"),
    "time_zone": lambda value: formats.zone_name(value, "en"),
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


def next_step(case: Case) -> str:
    """Say what has to happen next in a case."""
    if case.is_quarantined and case.is_open:
        return "Check the request, then release it or end the case"
    if case.on_hold_until and case.is_on_hold:
        return f"Nothing until {desk_formats.day(case.on_hold_until)}"
    if case.waiting_since is not None and case.status != S.NEW:
        return "Answer the patient"
    return NEXT[Status(case.status)]


def short_next(case: Case) -> tuple[str, str]:
    """Return who acts next in a case, and what they do, in a word or two each."""
    if case.is_quarantined and case.is_open:
        return "We", "check the request"
    if case.is_on_hold:
        return "Held", ""
    if case.waiting_since is not None and case.status != S.NEW:
        return "We", "answer"
    return SHORT_TURN[case.turn], SHORT_NEXT.get(Status(case.status), "")


def move_label(old: Status, new: Status) -> str:
    """Say what the button of a move says."""
    if new == S.TRIAGE and old != S.NEW:
        return "Reopen the case"
    if new == S.CLOSED and old != LAST:
        return "Too ill, or died"
    return f"Back to “{DESK_NAMES[new]}”" if is_back(old, new) else MOVE[new]


def short_span(length: timedelta) -> str:
    """Write a length of time in its largest unit, for a narrow column: 12 min, 3 h, 2 d."""
    minutes = max(int(length.total_seconds() // 60), 1)
    return next(
        f"{minutes // size} {unit}" for unit, size in (("d", 60 * 24), ("h", 60), ("min", 1)) if minutes >= size
    )


def queue_time(case: Case, next_at: datetime | None) -> tuple[str, str]:
    """Return the tone of the time that a row of the queue begins with, and the time in words.

    A promised answer comes before every other day: late 3 h (``danger``), in 40 min (``warning``), by 17:00, by
    Thu 17:00. Without one it is the next day on which something is due, and without that "no date" (``warning``).
    """
    if case.answer_by is not None:
        left = case.answer_by - timezone.now()
        if left < timedelta(0):
            return "danger", f"late {short_span(-left)}"
        if left < SOON:
            return "warning", f"in {short_span(left)}"
        return "", f"by {_near(case.answer_by)}"
    if case.on_hold_until and case.is_on_hold:
        return "quiet", f"{case.on_hold_until:%-d %b}"
    if next_at is not None:
        return "quiet", _near(next_at)
    return ("warning", "no date") if case.is_open else ("quiet", "–")


def _near(when: datetime) -> str:
    """Write a moment in the time of the team as shortly as it can be: 17:00, Thu 17:00, 3 Dec."""
    at = when.astimezone(ZoneInfo(settings.TEAM_TIME_ZONE))
    days = (at.date() - team_today()).days
    return f"{at:%H:%M}" if days == 0 else f"{at:%a %H:%M}" if 0 < days < 7 else f"{at:%-d %b}"


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
    return f"Overdue by {desk_formats.span(-left)}" if left < timedelta(0) else f"In {desk_formats.span(left)}"


def present(colleagues: list[User]) -> str:
    """Write who else has a case open: Olga has this case open too."""
    names = " and ".join(map(str, colleagues))
    return f"{names} {'has' if len(colleagues) == 1 else 'have'} this case open too." if colleagues else ""


def total(estimate: Estimate) -> str:
    """Write what an estimate comes to: one sum for each currency."""
    if not estimate.has_total:
        return "alternatives, no total"
    return ", ".join(sums(estimate.totals()))


def sums(totals: list[Amount]) -> list[str]:
    """Write each total; without one everything is on request."""
    return [money.in_words(total, "en") for total in totals] or [money.ON_REQUEST]


def estimate(row: Estimate) -> str:
    """Write an estimate in a line: Version 2, $1,200: Operation, Ward."""
    return f"Version {row.version}, {total(row)}: {', '.join(line.name for line in row.lines.all())}"
