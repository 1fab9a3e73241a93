"""Usual times of the steps of a case, as the operator knows them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from requests.enums import Step


class StepTime(models.Model):
    """How many days a step usually takes; a step without a row promises nothing."""

    step = models.CharField(_("step"), max_length=10, choices=Step, unique=True)
    days_from = models.PositiveSmallIntegerField(_("usually from, in days"))
    days_to = models.PositiveSmallIntegerField(_("to, in days"))

    class Meta:
        verbose_name = _("step time")
        verbose_name_plural = _("step times")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(days_from__gte=1, days_to__gte=models.F("days_from")),
                name="step_time_is_a_span",
                violation_error_code="days_to",
                violation_error_message=_("Enter at least 1 day, and no fewer days to than from."),
            )
        ]

    def __str__(self) -> str:
        return str(self.get_step_display())
