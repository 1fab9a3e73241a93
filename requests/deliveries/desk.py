"""Mails to the desk."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.emails import to_staff
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.deliveries.base import colleague, handles, to_desk
from requests.models import (
    Absence,
    AccessEvent,
    AnswerSending,
    Case,
    CaseReview,
    Document,
    Erasure,
    EstimateDecision,
    Message,
    Note,
    Offer,
    Referral,
    Submission,
)
from requests.permissions import can_review_cases
from requests.selectors import desk as desk_selectors
from requests.selectors import documents as document_selectors
from requests.services import effects


@handles(effects.NOTICE, _("Notice to the desk"))
def notice(item: OutboxItem) -> None:
    """A request came in (or came again): open it."""
    to_desk(item, Submission.objects.select_related("case").get(pk=item.object_id).case)


@handles(effects.ESTIMATE_DECIDED, _("Patient’s decision about an estimate announced to the desk"))
def estimate_decided(item: OutboxItem) -> None:
    """A patient accepted or declined an estimate: open the case."""
    to_desk(item, EstimateDecision.objects.select_related("case").get(pk=item.object_id).case.living)


@handles(effects.CHOSEN, _("Patient’s choice of a clinic announced to the desk"))
def case_chosen(item: OutboxItem) -> None:
    """A patient chose a clinic: open the case. When she has chosen another one by now, that mail tells it."""
    offer = Offer.objects.select_related("case").get(pk=item.object_id)
    if offer.chosen_at is None:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_desk(item, offer.case.living)


@handles(effects.MESSAGE_IN, _("Patient’s message announced to the desk"))
def message_in(item: OutboxItem) -> None:
    """A patient wrote: open the case."""
    to_desk(item, Message.objects.select_related("case").get(pk=item.object_id).case)


@handles(effects.DOCUMENTS_IN, _("Patient’s papers announced to the desk"))
def documents_in(item: OutboxItem) -> None:
    """A patient sent papers: open the case. When all of them are looked at, refused or gone by now, nobody is told."""
    document = Document.objects.select_related("case").filter(pk=item.object_id).first()
    if document is None or not document_selectors.waits_for_the_desk(document.case):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_desk(item, document.case)


@handles(effects.ANSWERS_IN, _("Patient’s answers announced to the desk"))
def answers_in(item: OutboxItem) -> None:
    """A patient sent the answers of a task: open the case. What was deleted meanwhile is not told."""
    sending = AnswerSending.objects.select_related("case").filter(pk=item.object_id).first()
    if sending is None:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_desk(item, sending.case)


@handles(effects.REFERRAL_IN, "Question or answer of a clinic announced to the desk")
def referral_in(item: OutboxItem) -> None:
    """A clinic asked, answered or declined: open the case."""
    to_desk(item, Referral.objects.select_related("case").get(pk=item.object_id).case.living)


@handles(effects.DIGEST, _("Digest to the desk"))
def digest(item: OutboxItem) -> None:
    """These requests came in, these patients wrote or sent papers; when all have an owner by now, nobody is told."""
    unowned = desk_selectors.unowned_between(*effects.digest_period(item))
    if any(unowned):
        url = settings.SITE_URL + reverse("admin:requests_case_changelist")
        to_staff(item, None, url=url, **unowned._asdict())


@handles(effects.ALARM, "Warning sign told to the desk")
def alarm(item: OutboxItem) -> None:
    """A patient who is at home named a warning sign: open the case at once."""
    to_desk(item, Message.objects.select_related("case").get(pk=item.object_id).case)


@handles(effects.HOLD_OVER, _("End of the hold announced to the desk"))
def hold_over(item: OutboxItem) -> None:
    """A case is back from its hold: open it."""
    to_desk(item, Case.objects.get(pk=item.object_id))


@handles(effects.ERASURE_DESK, _("Erasing of a case announced to the desk"))
def erasure_desk(item: OutboxItem) -> None:
    """A patient wants a case erased, or keeps it after all: open it. What is erased by now is not told."""
    erasure = Erasure.objects.select_related("case").get(pk=item.object_id)
    if erasure.case is None or erasure.case.is_erased:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_desk(item, erasure.case)


@handles(effects.CONSENT, pgettext_lazy("desk", "Consent taken back or given again announced to the desk"))
def consent(item: OutboxItem) -> None:
    """A patient took a consent back, or gave it again: open the case."""
    to_desk(item, Case.objects.get(pk=item.object_id).living)


@handles(effects.ASSIGNED, _("Case announced to its new owner"))
def assigned(item: OutboxItem) -> None:
    """A case was given to you: open it. When it is somebody else's by now, nobody is told."""
    case = Case.objects.get(pk=item.object_id)
    effects.check_may_leave(item, case)
    if colleague(item) is None or item.recipient_id not in (case.owner_id, case.second_owner_id):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_desk(item, case)


@handles(effects.HANDED_OVER, "Cases of somebody who is away announced to the substitute")
def handed_over(item: OutboxItem) -> None:
    """You stand in for a colleague: these cases are yours until then. When that is over by now, nobody is told."""
    absence = Absence.objects.select_related("user").get(pk=item.object_id)
    if absence.ended_at is not None or (to := colleague(item)) is None:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    url = f"{settings.SITE_URL}{reverse('admin:requests_case_changelist')}?whose=mine"
    to_staff(item, to, absence=absence, number=absence.cases.count(), url=url)


@handles(effects.REVIEW, _("Case shared with a reviewer"))
def case_review(item: OutboxItem) -> None:
    """A colleague asks what you think: read the medical part of this case. What ended by now is not told."""
    review = CaseReview.objects.select_related("case", "reviewer").get(pk=item.object_id)
    effects.check_may_leave(item, review.case)
    if review.ended_at or not can_review_cases(review.reviewer):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    url = settings.SITE_URL + reverse("admin:requests_casereview_change", args=[review.pk])
    to_staff(item, review.reviewer, case=review.case, url=url)


@handles(effects.REVIEWED, "Answer of a reviewer announced to the desk")
def case_reviewed(item: OutboxItem) -> None:
    """The reviewer answered you: the note stands in the case."""
    to_desk(item, Note.objects.select_related("case").get(pk=item.object_id).case)


@handles(effects.EMERGENCY, "Emergency opening of a case told to the leads")
def case_emergency(item: OutboxItem) -> None:
    """An administrator opened this case; the reason stands in it as a note. Spam or not, a lead is told."""
    case = Case.objects.get(reference=item.reference)
    opened = AccessEvent.objects.get(pk=item.object_id)
    who = User.objects.filter(pk=opened.actor_id or 0).first()
    url = settings.SITE_URL + reverse("admin:requests_case_change", args=[case.pk])
    to_staff(item, colleague(item), case=case, url=url, who=who)
