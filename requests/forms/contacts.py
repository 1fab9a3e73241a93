"""Form of the desk for a contact outside the portal."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from portal.core.http.forms import TokenForm
from requests.enums import ContactChannel, Direction
from requests.forms.desk import CASE_FORM, AndThenForm, SeenForm
from requests.models import Case
from requests.selectors import next_date

LONGEST_AGO = datetime.timedelta(days=366)


class ContactForm(AndThenForm, SeenForm, TokenForm):
    """A call, chat, e-mail or meeting: by what, when, what was said, and what comes next."""

    prefix = "contact"

    channel = forms.ChoiceField(
        label=pgettext_lazy("desk", "By"), choices=ContactChannel, widget=UnfoldAdminSelectWidget(attrs=CASE_FORM)
    )
    direction = forms.ChoiceField(
        label=_("Who began"),
        choices=[(Direction.TO_PATIENT, _("We did")), (Direction.FROM_PATIENT, _("They did"))],
        initial=Direction.TO_PATIENT,
        widget=UnfoldAdminSelectWidget(attrs=CASE_FORM),
    )
    at = forms.DateTimeField(
        label=_("When, in Moscow time (optional)"),
        help_text=_("Empty: now."),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local", **CASE_FORM}),
        error_messages={"invalid": _("Enter a day and a time such as 2026-12-31T14:30.")},
    )
    body = forms.CharField(
        label=_("What was said"),
        required=False,
        max_length=10_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "dir": "auto", **CASE_FORM}),
    )
    is_reached = forms.BooleanField(
        label=_("We reached each other"), required=False, initial=True, widget=forms.CheckboxInput(attrs=CASE_FORM)
    )
    is_answer = forms.BooleanField(
        label=_("This answers what they wrote: the clock stops"),
        required=False,
        widget=forms.CheckboxInput(attrs=CASE_FORM),
    )

    field_order = ("channel", "direction", "at", "body", "is_reached", "is_answer", "turn", "on", "time")

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        then = next_date.after_contact(case) if case.is_open and not case.is_quarantined else None
        super().__init__(case, *args, then=then, standing=next_date.standing(case), **kwargs)
        for name in ("seen", "form_token"):
            self.fields[name].widget.attrs.update(CASE_FORM)

    def clean_at(self) -> datetime.datetime:
        """A moment that is not to come; now where nobody says when."""
        at: datetime.datetime = self.cleaned_data["at"] or timezone.now()
        if not timezone.now() - LONGEST_AGO <= at <= timezone.now():
            raise forms.ValidationError(_("Enter a time that is past, and within a year."))
        return at

    def clean(self) -> dict[str, Any]:
        """Who was reached heard or said something; who was not has no answer yet."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("is_reached") and not cleaned.get("body"):
            self.add_error("body", _("Say what was said, in a line, or untick that you reached each other."))
        if cleaned.get("is_answer") and not cleaned.get("is_reached"):
            self.add_error("is_answer", _("Who was not reached has no answer yet."))
        return cleaned
