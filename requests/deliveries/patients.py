"""Mails to patients, and to those whom a patient names."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from portal.core.delivery import mail, outbox
from portal.core.models import OutboxItem
from requests import calendar_files
from requests.deliveries.base import handles, to_patient
from requests.models import (
    AcceptanceCode,
    Brief,
    Call,
    Case,
    ContinuityPack,
    Erasure,
    Estimate,
    FamilyLink,
    FollowUp,
    Message,
    PatientLink,
    Submission,
    Task,
)
from requests.models.erasures import STANDING
from requests.selectors import erasures as erasure_selectors
from requests.selectors import follow_ups as follow_up_selectors
from requests.selectors import offers, trips
from requests.services import acceptance_codes, effects, erasures, estimate_reminders, family, follow_ups, patients

# News of a call that is nearer does not wait for the morning.
WAITS_OVERNIGHT = timedelta(hours=24)


@handles(effects.RECEIPT, _("Receipt to the patient"))
def receipt(item: OutboxItem) -> None:
    """We have your request; this is the link to your case and when we answer."""
    submission = Submission.objects.select_related("case").get(pk=item.object_id)
    has_estimate = Estimate.objects.filter(submission=submission, superseded_at=None).exists()
    to_patient(item, submission.case, has_estimate=has_estimate)


@handles(effects.ESTIMATE_MAIL, _("Estimate announced to the patient"))
def estimate_mail(item: OutboxItem) -> None:
    """Your estimate, or what was added to the one that you accepted, can be read behind this link."""
    estimate = Estimate.objects.select_related("case").get(pk=item.object_id)
    # The preliminary one is what she has just asked for.
    to_patient(item, estimate.case, can_wait=not estimate.is_preliminary, estimate=estimate)


@handles(effects.CONTINUITY, _("Continuity pack announced to the patient"))
def continuity_pack(item: OutboxItem) -> None:
    """Your papers for home are ready behind this link. A version that another one supersedes by now is not told."""
    pack = ContinuityPack.objects.select_related("case").get(pk=item.object_id)
    if pack.superseded_at is not None:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_patient(item, pack.case, can_wait=True)


@handles(effects.ESTIMATE_CODE, _("Code to accept an estimate to the patient"))
def estimate_code(item: OutboxItem) -> None:
    """Type these six digits on the page that asked for them. One that is too old by now is not sent."""
    code = AcceptanceCode.objects.select_related("case", "estimate").get(pk=item.object_id)
    if not code.is_live:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_patient(item, code.case.living, code=acceptance_codes.in_digits(code))


@handles(effects.ERASURE_CODE, _("Code to confirm an erasing to the patient"))
def erasure_code(item: OutboxItem) -> None:
    """Type these six digits on the page that asked for them. One that is too old by now is not sent."""
    erasure = _standing_erasure(item)
    if not erasure.has_live_code:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_patient(item, _case_of(erasure), code=erasures.code_of(erasure))


@handles(effects.ERASURE_ASKED, _("Erasing announced to the patient"))
def erasure_asked(item: OutboxItem) -> None:
    """Your case will be erased on this day; until then you can take it back behind this link."""
    erasure = _standing_erasure(item)
    to_patient(item, _case_of(erasure), erasure=erasure)


@handles(effects.ERASURE_HELD, _("Delay of an erasing to the patient"))
def erasure_held(item: OutboxItem) -> None:
    """We cannot erase your case before this day. When nothing holds it any more, nothing is sent."""
    erasure = _standing_erasure(item)
    hold = erasure_selectors.hold_of(_case_of(erasure))
    if hold is None:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_patient(item, _case_of(erasure), hold=hold)


@handles(effects.ERASURE_LAST, _("Last e-mail before an erasing to the patient"))
def erasure_last(item: OutboxItem) -> None:
    """We erase your case now; this is our last mail. It carries no link: within the hour nothing opens any more."""
    erasure = _standing_erasure(item)
    case = _case_of(erasure)
    effects.check_may_leave(item, case)
    mail.send(item, to=case.email, language=case.language, case=case)


def _standing_erasure(item: OutboxItem) -> Erasure:
    """Return the erasing that a mail tells of; what was taken back or done since is not told."""
    erasure = Erasure.objects.select_related("case").filter(pk=item.object_id).first()
    if erasure is None or erasure.case is None or erasure.state not in STANDING:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    return erasure


def _case_of(erasure: Erasure) -> Case:
    assert erasure.case is not None
    return erasure.case


@handles(effects.ESTIMATE_REMINDER, _("Reminder of an estimate to the patient"))
def estimate_reminder(item: OutboxItem) -> None:
    """Your estimate expires soon. When it is decided by now, replaced or expired, nothing is sent."""
    estimate = Estimate.objects.select_related("case").get(pk=item.object_id)
    living = estimate.case.living
    if not estimate_reminders.is_wanted(estimate, living):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_patient(item, living, can_wait=True, estimate=estimate)


def _check_said(message: Message | None) -> None:
    """Raise ``outbox.Later`` for what an answer says that can still be taken back: a release may hurry its row."""
    if message is not None and message.visible_from and message.can_be_taken_back:
        raise outbox.Later(message.visible_from)


@handles(effects.MESSAGE_OUT, _("Our message announced to the patient"))
def message_out(item: OutboxItem) -> None:
    """We wrote to you; read it behind this link. What was taken back is not told."""
    message = Message.objects.select_related("case").filter(pk=item.object_id).first()
    if message is None:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    _check_said(message)
    to_patient(item, message.case, can_wait=True)


@handles(effects.LINK, _("New link to the patient"))
def case_link(item: OutboxItem) -> None:
    """Here is the new link that you asked for."""
    to_patient(item, Case.objects.get(pk=item.object_id))


@handles(effects.NEW_CASE, _("New case announced to the patient"))
def new_case(item: OutboxItem) -> None:
    """We opened a new case for you; your consent of that day holds for it."""
    case = Case.objects.get(pk=item.object_id)
    to_patient(item, case, can_wait=True, consent=case.consents.exclude(given_in="").earliest("given_at"))


@handles(effects.TASK, _("Task announced to the patient"))
def case_task(item: OutboxItem) -> None:
    """There is something for you to do. When it is done or withdrawn by now, nobody is told."""
    task = Task.objects.select_related("case", "kind").get(pk=item.object_id)
    if not task.is_open:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_patient(item, task.case, can_wait=True, task=task)


@handles(effects.BRIEF, _("Brief announced to the patient"))
def case_brief(item: OutboxItem) -> None:
    """Your summary is ready to read. When it is approved or taken back by now, nobody is told."""
    brief = Brief.objects.select_related("case").filter(pk=item.object_id).first()
    if brief is None or not brief.is_sent:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_patient(item, brief.case, can_wait=True)


@handles(effects.OFFERS, _("Offers of clinics announced to the patient"))
def case_offers(item: OutboxItem) -> None:
    """Clinics answered: compare behind this link. When none is shown by now, or one is chosen, nobody is told."""
    case = Case.objects.get(pk=item.object_id)
    if not offers.shown(case) or offers.chosen(case) is not None or not offers.may_choose(case):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_patient(item, case, can_wait=True)


@handles(effects.CALL, _("Call announced to the patient"))
def case_call(item: OutboxItem) -> None:
    """We call you at this time, or at another one, or not at all. A change that another one followed is not told."""
    call = Call.objects.select_related("task__case", "task__sent_with").filter(pk=item.object_id).first()
    if call is None:  # its answer was taken back
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    _check_said(call.task.sent_with)
    if call.sequence != effects.call_sequence(item):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    case = call.task.case
    with override(case.language):
        calendar = calendar_files.to_mail(call)
    is_far = call.starts_at > timezone.now() + WAITS_OVERNIGHT
    to_patient(item, case, can_wait=is_far, call=call, calendar=calendar)


@handles(effects.TRIP, _("Changes of the trip announced to the patient"))
def case_trip(item: OutboxItem) -> None:
    """Your trip changed; read it behind this link. When she has seen all of it by now, nobody is told."""
    case = Case.objects.get(pk=item.object_id)
    if not trips.has_unseen(trips.of(case)):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_patient(item, case, can_wait=True)


@handles(effects.PATIENT, _("Question to the patient for their own consent"))
def case_patient(item: OutboxItem) -> None:
    """Somebody wrote to us for you: say yes or no yourself. What was ended meanwhile is not sent."""
    link = PatientLink.objects.select_related("case").get(pk=item.object_id)
    effects.check_may_leave(item, link.case)
    if not link.is_live:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    mail.send(item, to=link.email, language=link.case.language, case=link.case, url=patients.address(link))


def _refused_by_relative(item: OutboxItem) -> None:
    """Forget the address of a relative that does not take mail; the patient reads it and can type another."""
    link = FamilyLink.objects.select_related("case").filter(pk=item.object_id).first()
    if link is not None:
        family.mark_address_refused(link)


@outbox.handles(
    effects.FAMILY,
    label=_("Family link to a relative"),
    on_refused=_refused_by_relative,
    case_list="admin:requests_case_changelist",
)
def family_link(item: OutboxItem) -> None:
    """Somebody wants you to follow their journey: open this link. When it was revoked by now, nothing is sent."""
    link = FamilyLink.objects.select_related("case").filter(pk=item.object_id).first()
    if link is None or not link.is_live or not link.email:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    case = link.case
    effects.check_may_leave(item, case)
    url = family.address(link, case.language)
    mail.send(item, to=link.email, language=case.language, url=url, until=link.ends_on)


@handles(effects.FOLLOW_UP, _("Questions after coming home"))
def follow_up(item: OutboxItem) -> None:
    """How are you: three questions behind this link. When they are answered or not wanted any more, nobody is asked."""
    row = FollowUp.objects.select_related("case").filter(pk=item.object_id, answered_at=None).first()
    if row is None or not follow_up_selectors.may_ask(row.case):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    stop_url = follow_ups.stop_address(row, row.case.language)
    to_patient(item, row.case, can_wait=True, day=row.day, stop_url=stop_url)
