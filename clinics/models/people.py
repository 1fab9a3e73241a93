"""People of the directory. Until real ones agree to be listed, only samples marked as such."""

from django.db import models

from clinics.models.clinics import Clinic
from clinics.models.places import City
from conditions.models import Procedure


class Doctor(models.Model):
    """A doctor; ``field`` is what a doctor works in, an area is what the portal covers."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=120, blank=True)
    field = models.CharField(max_length=120, blank=True)
    clinics = models.ManyToManyField(Clinic, blank=True, related_name="doctors")
    procedures = models.ManyToManyField(Procedure, blank=True, related_name="doctors")
    languages = models.JSONField(default=list, blank=True)
    is_sample = models.BooleanField(default=False)
    is_published = models.BooleanField(default=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return str(self.name)


class CareAssistant(models.Model):
    """Somebody who goes along: interpreter, escort, help during the stay."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    about = models.TextField(blank=True)
    cities = models.ManyToManyField(City, blank=True, related_name="care_assistants")
    languages = models.JSONField(default=list, blank=True)
    hours = models.CharField(max_length=120, blank=True)
    is_sample = models.BooleanField(default=False)
    is_published = models.BooleanField(default=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return str(self.name)
