"""Pages for what went wrong, in the look of the site."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)

PLAIN = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Something went wrong</title>'
    "<h1>Something went wrong</h1><p>It is our fault, not yours. Try again in a few minutes.</p>"
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be understood."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: not for this visitor."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: there is no such page."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: something broke. The page asks no database; if even it cannot be rendered, plain words must do."""
    try:
        return render(request, "500.html", status=500)
    except Exception:
        log.exception("the error page itself failed")
        return HttpResponse(PLAIN, status=500)
