"""Error pages of the desk, with a way back; what was posted can be copied."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.core.http import posted

# By status: the title, what happened, what to do.
WORDS = {
    400: (
        "This did not work",
        "This request cannot be understood, so nothing was done.",
        "Go back and try again, or begin from the desk.",
    ),
    403: (
        "You may not do this",
        "Your role does not include it.",
        "If you need it for your work, ask a lead, or whoever runs the portal.",
    ),
    404: (
        "There is no such page",
        "Nothing is at this address. What stood here may have been deleted, or the link is not whole.",
        "Look for it in the lists.",
    ),
}


def page(request: HttpRequest, status: int, reason: str = "") -> HttpResponse:
    """Return the page of a status; ``reason`` is a sentence that says more than the status does, or nothing."""
    title, sentence, advice = WORDS[status]
    context: dict[str, Any] = {"title": title, "sentence": reason or sentence, "advice": advice}
    # After a 400, what was posted may be the very thing that cannot be read.
    if status == 404 and request.method == "POST":
        context["typed"] = posted.texts(request.POST)
    return render(request, "admin/error.html", {**admin.site.each_context(request), **context}, status=status)
