"""Rules of retention, and what each night did by them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import pgettext, pgettext_lazy

from requests.enums import RetentionKind
from requests.retention_kinds import ENDINGS, KINDS, KindOfRetention


class RetentionRule(models.Model):
    """How many days something is kept. There is one row for each kind, made by the migration."""

    kind = models.CharField(
        pgettext_lazy("desk", "kept"), max_length=20, unique=True, choices=RetentionKind, editable=False
    )
    days = models.PositiveSmallIntegerField(pgettext_lazy("desk", "days"))
    # Rules that erase whole cases begin off: an administrator reads first what would go.
    is_on = models.BooleanField(pgettext_lazy("desk", "is applied each night"), default=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = pgettext_lazy("desk", "rule of retention")
        verbose_name_plural = pgettext_lazy("desk", "rules of retention")

    def __str__(self) -> str:
        return str(RetentionKind(self.kind).label)

    def clean(self) -> None:
        """Refuse days outside the bounds of the kind, and turning off what the privacy page promises."""
        if not self.about.least <= self.days <= self.about.most:
            text = pgettext("desk", "Between %(least)s and %(most)s days are safe for this rule.")
            raise ValidationError({"days": text % {"least": self.about.least, "most": self.about.most}})
        if not self.is_on and not self.is_of_cases:
            raise ValidationError({"is_on": pgettext("desk", "Only rules that erase cases can be turned off.")})

    @classmethod
    def days_of(cls, kind: RetentionKind) -> int:
        """Return the days of the rule of a kind."""
        return cls.objects.get(kind=kind).days

    @property
    def about(self) -> KindOfRetention:
        """Its texts, its default and its bounds."""
        return KINDS[RetentionKind(self.kind)]

    @property
    def is_of_cases(self) -> bool:
        """Whether it erases whole cases."""
        return self.kind in ENDINGS


class RetentionRun(models.Model):
    """What one night did by one rule: counts alone. One that was killed has no end, and is gone on with."""

    kind = models.CharField(max_length=20, choices=RetentionKind)
    night = models.DateField()
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-night", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "night"],
                name="retention_run_once_a_night",
                violation_error_code="night",
                violation_error_message="This rule has a row for this night already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.night}"

    @property
    def has_failed(self) -> bool:
        """Whether something of it was not done."""
        return self.finished_at is None or self.errors > 0
