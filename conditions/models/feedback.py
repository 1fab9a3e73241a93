"""What readers say about a page."""

import uuid
from functools import cached_property

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conditions.enums import Verdict
from conditions.models.editions import Edition
from portal.core.encryption.fields import EncryptedTextField
from portal.core.encryption.primitives import new_wrapped_key, unwrap


class Feedback(models.Model):
    """One answer to "Was this clear?", without a name or an address.

    People write about themselves all the same, so the words are encrypted under a key of the row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The column keeps its name: the release before works beside this one.
    wrapped_key = models.BinaryField(db_column="sealed_key", default=new_wrapped_key, editable=False)
    form_token = models.CharField(max_length=64, unique=True, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="feedback", verbose_name=_("edition"))
    language = models.CharField(_("language of the reader"), max_length=10)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    text = EncryptedTextField()
    flags = models.JSONField(default=list)
    created_at = models.DateTimeField(_("sent"), default=timezone.now)
    handled_at = models.DateTimeField(_("dealt with"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("handled by"),
    )

    class Meta:
        verbose_name = _("feedback")
        ordering = ["-created_at"]
        verbose_name_plural = _("feedback")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(handled_at=None) | models.Q(handled_by__isnull=False),
                name="feedback_handled_by_somebody",
                violation_error_code="handled_by",
                violation_error_message=_("Say who dealt with the feedback."),
            )
        ]

    def __str__(self) -> str:
        return gettext("Feedback of %(day)s") % {"day": f"{self.created_at:%Y-%m-%d}"}

    def data_key(self) -> bytes:
        """Return the key that the words are encrypted under; raises ``DecryptionError``."""
        return self._data_key

    @cached_property
    def _data_key(self) -> bytes:
        return unwrap(bytes(self.wrapped_key))
