"""Forms of an estimate at the desk: its lines, and what holds for the whole."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import (
    UnfoldAdminTextInputWidget,
)

from conditions.models.prices import currency_code
from portal.core.localisation import desk_formats, formats
from requests.enums import EstimateKind, LineKind
from requests.forms.desk import SeenForm, area
from requests.models import EstimateLine

# More than any estimate has; each is ten controls, and Django reads a thousand.
MOST_LINES = 60
RUSSIAN = "ru"
NAMES = ("name", "name_ru", "unit", "unit_ru")


def _cell(**attrs: str) -> forms.TextInput:
    """Return the control of a cell of the table."""
    return forms.TextInput(attrs=attrs)


def _money(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        widget=_cell(inputmode="decimal"),
        error_messages={"invalid": _("Enter an amount such as 1200 or 1200.50.")},
    )


class LineForm(forms.Form):
    """One line of an estimate; an empty amount means "price on request".

    Its controls are cells of a table: what they are called stands in ``aria-label``, after the name of the line.
    ``language`` is the patient's; who reads Russian has one name.
    """

    name = forms.CharField(max_length=150, required=False, widget=_cell(dir="auto", list="names"))
    name_ru = forms.CharField(max_length=150, required=False, widget=_cell(lang="ru", list="names-ru"))
    unit = forms.CharField(max_length=60, required=False, widget=_cell(dir="auto"))
    unit_ru = forms.CharField(max_length=60, required=False, widget=_cell(lang="ru"))
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=999,
        initial=1,
        required=False,
        widget=_cell(inputmode="numeric"),
        error_messages={"invalid": _("Enter a whole number.")},
    )
    amount_from = _money(_("From"))
    amount_to = _money(_("To (optional)"))
    currency = forms.CharField(
        label=_("Currency"), initial="USD", max_length=3, required=False, widget=_cell(list="currencies")
    )
    included = forms.CharField(label=_("Included"), required=False, widget=area(2))
    excluded = forms.CharField(label=_("Not included"), required=False, widget=area(2))

    def __init__(self, *args: Any, language: str, title: str | Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language_name = formats.language_inside(language, desk_formats.language())
        labels = {
            "name": _("What it is, in %(language)s"),
            "unit": pgettext_lazy("desk", "Unit, in %(language)s"),
        }
        for name, label in labels.items():
            self.fields[name].label = label % {"language": language_name}
        self.fields["name_ru"].label = _("The same in Russian")
        self.fields["unit_ru"].label = pgettext_lazy("desk", "Unit, in Russian")
        for name, field in self.fields.items():
            if name not in ("included", "excluded", "unit", "unit_ru", "DELETE"):
                field.widget.attrs["aria-label"] = f"{title}: {field.label or pgettext_lazy('desk', 'Include')}"
        if language == RUSSIAN:
            del self.fields["name_ru"], self.fields["unit_ru"]

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
        values = {name: self.cleaned_data[name] for name in self.fields if name not in ("include", "DELETE")}
        if "name" in values and "name_ru" not in values:
            values |= {"name_ru": values["name"], "unit_ru": values["unit"]}
        return values


class SourceLineForm(LineForm):
    """A line from a price list, an offer or a version, or one of our own; ``line`` is the copy that it starts from.

    Its controls carry the key of the line, so that a price list that changes meanwhile mixes no lines up. What is
    priced in the catalogue has its name there.
    """

    include = forms.BooleanField(required=False, label="")

    field_order = ("include",)

    def __init__(self, line: EstimateLine, key: str, data: Any, *, include: bool, language: str) -> None:
        initial = {name: getattr(line, name) for name in LineForm.base_fields}
        for name in ("amount_from", "amount_to"):
            initial[name] = _plain(initial[name])
        self.line = line
        super().__init__(
            data,
            prefix=f"line-{key}",
            initial={**initial, "include": include},
            language=language,
            title=line.name or line.name_ru or pgettext_lazy("desk", "Line without a name"),
        )
        if line.procedure is not None:
            for name in NAMES:
                self.fields.pop(name, None)
        if line.kind == LineKind.DISCOUNT:
            del self.fields["amount_to"]

    def clean(self) -> dict[str, Any]:
        """A line that is not included may hold anything: it is not issued."""
        data = super().clean()
        if not data["include"]:
            self.errors.clear()
            if self.line.kind != LineKind.TREATMENT and self.line.amount_from is None and data.get("amount_from"):
                name = self.line.name or self.line.name_ru
                self.add_error(None, _("Tick “%(name)s”, or empty its amount.") % {"name": name})
            return data
        for name in ("name", "name_ru"):
            if name in self.fields and not data.get(name) and name not in self.errors:
                self.add_error(name, _("Enter the name in both languages: the estimate is printed in both."))
        if self.line.kind == LineKind.DISCOUNT and not data.get("amount_from") and "amount_from" not in self.errors:
            self.add_error("amount_from", _("Enter how much is taken off."))
        return data


def _plain(amount: Decimal | None) -> str:
    """Write an amount as somebody types it: 1200 or 1200.50."""
    if amount is None:
        return ""
    return str(int(amount)) if amount == amount.to_integral_value() else f"{amount:.2f}"


class FreeLineForm(LineForm):
    """A line that a coordinator writes; it counts when it has a name."""

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, language=language, title=pgettext_lazy("desk", "New line"), **kwargs)

    def clean(self) -> dict[str, Any]:
        """A line with an amount has a name in both languages."""
        data = super().clean()
        if data.get("name") and not data.get("name_ru") and "name_ru" in self.fields:
            self.add_error("name_ru", _("Enter the name in Russian: the estimate is printed in both languages."))
        typed = [data.get(name) for name in ("name_ru", "amount_from", "amount_to", "included", "excluded")]
        if not data.get("name") and any(value not in (None, "") for value in typed):
            self.add_error("name", _("Enter what this line is, or empty the line."))
        return data


class BaseLinesByHand(forms.BaseFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    """The lines that a coordinator writes; an empty one follows when the last one is filled."""

    def total_form_count(self) -> int:
        number = super().total_form_count()
        return min(number + bool(self.data.get(f"{self.prefix}-{number - 1}-name")), MOST_LINES)


LinesByHand = forms.formset_factory(
    FreeLineForm, formset=BaseLinesByHand, extra=1, can_delete=True, max_num=MOST_LINES, absolute_max=MOST_LINES
)


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
        widget=area(4),
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
