"""Usual times of the steps of a case, as the operator knows them."""

from django.db import models

from requests.enums import Step


class StepTime(models.Model):
    """How many days a step usually takes; a step without a row promises nothing."""

    step = models.CharField(max_length=10, choices=Step, unique=True)
    days_from = models.PositiveSmallIntegerField("usually from, in days")
    days_to = models.PositiveSmallIntegerField("to, in days")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(days_from__gte=1, days_to__gte=models.F("days_from")),
                name="step_time_is_a_span",
                violation_error_code="days_to",
                violation_error_message="Enter at least 1 day, and no fewer days to than from.",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_step_display())
