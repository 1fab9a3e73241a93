"""Tokens of links and digits of codes: made of the id of a row under a salt of its kind and a key of the server.

So a copy of the database opens nothing.
"""

from uuid import UUID

from django.core import signing
from django.utils.crypto import salted_hmac

DIGITS = 6


def make(row_id: UUID, *, salt: str) -> str:
    """Return the token of a row."""
    return _signer(salt).sign(row_id.hex)


def read(token: str, *, salt: str) -> UUID | None:
    """Return the id of the row that a token was made for; None for one that we did not sign."""
    try:
        return UUID(hex=_signer(salt).unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def digits(row_id: UUID, *, salt: str) -> str:
    """Return the six digits of the code that a row stands for."""
    number = int.from_bytes(salted_hmac(salt, row_id.hex, algorithm="sha256").digest())
    return f"{number % 10**DIGITS:0{DIGITS}}"


def _signer(salt: str) -> signing.Signer:
    return signing.Signer(sep=".", salt=salt)
