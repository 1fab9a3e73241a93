"""What search engines and browsers ask for."""

import datetime
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from conditions.models import Edition
from portal.front.site.sitemaps import LanguageSitemap
from portal.front.views import errors
from tests.factories import make_clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


HOST = "http://localhost:8000"


def read(visitor: Client, url: str) -> ElementTree.Element:
    response = visitor.get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    return ElementTree.fromstring(response.content)


def sitemap(visitor: Client, language: str) -> dict[str, ElementTree.Element]:
    root = read(visitor, f"/sitemap-{language}.xml")
    return {str(one.findtext("s:loc", namespaces=NAMES)): one for one in root.findall("s:url", NAMES)}


def changed_on(entry: ElementTree.Element) -> str | None:
    return entry.findtext("s:lastmod", namespaces=NAMES)


def publish_again(language: str, day: str) -> None:
    Edition.objects.filter(language=language).update(published_at=datetime.datetime.fromisoformat(f"{day}T12:00Z"))


def test_the_index_names_a_sitemap_for_each_language(visitor: Client) -> None:
    publish_again("en", "2026-11-21")
    publish_again("ru", "2026-11-22")
    publish_again("ar", "2026-11-19")
    found = [[child.text for child in one] for one in read(visitor, "/sitemap.xml")]
    assert found == [
        [f"{HOST}/sitemap-en.xml", "2026-11-21"],
        [f"{HOST}/sitemap-ru.xml", "2026-11-22"],
        [f"{HOST}/sitemap-ar.xml", "2026-11-20"],  # the day of a clinic's facts
    ]
    assert visitor.get("/sitemap-fr.xml").status_code == 404


def test_a_sitemap_names_the_pages_of_its_language_with_all_others(visitor: Client) -> None:
    found = sitemap(visitor, "ru")
    assert [url for url in found if not url.startswith(f"{HOST}/ru/")] == []
    page = found[f"{HOST}/ru/conditions/grey-fever/"]
    links = {one.get("hreflang"): one.get("href") for one in page.findall("x:link", NAMES)}
    assert links == {
        "en": f"{HOST}/en/conditions/grey-fever/",
        "ru": f"{HOST}/ru/conditions/grey-fever/",
        "ar": f"{HOST}/ar/conditions/grey-fever/",
        "x-default": f"{HOST}/en/conditions/grey-fever/",
    }
    assert changed_on(sitemap(visitor, "ar")[f"{HOST}/ar/clinics/birch/"]) == "2026-11-20"


def test_a_page_changed_when_its_own_edition_came_out(visitor: Client) -> None:
    publish_again("en", "2026-11-20")
    publish_again("ru", "2026-11-22")
    Edition.objects.filter(language="ar").delete()
    english, russian, arabic = (sitemap(visitor, code) for code in ("en", "ru", "ar"))
    assert changed_on(english[f"{HOST}/en/conditions/grey-fever/"]) == "2026-11-20"
    assert changed_on(russian[f"{HOST}/ru/conditions/grey-fever/"]) == "2026-11-22"
    assert changed_on(russian[f"{HOST}/ru/areas/oncology/"]) == "2026-11-22"
    # Arabic lists show the English name.
    assert changed_on(arabic[f"{HOST}/ar/conditions/"]) == "2026-11-20"
    assert changed_on(arabic[f"{HOST}/ar/areas/dentistry/"]) is None
    assert changed_on(english[f"{HOST}/en/privacy/"]) is None


def test_every_address_of_the_sitemaps_answers(visitor: Client) -> None:
    for language in ("en", "ru", "ar"):
        for url in sitemap(visitor, language):
            assert visitor.get(url.removeprefix(HOST)).status_code == 200, url


def test_a_language_without_an_edition_is_in_no_sitemap(visitor: Client) -> None:
    Edition.objects.filter(language="en").delete()
    assert [url for url in sitemap(visitor, "en") if "grey-fever" in url] == []
    page = sitemap(visitor, "ru")[f"{HOST}/ru/conditions/grey-fever/"]
    links = [(one.get("hreflang"), one.get("href")) for one in page.findall("x:link", NAMES)]
    russian, arabic = f"{HOST}/ru/conditions/grey-fever/", f"{HOST}/ar/conditions/grey-fever/"
    assert links == [("ru", russian), ("ar", arabic), ("x-default", russian)]


def test_a_long_sitemap_is_split_and_the_index_names_all_parts(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = list(sitemap(visitor, "ru"))
    monkeypatch.setattr(LanguageSitemap, "limit", -(-len(whole) // 3))
    index = [str(one.findtext("s:loc", namespaces=NAMES)) for one in read(visitor, "/sitemap.xml")]
    parts = [url for url in index if url.startswith(f"{HOST}/sitemap-ru.xml")]
    assert parts == [f"{HOST}/sitemap-ru.xml", f"{HOST}/sitemap-ru.xml?p=2", f"{HOST}/sitemap-ru.xml?p=3"]
    roots = [read(visitor, url.removeprefix(HOST)) for url in parts]
    assert [url.findtext("s:loc", namespaces=NAMES) for root in roots for url in root] == whole
    assert [visitor.get(f"/sitemap-ru.xml?p={part}").status_code for part in ("4", "0", "x")] == [404] * 3


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap-ru.xml"])
def test_the_queries_of_a_sitemap_do_not_grow_with_its_pages(visitor: Client, path: str) -> None:
    with CaptureQueriesContext(connection) as few:
        visitor.get(path)
    for number in range(20):
        make_clinic(f"clinic-{number}")
    with CaptureQueriesContext(connection) as many:
        assert visitor.get(path).status_code == 200
    assert len(many) == len(few)


def test_robots(visitor: Client) -> None:
    lines = visitor.get("/robots.txt").content.decode().splitlines()
    assert "Disallow: /en/case/" in lines
    assert "Disallow: /admin/" in lines
    assert "Sitemap: http://localhost:8000/sitemap.xml" in lines


def test_favicon(visitor: Client) -> None:
    response = visitor.get("/favicon.ico")
    assert response.status_code == 200
    assert response.content[:4] == b"\x00\x00\x01\x00"


@pytest.mark.django_db(False)
def test_the_500_page_asks_no_database(rf: RequestFactory) -> None:
    response = errors.server_error(rf.get("/en/"))
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()


def test_when_even_the_500_page_fails_plain_words_are_left(rf: RequestFactory) -> None:
    with override_settings(TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}]):
        response = errors.server_error(rf.get("/en/"))
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
