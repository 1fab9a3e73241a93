"""Delivery of what waits in the outbox, as worker and relay do it, returning the mails."""

from email.message import Message as Parsed

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.models import Message


def deliver_all() -> list[EmailMultiAlternatives]:
    """Deliver everything that is due, and what that sets off; return the mails in their order."""
    before = len(mail.outbox)
    while found := [
        (item, is_long) for is_long in (False, True) for item in outbox.due(timezone.now(), is_long=is_long)
    ]:
        for item, is_long in found:
            assert outbox.deliver(item.pk, is_long=is_long), f"{item.kind}: {OutboxItem.objects.get(pk=item.pk).error}"
    return mail.outbox[before:]  # type: ignore[return-value]  # all our mails have an HTML part


def past_taking_back() -> None:
    """Let the answers that could still be taken back leave now."""
    Message.objects.update(visible_from=None)
    OutboxItem.objects.update(not_before=timezone.now())


def to(address: str, mails: list[EmailMultiAlternatives]) -> list[EmailMultiAlternatives]:
    """Return the mails to one address."""
    return [one for one in mails if one.to == [address]]


def parsed(one: EmailMultiAlternatives) -> Parsed:
    """Return a mail as it goes over the wire."""
    return one.message()


def mail_text(one: EmailMultiAlternatives) -> str:
    """Return everything that a mail says: subject, text and HTML."""
    return "\n".join([str(one.subject), str(one.body), *(str(part.content) for part in one.alternatives)])
