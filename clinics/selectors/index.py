"""Index of the directory, by which its lists count and sort: read once and kept while nothing changes."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import override
from modeltranslation.utils import build_localized_fieldname

from clinics import versions
from clinics.facets import FacetIndex
from clinics.selectors.prices import Prices
from conditions.selectors import editions
from portal.core.content.translated_columns import untranslated
from portal.core.localisation import formats

type Names = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Box:
    """A value of a facet to tick: its HTML up to whether it is ticked, and from there up to its number."""

    value: str
    before: SafeString
    after: SafeString


@dataclass(frozen=True)
class DirectoryIndex:
    """What is published, as rows: ids, facets, names of their values, prices and orders.

    A facet without names is called by its values. ``orders`` are all rows by sort and language.
    """

    ids: list[int]
    facets: FacetIndex
    names: Mapping[str, Names]
    orders: Mapping[str, Mapping[str, list[int]]]
    prices: Prices = field(default_factory=Prices)

    def name_of(self, facet: str, value: str, language: str) -> str:
        """Return what a value is called; one that has no page to be named by is called nothing."""
        return self.names[facet].get(value, {}).get(language, "") if facet in self.names else value

    @cached_property
    def boxes(self) -> dict[tuple[str, str], list[Box]]:
        """Return the boxes of each facet in each language by name; a value that is called nothing has none."""
        return {
            (facet, language): self._boxes(facet, language)
            for facet in self.facets.facets
            for language in settings.LIVE_LANGUAGES
        }

    def _boxes(self, facet: str, language: str) -> list[Box]:
        named = ((self.name_of(facet, value, language), value) for value in self.facets.facets[facet])
        ordered = sorted((name.casefold(), value, name) for name, value in named if name)
        return [
            Box(
                value,
                format_html('<input type="checkbox" name="{0}" value="{1}" id="{0}-{2}"', facet, value, number),
                format_html('><label for="{}-{}"><bdi>{}</bdi> <span class="optional">', facet, number, name),
            )
            for number, (_folded, value, name) in enumerate(ordered)
        ]


def cached(build: Callable[[date], DirectoryIndex]) -> Callable[[], DirectoryIndex]:
    """Make of a function that reads everything one that reads again only after a change, or on another day.

    One query while nothing has changed.
    """

    @lru_cache(maxsize=1)
    def _build(version: uuid.UUID | None, today: date) -> DirectoryIndex:
        return build(today)

    return lambda: _build(versions.current(), timezone.now().date())


def name_columns() -> list[str]:
    """Return the columns of a name in the live languages."""
    return [build_localized_fieldname("name", code) for code in settings.LIVE_LANGUAGES]


def names_in(rows: Iterable[Sequence[str | None]], language: str) -> list[str]:
    """Return the names of rows that end with their ``name_columns``, in a language, else in English."""
    own, english = (settings.LIVE_LANGUAGES.index(code) for code in (language, settings.LANGUAGE_CODE))
    after = len(settings.LIVE_LANGUAGES)
    return [row[own - after] or row[english - after] or "" for row in rows]


def names_of(model: type[Model], key: str) -> Names:
    """Return the names of all rows of a model by key and language."""
    rows = list(untranslated(model).order_by("pk").values_list(key, *name_columns()))
    names: Names = {value: {} for value, *_names in rows}
    for language in settings.LIVE_LANGUAGES:
        for (value, *_names), name in zip(rows, names_in(rows, language), strict=True):
            names[value][language] = name
    return names


def names_of_conditions() -> Names:
    """Return the names of the conditions that have a page."""
    names: Names = {}
    for language in settings.LIVE_LANGUAGES:
        for condition in editions.listing(language):
            names.setdefault(condition.slug, {})[language] = condition.name
    return names


def names_of_languages(codes: Iterable[str]) -> Names:
    """Return the names of languages that are spoken."""
    return {code: {live: formats.language_name(code, live) for live in settings.LIVE_LANGUAGES} for code in codes}


def names_of_choices(choices: Any) -> Names:
    """Return the labels of an enumeration."""
    names: Names = {value: {} for value in choices.values}
    for language in settings.LIVE_LANGUAGES:
        with override(language):
            for choice in choices:
                names[choice.value][language] = str(choice.label)
    return names


def by_name(rows: Sequence[Sequence[str | None]]) -> dict[str, list[int]]:
    """Return the numbers of rows that end with their ``name_columns`` in the order of their names, by language."""
    folded = {code: [name.casefold() for name in names_in(rows, code)] for code in settings.LIVE_LANGUAGES}
    return {code: sorted(range(len(rows)), key=names.__getitem__) for code, names in folded.items()}
