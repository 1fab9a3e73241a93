"""Accounts of staff: the address that allauth knows, invitations, and help for who lost the second factor."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.enums import SecurityEventKind
from portal.accounts.models import User
from portal.accounts.services import security_log, sessions


def sync_address(user: User) -> None:
    """Let allauth know the one address of a user, as verified: the team gave the account that address.

    An unverified row would keep the person from setting up a second factor (allauth issue 3432), and
    the row of an earlier address would go on opening the account.
    """
    email = user.email.lower()
    EmailAddress.objects.filter(email=email).exclude(user=user).delete()
    EmailAddress.objects.filter(user=user).exclude(email=email).delete()
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})


def may_be_invited(user: User) -> bool:
    """Whether an invitation is of use: active staff who never signed in."""
    return user.is_active and user.is_staff and user.last_login is None


def invite(*, user: User, by: User) -> None:
    """Owe a person the mail with a link to choose a password. Raises ``ValidationError``."""
    if not may_be_invited(user):
        raise ValidationError(
            _(
                "This person has signed in already, or may not enter the desk. "
                "Whoever forgot a password uses “Forgot your password?” on the sign-in page."
            )
        )
    security_log.record(SecurityEventKind.INVITED, user=user, by=by)


def choose_language(*, user: User, language: str) -> None:
    """Show the desk to a member of staff, and write to them, in another language from now on."""
    user.language = language
    user.save(update_fields=["language"])


@transaction.atomic
def remove_factors(*, user: User, by: User) -> None:
    """Remove the second factor of somebody who lost it, and end the sessions that it opened."""
    Authenticator.objects.filter(user=user).delete()
    security_log.record(SecurityEventKind.FACTOR_REMOVED, user=user, by=by)
    sessions.end(user, by=by)


@transaction.atomic
def record_change(*, user: User, by: User, ends_sessions: bool = False) -> None:
    """Record that an account was changed; somebody who may not enter the desk any more is signed out.

    ``ends_sessions`` also signs out who becomes staff: her session began with less than a password.
    """
    security_log.record(SecurityEventKind.PERSON_CHANGED, user=user, by=by)
    security_log.forget_failed_mails(user)
    if ends_sessions or not (user.is_active and user.is_staff):
        sessions.end(user, by=by)
