"""What delivers each mail about an account; links are made here, when the mail leaves."""

from portal.accounts import emails
from portal.accounts.models import SecurityEvent, User
from portal.accounts.services import people, security_log
from portal.core import outbox
from portal.core.models import OutboxItem


@outbox.handles(security_log.INVITATION, label="Invitation of a colleague")
def invitation(item: OutboxItem) -> None:
    """Invite a new colleague; who has signed in meanwhile needs no invitation."""
    user = _recipient(item)
    if not people.may_be_invited(user):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    emails.invitation(item, user)


@outbox.handles(security_log.PASSWORD_LINK, label="Link for a new password")
def password_link(item: OutboxItem) -> None:
    """Mail the link to choose a new password."""
    emails.password_link(item, _recipient(item))


@outbox.handles(security_log.NOTICE, label="Change of an account told to its owner")
def notice(item: OutboxItem) -> None:
    """Tell a person what was changed about her account."""
    emails.notice(item, _recipient(item), SecurityEvent.objects.get(pk=item.object_id))


def _recipient(item: OutboxItem) -> User:
    """Return whom the mail is for. Raises ``outbox.Withheld`` when that person has left."""
    user = User.objects.filter(pk=item.recipient_id or 0, is_active=True).first()
    if user is None:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    return user
