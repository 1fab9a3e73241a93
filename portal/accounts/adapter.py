"""Adapters of allauth: who signs in by which means, nobody signs up by themselves, mails leave by the outbox."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import clear_login, unstash_login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext, pgettext

from portal.accounts import factor_encryption, mailed_codes
from portal.accounts.enums import SecurityEventKind
from portal.accounts.models import User
from portal.accounts.services import codes, security_log
from portal.core.http.client_address import client_address

THROTTLED = ("too_many_login_attempts", "rate_limited")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Adapter of accounts: nobody signs up, mails go through the outbox, failures are written to the security log."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Allow addresses of this site alone: without a host."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Return how a person confirms that it is them, best first: with a second factor, the password is not enough."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        factors = [method for method in methods if method["id"] != "reauthenticate"]
        if not is_mfa_enabled(user, [Authenticator.Type.TOTP]):
            # A key is quicker than a recovery code, and there are not many of those.
            factors.reverse()
        return factors or methods

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Owe the mail; its link is made when it leaves, so that no token is stored. Patients have no password."""
        if user.is_staff:
            security_log.record(SecurityEventKind.PASSWORD_ASKED, user=user)

    def generate_login_code(self) -> str:
        """Return the id of a new code: allauth keeps it in the session and hands it to ``send_mail``."""
        return mailed_codes.new_id()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe the mail with a sign-in code, the one mail of allauth that we let it ask for."""
        if template_prefix != "account/email/login_code":
            raise ValueError(f"No mail of allauth leaves in a request: {template_prefix}")
        codes.owe(User.objects.get(email__iexact=email), context["code"], language=get_language() or "en")

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Turn away staff who come without their password: a code or a passkey alone does not sign them in."""
        methods = {record.get("method") for record in get_authentication_records(request, user)}
        if user.is_staff and methods.isdisjoint({"password", "password_reset"}):
            clear_login(request)
            sentence = pgettext("desk", "Your account belongs to the team: sign in with your password.")
            messages.warning(request, sentence)
            return redirect("account_login")
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where somebody goes who has signed in: staff to the desk, patients to their cases."""
        return reverse("admin:index") if request.user.is_staff else reverse("requests:joined_cases")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("front:home")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        security_log.record(SecurityEventKind.SIGN_IN_FAILED, user=_named(credentials))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        # allauth's error has no name of the account with it.
        self._tried = _named(credentials)
        super().pre_authenticate(request, **credentials)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Return the error of a form; all throttles of allauth speak through it."""
        if code in THROTTLED:
            user = signing_in(self.request) or getattr(self, "_tried", None)
            security_log.record(SecurityEventKind.THROTTLED, user=user)
        error: ValidationError = super().validation_error(code, *args)
        return error

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that the whole portal goes by; allauth's own way raises when proxies and header disagree."""
        return client_address(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Return what attempts are counted by: the account. allauth's own key holds the Host header, with its port."""
        return str(credentials.get("email", "")).strip().casefold()


def signing_in(request: HttpRequest) -> User | None:
    """Return who is signed in, or who has given the password and not the code yet."""
    if isinstance(request.user, User):
        return request.user
    login = unstash_login(request, peek=True)
    return login.user if login else None


def _named(credentials: dict[str, Any]) -> User | None:
    return User.objects.filter(email__iexact=str(credentials.get("email", ""))).first()


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Second factors: secrets encrypted, the site named by SITE_URL and never by the Host header."""

    def encrypt(self, text: str) -> str:
        return factor_encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return factor_encryption.decrypt(encrypted_text)

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Whether a second factor is asked for: of patients only an app that they set up, a passkey being their way in."""
        if isinstance(user, User) and not user.is_staff:
            if not super().is_mfa_enabled(user, [Authenticator.Type.TOTP]):
                return False
            types = [kind for kind in types or Authenticator.Type if kind != Authenticator.Type.WEBAUTHN]
        return bool(super().is_mfa_enabled(user, types))

    def generate_authenticator_name(self, user: AbstractBaseUser, kind: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=kind).count() + 1
        return gettext("Passkey {number}").format(number=number)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": settings.SITE_HOST, "name": "MARUS"}

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return str(user.get_username())
