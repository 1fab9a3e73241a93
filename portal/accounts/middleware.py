"""Middleware of staff: signed in, with a second factor, not idle; in their language and in the team's time."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse, translate_url
from django.utils import timezone, translation

from portal.accounts import mailed_codes, second_factor
from portal.accounts.adapter import signing_in
from portal.accounts.enums import SecurityEventKind
from portal.accounts.services import security_log
from portal.accounts.staff_session import SAFE_METHODS, is_background, keep_alive
from portal.core.http import posted
from portal.core.http.decorators import RECENT_FACTOR

OPEN_TO_ALL = {"logout"}
OPEN_TO_ALL_STAFF = {"logout", "jsi18n"}
ACCOUNT_PAGES = ("account_", "mfa_", "usersessions_")
# A patient opens these with a code of this hour.
PAGES_WITH_CODE = {
    "mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_activate_totp", "mfa_deactivate_totp",
    "mfa_generate_recovery_codes", "mfa_view_recovery_codes", "mfa_download_recovery_codes",
}  # fmt: skip
PAGES_OF_STAFF = {"mfa_index", "mfa_list_webauthn"}
# Only staff has passwords.
PASSWORD_PAGES = ("account_login", "account_reset_password", "account_change_password", "account_set_password")


class SignedOutMiddleware:
    """Answer to a form of the desk whose sender was signed out meanwhile. Stands before LoginRequiredMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or "admin" not in match.app_names or request.user.is_authenticated:
            return None
        if is_background(request):
            return HttpResponse(status=401)
        if match.url_name in OPEN_TO_ALL:
            return None
        if request.method == "POST":
            return signed_out(request)
        # Also where no page is: a visitor learns nothing of what exists.
        return redirect_to_login(request.get_full_path(), reverse("account_login"))


class StaffSecondFactorMiddleware:
    """Sends staff to enrol a second factor, or to use it, before the admin opens; logs refusals."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(settings.TEAM_TIME_ZONE) if is_for_staff(request) else nullcontext():
            response = self.get_response(request)
        # A public page that does not ask who reads it must not begin to: its answer is for everybody.
        if request.session.accessed and request.user.is_authenticated and request.user.is_staff:
            keep_alive(request)
            if response.status_code == 403 and request.path_info.startswith("/admin/"):
                name = request.resolver_match.view_name if request.resolver_match else ""
                security_log.record(
                    SecurityEventKind.REFUSED, user=request.user, by=request.user, subject=name or "admin"
                )
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        return _elsewhere(request) or self._missing_factor(request, view)

    def _missing_factor(self, request: HttpRequest, view: Any) -> HttpResponse | None:
        match, user = request.resolver_match, request.user
        if match is None or "admin" not in match.app_names or match.url_name in OPEN_TO_ALL_STAFF:
            return None
        if not (user.is_authenticated and user.is_staff):
            return None
        back = "?" + urlencode({"next": request.get_full_path()})
        if not second_factor.has_one(user):
            return redirect(reverse("mfa_index") + back)
        if not second_factor.is_used_in(request):
            return redirect(get_adapter().get_reauthentication_methods(user)[0]["url"] + back)
        if request.method in getattr(view, RECENT_FACTOR, ()) and not second_factor.is_recent(request):
            return second_factor.ask_again(request)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return second_factor.ask_again(request) if isinstance(exception, second_factor.RecentFactorNeeded) else None


def _elsewhere(request: HttpRequest) -> HttpResponse | None:
    """Return where a page is read instead: by patients their account in place of the ways in of staff, by staff their language."""
    if "/accounts/" in request.path_info and request.user.is_authenticated and not request.user.is_staff:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(PASSWORD_PAGES) or name in PAGES_OF_STAFF:
            return redirect("account_home")
        if name in PAGES_WITH_CODE and not mailed_codes.confirmed_within(request):
            return redirect(mailed_codes.confirm_first(request.get_full_path()))
    if is_for_staff(request):
        here, language = request.get_full_path(), desk_language(request)
        there = translate_url(here, language)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        if there != here and request.method in SAFE_METHODS:
            return redirect(there)
    return None


def is_for_staff(request: HttpRequest) -> bool:
    """Whether a page is read by staff: the desk, and of the account pages those that a member of staff opens."""
    if request.path_info.startswith(second_factor.DESK):
        return True
    if "/accounts/" not in request.path_info:
        return False
    try:
        name = (request.resolver_match or resolve(request.path_info)).view_name
    except Resolver404:
        return False
    if name.startswith(PASSWORD_PAGES):
        return True
    user = signing_in(request) if name.startswith(ACCOUNT_PAGES) else None
    return user is not None and user.is_staff


def desk_language(request: HttpRequest) -> str:
    """Return the language in which staff reads a page: that of the person, or of the address while nobody is known."""
    user = signing_in(request)
    if user is not None and user.is_staff:
        return user.desk_language
    current = translation.get_language()
    return current if current in settings.DESK_LANGUAGES else settings.LANGUAGE_CODE


def signed_out(request: HttpRequest) -> HttpResponse:
    """Return a page with what was typed, for who was signed out before sending it."""
    context = {
        "typed": posted.texts(request.POST),
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': second_factor.desk_page_before(request)})}",
        "minutes": settings.STAFF_IDLE.seconds // 60,
    }
    return render(request, "account/signed_out.html", context, status=403)
