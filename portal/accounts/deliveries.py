"""Handlers that deliver mails about accounts; links and codes are made here, when the mail leaves.

Those to staff are in the language in which they read the desk, those to patients in the one that they read.
"""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from portal.accounts import mailed_codes
from portal.accounts.models import EmailChange, SecurityEvent, User
from portal.accounts.services import codes, email_change, people, security_log
from portal.core.delivery import mail, outbox
from portal.core.models import OutboxItem


@outbox.handles(security_log.INVITATION, label=_("Invitation of a colleague"))
def invitation(item: OutboxItem) -> None:
    """You have an account: choose a password behind this link. Who has signed in meanwhile needs no invitation."""
    user = _recipient(item)
    if not people.may_be_invited(user):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    _send(item, user, **_password_link(user))


@outbox.handles(security_log.PASSWORD_LINK, label=_("Link for a new password"))
def password_link(item: OutboxItem) -> None:
    """You asked for a new password: choose it behind this link."""
    user = _recipient(item)
    _send(item, user, **_password_link(user))


@outbox.handles(security_log.NOTICE, label=_("Change of an account told to its owner"))
def notice(item: OutboxItem) -> None:
    """Something about how you sign in was changed; a patient reads it in her language."""
    user, event = _recipient(item), SecurityEvent.objects.get(pk=item.object_id)
    _send(item, user, event=event, by_somebody_else=event.actor_id not in {None, user.pk})


@outbox.handles(codes.CODE, label=_("Code for a patient’s account"))
def code(item: OutboxItem) -> None:
    """Here is your code; one that does not hold any more, or is of somebody who is staff by now, is not sent."""
    user = _recipient(item)
    if user.is_staff or timezone.now() - item.created_at > mailed_codes.LIFETIME:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    digits = mailed_codes.digits(item.object_id.hex)
    mail.send(item, to=user.email, language=codes.language_of(item), user=user, code=digits)


@outbox.handles(email_change.TO_OLD, label=_("Code for the earlier address of a patient’s account"))
def email_old(item: OutboxItem) -> None:
    """Somebody wants another address for your account: this code says that it is you."""
    user, change = _change(item)
    _send_change(item, change, to=user.email, user=user)


@outbox.handles(email_change.TO_NEW, label=_("Code for the new address of a patient’s account"))
def email_new(item: OutboxItem) -> None:
    """You want this address for your account: this code says that it is yours."""
    user, change = _change(item)
    if email_change.is_taken(change):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    _send_change(item, change, to=change.new_email, user=user)


def _change(item: OutboxItem) -> tuple[User, EmailChange]:
    """Return what a code is for. Raises ``outbox.Withheld`` when it is done, replaced or too late."""
    user = _recipient(item)
    change = email_change.under_way(user)
    if user.is_staff or change is None or change.pk != item.object_id:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    return user, change


def _send_change(item: OutboxItem, change: EmailChange, *, to: str, user: User) -> None:
    digits = email_change.digits(change, outbox.Kind(item.kind))
    mail.send(item, to=to, language=codes.language_of(item), user=user, code=digits)


def _recipient(item: OutboxItem) -> User:
    """Return whom the mail is for. Raises ``outbox.Withheld`` when that person has left."""
    user = User.objects.filter(pk=item.recipient_id or 0, is_active=True).first()
    if user is None:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    return user


def _password_link(user: User) -> dict[str, Any]:
    """Return a new link to choose a password and its days; it works once, for PASSWORD_RESET_TIMEOUT."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    with override(user.desk_language):
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return {
        "url": settings.SITE_URL + path.replace("UID-KEY", key),
        "days": settings.PASSWORD_RESET_TIMEOUT // 86_400,
    }


def _send(item: OutboxItem, user: User, **context: Any) -> None:
    mail.send(
        item, to=user.email, language=user.desk_language if user.is_staff else user.language, user=user, **context
    )
