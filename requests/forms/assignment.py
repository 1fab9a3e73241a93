"""Forms of the desk for the second owner, absences and handover notes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from portal.accounts.models import User
from portal.core.http.forms import TokenForm
from requests.forms.desk import CASE_FORM
from requests.selectors.desk import colleagues


class SecondOwnerForm(forms.Form):
    """Who sees to the journey of a case beside its owner."""

    owner = forms.ModelChoiceField(
        colleagues(),
        required=False,
        empty_label=_("Nobody"),
        label=_("Second owner"),
        widget=UnfoldAdminSelectWidget(attrs=CASE_FORM),
    )


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={"required": _("Enter a day."), "invalid": _("Enter a date such as 2026-12-31.")},
        **more,
    )


def _person(label: Any, required: Any, **more: Any) -> forms.Field:
    return forms.ModelChoiceField(
        colleagues(),
        label=label,
        empty_label=_("Select a colleague"),
        widget=UnfoldAdminSelectWidget(),
        error_messages={"required": required},
        **more,
    )


class AbsenceForm(TokenForm):
    """Days on which somebody is away; only a lead is asked who."""

    user = _person(_("Who is away"), _("Select who is away."))
    begins_on = _day(
        _("First day away"), help_text=_("The cases go on when the team closes on the working day before.")
    )
    ends_on = _day(_("Last day away"))
    substitute = _person(_("Who stands in"), _("Select who stands in."))

    def __init__(self, *args: Any, by: User, is_lead: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_lead:
            self.initial.setdefault("user", by.pk)
        else:
            del self.fields["user"]


class LastDayForm(forms.Form):
    """Another last day of an absence."""

    ends_on = _day(_("Last day away"))


class HandoverForm(TokenForm):
    """A note for those who come next."""

    body = forms.CharField(
        label=_("What they should know"),
        help_text=_(
            "Name cases by their reference. Everybody who works cases can read it; after a month it is deleted."
        ),
        max_length=10_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6, "dir": "auto"}),
        error_messages={"required": _("Write what the next colleague should know.")},
    )
