"""Codes that confirm an acceptance: six digits by mail, for fifteen minutes and five attempts.

A code is made of the id of its row under a key of the server, so that neither the database nor the outbox holds it.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from requests.enums import ActorKind, EventKind
from requests.models import AcceptanceCode, Case, Estimate
from requests.services import audit, effects, tokens

SALT = "requests.acceptance-code"
PAUSE = timedelta(minutes=1)
MAX_A_DAY = 10


class TooManyCodes(Exception):
    """So many codes went out today that no more do."""


def in_digits(code: AcceptanceCode) -> str:
    """Return the six digits of a code."""
    return tokens.digits(code.pk, salt=SALT)


def live(estimate: Estimate) -> AcceptanceCode | None:
    """Return the newest code for an estimate while it can be typed."""
    newest = AcceptanceCode.objects.filter(estimate=estimate).order_by("-created_at").first()
    return newest if newest is not None and newest.is_live else None


def send(living: Case, estimate: Estimate) -> bool:
    """Mail a new code to the patient of a locked case; False within a minute of the last. Raises ``TooManyCodes``."""
    now = timezone.now()
    sent = AcceptanceCode.objects.filter(estimate=estimate, created_at__gt=now - timedelta(days=1))
    if sent.filter(created_at__gt=now - PAUSE).exists():
        return False
    if sent.count() >= MAX_A_DAY:
        raise TooManyCodes
    code = AcceptanceCode.objects.create(case=estimate.case, estimate=estimate)
    audit.record(living, EventKind.CODE_SENT, by=ActorKind.PATIENT, object_id=code.pk)
    effects.add(living, [effects.owed(living, effects.ESTIMATE_CODE, code.pk)])
    return True


def matches(estimate: Estimate, digits: str) -> bool:
    """Whether these are the digits of the live code, which counts as an attempt; in a locked case.

    The caller ends its transaction without an error, so that the attempt stays counted. The code of an acceptance
    needs no mark that it is used: an estimate is accepted once.
    """
    code = live(estimate)
    if code is None:
        return False
    code.attempts += 1
    code.save(update_fields=["attempts"])
    return constant_time_compare(in_digits(code), digits)
