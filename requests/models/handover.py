"""Handover notes: what who leaves the desk writes for those who come next, and who has read it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.encryption.fields import EncryptedTextField
from portal.core.encryption.primitives import new_wrapped_key, unwrap
from requests.models.cases import Case


class HandoverNote(models.Model):
    """A note for the next shift. It is about several cases, so it is sealed under a key of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wrapped_key = models.BinaryField(default=new_wrapped_key, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    body = EncryptedTextField()
    # The author's, which waited or were promised for the day when it was written.
    cases = models.ManyToManyField(Case, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    form_token = models.CharField(max_length=64, unique=True, null=True, editable=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"Handover note {self.pk}"

    def data_key(self) -> bytes:
        """Return the key that the note is encrypted under; raises ``DecryptionError``."""
        return unwrap(bytes(self.wrapped_key))


class HandoverRead(models.Model):
    """A colleague said that they have read a note."""

    note = models.ForeignKey(HandoverNote, on_delete=models.CASCADE, related_name="reads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["note", "user"],
                name="note_is_read_once_by_each",
                violation_error_code="user",
                violation_error_message=_("This note is marked as read already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.note_id} {self.user_id}"
