"""The link of a referral: its address, and the referral that it opens."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from requests.models import Referral
from requests.selectors import referrals
from requests.services import tokens

SALT = "requests.referral"


def token_of(referral: Referral) -> str:
    """Return the token of the link of a referral: the same for as long as there is a referral."""
    return tokens.make(referral.pk, salt=SALT)


def address(referral: Referral) -> str:
    """Return the whole address of a referral, in the language of its contact."""
    with override(referral.contact.language):
        return str(settings.SITE_URL) + reverse("requests:referral", args=[token_of(referral)])


def referral_of(token: str) -> Referral | None:
    """Return the referral of a token, whether or not it still opens; None for a token that we did not sign."""
    referral_id = tokens.read(token, salt=SALT)
    if referral_id is None:
        return None
    return Referral.objects.select_related(*referrals.RELATED).filter(pk=referral_id).first()
