"""Forms of the page "ready to open": which consents a lawyer read, and one thing that somebody confirms."""

from typing import Any

from django import forms
from django.utils.translation import pgettext, pgettext_lazy
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminTextInputWidget

from portal.core.models import Attestation
from portal.core.worktime import team_today
from portal.front.opening.texts import ReadText


class ConsentsReadForm(forms.Form):
    """Who read which words of consents, and on which day; a text is named by its hash."""

    texts = forms.MultipleChoiceField(
        label=pgettext_lazy("desk", "Texts that were read"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": pgettext_lazy("desk", "Tick the texts that were read."),
            "invalid_choice": pgettext_lazy(
                "desk", "A text has changed or was recorded since this page was opened: look at the list again."
            ),
        },
    )
    lawyer = forms.CharField(
        label=pgettext_lazy("desk", "Lawyer who read them"), max_length=120, widget=UnfoldAdminTextInputWidget()
    )
    done_on = forms.DateField(
        label=pgettext_lazy("desk", "Read on"), widget=UnfoldAdminDateWidget({"type": "date"}, "%Y-%m-%d")
    )

    def __init__(self, texts: list[ReadText], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: forms.MultipleChoiceField = self.fields["texts"]  # type: ignore[assignment]  # the field above
        choices.choices = [(row.text.sha256, row.label) for row in texts if row.read is None]

    def clean_done_on(self) -> Any:
        day = self.cleaned_data["done_on"]
        if day > team_today():
            raise forms.ValidationError(pgettext("desk", "This day is not here yet."))
        return day


class ConfirmForm(forms.Form):
    """One thing that somebody says was done, and the fingerprint of what the page showed of it."""

    kind = forms.ChoiceField(choices=Attestation.Kind)
    fingerprint = forms.CharField(max_length=64)
