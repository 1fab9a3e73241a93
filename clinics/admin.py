"""Editing the directory, language by language."""

from django.contrib import admin
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.decorators import display

from clinics.models import (
    Accreditation,
    Airport,
    CareAssistant,
    City,
    Clinic,
    ClinicFact,
    Doctor,
    OfferedTreatment,
    TravelFact,
)
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
        "conditions",
    )  # fmt: skip


@admin.register(Clinic)
class ClinicAdmin(TranslatedAdmin):
    """A clinic; what is not sourced stays empty."""

    list_display = ("name", "kind", "city", "is_published")
    list_select_related = ("city",)
    list_filter = ("kind", "city", "is_published")
    search_fields = ("slug", "name_en")
    shared = (
        ("slug", "kind", "is_published"),
        ("city", "nearest_airport"),
        ("licence", "website"),
        "languages",
        ("areas", "conditions", "other_cities"),
    )
    inlines = (FactInline, OfferedInline, AccreditationInline)


@admin.register(Doctor)
class DoctorAdmin(TranslatedAdmin):
    """A doctor of the directory."""

    list_display = ("name", "field", "is_sample", "is_published")
    list_filter = ("is_sample", "is_published")
    shared = (("slug", "is_sample", "is_published"), "languages", ("clinics", "procedures"))


@admin.register(CareAssistant)
class CareAssistantAdmin(TranslatedAdmin):
    """Somebody who goes along."""

    list_display = ("name", "is_sample", "is_published")
    list_filter = ("is_sample", "is_published")
    shared = (("slug", "is_sample", "is_published"), "languages", "cities")


@admin.register(TravelFact)
class TravelFactAdmin(TranslatedAdmin):
    """What travellers should know; past its next check it is shown as being checked."""

    list_display = ("topic", "source", "checked_on", "next_check_on", "state")
    ordering = ("next_check_on",)
    shared = (("slug", "order"), ("source", "source_url", "stated_on"), ("checked_on", "next_check_on"))

    @display(description="State", label={"overdue": "danger", "fresh": "success"})
    def state(self, fact: TravelFact) -> tuple[str, str]:
        state = "overdue" if fact.next_check_on < timezone.now().date() else "fresh"
        return state, state
