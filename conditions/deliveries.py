"""Handlers that deliver the effects of the conditions app."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conditions.models import Feedback
from conditions.services.feedback import FEEDBACK
from portal.accounts.emails import to_staff
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem


@outbox.handles(FEEDBACK, label=_("Feedback announced to an editor"))
def feedback_waiting(item: OutboxItem) -> None:
    """A reader says something about a page: read it in the admin. The mail does not quote the reader.

    Somebody who left meanwhile gives way to the common address; of what is forgotten already there is
    nothing to tell.
    """
    feedback = Feedback.objects.select_related("edition__condition").filter(pk=item.object_id).first()
    if feedback is not None:
        editor = User.objects.filter(pk=item.recipient_id or 0, is_active=True).first()
        url = settings.SITE_URL + reverse("admin:conditions_feedback_change", args=[feedback.pk])
        to_staff(item, editor, feedback=feedback, url=url)
