"""Forms of the desk for the dates and the plan of a trip."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from requests.enums import PlanKind
from requests.models import PlanItem, Trip

PREFIX = "plan"
EMPTY_LINES = 3
MOST_LINES = 120
NO_DAY = _("Enter a date such as 2026-12-31.")


class TripDatesForm(forms.Form):
    """When the patient arrives and when she is home again; ``version`` is that of the trip which the page shows."""

    arrives_on = forms.DateField(
        label=_("Arrives in Russia on"),
        help_text=_("The day of the landing, in Moscow time."),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={"invalid": NO_DAY},
    )
    home_on = forms.DateField(
        label=_("Home again on"),
        help_text=_("The questions after the treatment count from this day."),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={"invalid": NO_DAY},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, trip: Trip) -> "TripDatesForm":
        """Return the form with what stands."""
        return cls(initial={"arrives_on": trip.arrives_on, "home_on": trip.home_on, "version": trip.version})

    def clean(self) -> dict[str, Any]:
        """The day home is not before the arrival."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        arrives_on, home_on = cleaned.get("arrives_on"), cleaned.get("home_on")
        if arrives_on and home_on and home_on < arrives_on:
            self.add_error("home_on", _("Enter a day home that is not before the arrival."))
        return cleaned


class PlanLineForm(forms.Form):
    """One line of the plan; an empty one counts for nothing."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    on = forms.DateField(
        label=_("Day"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={"required": _("Enter the day of this line."), "invalid": NO_DAY},
    )
    at = forms.TimeField(
        label=_("Moscow time (optional)"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}),
        error_messages={"invalid": _("Enter a time such as 14:30.")},
    )
    kind = forms.ChoiceField(
        label=_("What happens"),
        choices=[("", pgettext_lazy("desk", "Select what happens")), *PlanKind.choices],
        widget=UnfoldAdminSelectWidget(),
        error_messages={"required": _("Select what happens.")},
    )
    words = forms.CharField(required=False, max_length=300, widget=UnfoldAdminTextInputWidget(attrs={"dir": "auto"}))
    words_ru = forms.CharField(
        label=_("The same in Russian (optional)"),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget(attrs={"lang": "ru"}),
    )
    where = forms.CharField(
        label=_("Where (optional)"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"dir": "auto"}),
    )

    def __init__(self, *args: Any, language_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = _("In her words, in %(language)s (optional)") % {"language": language_name}

    def clean(self) -> dict[str, Any]:
        """What is none of the usual kinds needs words."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("kind") == PlanKind.OTHER and not cleaned.get("words"):
            self.add_error("words", _("Say what happens: the kind alone does not."))
        return cleaned


PlanForms = forms.formset_factory(
    PlanLineForm, extra=EMPTY_LINES, can_delete=True, max_num=MOST_LINES, absolute_max=MOST_LINES + EMPTY_LINES
)


def initial_lines(items: Sequence[PlanItem]) -> list[dict[str, Any]]:
    """Return what the lines that stand begin with."""
    return [
        {
            "id": item.pk,
            "on": item.on,
            "at": f"{item.at:%H:%M}" if item.at else None,
            "kind": item.kind,
            "words": item.words,
            "words_ru": item.words_ru,
            "where": item.where,
        }
        for item in items
    ]


def with_lines(data: Any, items: Sequence[PlanItem], version: int) -> Any:
    """Return what was posted, with the lines of the plan that its page did not know, on the newest version."""
    posted = data.copy()
    number = int(posted[f"{PREFIX}-TOTAL_FORMS"])
    known = {posted.get(f"{PREFIX}-{index}-id") for index in range(number)}
    for line in initial_lines(items):
        if str(line["id"]) not in known:
            posted.update({f"{PREFIX}-{number}-{name}": str(value or "") for name, value in line.items()})
            number += 1
    posted[f"{PREFIX}-TOTAL_FORMS"] = str(number)
    posted["version"] = str(version)
    return posted
