"""The sitemaps: every public page in every language that it is written in, one file for each language."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings

from clinics.models import CareAssistant, Doctor
from clinics.selectors import people, profiles
from conditions.selectors import editions
from conditions.selectors.areas import areas
from conditions.selectors.editions import PublishedDays
from portal.core import pages
from portal.front.alternates import Links, addresses, links

type Days = Mapping[str, datetime.date | None]


@dataclass(frozen=True)
class Entry:
    """One address with its other languages; ``changed_on`` where it is known."""

    url: str
    changed_on: datetime.date | None
    alternates: Links


@dataclass(frozen=True)
class Sitemap:
    """The entries of one language, and the last day that one of them changed."""

    language: str
    entries: list[Entry]

    @property
    def url(self) -> str:
        """Full address of the file."""
        return f"{settings.SITE_URL}/sitemap-{self.language}.xml"

    @property
    def changed_on(self) -> datetime.date | None:
        """The newest day among the entries."""
        return max(filter(None, (entry.changed_on for entry in self.entries)), default=None)


def sitemaps() -> list[Sitemap]:
    """Return the sitemap of each live language."""
    public = list(_pages())
    return [Sitemap(language, list(_entries(public, language))) for language in settings.LIVE_LANGUAGES]


def _entries(public: Iterable[tuple[dict[str, str], Days]], language: str) -> Iterator[Entry]:
    for found, days in public:
        if language in found:
            yield Entry(found[language], days.get(language), links(found))


def _pages() -> Iterator[tuple[dict[str, str], Days]]:
    """Yield each page: its address by language, and the day that it changed by language."""
    published = editions.published_days()
    clinic_days = profiles.in_sitemap()
    for name in ("front:home", "front:condition_list"):
        yield addresses(name), _newest(published)
    for area in areas():
        yield addresses("front:area", [area.slug]), _newest(one for one in published if one.area == area.slug)
    for one in published:
        yield addresses("front:condition", [one.slug], editions.in_order(one.days)), one.days
    yield (
        addresses("clinics:clinic_list"),
        _always(max(filter(None, (day for _slug, day in clinic_days)), default=None)),
    )
    for slug, checked_on in clinic_days:
        yield addresses("clinics:clinic", [slug]), _always(checked_on)
    for name, model in (("clinics:doctor", Doctor), ("clinics:care_assistant", CareAssistant)):
        for slug, checked_on in people.in_sitemap(model):
            yield addresses(name, [slug]), _always(checked_on)
    for name in (
        "clinics:doctor_list",
        "clinics:care_assistant_list",
        "clinics:how_ordered",
        "requests:package_list",
    ):
        yield addresses(name), {}
    for slug in pages.SLUGS:
        yield addresses("core:page", [slug]), {}


def _newest(published: Iterable[PublishedDays]) -> Days:
    """Return the day that a list of conditions changed: it shows English names where there are no others."""
    shown = list(published)
    return {language: max(_shown_days(shown, language), default=None) for language in settings.LIVE_LANGUAGES}


def _shown_days(published: list[PublishedDays], language: str) -> list[datetime.date]:
    days = (one.days.get(language) or one.days.get(settings.LANGUAGE_CODE) for one in published)
    return [day for day in days if day]


def _always(day: datetime.date | None) -> Days:
    return dict.fromkeys(settings.LIVE_LANGUAGES, day)
