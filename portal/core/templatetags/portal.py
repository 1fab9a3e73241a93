"""Template filters of the portal: money, dates and isolated values."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst, normalize_newlines
from django.utils.translation import get_language, gettext

from portal.core.localisation import emergency, formats
from portal.core.localisation.languages import LANGUAGES
from portal.core.localisation.money import ON_REQUEST
from portal.core.text import typography

register = template.Library()


def _language() -> str:
    return get_language() or "en"


@register.filter
def bdi(value: object) -> SafeString:
    """Isolate a value inside a sentence, so that its direction does not disturb the rest."""
    return format_html("<bdi>{}</bdi>", value)


@register.filter
def ltr(value: object) -> SafeString:
    """Isolate a phone, code, e-mail or dose, which reads from left to right in every language."""
    return format_html('<bdi dir="ltr">{}</bdi>', value)


# Two or more digits with what stands between them in phones, ranges and codes; not inside a reference or an address.
_DIGITS = r"[+(]?\d[\d\s().\-\u2010-\u2013/:+]*\d(?![A-Za-z\d])"
# A temperature with its sign: "38 °C".
_TEMPERATURE = r"\d+(?:[.,]\d+)?\s?°\s?[CF]\b"
_NUMBER = re.compile(rf"(?<![A-Za-z\d])(?:(?P<temperature>{_TEMPERATURE})|{_DIGITS})")
MIN_DIGITS_OF_A_PHONE = 7


@register.filter
def free_text(text: str) -> SafeString:
    """Write what a person typed as paragraphs: each in its own direction, its numbers from left to right.

    Unicode alone shows "+971 50 123 4567" inside Arabic words as "4567 123 50 971+", and "38 °C" as "C° 38".
    """
    blocks = re.split(r"\n{2,}", normalize_newlines(text).strip())
    paragraphs = ("<br>".join(_isolate_numbers(line) for line in block.split("\n")) for block in blocks)
    return mark_safe("\n".join(f'<p dir="auto">{paragraph}</p>' for paragraph in paragraphs))  # noqa: S308 – each part is escaped


def _isolate_numbers(line: str) -> str:
    """Escape a line; numbers with signs between their digits, phones and temperatures are isolated."""
    parts, end = [], 0
    for match in _NUMBER.finditer(line):
        number = match[0]
        is_phone = number.startswith("+") or sum(map(str.isdigit, number)) >= MIN_DIGITS_OF_A_PHONE
        if match["temperature"] is None and (number.isdigit() or (re.search(r"\s", number) and not is_phone)):
            continue
        parts += [escape(line[end : match.start()]), ltr(number)]
        end = match.end()
    return "".join([*parts, escape(line[end:])])


@register.filter
def mail_paragraphs(html: str) -> SafeString:
    """Write each line of a mail as a paragraph; mail programs know no style sheet."""
    lines = ((mark_safe(line),) for line in html.splitlines() if line.strip())  # noqa: S308 – escaped where it was rendered
    return format_html_join("\n", '<p style="margin:0 0 12px">{}</p>', lines)


@register.filter
def strong(value: object, form: str) -> object:
    """Set a value of a mail in bold, where its ``form`` is HTML."""
    return format_html("<strong>{}</strong>", value) if form == "html" else value


@register.filter
def no_break(text: str) -> str:
    """Keep the figures of a plain text in the active language together at the end of a line."""
    return typography.no_break(text, _language())


@register.filter
def day(value: date) -> str:
    """Write a day in the active language."""
    return formats.day(value, _language())


@register.filter
def moment(value: datetime, zones: str | Sequence[str]) -> str:
    """Write a moment with its time zone, or in several zones, in the active language."""
    return formats.moment(value, _language(), *([zones] if isinstance(zones, str) else zones))


@register.filter
def machine(value: datetime) -> str:
    """Write a moment for the ``datetime`` attribute: no fraction of a second."""
    return value.isoformat(timespec="seconds")


@register.filter
def og_locale(language: str) -> str:
    """Write a language of ours as Open Graph knows it."""
    return LANGUAGES[language].open_graph


@register.filter
def html_lang(language: str) -> str:
    """Write a language of ours as HTML knows it."""
    return LANGUAGES[language].html_lang


@register.filter
def zone_name(zone: str) -> str:
    """Write the name of a time zone in the active language."""
    return formats.zone_name(zone, _language())


@register.filter
def country(code: str) -> str:
    """Write the name of a country (ISO 3166-1 alpha-2) in the active language."""
    return formats.countries(_language()).get(code, code)


@register.filter
def language_name(code: str) -> str:
    """Write the name of a language (ISO 639) in the active language."""
    return formats.language_name(code, _language())


@register.filter
def language_inside(code: str) -> str:
    """Write the name of a language inside a sentence."""
    return formats.language_inside(code, _language())


@register.filter
def listed(values: Iterable[str]) -> str:
    """Join words into a list in the active language: "a, b and c"."""
    return formats.names(values, _language())


@register.filter
def without_placeholder(field: BoundField) -> BoundField:
    """Take away the placeholder that a library's form gave its field: the label says it all."""
    field.field.widget.attrs.pop("placeholder", None)
    return field


@register.simple_tag
def price_on_request() -> str:
    """Write "Price on request" as a sentence of its own."""
    return capfirst(gettext(ON_REQUEST))


@register.simple_tag
def emergency_numbers() -> str:
    """Write whom to call in Russia, for a place with or without markup."""
    return emergency.numbers()


@register.simple_tag
def isolate(value: Any) -> str:
    """Isolate a value in a place without markup: a subject, a title, an attribute."""
    return f"\u2068{value}\u2069"
