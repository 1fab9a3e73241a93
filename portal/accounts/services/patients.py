"""Accounts of patients: made for an address that is known from elsewhere, gone again when nobody confirms them."""

from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction

from portal.accounts.enums import SecurityEventKind
from portal.accounts.models import User
from portal.accounts.services import security_log, sessions

CONFIRM_WITHIN = timedelta(days=1)

type KnowsAddress = Callable[[str], bool]
# A registry, since accounts know no case.
_knows_address: list[KnowsAddress] = []


def gives_account(knows_address: KnowsAddress) -> KnowsAddress:
    """Register a function that says whether an address may have an account: a decorator."""
    _knows_address.append(knows_address)
    return knows_address


def account_for(email: str, *, language: str) -> User | None:
    """Return the account of a patient with this address, made now if it may have one; None for staff and for strangers.

    A new one opens nothing: nobody has confirmed its address yet, and the code goes to that address.
    """
    user = User.objects.filter(email__iexact=email).first()
    if user is None and any(knows(email) for knows in _knows_address):
        user = _make(email.lower(), language)
    return user if user is not None and user.is_active and not user.is_staff else None


@transaction.atomic
def _make(email: str, language: str) -> User:
    # Two presses of the button meet here: the second finds what the first has made.
    user, is_new = User.objects.select_for_update().get_or_create(
        email=email, defaults={"language": language, "password": make_password(None)}
    )
    if is_new:
        # The row of allauth says "verified" for whom the team gave an account; here the first code will tell.
        EmailAddress.objects.filter(user=user).update(verified=False)
    return user


def set_language(user: User, language: str) -> None:
    """Write to a patient in another language from now on."""
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])


def forget_needless_codes(user: User) -> None:
    """Delete recovery codes that allauth made with a first passkey: they are for who loses an authenticator app."""
    factors = Authenticator.objects.filter(user=user)
    if not factors.filter(type=Authenticator.Type.TOTP).exists():
        factors.filter(type=Authenticator.Type.RECOVERY_CODES).delete()


@transaction.atomic
def delete(user: User) -> None:
    """Delete an account with every way into it: address, passkeys, app, codes and sessions."""
    security_log.record(SecurityEventKind.ACCOUNT_DELETED, user=user, by=user)
    sessions.end(user, by=user)
    user.delete()


def forget_unconfirmed(now: datetime) -> int:
    """Delete accounts of patients that nobody confirmed with a code within a day; return how many."""
    unconfirmed = User.objects.filter(
        is_staff=False,
        last_login=None,
        emailaddress__verified=False,
        date_joined__lt=now - CONFIRM_WITHIN,
    )
    return sum(user.delete()[0] > 0 for user in unconfirmed)
