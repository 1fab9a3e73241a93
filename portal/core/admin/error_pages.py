"""Error pages of the desk, with a way back; what was posted can be copied."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from portal.core.http import posted

# By status: the title, what happened, what to do.
WORDS = {
    400: (
        _("This did not work"),
        _("This request cannot be understood, so nothing was done."),
        _("Go back and try again, or begin from the desk."),
    ),
    403: (
        _("You may not do this"),
        _("Your role does not include it."),
        _("If you need it for your work, ask a lead, or whoever runs the portal."),
    ),
    404: (
        _("There is no such page"),
        _("Nothing is at this address. What stood here may have been deleted, or the link is not whole."),
        _("Look for it in the lists."),
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
