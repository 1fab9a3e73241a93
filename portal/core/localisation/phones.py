"""Phone numbers: the spelling that is stored, and the ways in which somebody reads a number out."""

import re

import phonenumbers

# A national number is no shorter; what is left of a number read out would find strangers.
SHORTEST = 6
SAYS_COUNTRY = re.compile(r"\W*(?:\+|00)")


def phone_number(typed: str, country: str) -> str | None:
    """Return a phone number as E.164 (+971501234567), or None when it cannot be one.

    ``country`` (ISO 3166-1 alpha-2) is assumed for a number without a country code.
    """
    number = _parsed(typed, country or None)
    return _e164(number) if number and phonenumbers.is_possible_number(number) else None


def national_number(number: str) -> str:
    """Return an E.164 number without its country code: 7012345678 for +77012345678."""
    parsed = _parsed(number)
    return str(phonenumbers.national_significant_number(parsed)) if parsed else ""


def international(term: str) -> str:
    """Return what somebody typed as E.164 if its digits begin with a country code, else an empty string."""
    number = _parsed("+" + phonenumbers.normalize_digits_only(term).removeprefix("00"))
    return _e164(number) if number else ""


def national_readings(term: str) -> list[str]:
    """Return the national numbers that somebody may mean, the longest first.

    What stands before a national number depends on who reads it out, and where: nothing, 0, 8, 810,
    00 or 011 with the country code. So each end of the digits may be one. A number that says its
    country ("+7", "007") is no national one.
    """
    digits = phonenumbers.normalize_digits_only(term)
    if SAYS_COUNTRY.match(term) and international(term):
        return []
    return [digits[start:] for start in range(len(digits) - SHORTEST + 1)]


def _parsed(text: str, country: str | None = None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
