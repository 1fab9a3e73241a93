"""Second factors that open the desk, and whether a session has used one."""

import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.internal.httpkit import serialize_request
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import User

DESK = "/admin/"
OPENS_THE_DESK = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class RecentFactorNeeded(Exception):
    """The second factor was not used within the last minutes; ``StaffSecondFactorMiddleware`` asks for it."""


def has_one(user: User) -> bool:
    """Whether the user has enrolled a second factor."""
    return bool(is_mfa_enabled(user, OPENS_THE_DESK))


def is_used_in(request: HttpRequest, *, since: float = 0) -> bool:
    """Whether the user of this session proved to hold the second factor, at any time or after a moment.

    A passkey that stood in for the password, as those of patients do, was no second factor.
    """
    records = get_authentication_records(request, request.user)
    return any(
        record.get("method") == "mfa" and not record.get("passwordless") and record.get("at", 0) > since
        for record in records
    )


def is_at_desk(request: HttpRequest) -> bool:
    """Whether a page of the desk was asked for by somebody who may be there: staff that used a second factor."""
    user = getattr(request, "user", None)
    if not (request.path_info.startswith(DESK) and isinstance(user, User) and user.is_staff):
        return False
    return has_one(user) and is_used_in(request)


def ask_again(request: HttpRequest) -> HttpResponse:
    """Send somebody to use the second factor; what was posted goes on afterwards."""
    page = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
    if request.method == "POST":
        # As allauth's suspend_request, which forgets the form when its address has a query.
        request.session[STATE_SESSION_KEY] = {"request": serialize_request(request)}
        return redirect(f"{page}?{urlencode({'next': request.path})}")
    # A download would leave the browser on the page that asks for the code.
    messages.info(request, _("Use your second factor, then choose it once more."))
    return redirect(f"{page}?{urlencode({'next': desk_page_before(request)})}")


def desk_page_before(request: HttpRequest) -> str:
    """Return the address of the desk page that the browser came from."""
    before = urlsplit(request.headers.get("Referer", ""))
    start = reverse("admin:index")
    if before.netloc not in ("", request.get_host()) or not before.path.startswith(start):
        return start
    return f"{before.path}?{before.query}" if before.query else before.path


def is_recent(request: HttpRequest) -> bool:
    """Whether the second factor was used within the last minutes."""
    return is_used_in(request, since=time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def require_recent(request: HttpRequest, *, seconds: int | None = None) -> None:
    """Go on only with a second factor of the last minutes, or so many seconds. Raises ``RecentFactorNeeded``."""
    if not is_used_in(request, since=time.time() - (seconds or settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)):
        raise RecentFactorNeeded


@receiver(authenticator_added, dispatch_uid="accounts.enrolment_counts")
def count_enrolment(request: HttpRequest, authenticator: Authenticator, **kwargs: Any) -> None:
    """Who has just shown a code or a key to enrol it need not wait for the next code to show it again."""
    if authenticator.type in OPENS_THE_DESK:
        records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
        used = {"method": "mfa", "at": time.time(), "id": authenticator.pk, "type": authenticator.type}
        # Staff gave the password again; a patient has none, and would be asked for the app before her recovery codes.
        if not authenticator.user.is_staff:
            used["reauthenticated"] = True
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [*records, used]
