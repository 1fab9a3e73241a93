"""Continuity packs: what a patient takes to the doctor at home; an issued one never changes, a new one supersedes it."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.encryption.fields import EncryptedTextField
from requests.models.cases import Case, OfCase


class ContinuityPack(OfCase):
    """A version of the continuity pack of a case; ``superseded_at`` is empty for the one that stands.

    ``content`` is the JSON of ``requests.continuity_content.PackContent``. ``language`` is the patient's,
    ``doctor_language`` (ISO 639) that of the doctor at home, empty where there is no letter.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="continuity_packs")
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    doctor_language = models.CharField(max_length=3, blank=True)
    content = EncryptedTextField()
    form_token = models.CharField(max_length=64, unique=True, editable=False)
    issued_at = models.DateTimeField(default=timezone.now)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfCase.Meta):
        verbose_name = _("continuity pack")
        verbose_name_plural = _("continuity packs")
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "version"],
                name="one_continuity_pack_of_a_version",
                violation_error_code="version",
                violation_error_message="This version of the continuity pack is issued already.",
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse with ``TypeError`` to change what was issued."""
        if not self._state.adding and set(kwargs.get("update_fields") or ("everything",)) != {"superseded_at"}:
            raise TypeError("An issued continuity pack never changes; a new version supersedes it.")
        super().save(*args, **kwargs)

    @property
    def issued_on(self) -> date:
        """The day of issue in the time of the team, as it is printed."""
        return self.issued_at.astimezone(ZoneInfo(settings.TEAM_TIME_ZONE)).date()


class ContinuityDraft(OfCase):
    """The next continuity pack of a case while colleagues write it, one for all of them.

    ``typed`` is what the form posted, as a JSON object of lists of strings.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="continuity_draft")
    typed = EncryptedTextField()
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
