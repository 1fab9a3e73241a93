"""Handlers that deliver mails about accounts; links are made here, when the mail leaves.

These mails are in English only, like the desk itself.
"""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from portal.accounts.models import SecurityEvent, User
from portal.accounts.services import people, security_log
from portal.core.delivery import mail, outbox
from portal.core.models import OutboxItem


@outbox.handles(security_log.INVITATION, label="Invitation of a colleague")
def invitation(item: OutboxItem) -> None:
    """You have an account: choose a password behind this link. Who has signed in meanwhile needs no invitation."""
    user = _recipient(item)
    if not people.may_be_invited(user):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    _send(item, user, **_password_link(user))


@outbox.handles(security_log.PASSWORD_LINK, label="Link for a new password")
def password_link(item: OutboxItem) -> None:
    """You asked for a new password: choose it behind this link."""
    user = _recipient(item)
    _send(item, user, **_password_link(user))


@outbox.handles(security_log.NOTICE, label="Change of an account told to its owner")
def notice(item: OutboxItem) -> None:
    """Something about how you sign in was changed."""
    user, event = _recipient(item), SecurityEvent.objects.get(pk=item.object_id)
    _send(item, user, event=event, by_somebody_else=event.actor_id not in {None, user.pk})


def _recipient(item: OutboxItem) -> User:
    """Return whom the mail is for. Raises ``outbox.Withheld`` when that person has left."""
    user = User.objects.filter(pk=item.recipient_id or 0, is_active=True).first()
    if user is None:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    return user


def _password_link(user: User) -> dict[str, Any]:
    """Return a new link to choose a password and its days; it works once, for PASSWORD_RESET_TIMEOUT."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return {
        "url": settings.SITE_URL + path.replace("UID-KEY", key),
        "days": settings.PASSWORD_RESET_TIMEOUT // 86_400,
    }


def _send(item: OutboxItem, user: User, **context: Any) -> None:
    mail.send(item, to=user.email, language="en", user=user, **context)
