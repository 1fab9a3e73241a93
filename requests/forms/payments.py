"""Forms of payments: of which case, what happened with its money, and why a record is wrong."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from portal.core.http.forms import PublicForm, TokenForm
from portal.core.worktime import team_today
from requests.enums import PAYMENT_NAMES, PaymentKind
from requests.forms.offers import CURRENCIES, MoneyField
from requests.models import Case
from requests.selectors.desk import by_reference

LONGEST_PAPER, LONGEST_NOTE = 200, 1_000


class PaymentCaseForm(PublicForm):
    """Of which case somebody wants to see or record payments."""

    reference = forms.CharField(
        label=gettext_lazy("Reference of the case"),
        help_text=gettext_lazy("Any spelling: MR-7K3Q-9F2D or 7k3q9f2d."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "dir": "ltr"}),
        error_messages={"required": gettext_lazy("Enter the reference of the case.")},
    )

    def clean_reference(self) -> Case:
        """The case in which the one of this reference goes on."""
        case = by_reference(self.cleaned_data["reference"])
        if case is None or case.living.is_erased:
            raise forms.ValidationError(
                pgettext("desk", "There is no case with this reference. Compare it letter by letter with the paper.")
            )
        return case.living


class PaymentForm(TokenForm, PublicForm):
    """What happened with the money of a case; what is typed in ``paper`` stands on the patient's page, the note does not.

    ``estimates`` are the names of the versions that it may belong to. ``asks_why_more`` says that the page shows the
    tick ``is_more_than_held``: more would go out than came in.
    """

    kind = forms.ChoiceField(
        label=pgettext_lazy("desk", "What happened"),
        choices=[("", pgettext_lazy("desk", "Select what happened")), *PAYMENT_NAMES.items()],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), pgettext_lazy("desk", "Select what happened with the money.")
        ),
    )
    amount = MoneyField(pgettext_lazy("desk", "Amount"))
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Select a currency of the list.")),
    )
    on = forms.DateField(
        label=pgettext_lazy("desk", "On which day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": pgettext_lazy("desk", "Enter the day."),
            "invalid": pgettext_lazy("desk", "Enter a date such as 2026-11-30."),
        },
    )
    paper = forms.CharField(
        label=pgettext_lazy("desk", "Paper that says so"),
        help_text=pgettext_lazy("desk", "Such as “Invoice 17” or “Receipt 4 of the clinic”. The patient reads it."),
        max_length=LONGEST_PAPER,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={
            "required": pgettext_lazy("desk", "Enter the paper that says so, such as “Invoice 17”."),
            "max_length": gettext_lazy("Write at most 200 characters."),
        },
    )
    estimate = forms.ChoiceField(
        label=pgettext_lazy("desk", "Estimate"),
        required=False,
        error_messages={"invalid_choice": pgettext_lazy("desk", "Select an estimate of this case.")},
    )
    note = forms.CharField(
        label=pgettext_lazy("desk", "Note"),
        help_text=pgettext_lazy(
            "desk", "For finance and the coordinators, never for the patient. No names, nothing medical."
        ),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"max_length": gettext_lazy("Write at most 1,000 characters.")},
    )
    is_more_than_held = forms.BooleanField(
        label=pgettext_lazy("desk", "More went out than came in; the note says why"), required=False
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        currencies: Iterable[str] = (),
        estimates: Mapping[UUID, str] | None = None,
    ) -> None:
        super().__init__(data, initial={"on": team_today()})
        codes = list(dict.fromkeys((*currencies, *CURRENCIES)))
        self.initial["currency"] = codes[0]
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]  # a choice field
        if estimates:
            nothing = ("", pgettext("desk", "None, or I do not know"))
            choices = [nothing, *((str(key), name) for key, name in estimates.items())]
            self.fields["estimate"].choices = choices  # type: ignore[attr-defined]  # a choice field
        else:
            del self.fields["estimate"]
        self.asks_why_more = bool(data and data.get("is_more_than_held"))

    def clean_amount(self) -> Decimal:
        """An amount is never left out."""
        amount: Decimal | None = self.cleaned_data["amount"]
        if amount is None:
            raise forms.ValidationError(pgettext("desk", "Enter the amount."))
        return amount

    def clean_kind(self) -> PaymentKind:
        """One of the four."""
        return PaymentKind(self.cleaned_data["kind"])


class CancelPaymentForm(forms.Form):
    """Why a record is wrong."""

    reason = forms.CharField(
        label=pgettext_lazy("desk", "Why this record is wrong"),
        help_text=pgettext_lazy("desk", "It stays beside the record. No names, nothing medical."),
        max_length=LONGEST_NOTE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "dir": "auto"}),
        error_messages={
            "required": pgettext_lazy("desk", "Enter why this record is wrong."),
            "max_length": gettext_lazy("Write at most 1,000 characters."),
        },
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        # A browser would cut a long text off without a word.
        del self.fields["reason"].widget.attrs["maxlength"]
