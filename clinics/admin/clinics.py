"""Editing cities and clinics, language by language."""

from django.contrib import admin
from django.urls import URLPattern, path
from unfold.admin import TabularInline

from clinics.admin import upkeep
from clinics.admin.photos import PhotoInline
from clinics.models import (
    Accreditation,
    Airport,
    City,
    Clinic,
    ClinicFact,
    ClinicLanguage,
    ClinicService,
    OfferedTreatment,
)
from clinics.services.exchange import ClinicResource
from portal.core.admin.exchange import ExchangeAdmin
from portal.core.admin.translated import TranslatedAdmin, TranslatedInline


class AirportInline(TranslatedInline):
    """The airports of a city."""

    model = Airport
    shared = ("code",)
    collapsible = False


@admin.register(City)
class CityAdmin(TranslatedAdmin):
    """A city with clinics."""

    list_display = ("name", "slug")
    shared = ("slug",)
    inlines = (AirportInline,)


class FactInline(TranslatedInline):
    """What is stated about a clinic, and where."""

    model = ClinicFact
    shared = (("kind", "order"), ("source", "source_url"), "checked_on")


class LanguageInline(TabularInline):  # type: ignore[misc]  # Unfold has no types
    """The languages spoken with patients."""

    model = ClinicLanguage
    fields = ("code", "source", "source_url", "checked_on")
    extra = 0
    tab = True


class ServiceInline(TabularInline):  # type: ignore[misc]  # Unfold has no types
    """What the clinic does for patients from abroad."""

    model = ClinicService
    fields = ("service", "language", "source", "source_url", "checked_on")
    extra = 0
    tab = True


class AccreditationInline(TabularInline):  # type: ignore[misc]  # Unfold has no types
    """What can be checked in a register."""

    model = Accreditation
    fields = ("issuer", "number", "valid_until", "checked_on", "url")
    extra = 0
    tab = True


class OfferedInline(TranslatedInline):
    """What a clinic sells, with its own price where one is stated."""

    model = OfferedTreatment
    shared = (
        ("procedure", "currency"), ("amount_from", "amount_to"), ("source", "source_url"), ("checked_on", "valid_until"),
        ("cases_a_year", "cases_stated_by"), "conditions",
    )  # fmt: skip


@admin.register(Clinic)
class ClinicAdmin(ExchangeAdmin):
    """A clinic; what is not sourced stays empty."""

    resource_class = ClinicResource

    list_display = ("name", "kind", "city", "is_published")
    list_select_related = ("city",)
    list_filter = ("kind", "city", "is_published")
    search_fields = ("slug", "name_en")
    shared = (
        ("slug", "kind", "is_published"),
        ("city", "website"),
        ("areas", "conditions", "other_cities"),
    )
    inlines = (FactInline, LanguageInline, ServiceInline, OfferedInline, AccreditationInline, PhotoInline)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(upkeep.page)
        return [path("due/", view, name="clinics_clinic_upkeep"), *super().get_urls()]
