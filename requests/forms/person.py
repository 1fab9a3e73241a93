"""Base form of the desk for a person: who it is, how to reach them, and what it is about."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from portal.core.localisation import desk_formats, formats
from portal.core.localisation.countries import country_code
from requests.enums import Channel, ForWhom
from requests.forms.fields import ContactForm, CountryField, RowField, ZoneField, spoken_languages, time_zones


def text_input(**attrs: str) -> forms.Widget:
    """Return the desk's input of one line; names and notes may be of any script."""
    widget: forms.Widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "dir": "auto", **attrs})
    return widget


class DeskChoiceField(forms.ChoiceField):
    """A choice that the desk has to make; ``refusal`` is the sentence for none, and for one that is not of the list."""

    def __init__(self, label: Any, choices: Iterable[tuple[str, Any]] = (), *, refusal: Any) -> None:
        messages = dict.fromkeys(("required", "invalid_choice"), refusal)
        super().__init__(label=label, choices=choices, widget=UnfoldAdminSelectWidget(), error_messages=messages)


class DeskRowField(RowField):
    """A row or none; the form that has the field says which rows there are."""

    def __init__(self, label: Any, empty_label: Any, *, refusal: Any) -> None:
        widget = UnfoldAdminSelectWidget()
        super().__init__(label=label, queryset=None, empty_label=empty_label, refusal=refusal, widget=widget)


class PersonForm(ContactForm):
    """A person and what they ask, checked as in the form for patients, in the desk's words."""

    use_required_attribute = False

    name = forms.CharField(
        label=pgettext_lazy("desk", "Name"),
        help_text=_("Of the person who wrote or called, as they want to be called."),
        max_length=200,
        widget=text_input(),
        error_messages={
            "required": _("Enter the name."),
            "max_length": _("Enter a name of at most 200 characters."),
        },
    )
    for_whom = DeskChoiceField(
        _("Who needs treatment"),
        [(ForWhom.ME, _("The person who wrote or called")), (ForWhom.SOMEONE_ELSE, _("Somebody else"))],
        refusal=_("Select who needs treatment."),
    )
    patient_name = forms.CharField(
        label=_("The patient’s name (optional)"),
        help_text=_("When it is somebody else. Leave it empty until you are told."),
        max_length=200,
        required=False,
        widget=text_input(),
        error_messages={"max_length": _("Enter a name of at most 200 characters.")},
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}),
        error_messages={
            "invalid": _("Enter an e-mail address like name@example.com."),
            "max_length": _("Enter an e-mail address of at most 254 characters."),
        },
    )
    phone = forms.CharField(
        label=_("Phone number"),
        help_text=_("With the country code, or as people dial it in their country."),
        max_length=40,
        required=False,
        widget=text_input(type="tel", inputmode="tel", dir="ltr"),
        error_messages={"max_length": _("Enter a phone number of at most 40 characters.")},
    )
    channel = DeskChoiceField(
        _("How they want to be reached"), [("", _("Select")), *Channel.choices], refusal=_("Select how to reach them.")
    )
    best_time = forms.CharField(
        label=_("Best time (optional)"),
        max_length=200,
        required=False,
        widget=text_input(),
        error_messages={"max_length": _("Describe the time in at most 200 characters.")},
    )
    country = CountryField(
        label=_("Country they live in"),
        widget=text_input(list="countries"),
        error_messages={"required": _("Enter the country they live in.")},
    )
    time_zone = ZoneField(
        label=_("Time zone (optional)"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        error_messages={"invalid_choice": _("Select a time zone of the list.")},
    )
    speak = DeskChoiceField(_("Language to speak"), refusal=_("Select the language to speak."))
    language = DeskChoiceField(
        _("Language of the site, of mails and estimates"), refusal=_("Select the language of the site.")
    )
    condition = DeskRowField(
        pgettext_lazy("desk", "Condition"),
        _("Not known yet"),
        refusal=_("Select a condition of the list, or “Not known yet”."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reads = desk_formats.language()
        languages = [(code, formats.language_name(code, reads)) for code in settings.LIVE_LANGUAGES]
        self.fields["speak"].choices = [("", _("Select")), *spoken_languages(reads)]
        self.fields["language"].choices = languages
        country = country_code(str(self.data.get("country") or self.initial.get("country") or "").strip(), reads)
        self.fields["time_zone"].choices = time_zones(reads, country)
