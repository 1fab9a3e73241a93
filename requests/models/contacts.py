"""Contacts outside the portal: calls, chats, e-mails and meetings that somebody of the desk noted."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.core.encryption.fields import EncryptedTextField
from requests.enums import ContactChannel, Direction
from requests.models.cases import Case, OfCase


class ContactLog(OfCase):
    """A call, chat, e-mail or meeting as somebody noted it; one that is an answer stops the clock.

    ``created_at`` is when it was noted, ``at`` when it was.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contacts")
    channel = models.CharField(max_length=10, choices=ContactChannel)
    direction = models.CharField(max_length=12, choices=Direction)
    at = models.DateTimeField(default=timezone.now)
    body = EncryptedTextField()
    is_reached = models.BooleanField("we reached each other", default=True)
    is_answer = models.BooleanField("counts as our answer", default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    form_token = models.CharField(max_length=64, unique=True, null=True, editable=False)

    class Meta(OfCase.Meta):
        ordering = ["at", "created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_answer=False) | models.Q(is_reached=True),
                name="contact_that_answers_reached",
                violation_error_code="is_answer",
                violation_error_message="Who was not reached has no answer yet.",
            )
        ]
