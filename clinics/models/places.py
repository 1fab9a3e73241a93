"""Cities and the airports that patients arrive at."""

from django.db import models


class City(models.Model):
    """A city with clinics."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "cities"

    def __str__(self) -> str:
        return str(self.name)


class Airport(models.Model):
    """An airport of a city."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="airports")
    code = models.CharField("IATA code", max_length=3, unique=True)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
