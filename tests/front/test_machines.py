"""What search engines and browsers ask for."""

from xml.etree import ElementTree

import pytest
from django.test import Client, RequestFactory, override_settings

from conditions.models import Edition
from portal.front import errors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def sitemap(visitor: Client) -> dict[str, ElementTree.Element]:
    response = visitor.get("/sitemap.xml")
    assert response["Content-Type"] == "application/xml"
    root = ElementTree.fromstring(response.content)
    return {str(one.findtext("s:loc", namespaces=NAMES)): one for one in root.findall("s:url", NAMES)}


def test_the_sitemap_names_every_page_in_its_languages(visitor: Client) -> None:
    found = sitemap(visitor)
    page = found["http://localhost:8000/ru/conditions/grey-fever/"]
    links = {one.get("hreflang"): one.get("href") for one in page.findall("x:link", NAMES)}
    assert links == {
        "en": "http://localhost:8000/en/conditions/grey-fever/",
        "ru": "http://localhost:8000/ru/conditions/grey-fever/",
        "ar": "http://localhost:8000/ar/conditions/grey-fever/",
        "x-default": "http://localhost:8000/en/conditions/grey-fever/",
    }
    published = Edition.objects.get(language="en").published_at.date().isoformat()
    assert page.findtext("s:lastmod", namespaces=NAMES) == published
    clinic = found["http://localhost:8000/ar/clinics/birch/"]
    assert clinic.findtext("s:lastmod", namespaces=NAMES) == "2026-11-20"


def test_every_address_of_the_sitemap_answers(visitor: Client) -> None:
    for url in sitemap(visitor):
        assert visitor.get(url.removeprefix("http://localhost:8000")).status_code == 200, url


def test_a_language_without_an_edition_is_not_in_the_sitemap(visitor: Client) -> None:
    Edition.objects.filter(language="ar").delete()
    found = sitemap(visitor)
    assert "http://localhost:8000/ar/conditions/grey-fever/" not in found
    assert "http://localhost:8000/en/conditions/grey-fever/" in found


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
