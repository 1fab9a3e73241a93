"""Progress of a case as the patient sees it: whose turn it is, what to do now, the road with its days."""

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal.core.localisation import formats
from requests.enums import EventKind, Status, Step, Turn
from requests.models import Case, Estimate, Event, StepTime, Task
from requests.selectors import follow_ups, trips
from requests.workflow import EARLY_OUTCOMES, ON_TRIP, STEPS, S

# The task of the desk that follows an acceptance.
PLAN = "plan-journey"


class RoadStep(NamedTuple):
    """A step of the road; ``state`` is done, skipped, current or ahead, ``since`` the day that the case came to it.

    ``usual`` says how long a step that is not over usually takes, empty where nobody said.
    """

    name: str
    state: str
    since: date | None
    usual: str


class NextAction(NamedTuple):
    """What the patient needs to do now, and the button that leads there, if there is anything to press."""

    sentence: str
    label: str = ""
    url: str = ""
    task: Task | None = None


def road(case: Case) -> list[RoadStep]:
    """Return the steps of a case with their days in the patient's zone; one that ended early has none to show."""
    steps = list(STEPS)
    position = next((number for number, step in enumerate(steps) if case.status in STEPS[step]), None)
    if position is None or case.outcome in EARLY_OUTCOMES:
        return []
    came, usual = _days(case), {row.step: row for row in StepTime.objects.all()}
    rows = []
    for number, step in enumerate(steps):
        state = "current" if number == position else "ahead" if number > position else "done"
        # A case that needs no papers goes past them.
        if state == "done" and step not in came:
            state = "skipped"
        since = None if state == "ahead" else came.get(step)
        length = _length(usual[step]) if step in usual and number >= position else ""
        rows.append(RoadStep(str(step.label), state, since, length))
    return rows


def _length(row: StepTime) -> str:
    """Say how long a step usually takes, in whole weeks where it is weeks."""
    first, last = row.days_from, row.days_to
    if first % 7 == 0 and last % 7 == 0:
        first, last = first // 7, last // 7
        one = ngettext("usually %(number)s week", "usually %(number)s weeks", last)
        span = ngettext("usually %(first)s to %(last)s week", "usually %(first)s to %(last)s weeks", last)
    else:
        one = ngettext("usually %(number)s day", "usually %(number)s days", last)
        span = ngettext("usually %(first)s to %(last)s day", "usually %(first)s to %(last)s days", last)
    return one % {"number": last} if first == last else span % {"first": first, "last": last}


def _days(case: Case) -> dict[Step, date]:
    """Return on which day a case came to each of its steps, the last time that it did."""
    zone = ZoneInfo(case.zones[0])
    steps = {status: step for step, states in STEPS.items() for status in states}
    days = {Step.ASKED: case.created_at.astimezone(zone).date()}
    moves = Event.objects.filter(reference=case.reference, kind=EventKind.MOVED).order_by("at")
    for old, new, at in moves.values_list("from_status", "to_status", "at"):
        step = steps.get(Status(new))
        # From one state of a step to the other is no arrival.
        if step is not None and step != steps.get(Status(old)) and step != Step.ASKED:
            days[step] = at.astimezone(zone).date()
    return days


def turn(case: Case, tasks: list[Task], unread: int = 0) -> Turn:
    """Return who acts next: a patient with something to do or to read, else whoever owes an answer, else as the state says."""
    if case.has_died or case.is_spam or case.status == S.DUPLICATE:
        return Turn.NOBODY
    if case.consent_withdrawn_at is not None and case.is_open:
        return Turn.US
    if any(not task.for_desk for task in tasks) or follow_ups.waiting(case) or unread:
        return Turn.PATIENT
    return Turn.US if case.waiting_since or _plans(case, tasks) else case.turn


def _plans(case: Case, tasks: list[Task]) -> bool:
    """Whether the patient has accepted an estimate, and waits for our plan of the journey."""
    return case.status == S.ACCEPTED and any(task.kind.code == PLAN for task in tasks)


def next_action(case: Case, tasks: list[Task], unread: int) -> NextAction:
    """Return what the patient needs to do now; ``tasks`` are the open ones that she sees, the most urgent first."""
    if (over := _stopped(case)) is not None:
        return over
    messages = reverse("requests:messages", args=[case.reference])
    if (asked := _asked(case, tasks)) is not None:
        return asked
    if unread:
        return NextAction(_("Read what we wrote to you."), _("Read the message"), messages + "#newest")
    if case.is_on_hold:
        day = formats.day(case.on_hold_until, get_language() or "en")
        sentence = _("Your case is on hold until %(day)s. To go on sooner, write to us here.")
        return NextAction(sentence % {"day": f"\u2068{day}\u2069"}, _("Write to us"), messages + "#write")
    return _by_status(case, messages, tasks)


def _stopped(case: Case) -> NextAction | None:
    """Return what is said where nothing goes on: after a death, of spam, and while a consent is taken back."""
    if case.has_died:
        return NextAction(_("We are very sorry. This case is closed. We send no more e-mails about it."))
    if case.is_spam:
        email = f"\u2066{settings.TEAM_EMAIL}\u2069"
        return NextAction(
            _("We could not read this as a request. If it was one, write to %(email)s.") % {"email": email}
        )
    if case.consent_withdrawn_at is not None and case.is_open:
        again = reverse("requests:give_consents_again", args=[case.reference])
        return NextAction(_("You took a consent back, so we do not work on your case."), _("Agree again"), again)
    return None


def _asked(case: Case, tasks: list[Task]) -> NextAction | None:
    """Return what we ask of the patient by itself: how she is after the treatment, or the first of her tasks."""
    if (row := follow_ups.waiting(case)) is not None:
        url = reverse("requests:follow_up", args=[case.reference, row.day])
        return NextAction(_("Tell us how you are: three short questions."), _("Answer the three questions"), url)
    mine = next((task for task in tasks if not task.for_desk), None)
    return NextAction(str(mine.kind), _("Show me what to do"), mine.get_absolute_url(), mine) if mine else None


def _by_status(case: Case, messages: str, tasks: list[Task]) -> NextAction:
    status = Status(case.status)
    read, write = (_("Read the message"), messages + "#newest"), (_("Write to us"), messages + "#write")
    if status == S.ESTIMATE_SENT and (estimate := _standing(case)) is not None:
        sentence = _("Read the estimate. Then accept it there, decline it, or ask us.")
        if estimate.has_expired:
            sentence = _("Your estimate has expired. Open it to ask for a new one with one click.")
        url = reverse("requests:estimate", args=[case.reference, estimate.version])
        if not (estimate.has_expired and case.waiting_since):
            return NextAction(sentence, _("Read the estimate"), url)
    is_read = _("You need to do nothing now. A coordinator reads your request and writes to you.")
    if status in (S.NEW, S.TRIAGE):
        return NextAction(is_read)
    # Who has just written has nothing to do until we answered that. What was written before the end, the end answers.
    if case.waiting_since and (case.closed_at is None or case.closed_at < case.waiting_since):
        return NextAction(_("You need to do nothing now. A coordinator reads what you wrote and answers you."))
    if _plans(case, tasks):
        return NextAction(_("You need to do nothing now. We plan your journey with you and write to you."))
    if status in ON_TRIP:
        return _on_trip(case, status, write)
    actions = {
        S.WAITING_DOCUMENTS: NextAction(
            _("Read our last message. It says which papers we need. Then answer it here."), *read
        ),
        S.DOCUMENTS_COMPLETE: NextAction(_("You need to do nothing now. Your papers are complete.")),
        S.WITH_CLINICS: NextAction(_("You need to do nothing now. The clinics read your case.")),
        S.OFFERS_IN: NextAction(_("You need to do nothing now. We compare what the clinics offer.")),
        S.ESTIMATE_SENT: NextAction(_("Read our last message about your estimate. Then answer it here."), *read),
        S.ACCEPTED: NextAction(_("Read our last message about your travel dates. Then answer it here."), *read),
        S.CLOSED: NextAction(_("This case is closed. Write to us here if you need anything."), *write),
        S.DECLINED_BY_PATIENT: NextAction(
            _("You decided against treatment with us. Write to us here if you change your mind."), *write
        ),
        S.DECLINED_BY_US: NextAction(_("Read our last message. It says why we cannot help in this case."), *read),
        S.NO_ANSWER: NextAction(_("We did not hear from you. Write to us here to go on."), *write),
        S.DUPLICATE: NextAction(_("This request was joined to another case of yours. Go on there.")),
    }
    return actions[status]


def _on_trip(case: Case, status: Status, write: tuple[str, str]) -> NextAction:
    """Return what there is to do between the acceptance and the day home, when nobody waits for anybody."""
    if status == S.IN_TREATMENT:
        return NextAction(_("You are in treatment. Write to us here if you need anything."), *write)
    if status == S.RECOVERY:
        return NextAction(_("Your treatment is over. Write to us here if you need anything."), *write)
    is_planned = trips.of(case).arrives_on is not None
    journey = (_("See your journey"), reverse("requests:journey", args=[case.reference]))
    if status == S.ARRIVED and is_planned:
        return NextAction(_("You are in Russia. Your journey says what happens on which day."), *journey)
    if status == S.ARRIVED:
        return NextAction(_("You are in Russia. Write to us here if you need anything."), *write)
    if is_planned:
        return NextAction(_("Your days in Russia are planned. Read them before you travel."), *journey)
    return NextAction(_("You need to do nothing now. We plan your journey with you and write to you."))


def _standing(case: Case) -> Estimate | None:
    return case.estimates.filter(superseded_at=None).exclude(kind="preliminary").first()
