"""Links that open a case without an account."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from requests.models.cases import Case


class CaseLink(models.Model):
    """A mailed link: opens one case, any number of times, for 30 days, until it is revoked.

    The token in the mail is the signed id of this row, so that a copy of the database opens nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links")
    sent_with = models.UUIDField("outbox item", unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"Link of {self.created_at:%Y-%m-%d}"

    @property
    def is_live(self) -> bool:
        """Whether the link still opens its case."""
        return self.revoked_at is None and timezone.now() - self.created_at < settings.CASE_LINK_LIFETIME
