"""Forms of the follow-up: the day home with the consent, the three questions, and what the desk notes."""

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from portal.core.http.forms import PublicForm, TokenForm
from requests.enums import Appointment, ConsentWay, Feeling, HomeState, Purpose
from requests.forms.consents import ConsentsForm
from requests.forms.dates import DateField
from requests.models import Case, Homecoming
from requests.selectors.follow_ups import Answered, WarningSigns

NONE, UNSURE, OTHER = "none", "unsure", "other"
LONGEST_NUMBER = 9
# A patient is home some days after the discharge, and tells it now: an older day is a slip.
OLDEST = datetime.timedelta(days=365)


class SeenField(forms.CharField):
    """The number of what the page showed, hidden; cleans to an int, what is no number of ours to one that nothing has."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def clean(self, value: Any) -> int:
        text = str(super().clean(value))
        return int(text) if text.isdecimal() and len(text) < LONGEST_NUMBER else -1


def is_day_home(day: datetime.date) -> bool:
    """Whether somebody can have come home on a day: today at the latest, wherever that is."""
    today = timezone.now().date()
    return today - OLDEST <= day <= today + datetime.timedelta(days=1)


class HomeForm(ConsentsForm, TokenForm):
    """When the patient came home, and whether we may ask how they are."""

    purposes = (Purpose.FOLLOW_UP,)

    state = forms.ChoiceField(
        label=gettext_lazy("Are you at home again?"),
        choices=HomeState,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Select whether you are at home.")),
    )
    home_on = DateField(
        label=gettext_lazy("The day on which you came home"),
        help_text=gettext_lazy("For instance 27 3 2026. Leave it empty if you are not at home yet."),
        missing=gettext_lazy("Enter the day on which you came home."),
        wrong=gettext_lazy("Enter a day that exists, like 27 3 2026."),
        required=False,
    )
    seen = SeenField()
    consent_follow_up = forms.BooleanField(required=False)

    def __init__(
        self, data: QueryDict | None, *, told: Homecoming | None, language: str, asks_consent: bool, is_for_other: bool
    ) -> None:
        initial: dict[str, Any] = {"seen": told.number if told else 0}
        if told is not None:
            initial |= {"state": told.state, "home_on": told.home_on}
        super().__init__(data, initial=initial)
        if is_for_other:
            self.fields["state"].label = _("Is the patient at home again?")
            self.fields["state"].choices = [
                (HomeState.HOME, _("The patient is at home")),
                (HomeState.STAYS, _("The patient stays in Russia for now")),
                (HomeState.UNKNOWN, HomeState.UNKNOWN.label),
            ]
            self.fields["home_on"].label = _("The day on which the patient came home")
        if asks_consent:
            self.ask_for_consents(language)
        else:
            del self.fields["consent_follow_up"]

    def clean(self) -> dict[str, Any]:
        """Who is at home says since when; a day that somebody typed and does not mean is not dropped without a word."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "consent_follow_up" in self.fields:
            self.check_consents()
        day, state = data.get("home_on"), data.get("state")
        if state == HomeState.HOME and "home_on" not in self.errors:
            if day is None:
                self.add_error("home_on", _("Enter the day on which you came home."))
            elif not is_day_home(day):
                self.add_error("home_on", _("Enter a day of the last year, today at the latest."))
        elif state and day is not None:
            self.add_error("home_on", _("You entered a day. Select that you are at home, or empty the day."))
        return data


class FollowUpForm(TokenForm, PublicForm):
    """The three questions of a day."""

    fields: dict[str, Any]

    feeling = forms.ChoiceField(
        choices=Feeling,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Select better, the same or worse.")),
    )
    signs = forms.MultipleChoiceField(
        help_text=gettext_lazy("Tick all that are true today."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick a warning sign, or one of the last two answers."),
            "invalid_choice": gettext_lazy("This list has changed. Look at it and tick again."),
            "invalid_list": gettext_lazy("Tick a warning sign, or one of the last two answers."),
        },
    )
    appointment = forms.ChoiceField(
        choices=Appointment,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Select whether the appointment took place.")
        ),
    )
    words = forms.CharField(
        label=gettext_lazy("Is there something that we can help with?"),
        help_text=gettext_lazy("What you write here comes to your coordinator as a message."),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": gettext_lazy("Write at most 5,000 characters. You can send a message besides.")},
    )
    edition = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = SeenField()

    def __init__(
        self,
        data: QueryDict | None,
        *,
        signs: WarningSigns,
        before: Answered | None,
        is_for_other: bool,
        is_home: bool,
    ) -> None:
        initial: dict[str, Any] = {"edition": signs.edition, "seen": before.number if before else 0}
        if before is not None:
            initial |= {"feeling": before.feeling, "appointment": before.appointment, "words": before.words}
            initial["signs"] = [*before.places, *_last(before)]
        super().__init__(data, initial=initial)
        if is_for_other:
            self.fields["signs"].label = _("Does the patient have one of these warning signs?")
            self.fields["feeling"].label = (
                _("How is the patient, compared with the day they came home?")
                if is_home
                else _("How is the patient, compared with the day they left hospital?")
            )
        else:
            self.fields["signs"].label = _("Do you have one of these warning signs?")
            self.fields["feeling"].label = (
                _("How are you, compared with the day you came home?")
                if is_home
                else _("How are you, compared with the day you left hospital?")
            )
        self.fields["appointment"].label = _("Has the follow-up appointment with a doctor at home taken place?")
        self.fields["signs"].choices = [
            *((sign.place, _in_its_language(sign.text, signs.language)) for sign in signs.signs),
            (OTHER, _("Another sign that my doctors told me to watch for")),
            (NONE, _("None of these")),
            (UNSURE, _("I do not know")),
        ]
        if data is not None and data.get("edition") != signs.edition:
            # Another language, or another edition: what is ticked now was read there.
            self.put_answer("edition", signs.edition)

    def clean_signs(self) -> list[str]:
        """Nobody has a sign and none."""
        ticked: list[str] = self.cleaned_data["signs"]
        if NONE in ticked and len(ticked) > 1:
            raise forms.ValidationError(_("You ticked “None of these” and something else. Leave one of them."))
        return ticked


def _in_its_language(text: str, language: str) -> str:
    return text if language == get_language() else format_html('<span lang="{}">{}</span>', language, text)


def _last(before: Answered) -> list[str]:
    chosen = [key for key, is_so in ((OTHER, before.has_other_sign), (UNSURE, before.is_unsure)) if is_so]
    return chosen or ([] if before.places else [NONE])


class RecordFollowUpForm(forms.Form):
    """What somebody of the desk heard: whether the patient agrees to questions, and the day home."""

    state = forms.ChoiceField(
        label=pgettext_lazy("desk", "The way home"),
        choices=[
            (HomeState.UNKNOWN, pgettext_lazy("desk", "Not known yet")),
            (HomeState.HOME, pgettext_lazy("desk", "At home since")),
            (HomeState.STAYS, pgettext_lazy("desk", "Stays in Russia for now")),
        ],
        widget=UnfoldAdminSelectWidget(),
    )
    home_on = forms.DateField(
        label=pgettext_lazy("desk", "Day home"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={"invalid": pgettext_lazy("desk", "Enter a date such as 2026-03-27.")},
    )
    agreed = forms.BooleanField(
        label=pgettext_lazy("desk", "They agreed to the text that was read to them"),
        required=False,
        widget=UnfoldBooleanWidget(),
    )
    way = forms.ChoiceField(label=pgettext_lazy("desk", "How"), choices=ConsentWay, widget=UnfoldAdminSelectWidget())
    language = forms.ChoiceField(
        label=pgettext_lazy("desk", "Language of the words that were read"), widget=UnfoldAdminSelectWidget()
    )
    seen = SeenField()

    def __init__(self, data: QueryDict | None, *, case: Case, told: Homecoming | None, asks_consent: bool) -> None:
        initial: dict[str, Any] = {"language": case.language, "seen": told.number if told else 0}
        if told is not None:
            initial |= {"state": told.state, "home_on": told.home_on}
        super().__init__(data, initial=initial)
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]  # a ChoiceField
        if not asks_consent:
            for name in ("agreed", "way", "language"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """A day belongs to who is at home."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        day, is_home = data.get("home_on"), data.get("state") == HomeState.HOME
        if is_home and day is None and "home_on" not in self.errors:
            self.add_error("home_on", pgettext_lazy("desk", "Enter the day home."))
        elif is_home and day is not None and not is_day_home(day):
            self.add_error("home_on", pgettext_lazy("desk", "Enter a day of the last year, today at the latest."))
        elif not is_home and day is not None:
            self.add_error("home_on", pgettext_lazy("desk", "Select that they are at home, or empty the day."))
        return data
