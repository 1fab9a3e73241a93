"""Everything that the portal writes to editors, one function for each message."""

from django.conf import settings
from django.urls import reverse

from conditions.models import Feedback
from portal.accounts.models import User
from portal.core import mail
from portal.core.models import OutboxItem


def feedback_waiting(item: OutboxItem, feedback: Feedback, *, to: User | None) -> None:
    """A reader says something about a page: read it in the admin. The mail does not quote the reader."""
    mail.send(
        item,
        to=to.email if to else settings.NOTICE_EMAIL or settings.TEAM_EMAIL,
        language=to.language if to else settings.LANGUAGE_CODE,
        template="feedback_waiting",
        context={
            "feedback": feedback,
            "url": settings.SITE_URL + reverse("admin:conditions_feedback_change", args=[feedback.pk]),
        },
    )
