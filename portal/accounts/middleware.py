"""Staff reach no page of the admin without a second factor; staff pages are in English and in the team's time."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation

from portal.accounts import second_factor

OPEN_TO_ALL_STAFF = {"logout", "jsi18n"}
STAFF_PAGES = ("/admin/", "/accounts/")
STAFF_LANGUAGE = "en"


class StaffSecondFactorMiddleware:
    """Sends staff to enrol a second factor, or to use it, before the admin opens."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(STAFF_PAGES):
            return self.get_response(request)
        with timezone.override(settings.TEAM_TIME_ZONE):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.path_info.startswith(STAFF_PAGES):
            # The desk has one language, and translated columns are edited by their own names there.
            translation.activate(STAFF_LANGUAGE)
            request.LANGUAGE_CODE = STAFF_LANGUAGE
        match, user = request.resolver_match, request.user
        if match is None or "admin" not in match.app_names or match.url_name in OPEN_TO_ALL_STAFF:
            return None
        if not (user.is_authenticated and user.is_staff):
            return None
        back = "?" + urlencode({"next": request.get_full_path()})
        if not second_factor.has_one(user):
            return redirect(reverse("mfa_index") + back)
        if not second_factor.is_used_in(request):
            return redirect(reverse("mfa_reauthenticate") + back)
        return None
