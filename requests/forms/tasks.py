"""Forms of the desk for tasks and calls."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from portal.core.http.forms import TokenForm
from portal.core.localisation import desk_formats
from portal.core.localisation.formats import zone_name
from portal.core.worktime import CLOSES, team_today
from requests.enums import CallChannel
from requests.models import Call, Case, TaskKind

LONGEST = datetime.timedelta(days=366)
MINUTES = (15, 30, 45, 60, 90)


def offered() -> QuerySet[TaskKind]:
    """Return the kinds that the desk can ask for."""
    return TaskKind.objects.filter(is_offered=True)


class DueOnField(forms.DateField):
    """A day within a year, by which something is done; cleaned, it is the moment at which the team closes on it."""

    def __init__(self) -> None:
        super().__init__(
            label=_("By (optional)"),
            help_text=_("At 18:00 Moscow time. Empty: the usual working days of the kind."),
            required=False,
            widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
            error_messages={"invalid": _("Enter a date such as 2026-12-31.")},
        )

    def clean(self, value: Any) -> datetime.datetime | None:
        day: datetime.date | None = super().clean(value)
        if day is None:
            return None
        if not team_today() <= day <= team_today() + LONGEST:
            raise forms.ValidationError(_("Enter today or a day within a year."))
        return datetime.datetime.combine(day, CLOSES, ZoneInfo(settings.TEAM_TIME_ZONE))


class TaskForm(TokenForm):
    """One more task, for the patient or for the desk."""

    kind = forms.ModelChoiceField(
        offered(),
        label=_("What there is to do"),
        empty_label=_("Select a kind"),
        widget=UnfoldAdminSelectWidget(),
        error_messages={"required": _("Select what there is to do.")},
    )
    details = forms.CharField(
        label=_("Your words (optional)"),
        help_text=_("Where the patient sees the task, she reads them: write in her language."),
        required=False,
        max_length=2_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4, "dir": "auto"}),
    )
    due_on = DueOnField()

    def clean(self) -> dict[str, Any]:
        """The kind that says nothing by itself needs words."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        if kind is not None and not kind.explanation and not cleaned.get("details"):
            self.add_error("details", _("Say what there is to do: the kind alone does not."))
        return cleaned


class CallForm(TokenForm):
    """When we call, in the patient's time or in ours, and by what."""

    on = forms.DateField(
        label=_("Day"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={"required": _("Enter the day of the call."), "invalid": _("Enter a date such as 2026-12-31.")},
    )
    at = forms.TimeField(
        label=_("Time"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}),
        error_messages={"required": _("Enter the time of the call."), "invalid": _("Enter a time such as 14:30.")},
    )
    zone = forms.ChoiceField(label=_("This is"), widget=UnfoldAdminSelectWidget())
    minutes = forms.TypedChoiceField(
        label=_("How long"),
        choices=lambda: [(number, _("%(number)s minutes") % {"number": number}) for number in MINUTES],
        initial=30,
        coerce=int,
        widget=UnfoldAdminSelectWidget(),
    )
    channel = forms.ChoiceField(
        label=pgettext_lazy("desk", "By"), choices=CallChannel, widget=UnfoldAdminSelectWidget()
    )
    details = forms.CharField(
        label=_("What it is about, in her language (optional)"),
        help_text=_("Stands on her case page only, never in the mail or the calendar."),
        required=False,
        max_length=2_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "dir": "auto"}),
    )
    sequence = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, case: Case, call: Call | None = None, **kwargs: Any) -> None:
        zones = dict.fromkeys((*case.zones, settings.TEAM_TIME_ZONE))
        initial: dict[str, Any] = {"channel": case.channel}
        if call is not None:
            local = call.starts_at.astimezone(ZoneInfo(case.zones[0]))
            initial = {"on": local.date(), "at": f"{local:%H:%M}", "minutes": call.minutes, "channel": call.channel}
            initial["sequence"] = call.sequence
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["zone"].choices = [(zone, zone_name(zone, desk_formats.language())) for zone in zones]  # type: ignore[attr-defined]
        # What a moved call is about does not change.
        if call is not None:
            del self.fields["details"]

    def clean(self) -> dict[str, Any]:
        """Day and time become one moment, ``starts_at``, which is not past."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not {"on", "at", "zone"} <= cleaned.keys():
            return cleaned
        starts_at = datetime.datetime.combine(cleaned["on"], cleaned["at"], ZoneInfo(cleaned["zone"]))
        if not timezone.now() < starts_at < timezone.now() + LONGEST:
            self.add_error("on", _("Enter a time after now and within a year."))
        return cleaned | {"starts_at": starts_at}
