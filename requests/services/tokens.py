"""Tokens of links: the id of a row, signed under a salt of its kind, so that a copy of the database opens nothing."""

from uuid import UUID

from django.core import signing


def make(row_id: UUID, *, salt: str) -> str:
    """Return the token of a row."""
    return _signer(salt).sign(row_id.hex)


def read(token: str, *, salt: str) -> UUID | None:
    """Return the id of the row that a token was made for; None for one that we did not sign."""
    try:
        return UUID(hex=_signer(salt).unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def _signer(salt: str) -> signing.Signer:
    return signing.Signer(sep=".", salt=salt)
