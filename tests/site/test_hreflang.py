"""Languages point at each other: in every page, in every sitemap, and both say the same."""

import re
from collections.abc import Callable
from copy import deepcopy
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.site.crawl import SITE, Reader, Walk, addresses_of

pytestmark = pytest.mark.django_db

# Address, and (hreflang, address) of every language of it.
type Named = dict[str, dict[str, str]]

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def read(client: Client, path: str) -> Named:
    """Return what a sitemap says."""
    root = ElementTree.fromstring(client.get(path).content)
    return {
        str(entry.findtext("s:loc", namespaces=NAMES)): {
            str(link.get("hreflang")): str(link.get("href")) for link in entry.findall("x:link", NAMES)
        }
        for entry in root
    }


def problems(named: Named) -> list[str]:
    """Return every address whose languages do not point back, or to nothing, or not to itself."""
    found = []
    for address, links in named.items():
        languages = {code: url for code, url in links.items() if code != "x-default"}
        if address not in languages.values():
            found.append(f"{address} does not name itself")
        if links.get("x-default") not in languages.values():
            found.append(f"{address} has no default among its languages")
        elif "en" in languages and links["x-default"] != languages["en"]:
            found.append(f"{address} has another default than English")
        for code, url in links.items():
            if url not in named:
                found.append(f"{address} names {url}, which is no page")
            elif named[url] != links:
                found.append(f"{address} names {url} as {code}, which says something else")
    return found


@pytest.fixture(scope="module")
def client(django_db_setup: None) -> Client:
    return Client(HTTP_HOST="localhost:8000")


@pytest.fixture(scope="module")
def named(client: Client, django_db_blocker: DjangoDbBlocker) -> Named:
    """What all sitemaps together say."""
    with django_db_blocker.unblock():
        index = addresses_of(client.get("/sitemap.xml").content.decode())
        sitemaps = [read(client, path) for path in index]
    assert len(sitemaps) == len(settings.LIVE_LANGUAGES)
    together = {address: links for sitemap in sitemaps for address, links in sitemap.items()}
    assert len(together) == sum(map(len, sitemaps))
    return together


def test_the_languages_of_the_sitemaps_name_each_other(named: Named) -> None:
    assert problems(named) == []
    # Some pages have all languages, some have not.
    assert {len(links) for links in named.values()} >= {3, 4}


def test_pages_say_the_same_as_the_sitemaps(site: Walk, named: Named) -> None:
    differences = []
    for address, links in named.items():
        page = site.pages[address.removeprefix(SITE)]
        if (page.canonical, page.alternates, page.is_kept_out) != (address, links, False):
            differences.append(address)
    assert differences == []


def test_a_page_that_no_sitemap_names_in_its_language_is_kept_out(client: Client, named: Named) -> None:
    slugs = {found[1] for address in named if (found := re.search(r"/conditions/([^/]+)/$", address))}
    missing = [
        f"/{code}/conditions/{slug}/"
        for slug in slugs
        for code in settings.LIVE_LANGUAGES
        if f"{SITE}/{code}/conditions/{slug}/" not in named
    ]
    assert missing
    for address in missing:
        page = Reader(client.get(address).content.decode())
        assert page.is_kept_out, address
        assert page.alternates == {}, address
        assert page.canonical in named, address


def take_out_english(named: Named) -> None:
    del named[f"{SITE}/en/clinics/"]


def forget_the_default(named: Named) -> None:
    del named[f"{SITE}/ru/clinics/"]["x-default"]


def name_another_default(named: Named) -> None:
    for code in settings.LIVE_LANGUAGES:
        named[f"{SITE}/{code}/clinics/"]["x-default"] = f"{SITE}/ru/clinics/"


def forget_to_point_back(named: Named) -> None:
    del named[f"{SITE}/ar/clinics/"]["en"]


@pytest.mark.parametrize("harm", [take_out_english, forget_the_default, name_another_default, forget_to_point_back])
def test_the_check_sees(harm: Callable[[Named], None], named: Named) -> None:
    broken = deepcopy(named)
    harm(broken)
    assert problems(broken) != []
