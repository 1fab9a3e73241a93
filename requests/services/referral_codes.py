"""Codes that open a referral: six digits, mailed to its contact, for fifteen minutes and five attempts.

A code is made of the id of its row under a key of the server, so that neither the database nor the outbox holds it.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from requests.enums import ActorKind, EventKind
from requests.models import Referral, ReferralCode
from requests.models.decisions import CODE_LIFETIME, MAX_ATTEMPTS
from requests.services import audit, clinic_answers, effects, tokens

SALT = "requests.referral-code"
PAUSE = timedelta(minutes=1)
MAX_A_DAY = 10


class TooManyCodes(Exception):
    """So many codes went out today that no more do."""


class WrongCode(Exception):
    """The code is not the one that was mailed last; ``is_dead`` when only a new one helps."""

    def __init__(self, *, is_dead: bool) -> None:
        super().__init__()
        self.is_dead = is_dead


def in_digits(code: ReferralCode) -> str:
    """Return the six digits of a code."""
    return tokens.digits(code.pk, salt=SALT)


def is_live(code: ReferralCode) -> bool:
    """Whether a code can still be typed."""
    return code.used_at is None and timezone.now() - code.created_at < CODE_LIFETIME and code.attempts < MAX_ATTEMPTS


def live(referral: Referral) -> ReferralCode | None:
    """Return the newest code for a referral while it can be typed."""
    newest = referral.codes.order_by("-created_at").first()
    return newest if newest is not None and is_live(newest) else None


@transaction.atomic
def send(*, referral: Referral) -> bool:
    """Mail a new code to the contact; False within a minute of the last.

    Raises ``TooManyCodes``, or ``ReferralOver`` for a referral that opens nothing any more.
    """
    locked, fresh = clinic_answers.lock(referral)
    now = timezone.now()
    sent = fresh.codes.filter(created_at__gt=now - timedelta(days=1))
    if sent.filter(created_at__gt=now - PAUSE).exists():
        return False
    if sent.count() >= MAX_A_DAY:
        raise TooManyCodes
    code = ReferralCode.objects.create(case=fresh.case, referral=fresh)
    audit.record(locked, EventKind.REFERRAL_CODE, by=ActorKind.CLINIC, object_id=code.pk)
    effects.add(locked, [effects.owed(locked, effects.REFERRAL_CODE, code.pk)])
    return True


def use(*, referral: Referral, digits: str) -> None:
    """Open a referral with the code that was mailed last, which counts as an attempt; a code opens once.

    Raises ``WrongCode``, or ``ReferralOver`` for a referral that opens nothing any more.
    """
    with transaction.atomic():
        locked, fresh = clinic_answers.lock(referral)
        code = live(fresh)
        is_right = False
        if code is not None:
            code.attempts += 1
            is_right = constant_time_compare(in_digits(code), digits)
            code.used_at = timezone.now() if is_right else None
            code.save(update_fields=["attempts", "used_at"])
        if is_right:
            clinic_answers.note_opened(locked, fresh)
            return
    # Outside, so that the attempt stays counted.
    raise WrongCode(is_dead=live(referral) is None)
