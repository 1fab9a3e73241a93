"""What clinics are told by themselves: that there is a newer brief, and what the patient chose. Nobody of the desk sends it."""

from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import AccessKind
from requests.models import AccessEvent, Brief, Case, Offer, Referral
from requests.selectors import offers, referrals
from requests.services import effects


def brief_approved(locked: Case, brief: Brief) -> None:
    """Tell the clinics of a locked case of a brief that the patient has approved just now."""
    for referral in referrals.of_case(locked):
        if wants_brief(referral):
            effects.add(locked, effects.for_newer_brief(locked, referral, brief))


def wants_brief(referral: Referral) -> bool:
    """Whether a clinic should hear of the brief that stands: it has read an older one, and its answer still counts.

    It is told nothing once it declined, where its link opens nothing, when the choice is over and fell on no offer of
    it, nor of a brief that it has opened already.
    """
    case, brief = referral.case.living, referrals.brief_of(referral)
    if brief is None or brief.pk == referral.brief_id or brief.approved_at is None:
        return False
    if referral.opened_at is None or referral.declined_at is not None or not referrals.is_live(referral):
        return False
    if not offers.may_choose(case) and not _is_chosen(case, referral):
        return False
    reads = AccessEvent.objects.filter(referral_id=referral.pk, kind=AccessKind.REFERRAL)
    return not reads.filter(at__gt=brief.approved_at).exists()


def choice_made(locked: Case, chosen: Offer) -> None:
    """Tell the clinic of a locked case that its offer is chosen, and one that was told so before that another is.

    What waits about a choice of before does not leave any more.
    """
    outbox.cancel(locked.reference, [effects.REFERRAL_CHOICE])
    for clinic_id, referral in referrals.standing(locked).items():
        told = _told(referral)
        what = str(chosen.pk) if clinic_id == chosen.clinic_id else effects.ANOTHER
        if what != told and (told or what != effects.ANOTHER):
            effects.add(locked, [effects.for_choice(locked, referral, what)])


def is_true(item: OutboxItem, referral: Referral) -> bool:
    """Whether a mail about a choice says how it is."""
    chosen, what = offers.chosen(referral.case.living), effects.choice(item)
    if chosen is None:
        return False
    return chosen.clinic_id != referral.clinic_id if what == effects.ANOTHER else str(chosen.pk) == what


def _told(referral: Referral) -> str:
    """Return what the last mail about the choice said: the id of the offer, or that another is chosen; empty for none."""
    sent = OutboxItem.objects.filter(kind=effects.REFERRAL_CHOICE, object_id=referral.pk, state=OutboxItem.State.SENT)
    last = sent.order_by("-sent_at").first()
    return effects.choice(last) if last is not None else ""


def _is_chosen(case: Case, referral: Referral) -> bool:
    chosen = offers.chosen(case)
    return chosen is not None and chosen.clinic_id == referral.clinic_id
