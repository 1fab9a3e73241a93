"""Admin page of treatments offered: all clinics beside each other."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clinics.admin.sources import OfferForm
from clinics.models import OfferedTreatment
from clinics.services.spreadsheets import OfferedTreatmentSheet
from conditions.admin.prices import PRICE, PriceListAdmin, ValidityFilter


@admin.register(OfferedTreatment)
class OfferedTreatmentAdmin(PriceListAdmin):
    """A procedure that a clinic offers, with its own price."""

    empty_list = _("Which procedures a clinic itself says that it offers, with its own price if it has one.")
    sheet_class = OfferedTreatmentSheet
    form = OfferForm
    list_display = ("clinic", "procedure", "basis", "price", "checked_on", "valid_until")
    list_select_related = ("clinic", "procedure")
    list_filter = (ValidityFilter, "basis", "currency", "clinic__city", "procedure")
    search_fields = (
        *("clinic__slug", "clinic__name_en", "clinic__name_ru"),
        *("procedure__code", "procedure__name_en", "procedure__name_ru"),
    )
    ordering = ("clinic__slug", "procedure__code")
    shared = (("clinic", "procedure"), "basis", *PRICE, ("cases_a_year", "cases_stated_by"), "conditions")
