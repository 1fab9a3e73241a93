"""Clinics: what is known of them, each fact with its source and day."""

from django.db import models
from django.urls import reverse

from clinics.enums import ClinicKind, FactKind, ServiceKind
from clinics.models.places import City
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
    website = models.URLField(blank=True)
    is_published = models.BooleanField(default=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("clinics:clinic", args=[self.slug])


class Sourced(models.Model):
    """Something that is stated somewhere: where it was read, and when."""

    source = models.CharField(max_length=200)
    source_url = models.URLField(max_length=400, blank=True)
    checked_on = models.DateField()

    class Meta:
        abstract = True


class ClinicFact(Sourced):
    """One statement about a clinic."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="facts")
    kind = models.CharField(max_length=12, choices=FactKind)
    label = models.CharField(
        max_length=80, blank=True, help_text="What the fact is called, where its kind does not say it."
    )
    value = models.CharField(max_length=300)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = "fact"

    def __str__(self) -> str:
        return self.get_kind_display()


class ClinicLanguage(Sourced):
    """A language that is spoken with patients."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="spoken")
    code = models.CharField("language (ISO 639)", max_length=3)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["clinic", "code"], name="clinic_language_once")]

    def __str__(self) -> str:
        return self.code


class ClinicService(Sourced):
    """What a clinic does for patients from abroad; an interpreter may be for one language."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="services")
    service = models.CharField(max_length=15, choices=ServiceKind)
    language = models.CharField("language (ISO 639)", max_length=3, blank=True)

    class Meta:
        ordering = ["service", "language"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "service", "language"], name="clinic_service_once"),
            models.CheckConstraint(
                condition=models.Q(language="") | models.Q(service="interpreter"),
                name="only_interpreters_have_languages",
            ),
        ]

    def __str__(self) -> str:
        return self.get_service_display()


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
    """A procedure that a clinic offers, with its own price and its cases a year where a source states them."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="offered_treatments")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="offers")
    conditions = models.ManyToManyField(Condition, blank=True, related_name="offered_treatments")
    cases_a_year = models.PositiveIntegerField(null=True, blank=True)
    cases_stated_by = models.CharField(
        "who states the cases", max_length=160, blank=True, help_text="With the year that they are of."
    )

    class Meta:
        ordering = ["procedure__order", "procedure__code"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "procedure"], name="one_offer_of_a_clinic"),
            *price_constraints("offered"),
            models.CheckConstraint(
                condition=~models.Q(source="") & models.Q(checked_on__isnull=False), name="offered_is_sourced"
            ),
            models.CheckConstraint(
                condition=models.Q(cases_a_year=None, cases_stated_by="")
                | (models.Q(cases_a_year__isnull=False) & ~models.Q(cases_stated_by="")),
                name="cases_are_stated_by_somebody",
            ),
        ]
        verbose_name = "treatment offered"
        verbose_name_plural = "treatments offered"

    def __str__(self) -> str:
        return f"{self.clinic} – {self.procedure}"
