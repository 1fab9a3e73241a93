"""Codes that are mailed to patients: to sign in, and to show that an address is still theirs.

A code is computed from its id and SECRET_KEY. So a session and an outbox row hold the id alone, which
opens nothing; the digits come to be when the mail is written, and when somebody types them.
"""

import secrets
import time
import unicodedata
import uuid
from datetime import timedelta
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac

SALT = "portal.accounts.code"
DIGITS = 8
LIFETIME = timedelta(minutes=15)
# Somebody who read her mail within this time may change her account and take cases into it.
FRESH = timedelta(hours=1)


def new_id() -> str:
    """Return the id of a new code."""
    return uuid.uuid4().hex


def digits(code_id: str) -> str:
    """Return the eight digits of a code."""
    number = int.from_bytes(salted_hmac(SALT, code_id, algorithm="sha256").digest())
    return str(number % 10**DIGITS).zfill(DIGITS)


def is_code(typed: str, code_id: str) -> bool:
    """Whether somebody typed the digits of a code; never for an empty id."""
    return bool(code_id) and is_typed(typed, digits(code_id))


def is_typed(typed: str, expected: str) -> bool:
    """Whether somebody typed these digits, in any script and spacing."""
    plain = "".join(str(unicodedata.digit(letter)) for letter in typed if letter.isdigit())
    return secrets.compare_digest(plain, expected)


def confirm_first(onward: str) -> str:
    """Return the address of the page that asks for a code and then leads on."""
    return f"{reverse('account_confirm')}?{urlencode({'next': onward})}"


def confirmed_within(request: HttpRequest, period: timedelta = FRESH) -> str:
    """Return the address that the signed-in patient proved to read, with a code, within a period; empty if none."""
    since = time.time() - period.total_seconds()
    proofs = [
        record.get("email", "")
        for record in get_authentication_records(request, request.user)
        if record.get("method") == "code" and record.get("at", 0) > since
    ]
    return str(proofs[-1]) if proofs else ""
