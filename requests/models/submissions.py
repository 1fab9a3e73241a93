"""Model of a submission."""

from django.db import models

from portal.core.encryption.fields import EncryptedTextField
from requests.models.cases import Case, OfCase


class Submission(OfCase):
    """What was sent, word for word (JSON), never changed: one for each time that a form was submitted."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="submissions")
    language = models.CharField(max_length=10)
    content = EncryptedTextField()
    content_hash = models.CharField(max_length=64)
    network_hash = models.CharField(max_length=64, blank=True, db_index=True)
    flags = models.JSONField(default=list, blank=True)

    class Meta(OfCase.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["case", "content_hash"],
                name="same_content_once",
                violation_error_code="content_hash",
                violation_error_message="The same content was sent already.",
            )
        ]
