"""People of the directory. Until real ones agree to be listed, only samples marked as such."""

from typing import Any

from babel import Locale
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from clinics.enums import CareKind
from clinics.models.clinics import Clinic
from clinics.models.places import City
from conditions.models import Area, Condition, Procedure


def check_languages(codes: Any) -> None:
    """Refuse what is no list of language codes (ISO 639), each once."""
    _check_list(codes, Locale("en").languages, "Name languages, each once, like “Arabic” or “ar”.")


def check_care(codes: Any) -> None:
    """Refuse what is no list of kinds of care, each once."""
    _check_list(
        codes,
        CareKind.values,
        f"Name kinds of care, each once; known are {', '.join(str(kind.label) for kind in CareKind)}.",
    )


def _check_list(codes: Any, known: Any, sentence: str) -> None:
    is_list = isinstance(codes, list) and all(isinstance(code, str) and code in known for code in codes)
    if not is_list or len(set(codes)) < len(codes):
        raise ValidationError(sentence)


class Person(models.Model):
    """What doctors and care assistants have in common; a real one is published with a source and its day."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    cities = models.ManyToManyField(City, blank=True, related_name="%(class)ss")
    languages = models.JSONField(default=list, blank=True, validators=[check_languages])
    source = models.CharField(max_length=200, blank=True)
    source_url = models.URLField(max_length=400, blank=True)
    checked_on = models.DateField(null=True, blank=True)
    is_sample = models.BooleanField(default=False, help_text="Shows the shape of a profile; nobody real.")
    is_published = models.BooleanField(default=False)

    class Meta:
        abstract = True
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_sample=True)
                | models.Q(is_published=False)
                | (~models.Q(source="") & models.Q(checked_on__isnull=False)),
                name="real_%(class)s_has_a_source",
                violation_error_code="source",
                violation_error_message="A real person is published with a source and the day it was read.",
            )
        ]

    def __str__(self) -> str:
        return str(self.name)


class Doctor(Person):
    """A doctor; ``field`` is what a doctor works in, an area is what the portal covers."""

    title = models.CharField(max_length=120, blank=True)
    field = models.CharField(max_length=120, blank=True)
    areas = models.ManyToManyField(Area, blank=True, related_name="doctors")
    conditions = models.ManyToManyField(Condition, blank=True, related_name="doctors")
    clinics = models.ManyToManyField(Clinic, blank=True, related_name="doctors")
    procedures = models.ManyToManyField(Procedure, blank=True, related_name="doctors")
    practising_since = models.PositiveSmallIntegerField("year of the first post", null=True, blank=True)

    def get_absolute_url(self) -> str:
        return reverse("clinics:doctor", args=[self.slug])


class Publication(models.Model):
    """A paper of a doctor that can be looked up."""

    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="publications")
    title = models.CharField(max_length=300)
    journal = models.CharField(max_length=160)
    year = models.PositiveSmallIntegerField()
    url = models.URLField(max_length=400, blank=True)

    class Meta:
        ordering = ["-year", "title"]

    def __str__(self) -> str:
        return self.title


class CareAssistant(Person):
    """Somebody who goes along: interpreter, escort, help during the stay."""

    about = models.TextField(blank=True)
    services = models.JSONField(default=list, blank=True, validators=[check_care])
    hours = models.CharField(max_length=120, blank=True)

    def get_absolute_url(self) -> str:
        return reverse("clinics:care_assistant", args=[self.slug])
