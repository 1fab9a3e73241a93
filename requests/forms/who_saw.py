"""Form of the report of who saw what."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from portal.accounts.models import User
from portal.core.worktime import team_today
from requests.selectors import who_saw

USUAL_DAYS = 30
MOST_DAYS = 366


class WhoSawForm(forms.Form):
    """A case by its reference, or days and maybe a colleague; what is left empty means everybody, and the last 30 days."""

    reference = forms.CharField(
        label=pgettext_lazy("desk", "Reference of the case"),
        help_text=pgettext_lazy("desk", "Then everything that was read of it stands here, whatever the days say."),
        required=False,
        max_length=20,
        widget=UnfoldAdminTextInputWidget(),
    )
    colleague = forms.ModelChoiceField(
        User.objects.none(),
        label=pgettext_lazy("desk", "Colleague"),
        empty_label=pgettext_lazy("desk", "Everybody"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    since = forms.DateField(
        label=pgettext_lazy("desk", "From"), widget=UnfoldAdminDateWidget({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label=pgettext_lazy("desk", "Until"), widget=UnfoldAdminDateWidget({"type": "date"}, "%Y-%m-%d")
    )

    def __init__(self, asked: QueryDict) -> None:
        usual = {"since": str(team_today() - timedelta(days=USUAL_DAYS)), "until": str(team_today())}
        super().__init__(usual | {name: value for name, value in asked.items() if value})
        # Who left the team is asked about as well.
        colleagues: Any = self.fields["colleague"]
        colleagues.queryset = User.objects.filter(is_staff=True).order_by("name", "pk")
        colleagues.label_from_instance = str

    def clean_reference(self) -> str:
        typed: str = self.cleaned_data["reference"]
        if typed and who_saw.of_case(typed) is None:
            raise forms.ValidationError(
                pgettext_lazy("desk", "A reference has eight letters and digits: MR-7K3Q-9F2D.")
            )
        return typed

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order and more than a year."""
        data = super().clean() or {}
        if {"since", "until"} <= data.keys():
            if data["until"] < data["since"]:
                self.add_error("until", pgettext_lazy("desk", "This day is before the first one."))
            elif (data["until"] - data["since"]).days > MOST_DAYS:
                self.add_error("since", pgettext_lazy("desk", "Ask for a year at most."))
        return data
