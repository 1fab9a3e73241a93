"""Pages of patients' accounts that allauth has not: the account itself, and a code to show that it is still her."""

from time import time
from typing import cast

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import RequestLoginCodeView
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import AddWebAuthnView, LoginWebAuthnView
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_request
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import mailed_codes
from portal.accounts.forms import AskForCodeForm, BothCodesForm, CodeForm, NewEmailForm, PasskeyForm
from portal.accounts.models import EmailChange, User
from portal.accounts.services import codes, email_change, patients, sessions

PENDING = "account_confirmation"
ATTEMPTS = 3


@login_not_required
@never_cache
def with_language(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Send an address without a language on, with its query, to the reader's language. A form that is posted goes along."""
    language = get_language_from_request(request)
    # 307 keeps the method, for a form that was opened before the addresses had a language.
    response = HttpResponseRedirect(f"/{language}{request.get_full_path()}", preserve_request=request.method == "POST")
    patch_vary_headers(response, ["Accept-Language"])
    return response


class AskForCodeView(RequestLoginCodeView):  # type: ignore[misc]  # allauth has no types
    """A sign-in code goes to a patient's address. Staff and strangers get the same answer, and no mail."""

    def form_valid(self, form: AskForCodeForm) -> HttpResponse:
        # Not whom allauth found: staff and a second address of somebody get no code.
        user = patients.account_for(form.cleaned_data["email"], language=get_language() or "en")
        form._user = user  # noqa: SLF001 – allauth reads it there
        response: HttpResponse = super().form_valid(form)
        return response


ask_for_code = AskForCodeView.as_view()


class AddPasskeyView(AddWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """A new passkey. Recovery codes come with one for staff alone: a patient always has her mailbox."""

    def form_valid(self, form: PasskeyForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        if user := patient(self.request):
            patients.forget_needless_codes(user)
        return response

    def get_success_url(self) -> str:
        return reverse("account_home") if patient(self.request) else str(super().get_success_url())


add_passkey = AddPasskeyView.as_view()


class PasskeySignInView(LoginWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """A patient signs in with her passkey; one that is not known leads back to the page with the other way."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        messages.warning(self.request, _("This passkey does not open an account here. Sign in with a code."))
        return redirect("account_request_login_code")


passkey_sign_in = PasskeySignInView.as_view()


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """A patient's account: her address and her ways in."""
    user = patient(request)
    if user is None:
        return redirect("mfa_index")
    factors = [row.wrap() for row in Authenticator.objects.filter(user=user).order_by("created_at")]
    context = {
        "passkeys": [row for row in factors if row.instance.type == Authenticator.Type.WEBAUTHN],
        "has_app": any(row.instance.type == Authenticator.Type.TOTP for row in factors),
    }
    return render(request, "account/home.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """A code goes to the address of the account, and whoever types it goes on to the page that asked for it."""
    user = patient(request)
    if user is None:
        return redirect("mfa_index")
    onward = get_next_redirect_url(request) or reverse("account_home")
    wants_code = "send" in request.POST
    if wants_code and _send(request, user):
        return redirect(mailed_codes.confirm_first(onward))
    form = None if wants_code else _form(request, user)
    if form is not None and form.is_valid():
        del request.session[PENDING]
        record_authentication(request, user, method="code", email=user.email)
        return redirect(onward)
    if form is not None and form.is_bound and not _has_attempt_left(request):
        form = None
    is_late = request.method == "POST" and form is None and not wants_code
    context = {"form": form, "next": onward, "is_refused": wants_code, "is_late": is_late}
    return render(request, "account/confirm.html", context, status=422 if request.method == "POST" else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_list(request: HttpRequest) -> HttpResponse:
    """Where the reader is signed in; each session can be ended, or all but this one."""
    user, own = cast(User, request.user), request.session.session_key
    open_ones = sessions.open_sessions(user)
    if request.method == "POST":
        chosen = request.POST.get("session")
        ended = [row.pk for row in open_ones if row.session_key != own and chosen in (None, str(row.pk))]
        sessions.end(user, by=user, only=ended)
        messages.success(request, _("The session is ended.") if chosen else _("The other sessions are ended."))
        return redirect("usersessions_list")
    context = {
        "sessions": [(row, row.session_key == own) for row in open_ones],
        "zone": settings.TEAM_TIME_ZONE if user.is_staff else "UTC",
        "minutes": settings.STAFF_IDLE.seconds // 60,
    }
    return render(request, "usersessions/usersession_list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_email(request: HttpRequest) -> HttpResponse:
    """Another address for the account: first the address, then the codes that went to both."""
    user = patient(request)
    if user is None:
        # Addresses of staff are given by an administrator; a second, unverified one would keep a person from the desk.
        return redirect("mfa_index")
    change = None if "another" in request.GET else email_change.under_way(user)
    if change is not None:
        return _confirm_both(request, user, change)
    form = NewEmailForm(request.POST or None)
    if form.is_valid():
        new_email = form.cleaned_data["email"]
        asked = [_may_ask(request, address) for address in (user.email, new_email)]
        if all(asked):
            email_change.start(user=user, new_email=new_email, language=get_language() or user.language)
            return redirect("account_email")
        form.add_error("email", _("You asked for many codes. Wait a quarter of an hour, then ask for another."))
    return render(request, "account/change_email.html", {"form": form}, status=422 if form.errors else 200)


def _confirm_both(request: HttpRequest, user: User, change: EmailChange) -> HttpResponse:
    """The second step: both codes."""
    form = BothCodesForm(request.POST or None)
    if form.is_valid():
        typed = form.cleaned_data
        key = request.session.session_key
        if email_change.finish(change=change, old_code=typed["old_code"], new_code=typed["new_code"], session_key=key):
            user.refresh_from_db()
            record_authentication(request, user, method="code", email=user.email)
            messages.success(request, _("Your account has its new address."))
            return redirect("account_home")
        if email_change.under_way(user) is None:
            messages.warning(request, _("The address is not changed: the codes were wrong three times. Begin again."))
            return redirect("account_email")
        form.add_error("old_code", _("One of the two codes is not right. Enter both from the newest e-mails from us."))
    context = {"form": form, "new_email": change.new_email}
    return render(request, "account/confirm_both.html", context, status=422 if form.errors else 200)


def patient(request: HttpRequest) -> User | None:
    """Return the patient who is signed in; None for staff."""
    user = request.user
    return user if isinstance(user, User) and not user.is_staff else None


def _send(request: HttpRequest, user: User) -> bool:
    """Mail a new code, and forget the one before; False when too many were asked for."""
    # Counted together with sign-in codes: they go to the same mailbox.
    if not _may_ask(request, user.email):
        return False
    code_id = mailed_codes.new_id()
    codes.owe(user, code_id, language=get_language() or user.language)
    request.session[PENDING] = {"id": code_id, "at": int(time()), "email": user.email, "failed": 0}
    return True


def _may_ask(request: HttpRequest, email: str) -> bool:
    """Count a code that is asked for an address; False when there were too many."""
    return bool(ratelimit.consume(request, action="request_login_code", key=email.lower()))


def _form(request: HttpRequest, user: User) -> CodeForm | None:
    """Return the form for the code that waits to be typed; None when none does, or it went to another address."""
    pending = request.session.get(PENDING)
    if (
        pending is None
        or pending["email"] != user.email
        or time() - pending["at"] > mailed_codes.LIFETIME.total_seconds()
    ):
        return None
    return CodeForm(request.POST or None, code=pending["id"])


def _has_attempt_left(request: HttpRequest) -> bool:
    """Count a wrong code; after three of them the code is no use any more."""
    pending = request.session.pop(PENDING)
    failed = pending["failed"] + 1
    if failed < ATTEMPTS:
        request.session[PENDING] = {**pending, "failed": failed}
    return bool(failed < ATTEMPTS)
