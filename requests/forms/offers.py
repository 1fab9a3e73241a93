"""Forms of an offer: what a clinic answers on the asked lines, and what the desk says of one that came by phone."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from clinics.models import Clinic
from portal.core.http.forms import PublicForm, TokenForm
from portal.core.localisation import desk_formats, formats
from portal.core.worktime import team_today
from requests.enums import ConsentWay
from requests.forms.desk import SeenField
from requests.models import AskedLine
from requests.offer_content import OfferContent, OfferLine

CURRENCIES = ("USD", "EUR", "RUB", "CNY")
LONGEST = 5_000
MOST_ADDED, ADDED_AT_FIRST = 40, 3
LONGEST_STAY = 365
FURTHEST = timedelta(days=3 * 365)
# What makes a line more than an empty one.
SAYS = ("name", "amount_from", "amount_to", "included")
THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


class MoneyField(forms.DecimalField):
    """An amount as people write it: 12000, 12 000, 12,000.50, 12000,50."""

    def __init__(self, label: Any) -> None:
        sentence = gettext_lazy("Enter an amount such as 1200 or 1200.50.")
        super().__init__(
            label=label,
            required=False,
            min_value=Decimal(0),
            max_digits=12,
            decimal_places=2,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "dir": "ltr"}),
            error_messages=dict.fromkeys(
                ("invalid", "min_value", "max_digits", "max_decimal_places", "max_whole_digits"), sentence
            ),
        )

    def to_python(self, value: Any) -> Any:
        # Digits of other scripts, as a clinic in an Arabic country would type them.
        plain = "".join(str(unicodedata.digit(letter, letter)) for letter in str(value or ""))
        text = re.sub(r"[\s\u00a0\u202f']", "", plain)
        text = text.replace(",", "") if THOUSANDS.fullmatch(text) else text.replace(",", ".")
        return super().to_python(text)


def _text(label: Any, rows: int, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"}),
        error_messages={"max_length": gettext_lazy("Write at most 5,000 characters.")},
    )


def _days(label: Any) -> forms.IntegerField:
    sentence = gettext_lazy("Enter whole days, from 0 to 365.")
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=LONGEST_STAY,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), sentence),
    )


def _date(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Enter a date such as 2026-12-31.")},
    )


class OfferForm(TokenForm, PublicForm):
    """What holds for a whole offer. An empty field is "not stated"."""

    treatment = _text(gettext_lazy("Which treatment do you propose?"), 3)
    doctor = forms.CharField(
        label=gettext_lazy("Doctor who would treat"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"max_length": gettext_lazy("Write at most 200 characters.")},
    )
    stay_from = _days(gettext_lazy("Stay in days, from"))
    stay_to = _days(gettext_lazy("Stay in days, to"))
    earliest_on = _date(gettext_lazy("You can begin on"))
    valid_until = _date(gettext_lazy("The offer is valid until"))
    included = _text(gettext_lazy("What is included in the whole?"), 3)
    raises = _text(gettext_lazy("What could raise the price?"), 3)

    def clean_earliest_on(self) -> date | None:
        """A day that is not past."""
        return _ahead(self.cleaned_data["earliest_on"])

    def clean_valid_until(self) -> date | None:
        """A day that is not past."""
        return _ahead(self.cleaned_data["valid_until"])

    def clean(self) -> dict[str, Any]:
        """A stay has a lower number, which is not above the upper one."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = data.get("stay_from"), data.get("stay_to")
        if last is not None and first is None and "stay_from" not in self.errors:
            self.add_error("stay_from", _("Enter from how many days, or leave both empty."))
        if first is not None and last is not None and last < first:
            self.add_error("stay_to", _("Enter days that are not below “from”."))
        return data


def _ahead(day: date | None) -> date | None:
    today = team_today()
    if day is not None and day < today:
        raise forms.ValidationError(_("Enter a day that is not past."))
    if day is not None and day > today + FURTHEST:
        raise forms.ValidationError(_("Enter a day within three years."))
    return day


class OfferLineForm(PublicForm):
    """What a clinic says of one line: ``asked`` is the line that it was asked, None for one that it adds."""

    name = forms.CharField(
        label=gettext_lazy("What it is"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"max_length": gettext_lazy("Write at most 200 characters.")},
    )
    quantity = forms.IntegerField(
        label=gettext_lazy("How many"),
        required=False,
        min_value=1,
        max_value=999,
        initial=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), gettext_lazy("Enter a whole number from 1 to 999.")
        ),
    )
    amount_from = MoneyField(gettext_lazy("Price for one, from"))
    amount_to = MoneyField(gettext_lazy("Price for one, to"))
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        required=False,
        choices=[(code, code) for code in CURRENCIES],
        initial=CURRENCIES[0],
        error_messages={"invalid_choice": gettext_lazy("Select a currency of the list.")},
    )
    included = _text(gettext_lazy("What this price includes"), 2)
    is_not_offered = forms.BooleanField(label=gettext_lazy("We do not offer this"), required=False)

    def __init__(self, data: QueryDict | None, *, asked: AskedLine | None, said: OfferLine | None, prefix: str) -> None:
        super().__init__(data, prefix=prefix, initial=asdict(said) if said else {})
        self.initial["is_not_offered"] = said is not None and not said.is_offered
        self.asked = asked
        if asked is None:
            del self.fields["is_not_offered"]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed that says something."""
        if self.asked is not None and self["is_not_offered"].value():
            return False
        return not any(str(self[name].value() or "").strip() for name in SAYS)

    def clean(self) -> dict[str, Any]:
        """A line that is added has a name; an upper amount a lower one, which is not above it."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.asked is None and not self.is_empty and not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Enter what this line is, or empty the line."))
        lower, upper = data.get("amount_from"), data.get("amount_to")
        if data.get("is_not_offered") and (lower is not None or upper is not None):
            self.add_error("amount_from", _("Take the price out, or the tick that you do not offer this."))
        if upper is not None and lower is None and "amount_from" not in self.errors:
            self.add_error("amount_from", _("Enter the lower amount, or leave both empty."))
        if lower is not None and upper is not None and upper < lower:
            self.add_error("amount_to", _("Enter an amount that is not below “from”."))
        return data

    def line(self) -> OfferLine:
        """Return what a checked form says."""
        data = self.cleaned_data
        return OfferLine(
            asked=self.asked.pk if self.asked else None,
            name=data["name"],
            quantity=data["quantity"] or 1,
            amount_from=data["amount_from"],
            amount_to=data["amount_to"],
            currency=data["currency"] or CURRENCIES[0],
            included=data["included"],
            is_offered=not data.get("is_not_offered"),
        )


class OfferEditor:
    """Everything on a page that writes an offer: the whole, the asked lines, the added ones.

    ``said`` is what the page begins with. A button called ``more`` adds empty lines.
    """

    whole: type[OfferForm] = OfferForm
    nothing = gettext_lazy("Enter the price of a line, or which treatment you propose.")

    def __init__(
        self, asked: Sequence[AskedLine], data: QueryDict | None = None, said: OfferContent | None = None
    ) -> None:
        said = said or OfferContent()
        self.form = self.whole(data, initial={name: getattr(said, name) for name in _whole()})
        answers: dict[UUID | None, OfferLine] = {line.asked: line for line in said.lines}
        self.asked = [
            OfferLineForm(data, asked=line, said=answers.get(line.pk), prefix=f"line-{line.pk}") for line in asked
        ]
        known = {line.pk for line in asked}
        own = [line for line in said.lines if line.asked not in known]
        number = max(ADDED_AT_FIRST, len(own) + 1, _last_added(data) + 2)
        number = min(number + ADDED_AT_FIRST * ("more" in (data or {})), MOST_ADDED)
        self.added = [
            OfferLineForm(data, asked=None, said=own[order] if order < len(own) else None, prefix=f"added-{order}")
            for order in range(number)
        ]

    @property
    def forms(self) -> list[PublicForm]:
        """All forms in the order of the page."""
        return [*self.asked, *self.added, self.form]

    @property
    def is_bound(self) -> bool:
        """Whether something was posted."""
        return self.form.is_bound

    def is_valid(self) -> bool:
        """Whether all of it can be taken; an offer says at least one price, or a treatment."""
        are_valid = all(form.is_valid() for form in self.forms)
        if (
            are_valid
            and not self.form.cleaned_data["treatment"]
            and not any(line.amount_from for line in self._lines())
        ):
            self.form.add_error("treatment", str(self.nothing))
            return False
        return are_valid

    def as_typed(self, from_language: str) -> None:
        """Show everything unchecked, as it was typed in the language that the reader leaves."""
        for form in self.forms:
            form.as_typed(from_language)

    def wrong_fields(self) -> list[tuple[str, str]]:
        """Return (id of the control, sentence) for each error, in the order of the page."""
        return [row for form in self.forms for row in form.wrong_fields()]

    def content(self) -> OfferContent:
        """Return what checked forms say."""
        whole = {name: self.form.cleaned_data[name] for name in _whole()}
        return OfferContent(**whole, lines=self._lines())

    def _lines(self) -> list[OfferLine]:
        return [form.line() for form in (*self.asked, *self.added) if not form.is_empty]


def _whole() -> list[str]:
    return [name for name in OfferForm.base_fields if name != "form_token"]


def _last_added(data: QueryDict | None) -> int:
    """Return the number of the last added line in which something was typed, -1 without one."""
    numbers = [
        int(name.split("-")[1])
        for name, value in (data or {}).items()
        if re.fullmatch(rf"added-\d{{1,3}}-({'|'.join(SAYS)})", name) and str(value).strip()
    ]
    return max(numbers, default=-1)


class SpokenOfferForm(PublicForm):
    """Of an offer that came by phone or on paper: from which clinic, who said it, how, on which day, in which language.

    ``known`` is how many offers of the case the page knew.
    """

    known = SeenField()
    clinic: "forms.ModelChoiceField[Clinic]" = forms.ModelChoiceField(
        label=pgettext_lazy("desk", "Clinic"),
        queryset=Clinic.objects.none(),
        empty_label=pgettext_lazy("desk", "Select a clinic"),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), pgettext_lazy("desk", "Select a clinic that the patient agreed to.")
        ),
    )
    said_by = forms.CharField(
        label=pgettext_lazy("desk", "Who said it"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": pgettext_lazy("desk", "Enter who at the clinic said it.")},
    )
    way = forms.ChoiceField(
        label=pgettext_lazy("desk", "How"),
        choices=ConsentWay,
        initial=ConsentWay.PHONE,
        error_messages={"required": pgettext_lazy("desk", "Select how it came.")},
    )
    said_on = forms.DateField(
        label=pgettext_lazy("desk", "On which day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": pgettext_lazy("desk", "Enter the day."),
            "invalid": pgettext_lazy("desk", "Enter a date such as 2026-11-30."),
        },
    )
    language = forms.ChoiceField(label=pgettext_lazy("desk", "In which language"))

    def __init__(self, clinics: Any, languages: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clinic"].queryset = clinics  # type: ignore[attr-defined]  # a field of rows
        own = desk_formats.language()
        names = [(code, formats.language_name(code, own)) for code in languages]
        self.fields["language"].choices = names  # type: ignore[attr-defined]  # a choice field

    def clean_said_on(self) -> date:
        """A day that is not ahead."""
        day: date = self.cleaned_data["said_on"]
        if day > team_today():
            raise forms.ValidationError(_("Enter a day that is not ahead."))
        return day


class OfferNoteForm(forms.Form):
    """The coordinator's note under an offer, in the patient's language; ``seen`` says which note the page showed."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(
        label=pgettext_lazy("desk", "Your note to the patient"),
        required=False,
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "dir": "auto"}),
    )


# What the desk calls the fields that ask a clinic.
DESK_LABELS = {
    "treatment": gettext_lazy("Treatment that the clinic proposes"),
    "doctor": gettext_lazy("Doctor"),
    "earliest_on": gettext_lazy("The clinic can begin on"),
    "included": gettext_lazy("Included in the whole"),
    "raises": gettext_lazy("What could raise the price"),
    "is_not_offered": gettext_lazy("not offered"),
}


def in_desk_words(editor: OfferEditor) -> None:
    """Let the fields of an offer say what a clinic said, instead of asking the clinic."""
    for name, label in DESK_LABELS.items():
        if name in editor.form.fields:
            editor.form.fields[name].label = label
    for line in editor.asked:
        line.fields["is_not_offered"].label = DESK_LABELS["is_not_offered"]
    for line in (*editor.asked, *editor.added):
        line.fields["included"].widget.attrs["rows"] = 1


def in_desk_style(*parts: forms.Form) -> None:
    """Give the controls of forms the look of the admin."""
    styles = (
        (forms.Textarea, UnfoldAdminTextareaWidget),
        (forms.Select, UnfoldAdminSelectWidget),
        (forms.TextInput, UnfoldAdminTextInputWidget),
    )
    for part in parts:
        for field in part.fields.values():
            style = next((style for kind, style in styles if isinstance(field.widget, kind)), None)
            if style is not None:
                field.widget.attrs["class"] = style().attrs["class"]
