"""Admin pages of exchange rates: the list by day, and a page that takes several currencies of one day."""

from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from conditions.models import ExchangeRate
from conditions.selectors import exchange_rates as selectors
from conditions.services import exchange_rates
from portal.core.admin.base import PortalAdmin
from portal.core.admin.forms import PortalModelForm, sentence_of
from portal.core.localisation import desk_formats, formats
from portal.core.worktime import team_today

# Most estimates are in these.
USUAL = ("USD", "EUR")
EMPTY_ROWS = 3


class RoublesField(forms.DecimalField):
    """Roubles for one unit, with a comma or a point."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})
        said = {"invalid": pgettext_lazy("desk", "Enter a number such as 92.15.")}
        super().__init__(max_digits=14, decimal_places=6, widget=widget, error_messages=said, **kwargs)

    def to_python(self, value: Any) -> Any:
        typed = value.replace(" ", "").replace("\xa0", "").replace(",", ".") if isinstance(value, str) else value
        return super().to_python(typed)


class RateForm(PortalModelForm):
    """One rate."""

    rubles = RoublesField(label=gettext_lazy("Roubles for one"))

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()


class DayForm(forms.Form):
    """What the rates of a day share."""

    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Enter a day."),
            "invalid": gettext_lazy("Enter a date such as 2026-12-31."),
        },
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=pgettext_lazy("desk", "For instance: Bank of Russia."),
    )
    source_url = forms.URLField(
        label=pgettext_lazy("desk", "Address of the source (optional)"),
        max_length=400,
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "url"}),
    )


class RowForm(forms.Form):
    """A currency and its rate; a row without a rate is left out."""

    currency = forms.CharField(
        label=gettext_lazy("Currency"), max_length=3, required=False, widget=UnfoldAdminTextInputWidget
    )
    rubles = RoublesField(label=gettext_lazy("Roubles for one"), required=False)

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("rubles") is not None and not data.get("currency") and "currency" not in self.errors:
            self.add_error("currency", pgettext("desk", "Enter the currency of this rate."))
        return data


class BaseRows(forms.BaseFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    """The rates of one day."""

    def clean(self) -> None:
        seen: set[str] = set()
        for form in self.forms:
            currency = form.cleaned_data.get("currency") if form.is_valid() else None
            if currency in seen and form.cleaned_data.get("rubles") is not None:
                form.add_error("currency", pgettext("desk", "This currency stands here twice."))
            if currency and form.cleaned_data.get("rubles") is not None:
                seen.add(currency)

    def rates(self) -> dict[str, Decimal]:
        """Return what was typed, by currency."""
        filled = (form.cleaned_data for form in self.forms)
        return {row["currency"]: row["rubles"] for row in filled if row.get("rubles") is not None}


Rows = forms.formset_factory(RowForm, formset=BaseRows, extra=0, max_num=40, absolute_max=60)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("conditions.add_exchangerate", raise_exception=True)
def day_page(request: HttpRequest) -> HttpResponse:
    """Take the rates of one day, all currencies of the last time named already."""
    if request.method == "POST":
        form, rows = DayForm(request.POST), Rows(request.POST, prefix="rates")
        # Both, so that one look shows all that is wrong.
        if all([form.is_valid(), rows.is_valid()]) and _save(request, form, rows):
            return redirect("admin:conditions_exchangerate_changelist")
    else:
        known = selectors.newest()
        last = max(known, key=lambda rate: rate.day, default=None)
        named = [*dict.fromkeys([*USUAL, *(rate.currency for rate in known)]), *[""] * EMPTY_ROWS]
        shared = {"source": last.source, "source_url": last.source_url} if last else {}
        form = DayForm(initial={"day": team_today().isoformat(), **shared})
        rows = Rows(prefix="rates", initial=[{"currency": currency} for currency in named])
    is_wrong = bool(form.errors or rows.total_error_count()) if form.is_bound else False
    context = {
        **admin.site.each_context(request),
        "title": pgettext("desk", "Rates of one day"),
        "form": form,
        "rows": rows,
        "is_wrong": is_wrong,
    }
    return render(request, "admin/conditions/rates.html", context, status=422 if is_wrong else 200)


def _save(request: HttpRequest, form: DayForm, rows: Any) -> bool:
    """Save the rates and say how many; put what is wrong beside its field."""
    rates = rows.rates()
    if not rates:
        form.add_error(None, pgettext("desk", "Enter a rate for one currency or more."))
        return False
    try:
        saved = exchange_rates.enter(rates=rates, **form.cleaned_data)
    except exchange_rates.RatesRefused as refusal:
        _show(refusal, form, rows)
        return False
    except IntegrityError as error:
        form.add_error(None, sentence_of(error))
        return False
    model_admin = admin.site.get_model_admin(ExchangeRate)
    for rate in saved:
        model_admin.log_addition(request, rate, "Added.")
    said = ngettext("%(number)s rate of %(day)s is saved.", "%(number)s rates of %(day)s are saved.", len(rates))
    messages.success(request, said % {"number": len(rates), "day": desk_formats.day(form.cleaned_data["day"])})
    return True


def _show(refusal: exchange_rates.RatesRefused, form: DayForm, rows: Any) -> None:
    of_currency = {row.cleaned_data.get("currency"): row for row in rows.forms}
    for currency, fields in refusal.errors.items():
        for name, sentences in fields.items():
            if name in form.fields:
                known: list[Any] = list(form.errors.get(name, []))
                form.add_error(name, [sentence for sentence in sentences if sentence not in known])
            else:
                of_currency[currency].add_error("rubles" if name == "rubles" else "currency", sentences)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(PortalAdmin):
    """What roubles cost on a day, so that offers in several currencies have one total."""

    empty_list = gettext_lazy(
        "How many roubles a unit of each currency was worth on a day. Totals of offers in several currencies are counted with them."
    )
    form = RateForm
    list_before_template = "admin/conditions/rates_links.html"
    list_display = ("day", "money", "roubles", "source")
    list_display_links = ("day", "money")
    list_filter = ("currency",)
    search_fields = ("currency", "source")
    date_hierarchy = "day"
    fields = (("currency", "rubles"), "day", ("source", "source_url"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(day_page)
        return [path("day/", view, name="conditions_exchangerate_day"), *super().get_urls()]

    @display(description=gettext_lazy("Roubles for one"), ordering="rubles")
    def roubles(self, rate: ExchangeRate) -> str:
        return format_decimal(rate.rubles, "#,##0.00####", locale=formats.locale(desk_formats.language()))

    @display(description=gettext_lazy("Currency"), ordering="currency")
    def money(self, rate: ExchangeRate) -> str:
        name = formats.locale(desk_formats.language()).currencies.get(rate.currency, "")
        return f"{name} ({rate.currency})" if name else rate.currency
