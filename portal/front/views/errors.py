"""Error pages in the look of the site; staff with a second factor stays at the desk."""

import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from portal.accounts import second_factor
from portal.accounts.adapter import signing_in
from portal.accounts.enums import SecurityEventKind
from portal.accounts.middleware import desk_language
from portal.accounts.services import security_log
from portal.core.admin import error_pages
from portal.front.site.context_processors import languages

log = logging.getLogger(__name__)

PLAIN = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Something went wrong</title>'
    "<h1>Something went wrong</h1><p>It is our fault, not yours. Try again in a few minutes.</p>"
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be understood."""
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: not for this visitor."""
    return _page(request, 403, str(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form that the browser sent without its cookie; say so in plain words."""
    message = _("Your browser did not send the cookie of this form. Allow cookies, go back and send it again.")
    if second_factor.is_at_desk(request):
        return _desk_page(request, 403, message)
    return render(request, "403.html", {"message": message}, status=403)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429: too many attempts from one network or for one account; allauth calls it."""
    security_log.record(SecurityEventKind.THROTTLED, user=signing_in(request))
    return render(request, "429.html", _context(), status=429)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: there is no such page."""
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: something broke. The page asks no database; if even it cannot be rendered, plain words must do."""
    try:
        return render(request, "500.html", _context(), status=500)
    except Exception:
        log.exception("the error page itself failed")
        return HttpResponse(PLAIN, status=500)


def _page(request: HttpRequest, status: int, reason: str = "") -> HttpResponse:
    """Return the page of the desk, which says the reason too, or that of the site."""
    if second_factor.is_at_desk(request):
        return _desk_page(request, status, reason)
    return render(request, f"{status}.html", _context(), status=status)


def _desk_page(request: HttpRequest, status: int, reason: str) -> HttpResponse:
    """Return the page of the desk; where nothing is at an address, no middleware has chosen the language yet."""
    with override(desk_language(request)):
        return error_pages.page(request, status, reason)


def _context() -> dict[str, Any]:
    """The page that failed may be missing in other languages too, so the switcher leads to their home pages."""
    return {"languages": languages("/", get_language() or settings.LANGUAGE_CODE)}
