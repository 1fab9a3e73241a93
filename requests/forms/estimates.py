"""Forms of an estimate at the desk: its lines, and what holds for the whole."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminTextInputWidget,
)

from conditions.models.prices import currency_code
from requests.enums import EstimateKind
from requests.forms.desk import SeenForm, area
from requests.models import EstimateLine
from requests.pricing import PricedProcedure


def _money(label: Any) -> forms.DecimalField:
    widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        widget=widget,
        error_messages={"invalid": _("Enter an amount such as 1200 or 1200.50.")},
    )


class LineForm(forms.Form):
    """One line of an estimate; an empty amount means "price on request"."""

    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=999,
        initial=1,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _("Enter a whole number.")},
    )
    amount_from = _money(_("From"))
    amount_to = _money(_("To (optional)"))
    currency = forms.CharField(
        label=_("Currency"), initial="USD", max_length=3, required=False, widget=UnfoldAdminTextInputWidget()
    )
    included = forms.CharField(label=_("Included"), required=False, widget=area(2))
    excluded = forms.CharField(label=_("Not included"), required=False, widget=area(2))

    def clean_currency(self) -> str:
        """A currency is three letters."""
        code: str = self.cleaned_data["currency"].strip().upper() or "USD"
        currency_code(code)
        return code

    def clean(self) -> dict[str, Any]:
        """An upper bound stands above a lower one."""
        data = self.cleaned_data
        data["quantity"] = data.get("quantity") or 1
        lower, upper = data.get("amount_from"), data.get("amount_to")
        if upper is not None and lower is None and "amount_from" not in self.errors:
            self.add_error("amount_from", _("Enter the lower amount, or leave both empty."))
        if lower is not None and upper is not None and upper < lower:
            self.add_error("amount_to", _("Enter an amount that is not below “From”."))
        return data

    def values(self) -> dict[str, Any]:
        """Return the cleaned values under the names of an estimate line."""
        return {name: self.cleaned_data[name] for name in self.base_fields if name != "include"}


class ListedLineForm(LineForm):
    """A line from the price list; ``line`` is the copy that it starts from.

    Its controls carry the code of the procedure, so that a price list that changes meanwhile mixes no lines up.
    """

    include = forms.BooleanField(required=False)

    def __init__(self, priced: PricedProcedure, line: EstimateLine, data: Any, *, include: bool) -> None:
        initial = {name: getattr(line, name) for name in LineForm.base_fields}
        prefix = f"line-{priced.procedure.code}"
        super().__init__(data, prefix=prefix, initial={**initial, "include": include})
        self.priced, self.line = priced, line

    def clean(self) -> dict[str, Any]:
        """A line that is not included may hold anything: it is not issued."""
        data = super().clean()
        if not data["include"]:
            self.errors.clear()
        return data


class FreeLineForm(LineForm):
    """A line that a coordinator writes; it counts when it has a name."""

    name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget(attrs={"dir": "auto"}))
    name_ru = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget(attrs={"lang": "ru"}))

    def __init__(self, *args: Any, language_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What it is, in %(language)s") % {"language": language_name}
        self.fields["name_ru"].label = _("The same in Russian")

    def clean(self) -> dict[str, Any]:
        """A line with an amount has a name in both languages."""
        data = super().clean()
        if data.get("name") and not data.get("name_ru"):
            self.add_error("name_ru", _("Enter the name in Russian: the estimate is printed in both languages."))
        typed = [data.get(name) for name in ("name_ru", "amount_from", "amount_to", "included", "excluded")]
        if not data.get("name") and any(value not in (None, "") for value in typed):
            self.add_error("name", _("Enter what this line is, or empty the line."))
        return data


class BaseLinesByHand(forms.BaseFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    """The lines that a coordinator writes; an empty one follows when the last one is filled."""

    def total_form_count(self) -> int:
        number = super().total_form_count()
        return number + bool(self.data.get(f"{self.prefix}-{number - 1}-name"))


LinesByHand = forms.formset_factory(FreeLineForm, formset=BaseLinesByHand, extra=3, can_delete=True)


class TermsForm(SeenForm):
    """What holds for the whole estimate."""

    valid_until = forms.DateField(
        label=_("Valid until"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={
            "required": _("Enter until when it is valid."),
            "invalid": _("Enter a date such as 2026-12-31."),
        },
    )
    how_we_are_paid = forms.CharField(
        label=_("How we are paid"),
        help_text=_("Printed in the estimate, in the patient’s language."),
        widget=area(3),
        error_messages={"required": _("Enter how we are paid. Every estimate says so.")},
    )
    included = forms.CharField(label=_("Included in the whole (optional)"), required=False, widget=area(3))
    excluded = forms.CharField(
        label=_("Not included, and what could raise the price (optional)"), required=False, widget=area(3)
    )
    reason = forms.CharField(
        label=_("Why the supplement is needed"),
        help_text=_("Printed in the supplement, in the patient’s language."),
        max_length=2_000,
        widget=area(3),
        error_messages={"required": _("Say why the supplement is needed. It is printed.")},
    )
    after = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=EstimateKind.choices, widget=forms.HiddenInput)

    def __init__(self, kind: EstimateKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != EstimateKind.SUPPLEMENT:
            del self.fields["reason"]

    def clean_valid_until(self) -> datetime.date:
        """An estimate is valid for a while."""
        day: datetime.date = self.cleaned_data["valid_until"]
        if day <= timezone.now().date():
            raise forms.ValidationError(_("Enter a day after today."))
        return day
