"""Form of a request: six groups on one page, no files, nothing typed is lost."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Self

from django import forms
from django.conf import settings
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.models import CareAssistant, Clinic, Doctor
from conditions.models import Condition, Procedure
from conditions.selectors import editions
from portal.core.content.translated_columns import named, untranslated
from portal.core.http.forms import GuardedForm, PatientEmailField, without_nul
from portal.core.localisation import formats, zones
from portal.core.localisation.countries import country_code
from requests.enums import Channel, Flag, ForWhom
from requests.forms.consents import ConsentForm
from requests.forms.fields import (
    ContactForm,
    CountryField,
    RowField,
    RowsField,
    ZoneField,
    spoken_languages,
    time_zones,
)
from requests.models import SupportPackage
from requests.submission_content import ROWS, TEXTS, Sender, SubmissionContent

CARRIED = ("condition", "clinic", "package")
# Asked about only when a page before carried it along.
CARRIED_ONLY = ("doctor", "care_assistant")
MAX_CARRIED = 10


class SubmissionForm(ConsentForm, ContactForm, GuardedForm):
    """What a patient, or somebody who writes for one, asks of us."""

    for_whom = forms.ChoiceField(
        label=gettext_lazy("Who needs treatment?"),
        help_text=gettext_lazy("You may write for someone else. We ask for the patient’s own name and consent later."),
        choices=ForWhom.choices,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Select who needs treatment.")),
    )
    condition = RowField(
        label=gettext_lazy("Illness"),
        queryset=Condition.objects.none(),
        empty_label=gettext_lazy("I do not know, or it is not in this list"),
        refusal=gettext_lazy("Select an illness of the list, or “I do not know”."),
    )
    procedure = RowsField(
        label=gettext_lazy("Treatments you want a price for"),
        help_text=gettext_lazy("Select all that you were told about. A doctor decides what suits you."),
        queryset=untranslated(Procedure),
        to_field_name="code",
        refusal=gettext_lazy("Select treatments of the list."),
    )
    clinic = RowField(
        label=gettext_lazy("Clinic"),
        queryset=named(Clinic, "slug").filter(is_published=True),
        empty_label=gettext_lazy("Help me choose"),
        refusal=gettext_lazy("Select a clinic of the list, or “Help me choose”."),
    )
    shortlist = RowsField(
        label=gettext_lazy("Clinics that you compared"),
        help_text=gettext_lazy("We ask those that are ticked, and compare what they offer."),
        queryset=named(Clinic, "slug").filter(is_published=True),
        to_field_name="slug",
        refusal=gettext_lazy("Select clinics of the list."),
    )
    doctor = RowField(
        label=gettext_lazy("Doctor"),
        queryset=named(Doctor, "slug").filter(is_published=True, is_sample=False),
        empty_label=gettext_lazy("Help me choose"),
        refusal=gettext_lazy("Select a doctor of the list, or “Help me choose”."),
    )
    care_assistant = RowField(
        label=gettext_lazy("Care assistant"),
        queryset=named(CareAssistant, "slug").filter(is_published=True, is_sample=False),
        empty_label=gettext_lazy("Help me choose"),
        refusal=gettext_lazy("Select a care assistant of the list, or “Help me choose”."),
    )
    package = RowField(
        label=gettext_lazy("Support package"),
        queryset=named(SupportPackage, "slug").filter(is_published=True),
        empty_label=gettext_lazy("I will decide later"),
        refusal=gettext_lazy("Select a package of the list, or “I will decide later”."),
    )
    message = forms.CharField(
        label=gettext_lazy("What has happened so far?"),
        help_text=gettext_lazy("A few sentences are enough: what doctors found, what was done, what you hope for."),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"max_length": gettext_lazy("Write at most 5,000 characters. You can tell us more later.")},
    )
    country = CountryField(
        label=gettext_lazy("Which country do you live in?"),
        help_text=gettext_lazy("Visa rules and travel depend on it."),
        widget=forms.TextInput(attrs={"list": "countries", "autocomplete": "country-name"}),
        error_messages={"required": gettext_lazy("Enter the country you live in.")},
    )
    speak = forms.ChoiceField(
        label=gettext_lazy("Which language shall we speak with you?"),
        error_messages={
            "required": gettext_lazy("Select the language we shall speak."),
            "invalid_choice": gettext_lazy("Select a language of the list."),
        },
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        help_text=gettext_lazy("As you want us to call you."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": gettext_lazy("Enter your name."),
            "max_length": gettext_lazy("Enter a name of at most 200 characters."),
        },
    )
    email = PatientEmailField(
        help_text=gettext_lazy("We send the link to your case there. We never write about your health in an e-mail.")
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How shall we reach you?"),
        choices=Channel.choices,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Select how we shall reach you.")),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone number"),
        help_text=gettext_lazy("With the country code. Not needed if we write by e-mail."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "dir": "ltr"}),
        error_messages={"max_length": gettext_lazy("Enter a phone number of at most 40 characters.")},
    )
    best_time = forms.CharField(
        label=gettext_lazy("When is a good time?"),
        max_length=200,
        required=False,
        error_messages={"max_length": gettext_lazy("Describe the time in at most 200 characters.")},
    )
    time_zone = ZoneField(
        label=gettext_lazy("Your time zone"),
        help_text=gettext_lazy("Select it if your country has several, or if you are elsewhere now."),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Select a time zone of the list.")},
    )

    def __init__(self, data: QueryDict | None = None, *, language: str, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.language = language
        self.fields["condition"].queryset = editions.with_page(language)
        self._offer_procedures(self.data.get("condition", ""), self.data.getlist("procedure"))
        self._offer_carried(self.data)
        self.fields["speak"].choices = partial(spoken_languages, language)
        country = self.data.get("country", "") if self.is_bound else self.initial.get("country", "")
        self._ask_for_zone(country_code(country.strip(), language))
        self.ask_for_consents(language)

    @classmethod
    def carrying(cls, query: QueryDict, *, language: str) -> Self:
        """Return a fresh form with what the page before passed on; unknown values are left out."""
        form, query = cls(language=language), without_nul(query)
        form.initial["speak"] = language.partition("-")[0]  # ISO 639, without a script
        for name in CARRIED:
            row = form.fields[name].queryset.filter(slug=query.get(name, "")).first()
            form.initial[name] = row.slug if row else None
        procedures = form.fields["procedure"].queryset.filter(code__in=query.getlist("procedure"))
        form.initial["procedure"] = list(procedures.values_list("code", flat=True))
        form._offer_procedures(form.initial["condition"] or "", form.initial["procedure"])
        form._offer_carried(query)
        for name in CARRIED_ONLY:
            form.initial[name] = next((slug for slug, _name in form.fields[name].choices if slug), None)
        form.initial["shortlist"] = [slug for slug, _name in form.fields["shortlist"].choices]
        return form

    def _ask_for_zone(self, country: str) -> None:
        """Offer time zones, those of the country first; where it has several, ask for the patient's."""
        self.fields["time_zone"].choices = partial(time_zones, self.language, country)
        if len(zones.of_country(country)) > 1:
            self.fields["time_zone"].label = _("Your country has several time zones. Which one do you live in?")
            self.fields["time_zone"].help_text = _("Then we name every hour in your own time.")

    def _offer_carried(self, query: QueryDict) -> None:
        """Offer the clinics, the doctor and the care assistant that an address or a form names, and no others."""
        for name in ("shortlist", *CARRIED_ONLY):
            # Anybody may write an address, so its length is bounded before the database is asked.
            slugs = query.getlist(name)[:MAX_CARRIED]
            rows = list(self.fields[name].queryset.filter(slug__in=slugs)) if slugs else []
            empty = [("", self.fields[name].empty_label)] if rows and name != "shortlist" else []
            self.fields[name].choices = [*empty, *((row.slug, row.name) for row in rows)]

    def _offer_procedures(self, condition: str, chosen: Sequence[str]) -> None:
        """Show the treatments of the illness and those already chosen; any other is taken all the same."""

        def choices() -> list[tuple[str, str]]:
            of_illness = Q(treatments__condition__slug=condition) | Q(prices__condition__slug=condition)
            rows = Procedure.objects.filter(of_illness | Q(code__in=chosen)).distinct()
            return [(procedure.code, procedure.name) for procedure in rows]

        # A form that is taken is never shown, and asks for none of this.
        self.fields["procedure"].choices = choices

    def wrong_phone(self) -> str:
        example = "\u2066+971 50 123 4567\u2069"
        return _("Enter a phone number with its country code, like %(example)s.") % {"example": example}

    def clean(self) -> dict[str, Any]:
        """Check what depends on two answers: a phone for the channel, words without an illness."""
        data = super().clean()
        needs_phone = data.get("channel") not in (None, "", Channel.EMAIL)
        if needs_phone and not self.phone_as_typed and "phone" not in self.errors:
            self.add_error("phone", _("Enter a phone number, or select e-mail."))
        self.check_consents()
        if not data.get("condition") and not data.get("message") and not {"condition", "message"} & set(self.errors):
            self.add_error("message", _("Tell us in a few words what this is about, or select an illness."))
        return data

    def as_typed(self, from_language: str) -> Self:
        """Return this form unchecked, with what was typed; a country is named in the new language."""
        typed = self.data.get("country", "")
        if from_language in settings.LIVE_LANGUAGES and (code := country_code(typed, from_language)):
            self.put_answer("country", formats.countries(self.language)[code])
        return super().as_typed(from_language)

    def content(self) -> SubmissionContent:
        """Return what a checked form says."""
        data = self.cleaned_data
        return SubmissionContent(
            **{name: data[name] for name in (*TEXTS, "message", *ROWS)},
            phone_as_typed=self.phone_as_typed,
            shortlist=tuple(data["shortlist"]),
            procedures=tuple(data["procedure"]),
        )

    def sender(self, *, network: str) -> Sender:
        """Return where a checked form comes from, and what looks odd about it."""
        flags = tuple(Flag(signal) for signal in self.spam_signals())
        return Sender(form_token=self.cleaned_data["form_token"], language=self.language, network=network, flags=flags)
