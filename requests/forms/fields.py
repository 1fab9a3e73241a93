"""Form fields that understand what people type: countries, phones, e-mail addresses."""

import difflib
from functools import cache
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from portal.core.http.forms import AnswersForm
from portal.core.localisation import formats, zones
from portal.core.localisation.countries import country_code, likely_country
from portal.core.localisation.phones import phone_number

# Languages that somebody of the desk, or an interpreter, can be found for: ISO 639 codes.
SPOKEN = (
    "ar", "az", "be", "bg", "bn", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu",
    "hy", "id", "it", "ja", "ka", "kk", "ko", "ku", "ky", "lt", "lv", "mk", "mn", "ms", "ne", "nl", "no", "pl", "prs",
    "ps", "pt", "ro", "ru", "sk", "sl", "so", "sq", "sr", "sv", "sw", "tg", "th", "tk", "tr", "uk", "ur", "uz", "vi", "zh",
)  # fmt: skip

# Providers whose names are often mistyped; an address at any other domain is taken as it is.
PROVIDERS = (
    "gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "live.com", "icloud.com", "aol.com",
    "proton.me", "protonmail.com", "mail.ru", "yandex.ru", "rambler.ru", "bk.ru", "inbox.ru", "list.ru", "qq.com",
    "163.com", "126.com", "gmx.de", "gmx.net", "web.de", "orange.fr", "free.fr",
)  # fmt: skip


class CountryField(forms.CharField):
    """A country as people write it: a name in any language, a short or an old one, a large city, an ISO code."""

    def clean(self, value: Any) -> str:
        language = get_language() or "en"
        typed = super().clean(value)
        code = country_code(typed, language)
        if typed and not code:
            raise forms.ValidationError(self._sentence(typed, language))
        return code

    def _sentence(self, typed: str, language: str) -> str:
        names = formats.countries(language)
        if likely := likely_country(typed, language):
            return _("Enter the name of a country. Did you mean “%(country)s”?") % {"country": names[likely]}
        return _("Enter the name of a country, for example “%(example)s”.") % {"example": names["KZ"]}

    def prepare_value(self, value: Any) -> Any:
        """Show a code that was typed as the name of its country."""
        return formats.countries(get_language() or "en").get(value, value)


class ZoneField(forms.ChoiceField):
    """A time zone of the list, or any other of the IANA database."""

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) or zones.exists(str(value))


class RowField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """A row chosen by slug, or none; ``refusal`` is the sentence for what is not of the list."""

    def __init__(self, *, refusal: Any, **kwargs: Any) -> None:
        super().__init__(to_field_name="slug", required=False, error_messages={"invalid_choice": refusal}, **kwargs)


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """Any number of rows to tick; ``refusal`` as above."""

    def __init__(self, *, refusal: Any, **kwargs: Any) -> None:
        messages = dict.fromkeys(("invalid_choice", "invalid_list"), refusal)
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple, error_messages=messages, **kwargs)

    def clean(self, value: Any) -> list[Any]:  # type: ignore[override]  # what nobody ticked need not be asked for
        return list(super().clean(value)) if value else []


class ContactForm(AnswersForm):
    """How to reach a person: it asks once about an e-mail provider that looks mistyped, and reads phone numbers."""

    # Django's stubs do not know the choices and querysets of a field that is found by name.
    fields: dict[str, Any]

    email_kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_email(self) -> str:
        """Ask what was meant; the same address sent again is kept."""
        typed = str(self.cleaned_data["email"])
        meant = likely_email(typed)
        if meant and self.data.get("email_kept") != typed:
            self.put_answer("email_kept", typed)
            raise forms.ValidationError(
                _("Did you mean %(address)s? Change it, or send again to keep what you typed.")
                % {"address": f"\u2066{meant}\u2069"}
            )
        return typed

    def country_of_phone(self) -> str:
        """Return the country of a number that was typed without its country code."""
        return str(self.cleaned_data.get("country") or "")

    def wrong_phone(self) -> str:
        """Return the sentence for a text that is no phone number."""
        return pgettext("desk", "Enter a phone number with its country code, like +971 50 123 4567.")

    def clean(self) -> dict[str, Any]:
        """Write the phone number as cases store it (E.164)."""
        data = super().clean() or self.cleaned_data
        self.phone_as_typed = str(data.get("phone", ""))
        if self.phone_as_typed:
            number = phone_number(self.phone_as_typed, self.country_of_phone())
            # Without a country the number may be right: the error beside the country is enough.
            if number is None and "country" not in self.errors:
                self.add_error("phone", self.wrong_phone())
            data["phone"] = number or ""
        return data

    @cached_property
    def countries(self) -> list[str]:
        """The names of the countries, for suggestions while typing."""
        return list(formats.countries(get_language() or "en").values())


def likely_email(typed: str) -> str | None:
    """Return the address that was probably meant, when the provider's name looks mistyped."""
    name, _at, domain = typed.rpartition("@")
    domain = domain.lower()
    if domain in PROVIDERS:
        return None
    close = difflib.get_close_matches(domain, PROVIDERS, n=1, cutoff=0.86)
    return f"{name}@{close[0]}" if close else None


@cache
def spoken_languages(language: str) -> list[tuple[str, str]]:
    """Return the languages one can ask to speak, in the order of their names."""
    names = [(code, formats.language_name(code, language)) for code in SPOKEN]
    return sorted(names, key=lambda pair: pair[1].casefold())


def time_zones(language: str, country: str) -> list[tuple[str, str | zones.Choices]]:
    """Return the time zones to choose from, with an empty choice first; ``country`` may be empty."""
    has_several = len(zones.of_country(country)) > 1
    empty = _("I am not sure") if has_several else _("The time of my country")
    return [("", empty), *zones.choices(language, country)]
