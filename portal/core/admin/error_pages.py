"""Error pages of the desk, with a way back; what was posted can be copied."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.core.http import posted


def bad_request(request: HttpRequest) -> HttpResponse:
    """400: nothing of the desk asks like this. What was posted may be the very thing that cannot be read."""
    return _page(
        request,
        400,
        title="This did not work",
        sentence="This request cannot be understood, so nothing was done.",
        advice="Go back and try again, or begin from the desk.",
    )


def forbidden(request: HttpRequest, reason: str) -> HttpResponse:
    """403; ``reason`` is a sentence, or nothing."""
    return _page(
        request,
        403,
        title="You may not do this",
        sentence=reason or "Your role does not include it.",
        advice="If you need it for your work, ask a lead, or whoever runs the portal.",
    )


def not_found(request: HttpRequest) -> HttpResponse:
    """404: no such page, or no such row any more."""
    return _page(
        request,
        404,
        title="There is no such page",
        sentence="Nothing is at this address. What stood here may have been deleted, or the link is not whole.",
        advice="Look for it in the lists.",
        typed=posted.texts(request.POST) if request.method == "POST" else [],
    )


def _page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    return render(request, "admin/error.html", {**admin.site.each_context(request), **context}, status=status)
