"""Shortlist: the clinics that a browser compares, in a signed cookie that the comparison alone sets."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

MOST = 4
LIFETIME = timedelta(days=30)


def read(request: HttpRequest) -> list[str]:
    """Return the slugs that this browser keeps; a cookie that is not ours is none."""
    kept = request.get_signed_cookie(settings.SHORTLIST_COOKIE_NAME, default="", max_age=LIFETIME)
    return (kept or "").split()[:MOST]


def write(response: HttpResponse, slugs: Iterable[str]) -> None:
    """Keep these slugs, at most four, for 30 days; none deletes the cookie."""
    kept = list(slugs)[:MOST]
    if not kept:
        response.delete_cookie(settings.SHORTLIST_COOKIE_NAME, samesite="Lax")
        return
    response.set_signed_cookie(
        settings.SHORTLIST_COOKIE_NAME,
        " ".join(kept),
        max_age=LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
