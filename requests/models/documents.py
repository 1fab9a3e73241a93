"""Files of a case and the questions that complete it."""

from django.db import models
from django.utils import timezone

from conditions.models import Condition
from portal.core.fields import EncryptedTextField
from requests.enums import DocumentState
from requests.models.cases import Case, OfCase


class DocumentNeed(models.Model):
    """One item of the checklist of a condition."""

    condition = models.ForeignKey(Condition, on_delete=models.CASCADE, related_name="document_needs")
    name = models.CharField(max_length=120)
    is_required = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return str(self.name)


class Document(OfCase):
    """A file of a case with its state; the bytes lie encrypted in the private store."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents")
    need = models.ForeignKey(DocumentNeed, null=True, blank=True, on_delete=models.SET_NULL, related_name="documents")
    state = models.CharField(max_length=20, choices=DocumentState, default=DocumentState.REQUESTED)
    file_name = EncryptedTextField()
    content_type = models.CharField(max_length=80, blank=True)
    size = models.PositiveBigIntegerField("size in bytes", default=0)
    stored_as = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)


class Questionnaire(models.Model):
    """The questions asked for a condition, one row for each version."""

    condition = models.ForeignKey(Condition, on_delete=models.CASCADE, related_name="questionnaires")
    version = models.PositiveSmallIntegerField()
    questions = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["condition", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "version"],
                name="questionnaire_version",
                violation_error_code="version",
                violation_error_message="This condition has a questionnaire with this version already.",
            )
        ]

    def __str__(self) -> str:
        return f"Questionnaire {self.version}"


class Answer(OfCase):
    """The answers to one version of a questionnaire (JSON); a change is a new row."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="answers")
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="answers")
    content = EncryptedTextField()
