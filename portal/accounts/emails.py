"""Everything that the portal writes to staff about their accounts, one function for each message.

In English only, like the desk itself.
"""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from portal.accounts.models import SecurityEvent, User
from portal.core import mail
from portal.core.models import OutboxItem


def invitation(item: OutboxItem, user: User) -> None:
    """You have an account: choose a password behind this link."""
    _send(item, user, "invitation", url=password_url(user), days=settings.PASSWORD_RESET_TIMEOUT // 86_400)


def password_link(item: OutboxItem, user: User) -> None:
    """You asked for a new password: choose it behind this link."""
    _send(item, user, "password_link", url=password_url(user), days=settings.PASSWORD_RESET_TIMEOUT // 86_400)


def notice(item: OutboxItem, user: User, event: SecurityEvent) -> None:
    """Something about how you sign in was changed."""
    _send(item, user, "account_notice", event=event, by_somebody_else=event.actor_id not in (None, user.pk))


def password_url(user: User) -> str:
    """Return a new link to choose a password; it works once, for PASSWORD_RESET_TIMEOUT."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return str(settings.SITE_URL + path.replace("UID-KEY", key))


def _send(item: OutboxItem, user: User, template: str, **context: Any) -> None:
    context |= {"user": user, "team_email": settings.TEAM_EMAIL, "team_zone": settings.TEAM_TIME_ZONE}
    mail.send(item, to=user.email, language="en", template=template, context=context)
