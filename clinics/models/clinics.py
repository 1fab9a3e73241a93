"""Clinics: what is known of them, each fact with its source and day."""

from django.db import models
from django.urls import reverse

from clinics.enums import ClinicKind, FactKind, OfferBasis, ServiceKind, SourceFinding
from clinics.models.places import City
from conditions.models import Area, Condition, PriceTerms, Procedure
from conditions.models.prices import price_constraints
from portal.core.localisation import formats

# Only what a clinic itself offers is shown, counted and priced as offered.
IS_OFFERED = ~models.Q(basis="")


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

    @property
    def has_open_licence_question(self) -> bool:
        """Whether a source leaves open if its licence holds; reads ``sources``, which lists prefetch."""
        return any(source.finding == SourceFinding.LICENCE for source in self.sources.all())


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
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "code"],
                name="clinic_language_once",
                violation_error_code="code",
                violation_error_message="This language is in the list of the clinic already.",
            )
        ]

    def __str__(self) -> str:
        return formats.language_name(self.code, "en")


class ClinicService(Sourced):
    """What a clinic does for patients from abroad; an interpreter may be for one language."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="services")
    service = models.CharField(max_length=15, choices=ServiceKind)
    language = models.CharField("language (ISO 639)", max_length=3, blank=True)

    class Meta:
        ordering = ["service", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "service", "language"],
                name="clinic_service_once",
                violation_error_code="service",
                violation_error_message="This service is in the list of the clinic already, in the same language.",
            ),
            models.CheckConstraint(
                condition=models.Q(language="") | models.Q(service="interpreter"),
                name="only_interpreters_have_languages",
                violation_error_code="language",
                violation_error_message="Only interpreters have a language. Leave it empty for other services.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_service_display()


class ClinicSource(Sourced):
    """A source that is cited for a clinic, and what it says against the clinic: words, or nothing.

    Known by its address, or by its title where it has none. ``checked_on`` is the day it was read for this.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="sources")
    finding = models.CharField("says", max_length=10, choices=SourceFinding)
    against = models.TextField(
        "what it says against the clinic", blank=True, help_text="With its day. No words where it says nothing."
    )

    class Meta:
        ordering = ["source", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "source_url"],
                condition=~models.Q(source_url=""),
                name="source_address_once",
                violation_error_code="source_url",
                violation_error_message="Another source of this clinic has this address. Change that one.",
            ),
            models.UniqueConstraint(
                fields=["clinic", "source"],
                name="source_title_once",
                violation_error_code="source",
                violation_error_message="Another source of this clinic has this title. Change that one.",
            ),
            models.CheckConstraint(
                condition=models.Q(finding=SourceFinding.NOTHING, against="")
                | (~models.Q(finding=SourceFinding.NOTHING) & ~models.Q(against="")),
                name="words_against_or_nothing",
                violation_error_code="against",
                violation_error_message="Write what it says against the clinic, or choose “nothing against it”.",
            ),
        ]
        verbose_name = "source"

    def __str__(self) -> str:
        return str(self.source)


class ClinicResearch(Sourced):
    """Something that a clinic has published about, or that was reported of it; it is no offer."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="research")
    text = models.CharField("what about", max_length=300)
    year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of the source; empty if it has none.")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = "research"
        verbose_name_plural = "research"

    def __str__(self) -> str:
        return str(self.text)


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
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "issuer", "number"],
                name="accreditation_once",
                violation_error_code="number",
                violation_error_message="The clinic has an accreditation of this issuer with this number already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.number}"


class OfferedTreatment(PriceTerms):
    """A procedure that a clinic offers, with its own price and its cases a year where a source states them.

    Without ``basis`` nobody has confirmed that the clinic offers it, and only the desk sees it.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="offered_treatments")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="offers")
    conditions = models.ManyToManyField(Condition, blank=True, related_name="offered_treatments")
    basis = models.CharField(
        "the clinic offers it",
        max_length=10,
        choices=OfferBasis,
        blank=True,
        help_text="How the source says so. Without this the treatment is not public; a study belongs under research.",
    )
    cases_a_year = models.PositiveIntegerField(null=True, blank=True)
    cases_stated_by = models.CharField(
        "who states the cases", max_length=160, blank=True, help_text="With the year that they are of."
    )

    class Meta:
        ordering = ["procedure__order", "procedure__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "procedure"],
                name="one_offer_of_a_clinic",
                violation_error_code="procedure",
                violation_error_message="The clinic offers this procedure already. Change that row.",
            ),
            *price_constraints("offered"),
            models.CheckConstraint(
                condition=~models.Q(source="") & models.Q(checked_on__isnull=False),
                name="offered_is_sourced",
                violation_error_code="source",
                violation_error_message="Enter the source of this treatment and the day it was checked.",
            ),
            models.CheckConstraint(
                condition=models.Q(cases_a_year=None, cases_stated_by="")
                | (models.Q(cases_a_year__isnull=False) & ~models.Q(cases_stated_by="")),
                name="cases_are_stated_by_somebody",
                violation_error_code="cases_stated_by",
                violation_error_message="Cases a year and who states them go together: enter both, or neither.",
            ),
        ]
        verbose_name = "treatment offered"
        verbose_name_plural = "treatments offered"

    def __str__(self) -> str:
        return f"{self.clinic} – {self.procedure}"
