"""Forms that ask who the patient is, where somebody writes for another."""

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from portal.core.http.forms import PatientEmailField, PublicForm, TokenForm
from requests.enums import ConsentWay, StatedBy
from requests.forms.consents import ConsentForm
from requests.forms.dates import DateField
from requests.forms.fields import ContactForm
from requests.models import Case

ADULT, OLDEST = 18, 120


def is_birth_date(day: datetime.date) -> bool:
    """Whether somebody who lives can be born on a day."""
    return day <= timezone.now().date() and age(day) <= OLDEST


def age(born: datetime.date) -> int:
    """Return how many whole years old somebody is."""
    today = timezone.now().date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


class WhoForm(forms.Form):
    """Name and birth date of a patient."""

    name = forms.CharField(
        label=gettext_lazy("The patient’s full name"),
        help_text=gettext_lazy("As it stands in the passport, if there is one."),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        error_messages={
            "required": gettext_lazy("Enter the patient’s full name."),
            "max_length": gettext_lazy("Enter at most 150 characters."),
        },
    )
    birth_date = DateField(
        label=gettext_lazy("The patient’s date of birth"),
        help_text=gettext_lazy("For instance 27 3 1968. Clinics tell people of one name apart by it."),
        missing=gettext_lazy("Enter the patient’s date of birth."),
        wrong=gettext_lazy("Enter a date of birth that exists, like 27 3 1968."),
    )

    def clean_birth_date(self) -> datetime.date:
        """Somebody is born before today, and not more than 120 years ago."""
        born: datetime.date = self.cleaned_data["birth_date"]
        if not is_birth_date(born):
            raise forms.ValidationError(self.fields["birth_date"].wrong)  # type: ignore[attr-defined]  # a DateField
        return born


class PatientForm(WhoForm, ConsentForm, TokenForm):
    """What the patient says: name, birth date, consents."""

    def __init__(self, data: QueryDict | None = None, *, language: str) -> None:
        super().__init__(data)
        self.fields["name"].label = _("Your full name")
        self.fields["birth_date"].label = _("Your date of birth")
        self.ask_for_consents(language)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self.check_consents()
        return data


class RepresentativeForm(WhoForm, ConsentForm, TokenForm):
    """What a parent or guardian says for a patient."""

    stated_by = forms.ChoiceField(
        label=gettext_lazy("Who are you to the patient?"),
        choices=[
            (StatedBy.PARENT, gettext_lazy("A parent, and the patient is under 18")),
            (StatedBy.GUARDIAN, gettext_lazy("The legal guardian")),
        ],
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Select who you are to the patient.")
        ),
    )
    field_order = ("stated_by", "name", "birth_date")

    def __init__(self, data: QueryDict | None = None, *, language: str) -> None:
        super().__init__(data)
        self.ask_for_consents(language)

    def clean(self) -> dict[str, Any]:
        """Who is grown up agrees in person, unless a guardian was appointed."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self.check_consents()
        born = data.get("birth_date")
        if data.get("stated_by") == StatedBy.PARENT and born and age(born) >= ADULT:
            self.add_error("birth_date", _("This patient is 18 or older and agrees in person. Send a link by e-mail."))
        return data


class AskPatientForm(ContactForm, PublicForm):
    """The e-mail address of a patient for whom somebody writes."""

    email = PatientEmailField(
        label=gettext_lazy("The patient’s e-mail address"),
        help_text=gettext_lazy("We send one mail there, with a link to agree. It says nothing about an illness."),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        # The browser would offer the writer's own.
        self.fields["email"].widget.attrs["autocomplete"] = "off"
        self.fields["email"].error_messages["required"] = _("Enter the patient’s e-mail address.")


class RecordPatientForm(forms.Form):
    """What somebody of the desk heard or saw of a patient for whom somebody else wrote."""

    name = forms.CharField(
        label=pgettext_lazy("desk", "The patient’s full name"),
        max_length=150,
        widget=UnfoldAdminTextInputWidget(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": pgettext_lazy("desk", "Enter the patient’s full name.")},
    )
    birth_date = forms.DateField(
        label=pgettext_lazy("desk", "Date of birth"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={
            "required": pgettext_lazy("desk", "Enter the date of birth."),
            "invalid": pgettext_lazy("desk", "Enter a date such as 1968-03-27."),
        },
    )
    stated_by = forms.ChoiceField(
        label=pgettext_lazy("desk", "Who agreed"), choices=StatedBy, widget=UnfoldAdminSelectWidget()
    )
    way = forms.ChoiceField(label=pgettext_lazy("desk", "How"), choices=ConsentWay, widget=UnfoldAdminSelectWidget())
    language = forms.ChoiceField(
        label=pgettext_lazy("desk", "Language of the words that were read"), widget=UnfoldAdminSelectWidget()
    )
    agreed = forms.BooleanField(
        label=pgettext_lazy("desk", "They agreed to both texts"),
        widget=UnfoldBooleanWidget(),
        error_messages={
            "required": pgettext_lazy(
                "desk", "Tick it when they have agreed to both. Without it no clinic sees the case."
            )
        },
    )

    def __init__(self, data: QueryDict | None, *, case: Case) -> None:
        super().__init__(data, initial={"name": case.patient_name, "language": case.language})
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]  # a ChoiceField

    def clean_birth_date(self) -> datetime.date:
        """Somebody is born before today, and not more than 120 years ago."""
        born: datetime.date = self.cleaned_data["birth_date"]
        if not is_birth_date(born):
            raise forms.ValidationError(
                pgettext_lazy("desk", "Enter a date of birth that is past, and at most 120 years ago.")
            )
        return born
