"""Handlers that deliver the effects of cases, and so everything that the portal writes about them.

Mails to patients carry a link and nothing medical; mails to the desk carry a reference, a country
and a language, no name. The template of a mail is called as its kind.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse

from portal.accounts.emails import to_staff
from portal.accounts.models import User
from portal.core.delivery import mail, outbox
from portal.core.models import OutboxItem
from requests import pdf
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


def _to_patient(item: OutboxItem, case: Case, **context: Any) -> None:
    """Mail the patient, with the link that opens the case: the same at every attempt of one mail.

    Raises ``outbox.Withheld`` when no mail of the case may leave.
    """
    effects.check_may_leave(item, case)
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


@_handles(effects.NOTICE, "Notice to the desk")
def notice(item: OutboxItem) -> None:
    """A request came in (or came again): open it."""
    _to_desk(item, Submission.objects.select_related("case").get(pk=item.object_id).case)


@_handles(effects.RECEIPT, "Receipt to the patient")
def receipt(item: OutboxItem) -> None:
    """We have your request; this is the link to your case and when we answer."""
    submission = Submission.objects.select_related("case").get(pk=item.object_id)
    has_estimate = Estimate.objects.filter(submission=submission, superseded_at=None).exists()
    _to_patient(item, submission.case, has_estimate=has_estimate)


@_handles(effects.ESTIMATE_PDF, "Estimate printed as PDF")
def estimate_pdf(item: OutboxItem) -> None:
    """Print an estimate; recording it owes the patient a mail."""
    estimate = Estimate.objects.select_related("case").prefetch_related("lines").get(pk=item.object_id)
    # A row is handed out again when a worker dies before it says that it is done.
    if not estimate.pdf_name:
        estimates.record_pdf(estimate=estimate, pdf=pdf.render(estimate))


@_handles(effects.ESTIMATE_MAIL, "Estimate announced to the patient")
def estimate_mail(item: OutboxItem) -> None:
    """Your estimate, or what was added to the one that you accepted, can be read behind this link."""
    estimate = Estimate.objects.select_related("case").get(pk=item.object_id)
    _to_patient(item, estimate.case, estimate=estimate)


@_handles(effects.MESSAGE_OUT, "Our message announced to the patient")
def message_out(item: OutboxItem) -> None:
    """We wrote to you; read it behind this link."""
    _to_patient(item, Message.objects.select_related("case").get(pk=item.object_id).case)


@_handles(effects.MESSAGE_IN, "Patient’s message announced to the desk")
def message_in(item: OutboxItem) -> None:
    """A patient wrote: open the case."""
    _to_desk(item, Message.objects.select_related("case").get(pk=item.object_id).case)


@_handles(effects.DIGEST, "Digest to the desk")
def digest(item: OutboxItem) -> None:
    """These requests came in and these patients wrote; when everything has an owner by now, nobody is told."""
    unowned = desk_selectors.unowned_between(*effects.digest_period(item))
    if unowned.submissions or unowned.messages:
        url = settings.SITE_URL + reverse("admin:requests_case_changelist")
        to_staff(item, None, submissions=unowned.submissions, messages=unowned.messages, url=url)


@_handles(effects.LINK, "New link to the patient")
def case_link(item: OutboxItem) -> None:
    """Here is the new link that you asked for."""
    _to_patient(item, Case.objects.get(pk=item.object_id))


@_handles(effects.NEW_CASE, "New case announced to the patient")
def new_case(item: OutboxItem) -> None:
    """We opened a new case for you; your consent of that day holds for it."""
    case = Case.objects.get(pk=item.object_id)
    _to_patient(item, case, consent=case.consents.exclude(given_in="").earliest("given_at"))


@_handles(effects.HOLD_OVER, "End of the hold announced to the desk")
def hold_over(item: OutboxItem) -> None:
    """A case is back from its hold: open it."""
    _to_desk(item, Case.objects.get(pk=item.object_id))


@_handles(effects.ASSIGNED, "Case announced to its new owner")
def assigned(item: OutboxItem) -> None:
    """A case was given to you: open it. When it is somebody else's by now, nobody is told."""
    case = Case.objects.get(pk=item.object_id)
    effects.check_may_leave(item, case)
    if _colleague(item) is None or case.owner_id != item.recipient_id:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    _to_desk(item, case)
