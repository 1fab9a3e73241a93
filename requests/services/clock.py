"""Deadline of an answer: since when a patient waits, and by when we answer.

A case waits since the oldest submission or message of the patient that has no answer; later ones do
not move it, and no move of the workflow touches it. These answer: a message to the patient, an issued
estimate, a message that ends a case, a logged contact that is marked as an answer, and "no answer
needed" with a name. An answer covers what its writer had seen, so that a message which arrives
meanwhile goes on waiting.
"""

from datetime import datetime
from decimal import Decimal
from functools import cache

from django.db import transaction
from django.db.models import QuerySet

from portal.accounts.models import User
from portal.core.content.translated_columns import CompiledQuery
from portal.core.worktime import add_working_hours
from requests.enums import Direction, EventKind
from requests.models import Case, Deadline, Event, Message, Submission
from requests.permissions import check_can_work_cases
from requests.services import audit

ANSWERS = (
    EventKind.MESSAGE_OUT,
    EventKind.ESTIMATE_ISSUED,
    EventKind.CONTACT_ANSWERED,
    EventKind.NO_ANSWER_NEEDED,
)
FIELDS = ("waiting_since", "answer_by")
# What holds when somebody deleted the row: the promise that the pages make.
WORKING_HOURS = Decimal(8)


def lock(case: Case) -> Case:
    """Return the newest row of a case, locked until the transaction ends."""
    return Case.objects.select_for_update(of=("self",)).get(pk=case.pk)


def hold(case: Case) -> None:
    """Lock the row of a case until the transaction ends, where nothing of it has to be read."""
    Case.objects.select_for_update(of=("self",)).only("pk").get(pk=case.pk)


def lock_all(*cases: Case) -> list[Case]:
    """Return the newest rows of some cases, locked in one order, so that two who lock the same never wait for each other."""
    rows = Case.objects.select_for_update(of=("self",)).filter(pk__in=[case.pk for case in cases]).order_by("pk")
    locked = {row.pk: row for row in rows}
    return [locked[case.pk] for case in cases]


def start(case: Case, since: datetime) -> None:
    """Let a locked or new case wait for an answer, unless it waits already. The caller saves ``FIELDS``."""
    if case.waiting_since is None:
        _wait(case, since)


def hand_over(case: Case, into: Case) -> None:
    """Let the second of two locked cases wait for what the patient waits for in the first. The caller saves both."""
    if case.waiting_since is not None:
        _wait(into, min(case.waiting_since, into.waiting_since or case.waiting_since))
        _wait(case, None)


def stop(case: Case, *, seen: int | None) -> None:
    """Take the first ``seen`` things that the patient sent as answered; None stands for all of them.

    A locked case waits on since the first unseen thing, if there is one. The caller saves ``FIELDS``.
    """
    if case.waiting_since is None:
        return
    unseen = [] if seen is None else incoming(case)[seen:]
    # What came before the wait began has had its answer, even if this writer had not seen it.
    _wait(case, max(unseen[0], case.waiting_since) if unseen else None)


def restart(case: Case) -> None:
    """Let a locked case wait for what the patient sent after our last answer, if there is anything. The caller saves."""
    last = _answers(case).order_by("-at").values_list("at", flat=True).first()
    unanswered = [moment for moment in incoming(case) if last is None or moment > last]
    if unanswered:
        _wait(case, unanswered[0])


def go_back(case: Case, *, answered_at: datetime, waited_since: datetime | None) -> None:
    """Let a locked case wait as it did before an answer that was taken back, unless another one followed. The caller saves."""
    later = _answers(case).filter(at__gt=answered_at).order_by("at").first()
    if case.answered_at == answered_at:
        case.answered_at = later.at if later else None
    if later is None and waited_since is not None and not case.is_spam:
        _wait(case, min(waited_since, case.waiting_since or waited_since))


def _answers(case: Case) -> QuerySet[Event]:
    """Return the answers in a case, and in those merged into it, that were not taken back."""
    events = Event.objects.filter(reference__in=[part.reference for part in case.whole()])
    taken_back = events.filter(kind=EventKind.MESSAGE_TAKEN_BACK).values("object_id")
    return events.filter(kind__in=ANSWERS).exclude(kind=EventKind.MESSAGE_OUT, object_id__in=taken_back)


def incoming(case: Case) -> list[datetime]:
    """Return when each submission and message of the patient came, also in the cases merged into this one, oldest first."""
    whole = case.whole()
    submissions = Submission.objects.filter(case__in=whole)
    messages = Message.objects.filter(case__in=whole, direction=Direction.FROM_PATIENT)
    return sorted(moment for rows in (submissions, messages) for moment in rows.values_list("created_at", flat=True))


def no_answer_needed(*, case: Case, by: User, seen: int) -> None:
    """Stop the clock with a name instead of an answer. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        locked = lock(case)
        if locked.waiting_since is None:
            return
        stop(locked, seen=seen)
        locked.save(update_fields=FIELDS)
        audit.record(locked, EventKind.NO_ANSWER_NEEDED, by=by)


def recompute() -> None:
    """Compute anew by when we answer each waiting patient: the deadline changed."""
    with transaction.atomic():
        for case in Case.objects.waiting().only("waiting_since").order_by("pk").select_for_update(of=("self",)):
            _wait(case, case.waiting_since)
            case.save(update_fields=FIELDS)


def _wait(case: Case, since: datetime | None) -> None:
    case.waiting_since = case.answer_by = None
    if since is not None:
        hours = next((row["working_hours"] for row in _deadline().rows()), None) or WORKING_HOURS
        case.waiting_since, case.answer_by = since, add_working_hours(since, float(hours))


@cache
def _deadline() -> CompiledQuery:
    """Return the query for the working hours of an answer: every submission asks it."""
    return CompiledQuery(Deadline.objects.values("working_hours")[:1])
