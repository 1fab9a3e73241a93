"""Who the patient is where somebody writes for another, and the way in which we ask."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.core.encryption.fields import EncryptedTextField
from requests.enums import ConsentWay, StatedBy
from requests.models.cases import Case, OfCase


class PatientStatement(OfCase):
    """Name and birth date of a patient (ISO 8601), with the consents that were given then; a later one counts.

    ``recorded_by`` is who of the desk heard or saw it, and ``way`` how.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="statements")
    name = EncryptedTextField()
    birth_date = EncryptedTextField()
    stated_by = models.CharField(max_length=10, choices=StatedBy)
    way = models.CharField(max_length=10, choices=ConsentWay, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(OfCase.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recorded_by=None, way="")
                | (models.Q(recorded_by__isnull=False) & ~models.Q(way="")),
                name="recorded_statement_has_a_way",
                violation_error_code="way",
                violation_error_message="Say how the consent was given.",
            )
        ]

    def age_on(self, day: date) -> int:
        """Return how many years old the patient is on a day."""
        born = date.fromisoformat(self.birth_date)
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class PatientLink(OfCase):
    """A mailed question to a patient for whom somebody wrote; it opens nothing of the case.

    ``email`` is the address that the writer gave. It lives as long as a link to a case, until it is answered.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="patient_links")
    email = EncryptedTextField()
    answered_at = models.DateTimeField(null=True, blank=True)

    @property
    def is_live(self) -> bool:
        """Whether it can still be answered."""
        return self.answered_at is None and timezone.now() - self.created_at < settings.CASE_LINK_LIFETIME
