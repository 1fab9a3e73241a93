"""What delivers each effect of the pages."""

from conditions import emails
from conditions.models import Feedback
from conditions.services.feedback import FEEDBACK
from portal.accounts.models import User
from portal.core import outbox
from portal.core.models import OutboxItem


@outbox.handles(FEEDBACK, label="Feedback announced to an editor")
def feedback_waiting(item: OutboxItem) -> None:
    """Tell one editor of feedback; of what is forgotten already there is nothing to tell."""
    feedback = Feedback.objects.select_related("edition__condition").filter(pk=item.object_id).first()
    if feedback is not None:
        emails.feedback_waiting(item, feedback, to=_recipient(item))


def _recipient(item: OutboxItem) -> User | None:
    """Return who the mail goes to; somebody who left meanwhile gives way to the common address."""
    return User.objects.filter(pk=item.recipient_id or 0, is_active=True).first()
