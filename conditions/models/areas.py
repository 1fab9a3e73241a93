"""Areas of medicine that the portal covers."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Area(models.Model):
    """An area of medicine: oncology, oncohaematology, ophthalmology, dentistry."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    costs_note = models.CharField(
        _("costs note"),
        max_length=200,
        blank=True,
        help_text=_("What could raise the final cost here, as one sentence below the prices."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("front:area", args=[self.slug])
