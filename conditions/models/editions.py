"""Editions: what the public sees of a condition, frozen."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from conditions.models.conditions import Condition


class EditionQuerySet(models.QuerySet["Edition"]):
    """Reads of editions."""

    def current(self) -> "EditionQuerySet":
        """The newest edition of each condition and language that is not withdrawn."""
        newer = Edition.objects.filter(
            condition=models.OuterRef("condition"),
            language=models.OuterRef("language"),
            number__gt=models.OuterRef("number"),
            withdrawn_at=None,
        )
        return self.filter(~models.Exists(newer), withdrawn_at=None)


class Edition(models.Model):
    """One published version of a condition in one language; its content never changes."""

    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, related_name="editions")
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    content = models.JSONField()
    change_note = models.CharField(max_length=200, blank=True)
    gate = models.JSONField(default=list)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["condition", "language", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "language", "number"],
                name="edition_number_in_language",
                violation_error_code="number",
                violation_error_message="This condition has an edition with this number in this language already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.condition_id} {self.language} {self.number}"
