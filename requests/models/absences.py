"""Absences: who of the desk is away on which days, and who stands in."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.worktime import team_today
from requests.models.cases import Case


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Reads of absences."""

    def not_over(self) -> "AbsenceQuerySet":
        """Absences that are coming or last."""
        return self.filter(ended_at=None)

    def away_now(self, today: Any = None) -> "AbsenceQuerySet":
        """Absences of colleagues who are away today, or have handed their cases on already."""
        today = today or team_today()
        begun = models.Q(begins_on__lte=today) | models.Q(handed_over_at__isnull=False)
        return self.not_over().filter(begun, ends_on__gte=today)


class Absence(models.Model):
    """Days of the team, the first and the last among them, on which a colleague is away and a substitute stands in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    substitute = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begins_on = models.DateField()
    ends_on = models.DateField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    form_token = models.CharField(max_length=64, unique=True, null=True, editable=False)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField("over since", null=True, blank=True)
    # What the substitute was handed, to be given back.
    cases = models.ManyToManyField(Case, related_name="+")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["begins_on", "entered_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("begins_on")),
                name="absence_ends_after_it_begins",
                violation_error_code="ends_on",
                violation_error_message=_("The last day away is the first one or a later one."),
            ),
            models.CheckConstraint(
                condition=~models.Q(substitute=models.F("user")),
                name="nobody_stands_in_for_themselves",
                violation_error_code="substitute",
                violation_error_message=_("Somebody else stands in."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.begins_on:%Y-%m-%d} {self.ends_on:%Y-%m-%d}"
