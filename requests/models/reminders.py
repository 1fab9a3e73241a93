"""Things to do by a time."""

from django.conf import settings
from django.db import models

from portal.core.fields import EncryptedTextField
from requests.models.cases import Case, OfCase


class Reminder(OfCase):
    """Something to do by a time, for a coordinator, or for the patient when ``for_user`` is empty."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reminders")
    for_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="reminders"
    )
    text = EncryptedTextField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfCase.Meta):
        ordering = ["due_at"]
