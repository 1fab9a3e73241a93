"""Sign-in of staff over HTTP: what the browser posts and what it is shown."""

import re
import time
from typing import Any
from unittest.mock import patch

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from portal.accounts.models import User
from tests.requests.delivery import deliver_all, to

LINK = re.compile(r"http://localhost:8000(/en/accounts/password/reset/key/\S+/)")
NEW_PASSWORD = "a long sentence about rivers"


SECONDS = 30
LEAST = 8


def code(secret: str) -> str:
    """Return the six digits that an authenticator app shows, for some seconds to come: it waits for new ones at their end."""
    if (left := SECONDS - time.time() % SECONDS) < LEAST:
        time.sleep(left)
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // SECONDS)))


def mail_to(user: User) -> EmailMultiAlternatives:
    """Deliver what the outbox owes and return the newest mail to a person."""
    return to(user.email, deliver_all())[-1]


def link_in(mail: EmailMultiAlternatives) -> str:
    """Return the path of the link that a mail holds."""
    found = LINK.search(str(mail.body))
    assert found, mail.body
    return found[1]


def choose_password(client: Client, link: str, password: str = NEW_PASSWORD) -> Any:
    """Open a mailed link, type a password twice and follow where that leads."""
    page = client.get(link, follow=True)
    assert page.status_code == 200
    address = page.redirect_chain[-1][0]
    return client.post(address, {"password1": password, "password2": password}, follow=True)


def enrol_app(client: Client, password: str = NEW_PASSWORD) -> Any:
    """Set up an authenticator app, from the page that asks for it, and follow where that leads."""
    asked = client.get("/en/accounts/2fa/totp/activate/", follow=True)
    if "/reauthenticate/" in asked.request["PATH_INFO"]:
        next_page = {"password": password, "next": "/en/accounts/2fa/totp/activate/"}
        asked = client.post("/en/accounts/reauthenticate/", next_page, follow=True)
    secret = asked.context["form"].secret
    # allauth tells of an enrolment when its transaction ends; the transaction of a test never does.
    with patch("django.db.transaction.on_commit", lambda tell, **options: tell()):
        return client.post("/en/accounts/2fa/totp/activate/", {"code": code(secret)}, follow=True)
