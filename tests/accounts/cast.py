"""Staff with a signed-in browser, with a password alone or with their second factor."""

import time
from datetime import timedelta

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from portal.accounts.models import User


def enrol(user: User, secret: str = "") -> str:
    """Give a user an authenticator app and return its secret."""
    secret = secret or generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def staff_client(
    user: User, *, methods: tuple[str, ...] = ("password", "mfa"), ago: timedelta = timedelta(0)
) -> Client:
    """Return a browser in which a member of staff has signed in by these methods, some time ago."""
    if not Authenticator.objects.filter(user=user).exists():
        enrol(user)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": method, "at": time.time() - ago.total_seconds()} for method in methods
    ]
    session.save()
    return client
