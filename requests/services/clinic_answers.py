"""What a clinic does with a referral: opens it, asks, declines, answers with an offer. What it types is sealed."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from requests.enums import ActorKind, EventKind, ReferralDecline
from requests.models import Case, Offer, Referral, ReferralMessage
from requests.offer_content import OfferContent
from requests.selectors import briefs, referrals
from requests.selectors import offers as offer_selectors
from requests.services import audit, clock, form_tokens, offers, referral_notices


class ReferralOver(Exception):
    """The referral opens nothing any more."""


class Answered(Exception):
    """The clinic has answered with an offer that stands, so it cannot decline."""


def lock(referral: Referral) -> tuple[Case, Referral]:
    """Return the case in which a referral goes on, locked, and its newest row. Raises ``ReferralOver``."""
    locked = clock.lock(referral.case.living)
    fresh = Referral.objects.select_related(*referrals.RELATED).get(pk=referral.pk)
    if not referrals.is_live(fresh):
        raise ReferralOver
    return locked, fresh


def note_opened(locked: Case, fresh: Referral) -> None:
    """Note in a locked case that the clinic opened a referral, the first time."""
    if fresh.opened_at is None:
        fresh.opened_at = timezone.now()
        fresh.save(update_fields=["opened_at"])
        audit.record(locked, EventKind.REFERRAL_OPENED, by=ActorKind.CLINIC, object_id=fresh.pk)


@transaction.atomic
def ask(*, referral: Referral, body: str, form_token: str) -> ReferralMessage:
    """Ask the desk something; it is told. The same form counts once. Raises ``ReferralOver``."""
    locked, fresh = lock(referral)
    key = form_tokens.key(fresh.pk, form_token)
    known = fresh.messages.filter(form_token=key).first()
    if known is not None:
        return known
    message = ReferralMessage.objects.create(case=fresh.case, referral=fresh, body=body, form_token=key)
    audit.record(locked, EventKind.CLINIC_ASKED, by=ActorKind.CLINIC, object_id=message.pk)
    referral_notices.tell(locked, fresh, EventKind.CLINIC_ASKED)
    return message


@transaction.atomic
def decline(*, referral: Referral, reason: ReferralDecline, words: str) -> None:
    """Decline; a second press changes nothing. Raises ``Answered`` while an offer stands, or ``ReferralOver``."""
    locked, fresh = lock(referral)
    if fresh.declined_at is not None:
        return
    if standing_offer(fresh) is not None:
        raise Answered
    fresh.declined_at, fresh.decline_reason, fresh.decline_words = timezone.now(), reason, words
    fresh.save(update_fields=["declined_at", "decline_reason", "decline_words"])
    audit.record(locked, EventKind.REFERRAL_DECLINED, by=ActorKind.CLINIC, object_id=fresh.pk)
    referral_notices.tell(locked, fresh, EventKind.REFERRAL_DECLINED)


@transaction.atomic
def offer(
    *, referral: Referral, content: OfferContent, language: str, form_token: str, known: int, read: UUID | None
) -> Offer:
    """Answer with an offer, in the place of an earlier one and of a no. The same form counts once.

    ``known`` is the version of the clinic's offer that the page knew, ``read`` the brief that stood when it was opened.
    Raises ``offers.OfferChanged`` when a newer one stands, also for a form that was sent before it, or ``ReferralOver``.
    """
    locked, fresh = lock(referral)
    same = offers.of_form(locked, fresh.clinic, form_token)
    standing = standing_offer(fresh)
    if same is not None and same == standing:
        return same
    if standing is not None and (same is not None or standing.version > known):
        raise offers.OfferChanged(standing)
    if fresh.declined_at is not None:
        fresh.declined_at, fresh.decline_reason, fresh.decline_words = None, "", ""
        fresh.save(update_fields=["declined_at", "decline_reason", "decline_words"])
    approved = briefs.versions(locked).exclude(approved_at=None)
    brief = next((row for row in approved if row.pk == read), None) or referrals.brief_of(fresh)
    columns: dict[str, Any] = {"content": content, "language": language, "form_token": form_token}
    offer = offers.record(locked, clinic=fresh.clinic, referral=fresh, brief=brief, **columns)
    referral_notices.tell(locked, fresh, EventKind.OFFER_CAME)
    return offer


def standing_offer(referral: Referral) -> Offer | None:
    """Return the offer of the clinic that stands in the whole case."""
    rows = offer_selectors.standing(referral.case.living)
    return next((offer for offer in rows if offer.clinic_id == referral.clinic_id), None)
