"""Countries as people write them: the names of every language, what else they are called, their cities."""

import difflib
import re
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

import yaml
from babel.core import get_global
from django.utils import timezone

from portal.core.localisation import formats, zones
from portal.core.localisation.languages import LANGUAGES
from portal.core.text.normalise import normalise

LONGEST = 100
# Letters of Persian and Urdu keyboards that Arabic names are typed with.
_PERSIAN = str.maketrans("کی", "كي")
_BETWEEN_LETTERS = re.compile(r"(?<=\w)[.'’`](?=\w)|\.")
_NO_LETTER = re.compile(r"[\W_]+")
# "Dubai, UAE", "ОАЭ (Дубай)".
_BETWEEN_PLACES = re.compile(r"[,;/()،؛|]|\s[-–—]\s")


def country_code(typed: str, language: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of what somebody typed, or an empty string.

    The language of the page goes first; a name of any other language is understood too.
    """
    if len(typed) > LONGEST:
        return ""
    if code := _code_of(typed, language):
        return code
    codes = {_code_of(part, language) for part in _BETWEEN_PLACES.split(typed)} - {""}
    return codes.pop() if len(codes) == 1 else ""


def likely_country(typed: str, language: str) -> str:
    """Return the code of the country that was probably meant by words we do not know, or an empty string."""
    if len(typed) > LONGEST:
        return ""
    words = _normalise(typed).split()
    named = {code for word in words if len(word) > 2 and (code := _code_of(word, language))}
    if named:
        return named.pop() if len(named) == 1 else ""
    for known, cutoff in ((_codes(language), 0.75), (_elsewhere(), 0.8)):
        if close := difflib.get_close_matches(" ".join(words), known, n=1, cutoff=cutoff):
            return known[close[0]]
    return ""


def _code_of(typed: str, language: str) -> str:
    code = typed.strip().upper()
    if code in formats.countries(language):
        return code
    name = _normalise(typed)
    return _codes(language).get(name) or _elsewhere().get(name, "")


@cache
def _codes(language: str) -> dict[str, str]:
    """Return what a country is called in a language or in English, normalised, with its code."""
    codes: dict[str, str] = {}
    for spoken in (language, "en"):
        for name, code in _names(spoken):
            codes.setdefault(_normalise(name), code)
    return codes


def _elsewhere() -> dict[str, str]:
    """Return names of all languages, codes of three letters and cities that zones are named after."""
    return _elsewhere_on(timezone.now().date())


@lru_cache(maxsize=1)
def _elsewhere_on(today: date) -> dict[str, str]:
    by_name: dict[str, str] = {}
    for language in LANGUAGES:
        for name, code in _names(language):
            by_name.setdefault(_normalise(name), code)
    for alias, codes in get_global("territory_aliases").items():
        if len(codes) == 1 and alias.isalpha() and codes[0] in formats.countries("en"):
            by_name.setdefault(_normalise(alias), codes[0])
    for code in formats.countries("en"):
        for zone in zones.of_country(code, today):
            for language in LANGUAGES:
                by_name.setdefault(_normalise(formats.zone_city(zone, language)), code)
    return by_name


def _names(language: str) -> Iterator[tuple[str, str]]:
    for code, name in formats.countries(language).items():
        yield name, code
    for code, others in _synonyms().get(language, {}).items():
        for name in others:
            yield name, code


@cache
def _synonyms() -> dict[str, dict[str, list[str]]]:
    """Return the content file: language, code, names."""
    path = Path(__file__).parent / "content" / "country_names.yaml"
    names: dict[str, dict[str, list[str]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return names


def _normalise(name: str) -> str:
    """Return a name without case, accents, signs and articles: "The U.A.E." is "uae", "الإمارات" is "امارات"."""
    text = _BETWEEN_LETTERS.sub("", normalise(name).translate(_PERSIAN))
    words = _NO_LETTER.sub(" ", text).removeprefix("the ").split()
    return " ".join(word.removeprefix("ال") if len(word) > 4 else word for word in words)
