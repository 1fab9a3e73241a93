"""Outbox rows of cases, by kind. ``requests.deliveries`` delivers them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.models import (
    Absence,
    AccessEvent,
    Brief,
    Call,
    Case,
    Document,
    Erasure,
    Estimate,
    Message,
    Offer,
    Referral,
    Submission,
)
from requests.permissions import can_work_cases

NOTICE = outbox.kind("request.notice")
RECEIPT = outbox.kind("request.receipt")
ESTIMATE_PDF = outbox.kind("estimate.pdf")
CASE_PDF = outbox.kind("case.pdf")
ESTIMATE_MAIL = outbox.kind("estimate.mail")
CONTINUITY = outbox.kind("case.continuity")
ESTIMATE_CODE = outbox.kind("estimate.code")
ESTIMATE_REMINDER = outbox.kind("estimate.reminder")
ESTIMATE_DECIDED = outbox.kind("estimate.decided")
MESSAGE_OUT = outbox.kind("message.out")
MESSAGE_IN = outbox.kind("message.in")
LINK = outbox.kind("case.link")
NEW_CASE = outbox.kind("case.new")
TASK = outbox.kind("case.task")
CALL = outbox.kind("case.call")
TRIP = outbox.kind("case.trip")
PATIENT = outbox.kind("case.patient")
FAMILY = outbox.kind("case.family")
HOLD_OVER = outbox.kind("case.hold_over")
ASSIGNED = outbox.kind("case.assigned")
HANDED_OVER = outbox.kind("desk.handed_over")
REVIEW = outbox.kind("case.review")
CHECK_DOCUMENT = outbox.kind("document.check")
DOCUMENTS_IN = outbox.kind("document.in")
ANSWERS_IN = outbox.kind("case.answers")
SCAN_DOCUMENT = outbox.kind("document.scan")
REVIEWED = outbox.kind("case.reviewed")
BRIEF = outbox.kind("case.brief")
OFFERS = outbox.kind("case.offers")
CHOSEN = outbox.kind("case.chosen")
EMERGENCY = outbox.kind("case.emergency")
FOLLOW_UP = outbox.kind("case.follow_up")
ALARM = outbox.kind("case.alarm")
REFERRAL_SENT = outbox.kind("referral.sent")
REFERRAL_REPLY = outbox.kind("referral.reply")
REFERRAL_REMINDER = outbox.kind("referral.reminder")
REFERRAL_CODE = outbox.kind("referral.code")
REFERRAL_BRIEF = outbox.kind("referral.brief")
REFERRAL_CHOICE = outbox.kind("referral.choice")
REFERRAL_IN = outbox.kind("referral.in")
ERASURE_CODE = outbox.kind("erasure.code")
ERASURE_ASKED = outbox.kind("erasure.asked")
ERASURE_HELD = outbox.kind("erasure.held")
ERASURE_LAST = outbox.kind("erasure.last")
ERASURE_DESK = outbox.kind("erasure.desk")
ERASURE_FILES = outbox.kind("erasure.files")
CONSENT = outbox.kind("case.consent")
DIGEST = outbox.kind("desk.digest")
# The mails to the address of the case; none leaves while no address is known.
TO_PATIENT = (
    RECEIPT,
    ESTIMATE_MAIL,
    ESTIMATE_CODE,
    ESTIMATE_REMINDER,
    MESSAGE_OUT,
    LINK,
    NEW_CASE,
    TASK,
    CALL,
    BRIEF,
    OFFERS,
    TRIP,
    CONTINUITY,
    FOLLOW_UP,
    ERASURE_CODE,
    ERASURE_ASKED,
    ERASURE_HELD,
    ERASURE_LAST,
)
# The mails to the contacts of clinics.
TO_CLINICS = (REFERRAL_SENT, REFERRAL_REPLY, REFERRAL_REMINDER, REFERRAL_CODE, REFERRAL_BRIEF, REFERRAL_CHOICE)
# Once the patient has died, nobody is written to about the case, at other addresses neither.
UNTIL_DEATH = (*TO_PATIENT, PATIENT, FAMILY, *TO_CLINICS)

# None of these leaves while a consent without which no case is worked on is taken back.
OF_WORK = (
    *TO_CLINICS,
    TASK,
    PATIENT,
    BRIEF,
    OFFERS,
    ESTIMATE_MAIL,
    ESTIMATE_CODE,
    ESTIMATE_REMINDER,
    CONTINUITY,
    TRIP,
    FOLLOW_UP,
    REVIEW,
)

DIGEST_PAUSE = timedelta(minutes=1)
# One mail tells of all papers that come within this time.
DOCUMENTS_PAUSE = timedelta(minutes=10)
# One mail tells of all changes of a trip within this time.
TRIP_PAUSE = timedelta(minutes=10)
# One mail tells of all offers that are shown within this time.
OFFERS_PAUSE = timedelta(minutes=10)
# A clinic hears of a newer brief, and of the patient's choice, once neither changed for this time.
CLINICS_PAUSE = timedelta(minutes=10)
# What a mail about the choice says to a clinic whose offer is not chosen any more.
ANOTHER = "another"


def add(case: Case, items: Iterable[OutboxItem]) -> None:
    """Write what a case sets off; a patient without an e-mail address is owed no mail."""
    outbox.add(item for item in items if case.has_email or item.kind not in TO_PATIENT)


def owed(
    case: Case, kind: outbox.Kind, object_id: UUID, key: str = "", *, to: int | None = None, held: bool = False
) -> OutboxItem:
    """Return the row of an effect that a case owes, one for each ``key`` (that of its object, when none is given).

    ``to`` is the id of the colleague whom a mail to the desk names.
    """
    return outbox.new(
        kind,
        object_id,
        dedupe_key=f"{kind}:{key or object_id}",
        reference=case.reference,
        recipient_id=to,
        state=_withheld(case, kind) or (OutboxItem.State.HELD if held else OutboxItem.State.QUEUED),
    )


def for_submission(case: Case, submission: Submission, estimate: Estimate | None) -> list[OutboxItem]:
    """Return what a submission sets off: a notice to the desk, a receipt, and a PDF if there is one."""
    items = for_desk(case, NOTICE, submission.pk)
    items.append(for_receipt(case, submission))
    if estimate is not None:
        items.append(owed(case, ESTIMATE_PDF, estimate.pk))
    return items


def for_receipt(case: Case, submission: Submission, again: str = "") -> OutboxItem:
    """Return the row that mails the receipt; one for each reason to send it ``again``."""
    key = f"{submission.pk}:{again}" if again else ""
    return owed(case, RECEIPT, submission.pk, key, held=case.holds_mails)


def for_desk(case: Case, kind: outbox.Kind, object_id: UUID, key: str = "") -> list[OutboxItem]:
    """Return the rows that tell the owner of a case, or else the desk in the way of NOTICE_MODE.

    They are the same for each ``key`` (that of their object, when none is given).
    """
    if owner(case) is None and settings.NOTICE_MODE == "digest":
        return [for_digest(timezone.now())]
    return _for_people(case, kind, object_id, key or str(object_id))


def for_documents(case: Case, document: Document) -> list[OutboxItem]:
    """Return the rows that tell, as ``for_desk`` does, of the papers that come to a locked case until DOCUMENTS_PAUSE is over.

    There are none while those of an earlier paper wait.
    """
    waiting = (OutboxItem.State.QUEUED, OutboxItem.State.HELD)
    if OutboxItem.objects.filter(kind=DOCUMENTS_IN, reference=case.reference, state__in=waiting).exists():
        return []
    items = for_desk(case, DOCUMENTS_IN, document.pk)
    for item in items:
        if item.kind == DOCUMENTS_IN:
            item.created_at = item.not_before = timezone.now() + DOCUMENTS_PAUSE
    return items


def check_key(document: Document) -> str:
    """Return the dedupe key of the row that a paper is checked by."""
    return f"{CHECK_DOCUMENT}:{document.pk}"


def owner(case: Case) -> User | None:
    """Return who owns a case; nobody when that is somebody who works no cases any more."""
    return case.owner if case.owner is not None and can_work_cases(case.owner) else None


def _for_people(case: Case, kind: outbox.Kind, object_id: UUID, key: str) -> list[OutboxItem]:
    """Return a row for each person who is told of a case, or one for the common address of the team."""
    people: list[int | None] = [None]
    if (user := owner(case)) is not None:
        people = [user.pk]
    elif settings.NOTICE_MODE == "each":
        people = list(User.objects.active_in(Role.COORDINATOR, Role.LEAD).values_list("pk", flat=True)) or [None]
    return [owed(case, kind, object_id, f"{key}:{pk or 'desk'}", to=pk) for pk in people]


def for_digest(now: datetime) -> OutboxItem:
    """Return the row that tells the team of everything in the period of ``now``, one for each period.

    Its key names the period; the mail leaves a minute after its end, when what was sent in it is committed.
    """
    length = int(settings.NOTICE_DIGEST_EVERY.total_seconds())
    start = int(now.timestamp()) // length * length
    # It tells of a period and of no row, so its object has an id that names nothing.
    item = outbox.new(DIGEST, uuid4(), dedupe_key=f"{DIGEST}:{start}:{start + length}")
    item.created_at = item.not_before = datetime.fromtimestamp(start + length, UTC) + DIGEST_PAUSE
    return item


def digest_period(item: OutboxItem) -> tuple[datetime, datetime]:
    """Return begin and end of the period that a row of ``for_digest`` tells of."""
    _kind, start, end = item.dedupe_key.split(":")
    return datetime.fromtimestamp(int(start), UTC), datetime.fromtimestamp(int(end), UTC)


def for_link(case: Case, slot: str) -> OutboxItem:
    """Return the row that mails a new link; one for each ``slot``, however often asked."""
    return owed(case, LINK, case.pk, slot, held=case.is_quarantined)


def for_new_case(case: Case, again: str = "") -> OutboxItem:
    """Return the row that tells of a case opened from an earlier one; one for each reason to send it ``again``."""
    return owed(case, NEW_CASE, case.pk, f"{case.pk}:{again}" if again else "")


def for_answer(case: Case, message: Message) -> OutboxItem:
    """Return the row that mails of our message, once it cannot be taken back."""
    item = owed(case, MESSAGE_OUT, message.pk)
    item.not_before = message.visible_from or item.not_before
    return item


def for_call(case: Case, call: Call) -> OutboxItem:
    """Return the row that mails a call, its new time or that it is cancelled; one for each change.

    A call that came with an answer waits as long as the answer.
    """
    item = owed(case, CALL, call.task_id, f"{call.task_id}:{call.sequence}")
    answer = call.task.sent_with
    item.not_before = max(item.not_before, answer.visible_from) if answer and answer.visible_from else item.not_before
    return item


def call_sequence(item: OutboxItem) -> int:
    """Return the change of a call that a row of ``for_call`` tells of."""
    return int(item.dedupe_key.rpartition(":")[2])


def for_trip(case: Case, version: int) -> list[OutboxItem]:
    """Return the row that tells the patient of all changes of her trip until TRIP_PAUSE is over; none while one waits."""
    waiting = (OutboxItem.State.QUEUED, OutboxItem.State.HELD)
    if OutboxItem.objects.filter(kind=TRIP, reference=case.reference, state__in=waiting).exists():
        return []
    item = owed(case, TRIP, case.pk, f"{case.pk}:{version}", held=case.holds_mails)
    item.created_at = item.not_before = timezone.now() + TRIP_PAUSE
    return [item]


def for_offers(case: Case, shown: Offer) -> list[OutboxItem]:
    """Return the row that tells the patient of all offers that are shown until OFFERS_PAUSE is over; none while one waits."""
    waiting = (OutboxItem.State.QUEUED, OutboxItem.State.HELD)
    if OutboxItem.objects.filter(kind=OFFERS, reference=case.reference, state__in=waiting).exists():
        return []
    item = owed(case, OFFERS, case.pk, f"{shown.pk}:{shown.shown_at}", held=case.holds_mails)
    item.created_at = item.not_before = timezone.now() + OFFERS_PAUSE
    return [item]


def for_hold_over(case: Case, until: date) -> list[OutboxItem]:
    """Return the rows that tell the owner, or else the desk, at once, that a case is back from its hold."""
    return _for_people(case, HOLD_OVER, case.pk, f"{case.pk}:{until}")


def for_referral(case: Case, referral: Referral, what: str) -> list[OutboxItem]:
    """Return the rows that tell the owner, or else the desk, at once, ``what`` a clinic did; one row for each time."""
    return _for_people(case, REFERRAL_IN, referral.pk, f"{referral.pk}:{what}")


def for_newer_brief(case: Case, referral: Referral, brief: Brief) -> list[OutboxItem]:
    """Return the row that tells a clinic of all newer briefs until CLINICS_PAUSE is over; none while one waits."""
    waiting = (OutboxItem.State.QUEUED, OutboxItem.State.HELD)
    if OutboxItem.objects.filter(kind=REFERRAL_BRIEF, object_id=referral.pk, state__in=waiting).exists():
        return []
    return [_later(owed(case, REFERRAL_BRIEF, referral.pk, f"{referral.pk}:{brief.pk}"))]


def for_choice(case: Case, referral: Referral, what: str) -> OutboxItem:
    """Return the row that tells a clinic ``what`` was chosen: the id of its offer, or ANOTHER."""
    return _later(owed(case, REFERRAL_CHOICE, referral.pk, f"{what}:{uuid4()}"))


def choice(item: OutboxItem) -> str:
    """Return what a row of ``for_choice`` tells."""
    return item.dedupe_key.split(":")[1]


def _later(item: OutboxItem) -> OutboxItem:
    item.created_at = item.not_before = timezone.now() + CLINICS_PAUSE
    return item


def for_alarm(case: Case, message: Message) -> list[OutboxItem]:
    """Return the rows that tell the owner, or else the desk, at once, of a warning sign that a patient named."""
    return _for_people(case, ALARM, message.pk, str(message.pk))


def for_handed_over(absence: Absence) -> OutboxItem:
    """Return the row that tells a substitute of all the cases that they were handed."""
    return outbox.new(
        HANDED_OVER, absence.pk, dedupe_key=f"{HANDED_OVER}:{absence.pk}", recipient_id=absence.substitute_id
    )


def for_emergency(case: Case, opened: AccessEvent, by: User) -> list[OutboxItem]:
    """Return the rows that tell each lead, or else the desk, that an administrator opened a case, spam too."""
    leads: list[int | None] = list(User.objects.active_in(Role.LEAD).exclude(pk=by.pk).values_list("pk", flat=True))
    return [
        outbox.new(
            EMERGENCY,
            opened.pk,
            dedupe_key=f"{EMERGENCY}:{opened.pk}:{pk or 'desk'}",
            reference=case.reference,
            recipient_id=pk,
        )
        for pk in leads or [None]
    ]


def for_erasure(case: Case, erasure: Erasure, what: str) -> list[OutboxItem]:
    """Return the rows that tell the owner, or else the desk, at once, that an erasing was ``what``."""
    return _for_people(case, ERASURE_DESK, erasure.pk, f"{erasure.pk}:{what}")


def for_consent(case: Case, what: str) -> list[OutboxItem]:
    """Return the rows that tell the owner, or else the desk, at once, that consents were ``what``; one row for each time."""
    return _for_people(case, CONSENT, case.pk, f"{case.pk}:{what}")


def check_may_leave(item: OutboxItem, case: Case) -> None:
    """Raise ``outbox.Withheld`` for an effect that its case does not want any more."""
    state = _withheld(case, item.kind)
    if state is not None:
        raise outbox.Withheld(state)


def _withheld(case: Case, kind: str) -> OutboxItem.State | None:
    """Return the state of an effect that must not leave; None when nothing is against it."""
    # What was in flight when its case was erased, and comes back to the queue.
    if case.is_erased and kind != ERASURE_FILES:
        return OutboxItem.State.CANCELLED
    if kind in OF_WORK and case.consent_withdrawn_at is not None:
        return OutboxItem.State.CANCELLED
    # Death cancels for good; spam only holds, so that a reopened case sends what it owes (decision 0026).
    if (kind in UNTIL_DEATH and case.has_died) or (kind in TO_PATIENT and not case.has_email):
        return OutboxItem.State.CANCELLED
    return OutboxItem.State.HELD if case.is_spam else None
