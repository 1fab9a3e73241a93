"""Areas of medicine that the portal covers."""

from django.db import models
from django.urls import reverse


class Area(models.Model):
    """An area of medicine: oncology, oncohaematology, ophthalmology, dentistry."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    summary = models.CharField(max_length=200, blank=True)
    costs_note = models.CharField(
        max_length=200, blank=True, help_text="What could raise the final cost here, as one sentence below the prices."
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("front:area", args=[self.slug])
