"""Form that opens a case for somebody who called, wrote elsewhere, or stood in front of us."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from conditions.selectors import editions
from portal.accounts.models import User
from portal.core.http.forms import TokenForm
from requests.enums import BY_HAND, Channel
from requests.forms.person import DeskChoiceField, PersonForm
from requests.selectors.desk import colleagues
from requests.submission_content import TEXTS, SubmissionContent


class ByHandForm(PersonForm, TokenForm):
    """What somebody told us, with the consent that they gave by voice."""

    # The order of the page, so that its errors are listed from top to bottom.
    field_order = (
        "source", "told_at", "owes_answer", "name", "for_whom", "patient_name", "country", "time_zone", "speak",
        "language", "channel", "best_time", "phone", "email", "condition", "message", "consent_language", "heard_by",
        "consent_processing", "consent_health",
    )  # fmt: skip

    source = DeskChoiceField(
        _("How it reached us"),
        [("", _("Select")), *((source.value, source.label) for source in BY_HAND)],
        refusal=_("Select how it reached us."),
    )
    told_at = forms.DateTimeField(
        label=_("When"),
        help_text=_("Moscow time. The clock of our answer starts then."),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        error_messages={
            "required": _("Enter when they told you."),
            "invalid": _("Enter a day and a time such as 2026-11-29 14:30."),
        },
    )
    message = forms.CharField(
        label=_("In their own words"),
        help_text=_("What happened so far, what doctors found, what they hope for."),
        max_length=5000,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6, "dir": "auto"}),
        error_messages={"max_length": _("Write at most 5,000 characters. The rest fits into a note.")},
    )
    owes_answer = forms.BooleanField(
        label=_("They wait for an answer from us"),
        help_text=_("Without the tick the case is not in the queue of those who wait."),
        required=False,
        initial=True,
        widget=UnfoldBooleanWidget(),
    )
    heard_by = forms.ModelChoiceField(
        colleagues(),
        label=_("Who heard it"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget(),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Select who heard the consent.")),
    )
    consent_language = DeskChoiceField(
        _("Language in which it was read to them"), refusal=_("Select the language of the text that was read.")
    )
    consent_processing = forms.BooleanField(
        label=_("They said yes to the use of their personal data"),
        widget=UnfoldBooleanWidget(),
        error_messages={"required": _("Read them the text and tick what they agreed to. Without it no case is kept.")},
    )
    consent_health = forms.BooleanField(
        label=_("They said yes to the use of what they tell about health"),
        widget=UnfoldBooleanWidget(),
        error_messages={"required": _("Read them the text and tick what they agreed to. Without it no case is kept.")},
    )
    known = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("told_at", timezone.localtime().strftime("%Y-%m-%dT%H:%M"))
        self.initial.setdefault("heard_by", user.pk)
        self.fields["condition"].queryset = editions.with_page("en")
        self.fields["consent_language"].choices = self.fields["language"].choices

    def clean_told_at(self) -> datetime:
        """What somebody told is past."""
        told: datetime = self.cleaned_data["told_at"]
        if told > timezone.now():
            raise forms.ValidationError(_("Enter a time that has passed."))
        return told

    def clean(self) -> dict[str, Any]:
        """Check what depends on two answers: a way to reach them, words without a condition."""
        data = super().clean()
        email, phone, channel = data.get("email"), data.get("phone"), data.get("channel")
        wrong = set(self.errors)
        if channel == Channel.EMAIL and not email and "email" not in wrong:
            self.add_error("email", _("Enter an e-mail address, or select another way to reach them."))
        if channel and channel != Channel.EMAIL and not phone and "phone" not in wrong:
            self.add_error("phone", _("Enter a phone number, or select e-mail."))
        if not data.get("condition") and not data.get("message") and not {"condition", "message"} & wrong:
            self.add_error("message", _("Write in a few words what this is about, or select a condition."))
        return data

    def content(self) -> SubmissionContent:
        """Return what a checked form says."""
        same = {name: self.cleaned_data[name] for name in (*TEXTS, "message", "condition")}
        return SubmissionContent(**same, phone_as_typed=self.phone_as_typed)
