"""What delivers each effect of a case. A handler reads its rows, calls one renderer, and is done."""

from collections.abc import Callable

from portal.accounts.models import User
from portal.core import outbox
from portal.core.models import OutboxItem
from requests import emails, pdf
from requests.models import Case, Estimate, Message, Submission
from requests.permissions import can_work_cases
from requests.selectors import desk as desk_selectors
from requests.services import desk, effects, estimates, links


def _refused(item: OutboxItem) -> None:
    """Tell the desk that the patient's address does not take mail."""
    desk.mark_address_refused(Case.objects.get(reference=item.reference))


def _handles(kind: outbox.Kind, label: str) -> Callable[[outbox.Handler], outbox.Handler]:
    """Register what delivers an effect of a case; a refused mail to the patient marks the address."""
    on_refused = _refused if kind in effects.TO_PATIENT else None
    return outbox.handles(kind, label=label, on_refused=on_refused, case_list="admin:requests_case_changelist")


def _desk_recipient(item: OutboxItem, case: Case) -> User | None:
    """Return who a desk mail goes to; somebody who left meanwhile gives way to the common address.

    Raises ``outbox.Withheld`` when no mail of the case may leave.
    """
    effects.check_may_leave(item, case)
    found = User.objects.filter(pk=item.recipient_id or 0).first()
    return found if found is not None and can_work_cases(found) else None


def _link(item: OutboxItem, case: Case) -> str:
    """Return the address that opens the case, the same at every attempt of one mail.

    Raises ``outbox.Withheld`` when no mail of the case may leave.
    """
    effects.check_may_leave(item, case)
    return links.address(links.for_mail(item, case))


@_handles(effects.NOTICE, "Notice to the desk")
def notice(item: OutboxItem) -> None:
    """Tell the owner, the team or one coordinator of a request."""
    submission = Submission.objects.select_related("case").get(pk=item.object_id)
    emails.notice(item, submission.case, to=_desk_recipient(item, submission.case))


@_handles(effects.RECEIPT, "Receipt to the patient")
def receipt(item: OutboxItem) -> None:
    """Tell the patient that the request is in."""
    submission = Submission.objects.select_related("case").get(pk=item.object_id)
    has_estimate = Estimate.objects.filter(submission=submission, superseded_at=None).exists()
    case = submission.case
    emails.receipt(item, case, _link(item, case), has_estimate=has_estimate)


@_handles(effects.ESTIMATE_PDF, "Estimate printed as PDF")
def estimate_pdf(item: OutboxItem) -> None:
    """Print an estimate; recording it owes the patient a mail."""
    estimate = Estimate.objects.select_related("case").prefetch_related("lines").get(pk=item.object_id)
    if not estimate.pdf_name:
        estimates.record_pdf(estimate=estimate, pdf=pdf.render(estimate))


@_handles(effects.ESTIMATE_MAIL, "Estimate announced to the patient")
def estimate_mail(item: OutboxItem) -> None:
    """Tell the patient that an estimate can be read."""
    estimate = Estimate.objects.select_related("case").get(pk=item.object_id)
    case, link = estimate.case, _link(item, estimate.case)
    if estimate.is_supplement:
        emails.supplement_ready(item, case, link)
    else:
        emails.estimate_ready(item, case, link, is_preliminary=estimate.is_preliminary)


@_handles(effects.MESSAGE_OUT, "Our message announced to the patient")
def message_out(item: OutboxItem) -> None:
    """Tell the patient that we wrote."""
    message = Message.objects.select_related("case").get(pk=item.object_id)
    emails.message_waiting(item, message.case, _link(item, message.case))


@_handles(effects.MESSAGE_IN, "Patient’s message announced to the desk")
def message_in(item: OutboxItem) -> None:
    """Tell the owner, the team or one coordinator that a patient wrote."""
    message = Message.objects.select_related("case").get(pk=item.object_id)
    emails.patient_wrote(item, message.case, to=_desk_recipient(item, message.case))


@_handles(effects.DIGEST, "Digest to the desk")
def digest(item: OutboxItem) -> None:
    """Tell the team of what came in one period; when everything has an owner by now, nobody is told."""
    found = desk_selectors.unowned_between(*effects.digest_period(item))
    if found.requests or found.messages:
        emails.digest(item, requests=found.requests, messages=found.messages)


@_handles(effects.LINK, "New link to the patient")
def case_link(item: OutboxItem) -> None:
    """Mail the new link that a patient asked for."""
    case = Case.objects.get(pk=item.object_id)
    emails.case_link(item, case, _link(item, case))


@_handles(effects.NEW_CASE, "New case announced to the patient")
def new_case(item: OutboxItem) -> None:
    """Tell the patient of a case that was opened from an earlier one."""
    case = Case.objects.get(pk=item.object_id)
    consent = case.consents.exclude(given_in="").earliest("given_at")
    emails.new_case(item, case, _link(item, case), consent=consent)


@_handles(effects.HOLD_OVER, "End of the hold announced to the desk")
def hold_over(item: OutboxItem) -> None:
    """Tell a coordinator that a case is back from its hold."""
    case = Case.objects.get(pk=item.object_id)
    emails.hold_over(item, case, to=_desk_recipient(item, case))


@_handles(effects.ASSIGNED, "Case announced to its new owner")
def assigned(item: OutboxItem) -> None:
    """Tell a coordinator that a case was given to them, unless it is somebody else's by now."""
    case = Case.objects.get(pk=item.object_id)
    to = _desk_recipient(item, case)
    if to is None or case.owner_id != to.pk:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    emails.assigned(item, case, to=to)
