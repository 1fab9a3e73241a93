"""The desk's own page for what somebody of the desk may not do, with a way back."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def is_at_desk(request: HttpRequest) -> bool:
    """Whether a member of staff asked for a page of the desk."""
    return request.path_info.startswith("/admin/") and bool(getattr(request.user, "is_staff", False))


def page(request: HttpRequest, reason: str) -> HttpResponse:
    """403 in the look of the desk; ``reason`` is a sentence, or nothing."""
    context = {**admin.site.each_context(request), "title": "Not allowed", "reason": reason}
    return render(request, "admin/403.html", context, status=403)
