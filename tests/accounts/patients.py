"""Patients who sign in with a mailed code."""

import re
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.test import Client

from tests.requests.delivery import deliver_all, to

ASK = "/en/accounts/login/code/"
TYPE = "/en/accounts/login/code/confirm/"
CONFIRM = "/en/accounts/confirm/"


def code_in(mail: EmailMultiAlternatives) -> str:
    """Return the eight digits that a mail holds."""
    found = re.search(r"\b\d{8}\b", str(mail.body))
    assert found, mail.body
    return found[0]


def newest_code(email: str) -> str:
    """Deliver what the outbox owes and return the code of the newest mail to an address."""
    return code_in(to(email, deliver_all())[-1])


def sign_in(email: str, client: Client | None = None, **data: str) -> Client:
    """Return a browser in which a patient signed in with a code."""
    client = client or Client()
    asked = client.post(ASK, {"email": email, **data})
    assert asked.status_code == 302, asked.content.decode()
    signed_in = client.post(asked["Location"], {"code": newest_code(email), **data})
    assert signed_in.status_code == 302, signed_in.content.decode()
    return client


def confirm(client: Client, email: str, onward: str) -> Any:
    """Have a code mailed to the signed-in patient, type it, and return the answer."""
    assert client.post(CONFIRM, {"send": "1", "next": onward}).status_code == 302
    return client.post(CONFIRM, {"code": newest_code(email), "next": onward})
