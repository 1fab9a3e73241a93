"""Facts for travellers: what somebody who comes to Russia for treatment should know; each has a next check."""

from django.db import models


class TravelFact(models.Model):
    """One fact about visas, money or rights, as a source states it."""

    slug = models.SlugField(unique=True)
    topic = models.CharField(max_length=60)
    text = models.CharField(max_length=300)
    source = models.CharField(max_length=150)
    source_url = models.URLField("address of the source", max_length=400)
    stated_on = models.DateField("day of the source", null=True, blank=True)
    checked_on = models.DateField()
    next_check_on = models.DateField()
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(next_check_on__gt=models.F("checked_on")),
                name="travel_fact_is_checked_again",
                violation_error_code="next_check_on",
                violation_error_message="Enter a day of the next check that is after the day it was checked.",
            )
        ]

    def __str__(self) -> str:
        return str(self.topic)
