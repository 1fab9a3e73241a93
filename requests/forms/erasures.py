"""Forms of the desk around erasing: a legal hold, its end, and the wish of a patient who told us."""

import datetime

from django import forms
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from portal.core.worktime import team_today
from requests.enums import ConsentWay, StatedBy


class ReasonForm(forms.Form):
    """Why a hold is set or lifted."""

    reason = forms.CharField(
        label=pgettext_lazy("desk", "Why"),
        help_text=pgettext_lazy(
            "desk", "Kept with your name, locked with the key of the case. The patient reads the day alone."
        ),
        max_length=1_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": pgettext_lazy("desk", "Say why.")},
    )


class LegalHoldForm(ReasonForm):
    """Until when a case must not be erased, and why."""

    until = forms.DateField(
        label=pgettext_lazy("desk", "Until the end of"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={
            "required": pgettext_lazy("desk", "Enter the last day of the hold."),
            "invalid": pgettext_lazy("desk", "Enter a date such as 2026-12-31."),
        },
    )
    field_order = ("until", "reason")

    def clean_until(self) -> datetime.date:
        """A day that is not past."""
        until: datetime.date = self.cleaned_data["until"]
        if until < team_today():
            raise forms.ValidationError(pgettext_lazy("desk", "Enter a day that is not past."))
        return until


class ErasureByDeskForm(forms.Form):
    """Who told us that a case should be erased, and how."""

    stated_by = forms.ChoiceField(
        label=pgettext_lazy("desk", "Who said it"), choices=StatedBy, widget=UnfoldAdminSelectWidget()
    )
    way = forms.ChoiceField(label=pgettext_lazy("desk", "How"), choices=ConsentWay, widget=UnfoldAdminSelectWidget())
