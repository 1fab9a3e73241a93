"""People of the directory. Until real ones agree to be listed, only samples marked as such."""

from typing import Any

from babel import Locale
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from clinics.enums import CareKind
from clinics.models.clinics import Clinic
from clinics.models.places import City
from conditions.models import Area, Condition, Procedure


def check_languages(codes: Any) -> None:
    """Refuse what is no list of language codes (ISO 639), each once."""
    _check_list(codes, Locale("en").languages, gettext("Name languages, each once, like “Arabic” or “ar”."))


def check_care(codes: Any) -> None:
    """Refuse what is no list of kinds of care, each once."""
    known = ", ".join(str(kind.label) for kind in CareKind)
    _check_list(
        codes,
        CareKind.values,
        gettext("Name kinds of care, each once; known are %(known)s.") % {"known": known},
    )


def _check_list(codes: Any, known: Any, sentence: str) -> None:
    is_list = isinstance(codes, list) and all(isinstance(code, str) and code in known for code in codes)
    if not is_list or len(set(codes)) < len(codes):
        raise ValidationError(sentence)


class Person(models.Model):
    """What doctors and care assistants have in common; a real one is published with a source and its day."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=120)
    cities = models.ManyToManyField(City, blank=True, related_name="%(class)ss", verbose_name=_("cities"))
    languages = models.JSONField(_("languages"), default=list, blank=True, validators=[check_languages])
    source = models.CharField(_("source"), max_length=200, blank=True)
    source_url = models.URLField(_("source url"), max_length=400, blank=True)
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    is_sample = models.BooleanField(
        _("is sample"), default=False, help_text=_("Shows the shape of a profile; nobody real.")
    )
    is_published = models.BooleanField(_("is published"), default=False)

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
                violation_error_message=_("A real person is published with a source and the day it was read."),
            )
        ]

    def __str__(self) -> str:
        return str(self.name)


class Doctor(Person):
    """A doctor; ``field`` is what a doctor works in, an area is what the portal covers."""

    title = models.CharField(pgettext_lazy("of a doctor", "title"), max_length=120, blank=True)
    field = models.CharField(pgettext_lazy("of a doctor", "field"), max_length=120, blank=True)
    areas = models.ManyToManyField(Area, blank=True, related_name="doctors", verbose_name=_("areas"))
    conditions = models.ManyToManyField(Condition, blank=True, related_name="doctors", verbose_name=_("conditions"))
    clinics = models.ManyToManyField(Clinic, blank=True, related_name="doctors", verbose_name=_("clinics"))
    procedures = models.ManyToManyField(Procedure, blank=True, related_name="doctors", verbose_name=_("procedures"))
    practising_since = models.PositiveSmallIntegerField(_("year of the first post"), null=True, blank=True)

    class Meta(Person.Meta):
        verbose_name = _("doctor")
        verbose_name_plural = _("doctors")

    def get_absolute_url(self) -> str:
        return reverse("clinics:doctor", args=[self.slug])


class Publication(models.Model):
    """A paper of a doctor that can be looked up."""

    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="publications", verbose_name=_("doctor"))
    title = models.CharField(_("title"), max_length=300)
    journal = models.CharField(_("journal"), max_length=160)
    year = models.PositiveSmallIntegerField(_("year"))
    url = models.URLField(_("url"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-year", "title"]

    def __str__(self) -> str:
        return self.title


class CareAssistant(Person):
    """Somebody who goes along: interpreter, escort, help during the stay."""

    about = models.TextField(_("about"), blank=True)
    services = models.JSONField(_("services"), default=list, blank=True, validators=[check_care])
    hours = models.CharField(_("hours"), max_length=120, blank=True)

    class Meta(Person.Meta):
        verbose_name = _("care assistant")
        verbose_name_plural = _("care assistants")

    def get_absolute_url(self) -> str:
        return reverse("clinics:care_assistant", args=[self.slug])
