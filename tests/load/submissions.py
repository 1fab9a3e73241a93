"""Filled-in forms for the portal and for its bare peer."""

import os
import uuid
from typing import Any

CSRF = "a" * 32


def _typed() -> dict[str, Any]:
    return {
        "for_whom": "me",
        "condition": "liver-metastases",
        "procedure": "surgery",
        "message": "Two growths were found in the liver. The bowel was operated on in spring. " * 4,
        "country": "AE",
        "speak": "en",
        "name": "Test Patient",
        "email": f"{uuid.uuid4().hex}@example.org",
        "channel": "whatsapp",
        "phone": "+971 50 123 4567",
        "consent_processing": "on",
        "consent_health": "on",
        "csrfmiddlewaretoken": CSRF,
    }


def portal() -> tuple[dict[str, Any], str]:
    """Return (answers, cookie) of a new form of the portal."""
    from portal.core.http.forms import new_token

    return {**_typed(), "form_token": new_token()}, f"csrftoken={CSRF}"


def bare() -> tuple[dict[str, Any], str]:
    """The same for the bare form; it is told how many rows to insert."""
    return {**_typed(), "rows": os.environ["BARE_ROWS"]}, f"csrftoken={CSRF}"
