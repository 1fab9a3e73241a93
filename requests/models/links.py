"""Links that open a case without an account."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from requests.models.cases import Case


class CaseLink(models.Model):
    """A link that was mailed, or shown at the desk to hand over.

    It opens one case, any number of times, for 30 days, until it is revoked. Its token is the signed
    id of this row, so that a copy of the database opens nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links")
    sent_with = models.UUIDField("outbox item, empty when shown at the desk", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            # A mail that is tried again after its link was revoked carries a new one.
            models.UniqueConstraint(
                fields=["sent_with"],
                condition=models.Q(revoked_at=None),
                name="one_unrevoked_link_of_a_mail",
                violation_error_code="sent_with",
                violation_error_message="This mail has a link that is not revoked already.",
            )
        ]

    def __str__(self) -> str:
        return f"Link of {self.created_at:%Y-%m-%d}"

    @property
    def is_live(self) -> bool:
        """Whether the link still opens its case."""
        return self.revoked_at is None and timezone.now() - self.created_at < settings.CASE_LINK_LIFETIME
