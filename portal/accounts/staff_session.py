"""The session of a member of staff: it ends after STAFF_IDLE without activity."""

import time

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

ACTIVE_AT = "staff_active_at"
# Written once in this time, so that not every page writes a session.
RENEW_SECONDS = 60
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def renew(request: HttpRequest) -> None:
    """Count the time-out from now."""
    request.session[ACTIVE_AT] = int(time.time())
    request.session.set_expiry(int(settings.STAFF_IDLE.total_seconds()))


def keep_alive(request: HttpRequest) -> None:
    """Count the time-out from now when a person did something and the last count is a minute old."""
    if is_background(request) or time.time() - request.session.get(ACTIVE_AT, 0) < RENEW_SECONDS:
        return
    renew(request)
    key = request.session.session_key
    if not UserSession.objects.filter(session_key=key).update(last_seen_at=timezone.now()):
        UserSession.objects.create_from_request(request)


def is_background(request: HttpRequest) -> bool:
    """Whether a script read something by itself, as the desk does to refresh its numbers."""
    if request.method not in SAFE_METHODS:
        return False
    return "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
