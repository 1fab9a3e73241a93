"""Forms of the queue: its filters, and what is done with several cases at once."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from conditions.models import Area
from portal.core.http.forms import TokenForm
from portal.core.localisation import desk_formats, formats
from portal.core.worktime import CLOSES, team_today
from requests.enums import DESK_NAMES, Source, Status
from requests.forms.desk import LONGEST_HOLD
from requests.forms.fields import spoken_languages
from requests.models import SupportPackage
from requests.selectors.desk import colleagues

NAMES = {
    "area": _("area"),
    "country": _("country"),
    "language": _("language"),
    "owner": _("owner"),
    "state": _("state"),
    "package": _("package"),
    "source": _("source"),
}


class FilterForm(forms.Form):
    """The filters that a colleague keeps."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in _choices().items():
            self.fields[name] = forms.ChoiceField(
                label=capfirst(NAMES[name]),
                choices=[("", _("All")), *choices],
                required=False,
                widget=UnfoldAdminSelectWidget,
            )

    def in_words(self) -> str:
        """Return every kept value in words, also one that is no choice any more: no filter leaves out cases unseen."""
        kept = [(name, value) for name, value in self.initial.items() if value and name in self.fields]
        words = [
            dict(self.fields[name].choices).get(  # type: ignore[attr-defined]  # a ChoiceField
                value, _("%(filter)s no longer there") % {"filter": NAMES[name]}
            )
            for name, value in kept
        ]
        return ", ".join(map(str, words))


def _choices() -> dict[str, list[tuple[str, str]]]:
    language = desk_formats.language()
    countries = formats.countries(language)
    return {
        "area": [(area.slug, str(area)) for area in Area.objects.all()],
        "country": sorted(countries.items(), key=lambda country: country[1]),
        "language": list(spoken_languages(language)),
        "owner": [(str(user.pk), str(user)) for user in colleagues()],
        "state": [(status.value, str(DESK_NAMES[status])) for status in Status],
        "package": [(package.slug, str(package)) for package in SupportPackage.objects.all()],
        "source": [(source.value, str(source.label)) for source in Source],
    }


class QueueOwnerForm(forms.Form):
    """Who gets the cases that are chosen in the queue."""

    owner = forms.ModelChoiceField(
        colleagues(), label=_("Give them to"), empty_label=_("Select a colleague"), widget=UnfoldAdminSelectWidget
    )


class QueueDateForm(TokenForm):
    """On which day the cases that are chosen in the queue are due again."""

    on = forms.DateField(
        label=_("Due again on"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={"required": _("Enter a day."), "invalid": _("Enter a date such as 2026-12-31.")},
    )

    def clean_on(self) -> datetime.date:
        """A follow-up is due on a day that can be meant."""
        day: datetime.date = self.cleaned_data["on"]
        today = team_today()
        if not today <= day <= today + LONGEST_HOLD:
            raise forms.ValidationError(_("Enter today or a day within a year."))
        return day

    def moment(self) -> datetime.datetime:
        """Return when the team closes on that day."""
        return datetime.datetime.combine(self.cleaned_data["on"], CLOSES, ZoneInfo(settings.TEAM_TIME_ZONE))
