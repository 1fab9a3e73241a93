"""Doctors who review pages."""

from django.conf import settings
from django.db import models


class Reviewer(models.Model):
    """A real doctor with an account, as pages name them."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviewer")
    name = models.CharField(max_length=120)
    credential = models.CharField(
        max_length=200,
        help_text="Printed after the name: degree, field, place of work; only what you have seen proof of.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return str(self.name)
