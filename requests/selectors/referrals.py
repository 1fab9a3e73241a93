"""Referrals of a case: where each stands, whether its link opens anything, what is asked, and what was written."""

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from requests.enums import ReferralState
from requests.models import AskedLine, Brief, Case, Document, Referral, ReferralMessage, Task
from requests.models.documents import series_in
from requests.selectors import briefs

# The tasks of the desk that a question, and then an answer or a no of a clinic makes; the first is done first.
ASKED, ANSWERED = OF_CLINICS = ("answer-clinic", "read-offer")
# What is asked of a referral besides its own row.
RELATED = ("case__merged_into", "clinic__city", "contact", "brief__case", "consent", "sent_by", "revoked_by")


def is_live(referral: Referral) -> bool:
    """Whether the link of a referral opens anything.

    Not once it is revoked or expired, the patient has withdrawn the consent that it was sent with, or the contact left;
    nor in a case that has ended, for whatever reason, is spam, in quarantine, erased, or whose patient died. Who asks
    has just read the row with its consent and contact.
    """
    case = referral.case.living
    return (
        referral.revoked_at is None
        and referral.expires_at > timezone.now()
        and referral.consent.withdrawn_at is None
        and referral.contact.is_active
        and goes_on(case)
    )


def goes_on(case: Case) -> bool:
    """Whether clinics read anything of a case: it is open, checked, may be worked on, and neither erased nor of somebody who died."""
    is_stopped = case.consent_withdrawn_at is not None or case.is_quarantined
    return case.is_open and not (is_stopped or case.is_erased or case.has_died or case.is_spam)


def state(referral: Referral) -> ReferralState:
    """Return where a referral stands; a question that waits for us counts before everything that came earlier."""
    messages = list(referral.messages.all())
    happened = {
        ReferralState.CONSENT_WITHDRAWN: referral.consent.withdrawn_at is not None,
        ReferralState.REVOKED: referral.revoked_at is not None,
        ReferralState.DECLINED: referral.declined_at is not None,
        ReferralState.ASKED: bool(messages) and messages[-1].is_from_clinic,
        ReferralState.ANSWERED: any(offer.superseded_at is None for offer in referral.offers.all()),
        ReferralState.EXPIRED: referral.expires_at <= timezone.now(),
        ReferralState.OPENED: referral.opened_at is not None,
    }
    return next((state for state, is_so in happened.items() if is_so), ReferralState.SENT)


def of_clinic(tasks: Iterable[Task]) -> str:
    """Return the kind of the first task among some open ones that a clinic made; empty where there is none."""
    codes = {task.kind.code for task in tasks}
    return next((code for code in OF_CLINICS if code in codes), "")


def of_case(case: Case) -> QuerySet[Referral]:
    """Return the referrals of a case and of those merged into it, in the order in which they were sent."""
    return with_thread(Referral.objects.filter(case__in=case.whole())).order_by("created_at", "pk")


def with_thread(referrals: QuerySet[Referral]) -> QuerySet[Referral]:
    """Return referrals with all that ``state`` and ``is_live`` ask, in three statements whatever their number."""
    messages = ReferralMessage.objects.select_related("case", "written_by")
    return referrals.select_related(*RELATED).prefetch_related(Prefetch("messages", messages), "offers")


def standing(case: Case) -> dict[int, Referral]:
    """Return the referrals that nobody revoked and whose consent stands, by the key of the clinic; the last of each."""
    return {
        row.clinic_id: row
        for row in of_case(case).filter(revoked_at=None)
        if state(row) != ReferralState.CONSENT_WITHDRAWN
    }


def brief_of(referral: Referral) -> Brief | None:
    """Return the version of the brief that the clinic reads: the one that the patient approved last.

    It may be another than the one that was sent, ``referral.brief``, which the page says. None while none stands,
    since the patient said that something in it is wrong.
    """
    return briefs.approved(referral.case.living)


def asked_lines(case: Case) -> QuerySet[AskedLine]:
    """Return the lines that the clinics of a case are asked to price."""
    return AskedLine.objects.filter(case__in=case.whole(), removed_at=None).select_related("case", "procedure")


def thread(referral: Referral) -> QuerySet[ReferralMessage]:
    """Return what was written about a referral, the oldest first."""
    return referral.messages.select_related("case", "written_by")


def papers(case: Case) -> list[Document]:
    """Return the papers of a case that can be released to clinics, a series of images as one, the newest first."""
    rows = Document.objects.here().filter(case__in=case.whole()).exclude(checked_at=None)
    related = ("case__merged_into", "translation_of__case")
    listed = series_in(rows.select_related(*related).order_by("-received_at"))
    return [row for row in listed if row.can_be_opened]
