"""Submissions for tests: as a form posts them, and as the service takes them."""

import secrets
import time
from typing import Any
from unittest import mock

from django.utils import timezone

from portal.accounts.models import User
from portal.core.encryption.parts import PART
from portal.core.http.forms import new_token
from requests.models import Case, Document
from requests.services import documents, submissions
from requests.submission_content import Sender, SubmissionContent

NAME = "Canary Fatima Al-Test"
EMAIL = "canary.fatima@example.org"
PHONE = "+971501234567"
MESSAGE = "Canary: two growths were found in my liver."


def answers(*, age: float = 60, **fields: Any) -> dict[str, Any]:
    """Return what a browser posts: a full form that was opened ``age`` seconds ago."""
    moment = time.time() - age
    with mock.patch("django.core.signing.time.time", return_value=moment):
        token = new_token()
    return {
        "for_whom": "me",
        "message": MESSAGE,
        "country": "AE",
        "speak": "en",
        "name": NAME,
        "email": EMAIL,
        "channel": "email",
        "consent_processing": "on",
        "consent_health": "on",
        "form_token": token,
        **fields,
    }


def submission_content(**fields: Any) -> SubmissionContent:
    """Return the content of a submission as a checked form gives it."""
    values: dict[str, Any] = {
        "for_whom": "me",
        "name": NAME,
        "email": EMAIL,
        "phone": PHONE,
        "phone_as_typed": "050 123 4567",
        "channel": "whatsapp",
        "best_time": "in the evening",
        "time_zone": "",
        "country": "AE",
        "speak": "ar",
        "message": MESSAGE,
        "condition": None,
        "clinic": None,
        "package": None,
        "procedures": (),
    }
    return SubmissionContent(**{**values, **fields})


def submit(
    *, token: str = "", language: str = "en", flags: tuple[Any, ...] = (), network: str = "", **fields: Any
) -> Case:
    """Submit a request and return its case."""
    sender = Sender(token or secrets.token_hex(12), language, network, flags)
    return submissions.submit(content=submission_content(**fields), sender=sender)


def make_document(
    case: Case,
    *,
    name: str = "scan.pdf",
    data: bytes = b"%PDF-1.7 scan",
    by: User | None = None,
    need: str = "",
    translation_of: Document | None = None,
    **columns: Any,
) -> Document:
    """Return a paper of a case, sent by the patient or added by a coordinator, as if it had been checked."""
    document, _is_new = documents.begin(
        case=case, name=name, size=len(data), by=by, need=need, translation_of=translation_of
    )
    for start in range(0, len(data), PART):
        documents.take_part(document=document, offset=start, plain=data[start : start + PART])
    Document.objects.filter(pk=document.pk).update(**{"checked_at": timezone.now(), **columns})
    document.refresh_from_db()
    return document
