"""The sitemap: every public page in every language that it is written in."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

import clinics.selectors
from conditions.selectors import editions
from conditions.selectors.areas import areas
from portal.core import pages
from portal.front.alternates import Links, addresses, links

LISTS = ("front:home", "front:condition_list", "clinics:clinic_list", "requests:package_list")


@dataclass(frozen=True)
class Entry:
    """One address with its other languages; ``changed_on`` where it is known."""

    url: str
    changed_on: datetime.date | None
    alternates: Links


def entries() -> list[Entry]:
    """Return every entry of the sitemap."""
    return [entry for found, changed_on in _pages() for entry in _entries(found, changed_on)]


def _pages() -> Iterator[tuple[dict[str, str], datetime.date | None]]:
    for name in LISTS:
        yield addresses(name), None
    for slug in pages.SLUGS:
        yield addresses("core:page", [slug]), None
    for area in areas():
        yield addresses("front:area", [area.slug]), None
    for listed in editions.listing("en"):
        yield addresses("front:condition", [listed.slug], listed.languages), listed.published_at.date()
    for slug, checked_on in clinics.selectors.in_sitemap():
        yield addresses("clinics:clinic", [slug]), checked_on


def _entries(found: dict[str, str], changed_on: datetime.date | None) -> Iterator[Entry]:
    alternates = links(found)
    for url in found.values():
        yield Entry(url, changed_on, alternates)
