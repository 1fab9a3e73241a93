"""Signal receivers of Django and allauth: the address of a user, and lines of the security log."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_save
from django.dispatch import Signal, receiver
from django.http import HttpRequest
from django.utils.translation import get_language

from portal.accounts.enums import SecurityEventKind as Kind
from portal.accounts.models import User
from portal.accounts.services import patients, people, sessions
from portal.accounts.services.security_log import record
from portal.accounts.staff_session import renew
from portal.core.spreadsheets.signals import exported


@receiver(post_save, sender=User, dispatch_uid="accounts.sync_address")
def sync_address(instance: User, update_fields: frozenset[str] | None, raw: bool, **kwargs: Any) -> None:
    """However an account is made or changed, allauth knows its address as verified."""
    # A fixture (raw) brings the rows of allauth itself.
    if not raw and (update_fields is None or "email" in update_fields):
        people.sync_address(instance)


@receiver(user_logged_in, dispatch_uid="accounts.start_session")
def start_session(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A session of staff ends when it is idle; a patient is written to in the language that she signs in with."""
    if user.is_staff:
        renew(request)
    else:
        patients.set_language(user, get_language() or user.language)


@receiver(account.user_logged_in, dispatch_uid="accounts.log_sign_in")
def log_sign_in(user: User, **kwargs: Any) -> None:
    record(Kind.SIGN_IN, user=user, by=user)


@receiver(user_logged_out, dispatch_uid="accounts.log_sign_out")
def log_sign_out(user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(Kind.SIGN_OUT, user=user, by=user)


@receiver(
    [account.password_changed, account.password_reset, account.password_set], dispatch_uid="accounts.log_password"
)
def log_password(user: User, **kwargs: Any) -> None:
    """The first password of an account is no change to tell of."""
    record(Kind.PASSWORD_CHANGED, user=user, by=user, is_told=user.last_login is not None)


@receiver([mfa.authenticator_added, mfa.authenticator_removed], dispatch_uid="accounts.log_factor")
def log_factor(signal: Signal, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Sessions opened with less than a new factor, or maybe with a removed one, end, but for the one that changed it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        kind = Kind.FACTOR_ADDED if signal is mfa.authenticator_added else Kind.FACTOR_REMOVED
        record(kind, user=user, by=user, subject=authenticator.type)
        sessions.end(user, by=user, spare=request.session.session_key)
    if signal is mfa.authenticator_removed and not user.is_staff:
        patients.forget_needless_codes(user)


@receiver(mfa.authenticator_reset, dispatch_uid="accounts.log_codes_made")
def log_codes_made(user: User, **kwargs: Any) -> None:
    record(Kind.CODES_MADE, user=user, by=user)


@receiver(mfa.authenticator_used, dispatch_uid="accounts.log_factor_used")
def log_factor_used(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record(Kind.FACTOR_USED, user=user, by=user, subject=authenticator.type)


@receiver(mfa.authentication_failed, dispatch_uid="accounts.log_factor_failed")
def log_factor_failed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record(Kind.FACTOR_FAILED, user=user, subject=authenticator.type)


@receiver(exported, dispatch_uid="accounts.log_export")
def log_export(by: User, table: str, **kwargs: Any) -> None:
    record(Kind.EXPORTED, user=by, by=by, subject=table)
