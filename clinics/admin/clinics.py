"""Admin pages of cities and clinics, language by language."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from clinics.admin import upkeep
from clinics.admin.contacts import ContactInline
from clinics.admin.photos import PhotoInline
from clinics.admin.publishing import PublishActions
from clinics.admin.sources import SourceFormSet, SourceInline
from clinics.models import (
    Accreditation,
    Airport,
    City,
    Clinic,
    ClinicCommission,
    ClinicFact,
    ClinicLanguage,
    ClinicResearch,
    ClinicService,
    OfferedTreatment,
)
from clinics.services import publishing
from clinics.services.spreadsheets import ClinicSheet
from portal.core.admin.base import PortalTabularInline
from portal.core.admin.spreadsheets import ExchangeAdmin
from portal.core.admin.translated import TranslatedAdmin, TranslatedInline


class AirportInline(TranslatedInline):
    """The airports of a city."""

    model = Airport
    shared = ("code",)
    collapsible = False


@admin.register(City)
class CityAdmin(TranslatedAdmin):
    """A city with clinics."""

    empty_list = _("Cities with clinics, and their airports. Add them before the clinics.")
    list_display = ("name",)
    shared = ("slug",)
    inlines = (AirportInline,)


class FactInline(TranslatedInline):
    """What is stated about a clinic, and where."""

    model = ClinicFact
    shared = (("kind", "order"), ("source", "source_url"), "checked_on")


class LanguageInline(PortalTabularInline):
    """The languages spoken with patients."""

    model = ClinicLanguage
    fields = ("code", "source", "source_url", "checked_on")


class ServiceInline(PortalTabularInline):
    """What the clinic does for patients from abroad."""

    model = ClinicService
    fields = ("service", "language", "source", "source_url", "checked_on")


class AccreditationInline(PortalTabularInline):
    """What can be checked in a register."""

    model = Accreditation
    fields = ("issuer", "number", "valid_until", "checked_on", "url")


class OfferedInline(TranslatedInline):
    """What a clinic sells, with its own price where one is stated."""

    model = OfferedTreatment
    shared = (
        ("procedure", "basis"), "currency", ("amount_from", "amount_to"), ("source", "source_url"), ("checked_on", "valid_until"),
        ("cases_a_year", "cases_stated_by"), "conditions",
    )  # fmt: skip


class ResearchInline(TranslatedInline):
    """What a clinic has published about, which is no offer."""

    model = ClinicResearch
    shared = (("year", "order"), ("source", "source_url"), "checked_on")


@admin.register(Clinic)
class ClinicAdmin(PublishActions, ExchangeAdmin):
    """A clinic; what is not sourced stays empty."""

    empty_list = _(
        "The clinics of the directory. Add one, or import several as a spreadsheet; a clinic is published once its sources are here."
    )
    sheet_class = ClinicSheet
    nobody_published = _("No clinic was published. %(reason)s")

    list_display = ("name", "kind", "city", "is_published")
    list_select_related = ("city",)
    list_filter = ("kind", "city", "is_published")
    search_fields = ("slug", "name_en", "name_ru")
    shared = (
        ("slug", "kind", "is_published"),
        ("city", "website"),
        ("areas", "conditions", "other_cities"),
    )
    inlines = (
        *(FactInline, LanguageInline, ServiceInline, OfferedInline, ResearchInline),
        *(AccreditationInline, SourceInline, PhotoInline, ContactInline),
    )

    def _create_formsets(self, request: HttpRequest, obj: Clinic, change: bool) -> tuple[list[Any], list[Any]]:
        """Return the form sets of the page; that of the sources looks at what all others cite."""
        formsets, inlines = super()._create_formsets(request, obj, change)
        for outer in formsets:
            if isinstance(outer, SourceFormSet):
                outer.cited_by = [formset for formset in formsets if formset is not outer]
        return formsets, inlines

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[str], list[Any]]:
        """What clinics pay us is named to nobody but finance, here too: it only says that finance keeps a clinic."""
        to_delete, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        clinics = [clinic.pk for clinic in objs]
        commissions = ClinicCommission.objects.filter(clinic__in=clinics)
        if not request.user.has_perm("clinics.view_cliniccommission") and commissions.exists():
            named = {str(row) for row in commissions}
            others = [text for text in protected if not any(name in str(text) for name in named)]
            perms_needed.discard(str(ClinicCommission._meta.verbose_name))
            protected = [*others, pgettext("desk", "what finance keeps of this clinic")]
        return to_delete, counts, perms_needed, protected

    def publish_rows(self, clinics: Iterable[Clinic]) -> list[Clinic]:
        return publishing.publish_clinics(clinics=clinics)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(upkeep.page)
        return [path("due/", view, name="clinics_clinic_upkeep"), *super().get_urls()]
