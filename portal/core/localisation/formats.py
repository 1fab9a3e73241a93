"""Formats of money, dates, countries and languages in a language: Babel, with Latin digits.

Django's own Arabic formats are wrong, so pages, mails and PDFs all come here.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency
from django.utils import translation
from django.utils.translation import gettext as _

from portal.core.localisation.languages import LANGUAGES

# Languages that the locale data know as the form of another one: Dari.
CLDR_LANGUAGES = {"prs": "fa_AF"}
# The same prices and days come again and again.
CACHE_SIZE = 2048


@cache
def locale(language: str) -> Locale:
    """Return the Babel locale of a language code of ours."""
    return Locale.parse(LANGUAGES[language].babel)


@lru_cache(maxsize=CACHE_SIZE)
def money(amount: Decimal, currency: str, language: str) -> str:
    """Write an amount with its currency, without decimals when it has none.

    Below 0 a minus sign stands before it. In a language that is written from right to left the
    amount is isolated: the signs would otherwise jump to its other side.
    """
    is_whole = amount == amount.to_integral_value()
    pattern = locale(language).currency_formats["standard"].pattern
    text = format_currency(
        abs(amount),
        currency,
        format=pattern.replace("0.00", "0") if is_whole else pattern,
        locale=locale(language),
        currency_digits=not is_whole,
        numbering_system="latn",
    )
    # Not the hyphen of the locale data, at which a line may break.
    text = f"\u2212{text}" if amount < 0 else text
    if LANGUAGES[language].direction == "rtl":
        return "\u2066" + text.replace("\u200f", "") + "\u2069"
    return text


@lru_cache(maxsize=CACHE_SIZE)
def day(value: date, language: str) -> str:
    """Write a day: 6 August 2026."""
    return format_date(value, LANGUAGES[language].day_format, locale=locale(language))


def month(value: date, language: str) -> str:
    """Write a month: August 2026."""
    return format_date(value, "LLLL y", locale=locale(language))


def moment(value: datetime, language: str, *zones: str) -> str:
    """Write an aware moment with its time zone: Friday 6 August 2026, 14:20 (Moscow time).

    In two zones: Friday 6 August 2026, 07:20 (New York time), which is 14:20 (Moscow time).
    """
    local, *others = (value.astimezone(ZoneInfo(zone)) for zone in zones)
    text = _moment(local, language, zones[0])
    for other, zone in zip(others, zones[1:], strict=True):
        is_same_day = other.date() == local.date()
        same = f"{other:%H:%M} ({zone_name(zone, language)})" if is_same_day else _moment(other, language, zone)
        with translation.override(language):
            text = _("%(moment)s, which is %(same)s") % {"moment": text, "same": same}
    return text


def _moment(local: datetime, language: str, zone: str) -> str:
    weekday = format_date(local, "EEEE", locale=locale(language))
    return f"{weekday} {day(local.date(), language)}{LANGUAGES[language].comma} {local:%H:%M} ({zone_name(zone, language)})"


@lru_cache(maxsize=CACHE_SIZE)
def zone_city(zone: str, language: str) -> str:
    """Write the city that a time zone is named after: Dubai."""
    names = (zone, *_older_names().get(zone, ()))
    cities = (locale(language).time_zones.get(name, {}).get("city") for name in names)
    return next(filter(None, cities), zone.rpartition("/")[2].replace("_", " "))


@cache
def _older_names() -> dict[str, list[str]]:
    """Return the names by which the locale data know some zones only: Asia/Calcutta for Asia/Kolkata."""
    renamed: dict[str, list[str]] = {}
    for old, new in get_global("zone_aliases").items():
        renamed.setdefault(new, []).append(old)
    return renamed


def zone_name(zone: str, language: str) -> str:
    """Write the name of a time zone: Dubai time."""
    with translation.override(language):
        return _("%(city)s time") % {"city": zone_city(zone, language)}


def names(values: Iterable[str], language: str) -> str:
    """Join names: A, B and C."""
    return format_list(list(values), locale=locale(language))


def inside(heading: str) -> str:
    """Write a heading as a part of a sentence: "Doctor" as "doctor"; an abbreviation stays as it is: "ECOG"."""
    return heading if heading[1:2].isupper() else heading[:1].lower() + heading[1:]


# Codes of the locale data that are no country of ISO 3166-1: regions, groups and test codes.
_NOT_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}


@cache
def countries(language: str) -> dict[str, str]:
    """Return the countries, ISO 3166-1 alpha-2 code to name, in the order of their names."""
    names = {
        code: name
        for code, name in locale(language).territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    }
    return dict(sorted(names.items(), key=lambda pair: pair[1].casefold()))


def language_name(code: str, language: str) -> str:
    """Write the name of a language (ISO 639 code) in another, to stand alone."""
    return _capitalised(_language_name(code, language))


def language_inside(code: str, language: str) -> str:
    """Write the name of a language (ISO 639 code) in another, inside a sentence: "английский", "English"."""
    return _language_name(code, language)


def language_names(codes: Iterable[str], language: str) -> str:
    """Write the names of languages (ISO 639 codes) in another, in their order there: "Arabic and Russian"."""
    return _capitalised(names(sorted(_language_name(code, language) for code in codes), language))


def _language_name(code: str, language: str) -> str:
    # The locale data write a script with a capital: zh_Hans.
    spoken, _hyphen, script = code.partition("-")
    name = f"{spoken}_{script.title()}" if script else spoken
    return str(locale(language).languages.get(CLDR_LANGUAGES.get(name, name), code))


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
