"""Handlers that deliver the effects of cases, and so everything that the portal writes about them.

Mails to patients carry a link and nothing medical; mails to the desk carry a reference, a country
and a language, no name. The template of a mail is called as its kind.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from portal.accounts.emails import to_staff
from portal.accounts.models import User
from portal.core.delivery import long_work, mail, outbox
from portal.core.localisation.zones import after_quiet_hours
from portal.core.models import OutboxItem
from requests import calendar_files, pdf
from requests.models import (
    Absence,
    AccessEvent,
    Call,
    Case,
    CaseReview,
    Document,
    Estimate,
    FamilyLink,
    Message,
    Note,
    PatientLink,
    Submission,
    Task,
)
from requests.permissions import can_review_cases, can_work_cases
from requests.selectors import desk as desk_selectors
from requests.selectors import documents as document_selectors
from requests.services import desk, document_checks, effects, estimates, family, links, patients, virus_scans

# News of a call that is nearer does not wait for the morning.
WAITS_OVERNIGHT = timedelta(hours=24)


def _refused(item: OutboxItem) -> None:
    """Tell the desk that the patient's address does not take mail."""
    desk.mark_address_refused(Case.objects.get(reference=item.reference))


def _handles(kind: outbox.Kind, label: Any) -> Callable[[outbox.Handler], outbox.Handler]:
    """Register what delivers an effect of a case; a refused mail to the patient marks the address."""
    on_refused = _refused if kind in effects.TO_PATIENT else None
    return outbox.handles(kind, label=label, on_refused=on_refused, case_list="admin:requests_case_changelist")


def _to_patient(item: OutboxItem, case: Case, *, can_wait: bool = False, **context: Any) -> None:
    """Mail the patient, with the link that opens the case: the same at every attempt of one mail.

    Raises ``outbox.Withheld`` when no mail of the case may leave, and ``outbox.Later`` for one that ``can_wait``
    until the night of the patient is over.
    """
    effects.check_may_leave(item, case)
    now = timezone.now()
    if can_wait and (morning := after_quiet_hours(now, case.zones[0])) > now:
        raise outbox.Later(morning)
    url = links.address(links.for_mail(item, case))
    mail.send(item, to=case.email, language=case.language, case=case, url=url, **context)


def _to_desk(item: OutboxItem, case: Case) -> None:
    """Mail somebody at the desk; a person who left meanwhile gives way to the common address.

    Raises ``outbox.Withheld`` when no mail of the case may leave.
    """
    effects.check_may_leave(item, case)
    url = settings.SITE_URL + reverse("admin:requests_case_change", args=[case.pk])
    to_staff(item, _colleague(item), case=case, url=url)


def _colleague(item: OutboxItem) -> User | None:
    """Return whom a mail to the desk names, as long as that person works cases."""
    user = User.objects.filter(pk=item.recipient_id or 0).first()
    return user if user is not None and can_work_cases(user) else None


@_handles(effects.NOTICE, _("Notice to the desk"))
def notice(item: OutboxItem) -> None:
    """A request came in (or came again): open it."""
    _to_desk(item, Submission.objects.select_related("case").get(pk=item.object_id).case)


@_handles(effects.RECEIPT, _("Receipt to the patient"))
def receipt(item: OutboxItem) -> None:
    """We have your request; this is the link to your case and when we answer."""
    submission = Submission.objects.select_related("case").get(pk=item.object_id)
    has_estimate = Estimate.objects.filter(submission=submission, superseded_at=None).exists()
    _to_patient(item, submission.case, has_estimate=has_estimate)


@_handles(effects.ESTIMATE_PDF, _("Estimate printed as PDF"))
def estimate_pdf(item: OutboxItem) -> None:
    """Print an estimate; recording it owes the patient a mail."""
    estimate = Estimate.objects.select_related("case").prefetch_related("lines").get(pk=item.object_id)
    # A row is handed out again when a worker dies before it says that it is done.
    if not estimate.pdf_name:
        estimates.record_pdf(estimate=estimate, pdf=pdf.render(estimate))


@_handles(effects.ESTIMATE_MAIL, _("Estimate announced to the patient"))
def estimate_mail(item: OutboxItem) -> None:
    """Your estimate, or what was added to the one that you accepted, can be read behind this link."""
    estimate = Estimate.objects.select_related("case").get(pk=item.object_id)
    # The preliminary one is what she has just asked for.
    _to_patient(item, estimate.case, can_wait=not estimate.is_preliminary, estimate=estimate)


def _check_said(message: Message | None) -> None:
    """Raise ``outbox.Later`` for what an answer says that can still be taken back: a release may hurry its row."""
    if message is not None and message.visible_from and message.can_be_taken_back:
        raise outbox.Later(message.visible_from)


@_handles(effects.MESSAGE_OUT, _("Our message announced to the patient"))
def message_out(item: OutboxItem) -> None:
    """We wrote to you; read it behind this link. What was taken back is not told."""
    message = Message.objects.select_related("case").filter(pk=item.object_id).first()
    if message is None:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    _check_said(message)
    _to_patient(item, message.case, can_wait=True)


@_handles(effects.MESSAGE_IN, _("Patient’s message announced to the desk"))
def message_in(item: OutboxItem) -> None:
    """A patient wrote: open the case."""
    _to_desk(item, Message.objects.select_related("case").get(pk=item.object_id).case)


@_handles(effects.DOCUMENTS_IN, _("Patient’s papers announced to the desk"))
def documents_in(item: OutboxItem) -> None:
    """A patient sent papers: open the case. When all of them are looked at, refused or gone by now, nobody is told."""
    document = Document.objects.select_related("case").filter(pk=item.object_id).first()
    if document is None or not document_selectors.waits_for_the_desk(document.case):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    _to_desk(item, document.case)


@_handles(effects.DIGEST, _("Digest to the desk"))
def digest(item: OutboxItem) -> None:
    """These requests came in, these patients wrote or sent papers; when all have an owner by now, nobody is told."""
    unowned = desk_selectors.unowned_between(*effects.digest_period(item))
    if any(unowned):
        url = settings.SITE_URL + reverse("admin:requests_case_changelist")
        to_staff(item, None, url=url, **unowned._asdict())


@_handles(effects.LINK, _("New link to the patient"))
def case_link(item: OutboxItem) -> None:
    """Here is the new link that you asked for."""
    _to_patient(item, Case.objects.get(pk=item.object_id))


@_handles(effects.NEW_CASE, _("New case announced to the patient"))
def new_case(item: OutboxItem) -> None:
    """We opened a new case for you; your consent of that day holds for it."""
    case = Case.objects.get(pk=item.object_id)
    _to_patient(item, case, can_wait=True, consent=case.consents.exclude(given_in="").earliest("given_at"))


@_handles(effects.TASK, _("Task announced to the patient"))
def case_task(item: OutboxItem) -> None:
    """There is something for you to do. When it is done or withdrawn by now, nobody is told."""
    task = Task.objects.select_related("case", "kind").get(pk=item.object_id)
    if not task.is_open:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    _to_patient(item, task.case, can_wait=True, task=task)


@_handles(effects.CALL, _("Call announced to the patient"))
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
    _to_patient(item, case, can_wait=is_far, call=call, calendar=calendar)


@_handles(effects.PATIENT, _("Question to the patient for their own consent"))
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


@_handles(effects.HOLD_OVER, _("End of the hold announced to the desk"))
def hold_over(item: OutboxItem) -> None:
    """A case is back from its hold: open it."""
    _to_desk(item, Case.objects.get(pk=item.object_id))


@_handles(effects.ASSIGNED, _("Case announced to its new owner"))
def assigned(item: OutboxItem) -> None:
    """A case was given to you: open it. When it is somebody else's by now, nobody is told."""
    case = Case.objects.get(pk=item.object_id)
    effects.check_may_leave(item, case)
    if _colleague(item) is None or item.recipient_id not in (case.owner_id, case.second_owner_id):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    _to_desk(item, case)


@_handles(effects.HANDED_OVER, "Cases of somebody who is away announced to the substitute")
def handed_over(item: OutboxItem) -> None:
    """You stand in for a colleague: these cases are yours until then. When that is over by now, nobody is told."""
    absence = Absence.objects.select_related("user").get(pk=item.object_id)
    if absence.ended_at is not None or (to := _colleague(item)) is None:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    url = f"{settings.SITE_URL}{reverse('admin:requests_case_changelist')}?whose=mine"
    to_staff(item, to, absence=absence, number=absence.cases.count(), url=url)


@_handles(effects.REVIEW, _("Case shared with a reviewer"))
def case_review(item: OutboxItem) -> None:
    """A colleague asks what you think: read the medical part of this case. What ended by now is not told."""
    review = CaseReview.objects.select_related("case", "reviewer").get(pk=item.object_id)
    effects.check_may_leave(item, review.case)
    if review.ended_at or not can_review_cases(review.reviewer):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    url = settings.SITE_URL + reverse("admin:requests_casereview_change", args=[review.pk])
    to_staff(item, review.reviewer, case=review.case, url=url)


@_handles(effects.REVIEWED, "Answer of a reviewer announced to the desk")
def case_reviewed(item: OutboxItem) -> None:
    """The reviewer answered you: the note stands in the case."""
    _to_desk(item, Note.objects.select_related("case").get(pk=item.object_id).case)


@_handles(effects.EMERGENCY, "Emergency opening of a case told to the leads")
def case_emergency(item: OutboxItem) -> None:
    """An administrator opened this case; the reason stands in it as a note. Spam or not, a lead is told."""
    case = Case.objects.get(reference=item.reference)
    opened = AccessEvent.objects.get(pk=item.object_id)
    who = User.objects.filter(pk=opened.actor_id or 0).first()
    url = settings.SITE_URL + reverse("admin:requests_case_change", args=[case.pk])
    to_staff(item, _colleague(item), case=case, url=url, who=who)


def _killed_its_workers(item: OutboxItem) -> None:
    """Leave a paper to a person of which one worker after the other died."""
    document = Document.objects.here().select_related("case").filter(pk=item.object_id).first()
    if document is not None:
        document_checks.leave_to_a_person(document)


@long_work.handles(
    effects.CHECK_DOCUMENT,
    label=_("Paper checked"),
    on_refused=_killed_its_workers,
    case_list="admin:requests_case_changelist",
)
def check_document(item: OutboxItem, work: long_work.Work) -> None:
    """Check a paper that came whole; one that is gone by now, or checked, is nothing to do."""
    document = Document.objects.here().select_related("case").filter(pk=item.object_id, checked_at=None).first()
    if document is not None:
        document_checks.check(document, work)


@long_work.handles(
    effects.SCAN_DOCUMENT, label=_("Paper checked for viruses"), case_list="admin:requests_case_changelist"
)
def scan_document(item: OutboxItem, work: long_work.Work) -> None:
    """Ask the virus scanner about a paper; nothing to do for one that is gone by now, or scanned.

    Where there is no scanner any more, nobody waits for it: the beat task asks again when there is one.
    """
    if settings.CLAMD is None:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    document = Document.objects.unscanned().select_related("case").filter(pk=item.object_id).first()
    if document is not None:
        virus_scans.scan(document, work)
