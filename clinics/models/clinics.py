"""Clinics: what is known of them, each fact with its source and day."""

from django.db import models
from django.urls import reverse

from clinics.enums import ClinicKind, FactKind
from clinics.models.places import Airport, City
from conditions.models import Area, Condition, PriceTerms, Procedure
from conditions.models.prices import price_constraints


class Clinic(models.Model):
    """A real institution. What is not sourced stays empty and the page says so."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=10, choices=ClinicKind, blank=True)
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="clinics")
    other_cities = models.ManyToManyField(City, blank=True, related_name="+")
    areas = models.ManyToManyField(Area, blank=True, related_name="clinics")
    conditions = models.ManyToManyField(Condition, blank=True, related_name="clinics")
    about = models.TextField(blank=True)
    licence = models.CharField("licence number", max_length=60, blank=True)
    languages = models.JSONField(default=list, blank=True, help_text="ISO 639 codes, when a source states them.")
    website = models.URLField(blank=True)
    nearest_airport = models.ForeignKey(Airport, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_published = models.BooleanField(default=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("clinics:clinic", args=[self.slug])


class ClinicFact(models.Model):
    """One statement about a clinic, with where it was read and when."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="facts")
    kind = models.CharField(max_length=12, choices=FactKind)
    label = models.CharField(
        max_length=80, blank=True, help_text="What the fact is called, where its kind does not say it."
    )
    value = models.CharField(max_length=300)
    source = models.CharField(max_length=200)
    source_url = models.URLField(max_length=400, blank=True)
    checked_on = models.DateField()
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = "fact"

    def __str__(self) -> str:
        return self.get_kind_display()


class Accreditation(models.Model):
    """An accreditation that can be checked."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="accreditations")
    issuer = models.CharField(max_length=120)
    number = models.CharField(max_length=60)
    valid_until = models.DateField()
    checked_on = models.DateField()
    url = models.URLField("register", max_length=400, blank=True)

    class Meta:
        ordering = ["issuer", "number"]
        constraints = [models.UniqueConstraint(fields=["clinic", "issuer", "number"], name="accreditation_once")]

    def __str__(self) -> str:
        return f"{self.issuer} {self.number}"


class OfferedTreatment(PriceTerms):
    """A procedure that a clinic offers, with its own price where one is stated."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="offered_treatments")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="offers")
    conditions = models.ManyToManyField(Condition, blank=True, related_name="offered_treatments")

    class Meta:
        ordering = ["procedure__order", "procedure__code"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "procedure"], name="one_offer_of_a_clinic"),
            *price_constraints("offered"),
        ]
        verbose_name = "treatment offered"
        verbose_name_plural = "treatments offered"

    def __str__(self) -> str:
        return f"{self.clinic} – {self.procedure}"
