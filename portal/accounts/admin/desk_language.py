"""The switch of the language of the desk, which each member of staff has for themselves."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from portal.accounts.services import people


class DeskLanguage(View):
    """Shows the desk in the language that somebody chose, and goes back to the page where they chose it."""

    admin_site: AdminSite | None = None

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        language = request.POST.get("language", "")
        if language not in settings.DESK_LANGUAGES:
            raise BadRequest("The desk is not written in this language.")
        people.choose_language(user=user, language=language)
        page = request.POST.get("next", "")
        is_own = url_has_allowed_host_and_scheme(page, allowed_hosts=None)
        return redirect(page if is_own else reverse("admin:index"))
