"""The sitemaps: every public page in every language that it is written in, one file for each language."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap

from clinics.models import CareAssistant, Doctor
from clinics.selectors import people, profiles
from conditions.selectors import editions
from conditions.selectors.areas import areas
from conditions.selectors.editions import PublishedDays
from portal.front.site import pages
from portal.front.site.alternates import addresses, links

type Days = Mapping[str, datetime.date | None]


@dataclass(frozen=True)
class Page:
    """A public page: its full address by language, and the day that it changed, where that is known."""

    addresses: Mapping[str, str]
    days: Days


class LanguageSitemap(Sitemap):  # type: ignore[type-arg]  # generic in the stubs only
    """The pages that are written in one language, each with its other languages.

    Django's own alternates would name ``zh-hans``, and as x-default an address without a language.
    """

    def __init__(self, language: str, pages: Iterable[Page]) -> None:
        self.language = language
        self.protocol = urlsplit(settings.SITE_URL).scheme
        self.pages = [page for page in pages if language in page.addresses]

    def items(self) -> list[Page]:
        return self.pages

    def location(self, item: Page) -> str:
        return urlsplit(item.addresses[self.language]).path

    def lastmod(self, item: Page) -> datetime.date | None:
        return item.days.get(self.language)

    def get_latest_lastmod(self) -> datetime.date | None:  # type: ignore[override]  # the template takes both
        """Return the newest day among the pages; Django's own gives up where one has none."""
        return max(filter(None, map(self.lastmod, self.pages)), default=None)

    def get_domain(self, site: object = None) -> str:
        """Return the host that addresses are named by, whatever host was asked."""
        return str(urlsplit(settings.SITE_URL).netloc)

    def get_urls(self, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        urls = super().get_urls(*args, **kwargs)
        for url in urls:
            alternates = links(url["item"].addresses)
            url["alternates"] = [{"lang_code": code, "location": address} for code, address in alternates]
        return urls


def sitemaps() -> dict[str, LanguageSitemap]:
    """Return the sitemap of each live language."""
    public = list(_pages())
    return {language: LanguageSitemap(language, public) for language in settings.LIVE_LANGUAGES}


def _pages() -> Iterator[Page]:
    published = editions.published_days()
    clinic_days = profiles.in_sitemap()
    for name in ("front:home", "front:condition_list"):
        yield Page(addresses(name), _newest(published))
    for area in areas():
        in_area = (condition for condition in published if condition.area == area.slug)
        yield Page(addresses("front:area", [area.slug]), _newest(in_area))
    for condition in published:
        languages = editions.in_order(condition.days)
        yield Page(addresses("front:condition", [condition.slug], languages), condition.days)
        if with_documents := editions.in_order(condition.with_documents):
            yield Page(addresses("front:condition_documents", [condition.slug], with_documents), condition.days)
    newest = max(filter(None, (day for _slug, day in clinic_days)), default=None)
    yield Page(addresses("clinics:clinic_list"), _always(newest))
    for slug, checked_on in clinic_days:
        yield Page(addresses("clinics:clinic", [slug]), _always(checked_on))
    for name, model in (("clinics:doctor", Doctor), ("clinics:care_assistant", CareAssistant)):
        for slug, checked_on in people.in_sitemap(model):
            yield Page(addresses(name, [slug]), _always(checked_on))
    for name in (
        "clinics:doctor_list",
        "clinics:care_assistant_list",
        "clinics:how_ordered",
        "requests:package_list",
    ):
        yield Page(addresses(name), {})
    for slug in pages.SLUGS:
        yield Page(addresses("core:page", [slug]), {})


def _newest(published: Iterable[PublishedDays]) -> Days:
    """Return the day that a list of conditions changed: it shows English names where there are no others."""
    shown, newest = list(published), dict[str, datetime.date | None]()
    for language in settings.LIVE_LANGUAGES:
        days = (page.days.get(language) or page.days.get(settings.LANGUAGE_CODE) for page in shown)
        newest[language] = max(filter(None, days), default=None)
    return newest


def _always(day: datetime.date | None) -> Days:
    return dict.fromkeys(settings.LIVE_LANGUAGES, day)
