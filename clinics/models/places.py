"""Cities and the airports that patients arrive at."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class City(models.Model):
    """A city with clinics."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("city")
        ordering = ["slug"]
        verbose_name_plural = _("cities")

    def __str__(self) -> str:
        return str(self.name)


class Airport(models.Model):
    """An airport of a city."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="airports", verbose_name=_("city"))
    code = models.CharField(_("IATA code"), max_length=3, unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("airport")
        verbose_name_plural = _("airports")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
