"""No link on the site leads to a page that does not exist."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils.safestring import SafeString

from clinics.models import (
    Clinic,
    ClinicFact,
    ClinicLanguage,
    ClinicResearch,
    ClinicService,
    ClinicSource,
    OfferedTreatment,
    TravelFact,
)
from conditions.models import Source
from portal.front.site import context_processors
from tests.site.crawl import Walk, named_by_sitemaps, walk

pytestmark = pytest.mark.django_db


def test_every_link_leads_somewhere(site: Walk) -> None:
    broken = {
        address: (status, site.linked_from.get(address))
        for address, status in site.statuses.items()
        if status >= 400 and address in site.linked_from
    }
    assert broken == {}
    assert len(site.pages) > 60


def test_the_walk_sees_a_broken_link(monkeypatch: pytest.MonkeyPatch) -> None:
    header = SafeString('<nav><a href="/en/nowhere/">Nowhere</a></nav>')
    monkeypatch.setattr(context_processors, "site_head", lambda language, path: header)
    found = walk(["/en/"], most=5)
    assert (found.statuses["/en/nowhere/"], found.linked_from["/en/nowhere/"]) == (404, "/en/")


def test_every_static_file_exists(site: Walk) -> None:
    linked = [address for address in site.linked_from if address.startswith(settings.STATIC_URL)]
    assert linked
    missing = [one for one in linked if not finders.find(urlsplit(one).path.removeprefix(settings.STATIC_URL))]
    assert missing == []


def test_every_anchor_is_there(site: Walk) -> None:
    missing = [
        (address, target, fragment)
        for address, target, fragment in site.fragments
        if target in site.pages and fragment not in site.pages[target].ids
    ]
    assert missing == []


def test_links_to_elsewhere_are_those_of_sources(site: Walk) -> None:
    known = set(Source.objects.values_list("url", flat=True))
    sourced = (ClinicFact, ClinicLanguage, ClinicResearch, ClinicService, ClinicSource, OfferedTreatment, TravelFact)
    for model in sourced:
        known |= set(model._default_manager.exclude(source_url="").values_list("source_url", flat=True))
    known |= set(Clinic.objects.exclude(website="").values_list("website", flat=True))
    # A browser writes an address a little differently than an author.
    normal = {urlsplit(url).netloc for url in known}
    assert {url for url in site.outside if urlsplit(url).netloc not in normal} == set()


def test_languages_name_each_other(site: Walk) -> None:
    """hreflang: each page names itself and its other languages, and they name it back."""
    checked = 0
    for address, page in site.pages.items():
        if site.statuses[address] != 200 or page.is_kept_out or not page.alternates:
            continue
        checked += 1
        urls = {code: url for code, url in page.alternates.items() if code != "x-default"}
        assert page.canonical in urls.values(), address
        assert page.alternates["x-default"] == urls.get("en", next(iter(urls.values()))), address
        for url in urls.values():
            other = site.pages.get(urlsplit(url).path)
            assert other is not None, (address, url)
            assert other.alternates == page.alternates, (address, url)
    assert checked > 40


def test_the_sitemap_names_pages_that_are_their_own_canonical_address(site: Walk) -> None:
    named = named_by_sitemaps(Client(HTTP_HOST="localhost:8000"))
    assert named
    for address in named:
        assert site.statuses[address] == 200, address
        page = site.pages[address]
        assert urlsplit(page.canonical).path == address
        assert not page.is_kept_out
