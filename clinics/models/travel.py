"""Facts for travellers: what somebody who comes to Russia for treatment should know; each has a next check."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TravelFact(models.Model):
    """One fact about visas, money or rights, as a source states it."""

    slug = models.SlugField(_("slug"), unique=True)
    topic = models.CharField(_("topic"), max_length=60)
    text = models.CharField(_("text"), max_length=300)
    source = models.CharField(_("source"), max_length=150)
    source_url = models.URLField(_("address of the source"), max_length=400)
    stated_on = models.DateField(_("day of the source"), null=True, blank=True)
    checked_on = models.DateField(_("checked on"))
    next_check_on = models.DateField(_("next check on"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("travel fact")
        verbose_name_plural = _("travel facts")
        ordering = ["order", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(next_check_on__gt=models.F("checked_on")),
                name="travel_fact_is_checked_again",
                violation_error_code="next_check_on",
                violation_error_message=_("Enter a day of the next check that is after the day it was checked."),
            )
        ]

    def __str__(self) -> str:
        return str(self.topic)
