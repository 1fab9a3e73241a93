"""Admin page of typical prices, and the base of every list of prices."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from conditions.models import Price, PriceTerms
from conditions.services.spreadsheets import PriceSheet
from portal.core.admin.spreadsheets import ExchangeAdmin
from portal.core.localisation import desk_formats, money

PRICE = (("amount_from", "amount_to", "currency"), ("source", "source_url"), ("checked_on", "valid_until"))


class ValidityFilter(admin.SimpleListFilter):
    """Prices that hold, that are past their date, or that are not stated at all."""

    title = gettext_lazy("price")
    parameter_name = "price"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("holds", _("Holds")), ("past", _("Past its date")), ("request", capfirst(_(money.ON_REQUEST)))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today, stated = timezone.now().date(), Q(amount_from__isnull=False)
        holds, past = stated & Q(valid_until__gte=today), stated & Q(valid_until__lt=today)
        kinds: dict[str | None, Q] = {"holds": holds, "past": past, "request": ~stated}
        return queryset.filter(kinds[value]) if (value := self.value()) in kinds else queryset


class PriceListAdmin(ExchangeAdmin):
    """A list of prices."""

    list_filter: Any = (ValidityFilter, "currency", "procedure")

    @display(description=gettext_lazy("Price"), ordering="amount_from")
    def price(self, row: PriceTerms) -> str:
        return money.in_words(row.amount, desk_formats.language())


@admin.register(Price)
class PriceAdmin(PriceListAdmin):
    """The typical price of a procedure for a condition."""

    empty_list = gettext_lazy(
        "Typical prices of procedures for an illness. A page without one says that prices are on request."
    )
    sheet_class = PriceSheet
    list_display = ("condition", "procedure", "price", "checked_on", "valid_until")
    list_select_related = ("condition", "procedure")
    search_fields = (
        *("condition__slug", "condition__name_en", "condition__name_ru"),
        *("procedure__code", "procedure__name_en", "procedure__name_ru"),
    )
    ordering = ("condition__slug", "procedure__code")
    shared = (("condition", "procedure"), *PRICE)
