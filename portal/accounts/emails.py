"""Mail to staff."""

from typing import Any

from django.conf import settings

from portal.accounts.models import User
from portal.core.delivery import mail
from portal.core.models import OutboxItem


def to_staff(item: OutboxItem, to: User | None, **context: Any) -> None:
    """Send the mail of an outbox row to one person, or to the common address of the team."""
    mail.send(
        item,
        to=to.email if to else settings.NOTICE_EMAIL or settings.TEAM_EMAIL,
        language=to.language if to else settings.LANGUAGE_CODE,
        **context,
    )
