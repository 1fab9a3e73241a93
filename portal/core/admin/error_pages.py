"""Error pages of the desk, with a way back; what was posted can be copied."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.core.http import posted


def bad_request(request: HttpRequest) -> HttpResponse:
    """400: nothing of the desk asks like this. What was posted may be the very thing that cannot be read."""
    sentence = "This request cannot be understood, so nothing was done."
    return _page(request, 400, "This did not work", sentence, "Go back and try again, or begin from the desk.")


def forbidden(request: HttpRequest, reason: str) -> HttpResponse:
    """403; ``reason`` is a sentence, or nothing."""
    sentence = reason or "Your role does not include it."
    advice = "If you need it for your work, ask a lead, or whoever runs the portal."
    return _page(request, 403, "You may not do this", sentence, advice)


def not_found(request: HttpRequest) -> HttpResponse:
    """404: no such page, or no such row any more."""
    sentence = "Nothing is at this address. What stood here may have been deleted, or the link is not whole."
    typed = posted.texts(request.POST) if request.method == "POST" else []
    return _page(request, 404, "There is no such page", sentence, "Look for it in the lists.", typed)


def _page(
    request: HttpRequest,
    status: int,
    title: str,
    sentence: str,
    advice: str,
    typed: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": title,
        "sentence": sentence,
        "advice": advice,
        "typed": typed,
    }
    return render(request, "admin/error.html", context, status=status)
