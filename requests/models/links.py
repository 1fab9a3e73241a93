"""Links that open a case, or a view of it, without an account."""

import uuid
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from portal.core.encryption.fields import EncryptedTextField
from requests.models.cases import Case, OfCase


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


class FamilyLink(OfCase):
    """A link to a view of a case, which the patient made for one person, whom ``name`` tells apart for her.

    Its token is the signed id of this row. Who opened it is in the rows of ``AccessEvent`` that name it.
    ``email`` is where the portal mailed it, once; empty when she handed it over herself.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="family_links")
    name = EncryptedTextField()
    shows_medical = models.BooleanField("medical details are shown", default=False)
    email = EncryptedTextField()
    email_refused_at = models.DateTimeField(null=True, blank=True)
    form_token = models.CharField(max_length=64, unique=True, null=True, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfCase.Meta):
        ordering = ["-created_at"]

    def get_absolute_url(self) -> str:
        """Return where the patient changes it; where it leads, ``services.family`` says."""
        return reverse("requests:family_link", args=[self.case.living.reference, self.pk])

    @property
    def is_live(self) -> bool:
        """Whether it still opens the view."""
        return self.revoked_at is None and timezone.now() < self.expires_at

    @property
    def ends_on(self) -> date:
        """The day in the patient's zone on which it ends, or ended."""
        return (self.revoked_at or self.expires_at).astimezone(ZoneInfo(self.case.zones[0])).date()
