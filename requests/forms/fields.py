"""Form fields that understand what people type: countries, phones, e-mail addresses."""

import difflib
from functools import cache
from typing import Any

import phonenumbers
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.core import formats, zones

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
    """A country typed as its name in the language of the page, in English, or as its ISO code."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        found = country_code(typed, get_language() or "en")
        if typed and not found:
            raise forms.ValidationError(
                _("Enter the name of a country, for example “%(example)s”.")
                % {"example": formats.countries(get_language() or "en")["KZ"]}
            )
        return found

    def prepare_value(self, value: Any) -> Any:
        """Show a code that was typed as the name of its country."""
        return formats.countries(get_language() or "en").get(value, value)


def country_code(typed: str, language: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of what somebody typed, or an empty string."""
    names = formats.countries(language)
    if typed.upper() in names:
        return typed.upper()
    for spoken in (language, "en"):
        for code, name in formats.countries(spoken).items():
            if name.casefold() == typed.casefold():
                return code
    return ""


def phone_number(typed: str, country: str) -> str | None:
    """Return a phone number as E.164 (+971501234567), or None when it cannot be one.

    ``country`` (ISO 3166-1 alpha-2) is assumed for a number without a country code.
    """
    try:
        number = phonenumbers.parse(typed, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


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


def time_zones(language: str) -> list[tuple[str, str]]:
    """Return the time zones to choose from, with an empty choice first."""
    return [("", _("The time of my country")), *zones.choices(language)]
