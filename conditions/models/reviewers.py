"""Doctors who review pages."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Reviewer(models.Model):
    """A real doctor with an account, as pages name them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviewer", verbose_name=_("user")
    )
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=120)
    credential = models.CharField(
        _("credential"),
        max_length=200,
        help_text=_("Printed after the name: degree, field, place of work; only what you have seen proof of."),
    )

    class Meta:
        verbose_name = _("reviewer")
        verbose_name_plural = _("reviewers")
        ordering = ["name"]

    def __str__(self) -> str:
        return str(self.name)
