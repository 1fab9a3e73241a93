"""Form of a yes that somebody of the desk heard or saw: to an estimate, a brief, a clinic, or the choice of an offer."""

from typing import Any

from django import forms
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from requests.enums import ChoiceWay, ConsentWay, StatedBy


class SpokenYesForm(forms.Form):
    """How a patient said yes outside the portal; ``seen`` is the hash of the words that were read out."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    stated_by = forms.ChoiceField(
        label=pgettext_lazy("desk", "Who said yes"), choices=StatedBy, widget=UnfoldAdminSelectWidget()
    )
    way = forms.ChoiceField(label=pgettext_lazy("desk", "How"), choices=ConsentWay, widget=UnfoldAdminSelectWidget())
    said_on = forms.DateField(
        label=pgettext_lazy("desk", "On which day"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={
            "required": pgettext_lazy("desk", "Enter the day."),
            "invalid": pgettext_lazy("desk", "Enter a date such as 2026-11-30."),
        },
    )

    def how(self) -> dict[str, Any]:
        """Return what a checked form says, as the services take it."""
        return {
            "stated_by": StatedBy(self.cleaned_data["stated_by"]),
            "way": ConsentWay(self.cleaned_data["way"]),
            "said_on": self.cleaned_data["said_on"],
        }


class SpokenWithdrawalForm(SpokenYesForm):
    """How a patient took a consent back outside the portal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stated_by"].label = pgettext_lazy("desk", "Who said it")
        del self.fields["seen"]


class SpokenChoiceForm(SpokenYesForm):
    """How a patient chose an offer outside the portal; ``seen`` is the id of the offer that was chosen before."""

    way = forms.ChoiceField(label=pgettext_lazy("desk", "How"), choices=ChoiceWay, widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stated_by"].label = pgettext_lazy("desk", "Who said it")

    def how(self) -> dict[str, Any]:
        """Return what a checked form says, as the service takes it."""
        said = {name: self.cleaned_data[name] for name in ("seen", "said_on")}
        return {
            "stated_by": StatedBy(self.cleaned_data["stated_by"]),
            "way": ChoiceWay(self.cleaned_data["way"]),
            **said,
        }
