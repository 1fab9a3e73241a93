"""What delivers each effect of a case. A handler reads its rows, calls one renderer, and is done."""

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


@outbox.handles(effects.NOTICE)
def notice(item: OutboxItem) -> None:
    """Tell the owner, the team or one coordinator of a request."""
    submission = Submission.objects.select_related("case").get(pk=item.object_id)
    emails.notice(item, submission.case, to=_desk_recipient(item, submission.case))


@outbox.handles(effects.RECEIPT, on_refused=_refused)
def receipt(item: OutboxItem) -> None:
    """Tell the patient that the request is in."""
    submission = Submission.objects.select_related("case").get(pk=item.object_id)
    has_estimate = Estimate.objects.filter(submission=submission, superseded_at=None).exists()
    case = submission.case
    emails.receipt(item, case, _link(item, case), has_estimate=has_estimate)


@outbox.handles(effects.ESTIMATE_PDF)
def estimate_pdf(item: OutboxItem) -> None:
    """Print an estimate; recording it owes the patient a mail."""
    estimate = Estimate.objects.select_related("case").prefetch_related("lines").get(pk=item.object_id)
    if not estimate.pdf_name:
        estimates.record_pdf(estimate=estimate, pdf=pdf.render(estimate))


@outbox.handles(effects.ESTIMATE_MAIL, on_refused=_refused)
def estimate_mail(item: OutboxItem) -> None:
    """Tell the patient that an estimate can be read."""
    estimate = Estimate.objects.select_related("case").get(pk=item.object_id)
    case, link = estimate.case, _link(item, estimate.case)
    if estimate.is_supplement:
        emails.supplement_ready(item, case, link)
    else:
        emails.estimate_ready(item, case, link, is_preliminary=estimate.is_preliminary)


@outbox.handles(effects.MESSAGE_OUT, on_refused=_refused)
def message_out(item: OutboxItem) -> None:
    """Tell the patient that we wrote."""
    message = Message.objects.select_related("case").get(pk=item.object_id)
    emails.message_waiting(item, message.case, _link(item, message.case))


@outbox.handles(effects.MESSAGE_IN)
def message_in(item: OutboxItem) -> None:
    """Tell the owner, the team or one coordinator that a patient wrote."""
    message = Message.objects.select_related("case").get(pk=item.object_id)
    emails.patient_wrote(item, message.case, to=_desk_recipient(item, message.case))


@outbox.handles(effects.DIGEST)
def digest(item: OutboxItem) -> None:
    """Tell the team of what came in one period; when everything has an owner by now, nobody is told."""
    found = desk_selectors.unowned_between(*effects.digest_period(item))
    if found.requests or found.messages:
        emails.digest(item, requests=found.requests, messages=found.messages)


@outbox.handles(effects.LINK, on_refused=_refused)
def case_link(item: OutboxItem) -> None:
    """Mail the new link that a patient asked for."""
    case = Case.objects.get(pk=item.object_id)
    emails.case_link(item, case, _link(item, case))


@outbox.handles(effects.NEW_CASE, on_refused=_refused)
def new_case(item: OutboxItem) -> None:
    """Tell the patient of a case that was opened from an earlier one."""
    case = Case.objects.get(pk=item.object_id)
    consent = case.consents.exclude(given_in="").earliest("given_at")
    emails.new_case(item, case, _link(item, case), consent=consent)


@outbox.handles(effects.HOLD_OVER)
def hold_over(item: OutboxItem) -> None:
    """Tell a coordinator that a case is back from its hold."""
    case = Case.objects.get(pk=item.object_id)
    emails.hold_over(item, case, to=_desk_recipient(item, case))


@outbox.handles(effects.ASSIGNED)
def assigned(item: OutboxItem) -> None:
    """Tell a coordinator that a case was given to them, unless it is somebody else's by now."""
    case = Case.objects.get(pk=item.object_id)
    to = _desk_recipient(item, case)
    if to is None or case.owner_id != to.pk:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    emails.assigned(item, case, to=to)
