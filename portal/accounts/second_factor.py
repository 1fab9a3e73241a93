"""Which second factors open the desk, and whether a session has used one."""

import time
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import is_mfa_enabled
from django.dispatch import receiver
from django.http import HttpRequest

from portal.accounts.models import User

OPENS_THE_DESK = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_one(user: User) -> bool:
    """Whether the user has enrolled a second factor."""
    return bool(is_mfa_enabled(user, OPENS_THE_DESK))


def is_used_in(request: HttpRequest) -> bool:
    """Whether the user of this session proved to hold the second factor."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


@receiver(authenticator_added, dispatch_uid="accounts.enrolment_counts")
def count_enrolment(request: HttpRequest, authenticator: Authenticator, **kwargs: Any) -> None:
    """Who has just shown a code or a key to enrol it need not wait for the next code to show it again."""
    if authenticator.type in OPENS_THE_DESK:
        records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
        used = {"method": "mfa", "at": time.time(), "id": authenticator.pk, "type": authenticator.type}
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [*records, used]
