"""Clinics: what is known of them, each fact with its source and day."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clinics.enums import ClinicKind, FactKind, OfferBasis, ServiceKind, SourceFinding
from clinics.models.places import City
from conditions.models import Area, Condition, PriceTerms, Procedure
from conditions.models.prices import price_constraints
from portal.core.localisation import desk_formats, formats

# Only what a clinic itself offers is shown, counted and priced as offered.
IS_OFFERED = ~models.Q(basis="")


class Clinic(models.Model):
    """A real institution. What is not sourced stays empty and the page says so."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=10, choices=ClinicKind, blank=True)
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="clinics", verbose_name=_("city"))
    other_cities = models.ManyToManyField(City, blank=True, related_name="+", verbose_name=_("other cities"))
    areas = models.ManyToManyField(Area, blank=True, related_name="clinics", verbose_name=_("areas"))
    conditions = models.ManyToManyField(Condition, blank=True, related_name="clinics", verbose_name=_("conditions"))
    about = models.TextField(_("about"), blank=True)
    website = models.URLField(_("website"), blank=True)
    is_published = models.BooleanField(_("is published"), default=True)

    class Meta:
        verbose_name = _("clinic")
        verbose_name_plural = _("clinics")
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

    source = models.CharField(_("source"), max_length=200)
    source_url = models.URLField(_("source url"), max_length=400, blank=True)
    checked_on = models.DateField(_("checked on"))

    class Meta:
        abstract = True


class ClinicFact(Sourced):
    """One statement about a clinic."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="facts", verbose_name=_("clinic"))
    kind = models.CharField(_("kind"), max_length=12, choices=FactKind)
    label = models.CharField(
        _("label"), max_length=80, blank=True, help_text=_("What the fact is called, where its kind does not say it.")
    )
    value = models.CharField(_("value"), max_length=300)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name_plural = _("facts")
        ordering = ["order", "pk"]
        verbose_name = _("fact")

    def __str__(self) -> str:
        return self.get_kind_display()


class ClinicLanguage(Sourced):
    """A language that is spoken with patients."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="spoken", verbose_name=_("clinic"))
    code = models.CharField(_("language (ISO 639)"), max_length=3)

    class Meta:
        verbose_name = _("clinic language")
        verbose_name_plural = _("clinic languages")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "code"],
                name="clinic_language_once",
                violation_error_code="code",
                violation_error_message=_("This language is in the list of the clinic already."),
            )
        ]

    def __str__(self) -> str:
        return formats.language_name(self.code, desk_formats.language())


class ClinicService(Sourced):
    """What a clinic does for patients from abroad; an interpreter may be for one language."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="services", verbose_name=_("clinic"))
    service = models.CharField(_("service"), max_length=15, choices=ServiceKind)
    language = models.CharField(_("language (ISO 639)"), max_length=3, blank=True)

    class Meta:
        verbose_name = _("clinic service")
        verbose_name_plural = _("clinic services")
        ordering = ["service", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "service", "language"],
                name="clinic_service_once",
                violation_error_code="service",
                violation_error_message=_("This service is in the list of the clinic already, in the same language."),
            ),
            models.CheckConstraint(
                condition=models.Q(language="") | models.Q(service="interpreter"),
                name="only_interpreters_have_languages",
                violation_error_code="language",
                violation_error_message=_("Only interpreters have a language. Leave it empty for other services."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_service_display()


class ClinicSource(Sourced):
    """A source that is cited for a clinic, and what it says against the clinic: words, or nothing.

    Known by its address, or by its title where it has none. ``checked_on`` is the day it was read for this.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="sources", verbose_name=_("clinic"))
    finding = models.CharField(_("says"), max_length=10, choices=SourceFinding)
    against = models.TextField(
        _("what it says against the clinic"), blank=True, help_text=_("With its day. No words where it says nothing.")
    )

    class Meta:
        verbose_name_plural = _("sources")
        ordering = ["source", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "source_url"],
                condition=~models.Q(source_url=""),
                name="source_address_once",
                violation_error_code="source_url",
                violation_error_message=_("Another source of this clinic has this address. Change that one."),
            ),
            models.UniqueConstraint(
                fields=["clinic", "source"],
                name="source_title_once",
                violation_error_code="source",
                violation_error_message=_("Another source of this clinic has this title. Change that one."),
            ),
            models.CheckConstraint(
                condition=models.Q(finding=SourceFinding.NOTHING, against="")
                | (~models.Q(finding=SourceFinding.NOTHING) & ~models.Q(against="")),
                name="words_against_or_nothing",
                violation_error_code="against",
                violation_error_message=_("Write what it says against the clinic, or choose “nothing against it”."),
            ),
        ]
        verbose_name = _("source")

    def __str__(self) -> str:
        return str(self.source)


class ClinicResearch(Sourced):
    """Something that a clinic has published about, or that was reported of it; it is no offer."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="research", verbose_name=_("clinic"))
    text = models.CharField(_("what about"), max_length=300)
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, help_text=_("Of the source; empty if it has none.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("research")
        verbose_name_plural = _("research")

    def __str__(self) -> str:
        return str(self.text)


class Accreditation(models.Model):
    """An accreditation that can be checked."""

    clinic = models.ForeignKey(
        Clinic, on_delete=models.CASCADE, related_name="accreditations", verbose_name=_("clinic")
    )
    issuer = models.CharField(_("issuer"), max_length=120)
    number = models.CharField(_("number"), max_length=60)
    valid_until = models.DateField(_("valid until"))
    checked_on = models.DateField(_("checked on"))
    url = models.URLField(_("register"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("accreditation")
        verbose_name_plural = _("accreditations")
        ordering = ["issuer", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "issuer", "number"],
                name="accreditation_once",
                violation_error_code="number",
                violation_error_message=_("The clinic has an accreditation of this issuer with this number already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.number}"


class OfferedTreatment(PriceTerms):
    """A procedure that a clinic offers, with its own price and its cases a year where a source states them.

    Without ``basis`` nobody has confirmed that the clinic offers it, and only the desk sees it.
    """

    clinic = models.ForeignKey(
        Clinic, on_delete=models.CASCADE, related_name="offered_treatments", verbose_name=_("clinic")
    )
    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="offers", verbose_name=_("procedure")
    )
    conditions = models.ManyToManyField(
        Condition, blank=True, related_name="offered_treatments", verbose_name=_("conditions")
    )
    basis = models.CharField(
        _("the clinic offers it"),
        max_length=10,
        choices=OfferBasis,
        blank=True,
        help_text=_(
            "How the source says so. Without this the treatment is not public; a study belongs under research."
        ),
    )
    cases_a_year = models.PositiveIntegerField(_("cases a year"), null=True, blank=True)
    cases_stated_by = models.CharField(
        _("who states the cases"), max_length=160, blank=True, help_text=_("With the year that they are of.")
    )

    class Meta:
        ordering = ["procedure__order", "procedure__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "procedure"],
                name="one_offer_of_a_clinic",
                violation_error_code="procedure",
                violation_error_message=_("The clinic offers this procedure already. Change that row."),
            ),
            *price_constraints("offered"),
            models.CheckConstraint(
                condition=~models.Q(source="") & models.Q(checked_on__isnull=False),
                name="offered_is_sourced",
                violation_error_code="source",
                violation_error_message=_("Enter the source of this treatment and the day it was checked."),
            ),
            models.CheckConstraint(
                condition=models.Q(cases_a_year=None, cases_stated_by="")
                | (models.Q(cases_a_year__isnull=False) & ~models.Q(cases_stated_by="")),
                name="cases_are_stated_by_somebody",
                violation_error_code="cases_stated_by",
                violation_error_message=_("Cases a year and who states them go together: enter both, or neither."),
            ),
        ]
        verbose_name = _("treatment offered")
        verbose_name_plural = _("treatments offered")

    def __str__(self) -> str:
        return f"{self.clinic} – {self.procedure}"
