"""The other public pages of the shop window."""

import re

import pytest
from django.test import Client

from conditions.models import Area
from portal.front.site import pages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]

PUBLIC = [
    "", "conditions/", "conditions/grey-fever/", "conditions/grey-fever/documents/", "areas/oncology/", "areas/dentistry/", "search/", "search/?q=ash",
    "clinics/", "clinics/?area=oncology", "clinics/birch/", "packages/", *(f"{slug}/" for slug in pages.SLUGS),
]  # fmt: skip


def html(visitor: Client, url: str) -> str:
    response = visitor.get(url)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_public_pages_set_no_cookie_and_hold_no_token(visitor: Client, language: str) -> None:
    for path in PUBLIC:
        response = visitor.get(f"/{language}/{path}")
        page = response.content.decode()
        assert response.status_code == 200, path
        assert not response.cookies, path
        assert "csrfmiddlewaretoken" not in page, path
        assert 'method="post"' not in page, path
        assert len(re.findall(r"<h1[ >]", page)) == 1, path
        assert re.search(r"<script(?! (type=\"application/ld\+json\"|src=))|\sstyle=|\son\w+=", page) is None, path


def test_public_pages_name_their_other_languages(visitor: Client) -> None:
    page = html(visitor, "/ru/clinics/birch/?utm=1")
    assert '<link rel="canonical" href="http://localhost:8000/ru/clinics/birch/">' in page
    assert re.findall(r'hreflang="([^"]+)" href="(http[^"]+)"', page) == [
        ("en", "http://localhost:8000/en/clinics/birch/"),
        ("x-default", "http://localhost:8000/en/clinics/birch/"),
        ("ru", "http://localhost:8000/ru/clinics/birch/"),
        ("ar", "http://localhost:8000/ar/clinics/birch/"),
    ]


PREFERENCES = {
    "ar-EG,ar;q=0.9,en;q=0.5": "/ar/",
    "ru": "/ru/",
    "fr,ru;q=0.1": "/ru/",
    "zh-hans": "/en/",
    "": "/en/",
    "*;q=nonsense,,": "/en/",
}


def test_the_root_leads_to_the_language_of_the_browser(visitor: Client) -> None:
    for header, target in PREFERENCES.items():
        response = visitor.get("/", headers={"accept-language": header})
        assert (response.status_code, response["Location"]) == (302, target), header
        assert "Accept-Language" in response["Vary"]
        assert "no-store" in response["Cache-Control"]


def test_languages_that_are_not_live_are_404(visitor: Client) -> None:
    for language in ("fr", "zh-hans", "es"):
        assert visitor.get(f"/{language}/").status_code == 404
        assert visitor.get(f"/{language}/conditions/grey-fever/").status_code == 404


def test_the_list_of_conditions_leaves_empty_areas_out(visitor: Client) -> None:
    page = html(visitor, "/en/conditions/")
    assert 'href="/en/conditions/grey-fever/"' in page
    assert "Oncology" in page
    assert "Dentistry" not in page


def test_an_area_has_no_empty_blocks(visitor: Client) -> None:
    full = html(visitor, "/en/areas/oncology/")
    assert 'id="conditions"' in full
    assert 'id="clinics"' in full
    empty = html(visitor, "/en/areas/dentistry/")
    assert 'id="conditions"' not in empty
    assert 'id="clinics"' not in empty
    assert 'href="/en/requests/new/"' in empty
    assert visitor.get("/en/areas/unknown/").status_code == 404


def test_names_are_escaped(visitor: Client) -> None:
    Area.objects.filter(slug="oncology").update(name_en="<b>Onc</b>")
    page = html(visitor, "/en/areas/oncology/")
    assert "<b>Onc" not in page
    assert "<h1>&lt;b&gt;Onc&lt;/b&gt;</h1>" in page


def test_packages_are_compared_in_words(visitor: Client) -> None:
    page = html(visitor, "/en/packages/?condition=grey-fever&clinic=<x>")
    cells = re.findall(r'<td data-label="([^"]+)"[^>]*>(.*?)</td>', page)
    assert cells == [
        ("Small", "included"),
        ("Large", "included: of three clinics"),
        ("Small", "not offered"),
        ("Large", "10 pages"),
    ]
    assert '<td colspan="2">Flights and Visa fee</td>' in page
    assert 'href="/en/requests/new/?package=small&amp;condition=grey-fever"' in page
    assert "Price on request" in page


WHAT_WE_DO = {
    "en": ("choose the doctor", "prepare your papers", "interpreter", "escort you", "after your return"),
    "ru": ("выбрать врача", "готовим бумаги", "переводчика", "сопровождаем", "после возвращения"),
    "ar": ("اختيار الطبيب", "نُعدّ أوراقك", "مترجمًا", "نرافقك", "بعد عودتك"),
}


@pytest.mark.parametrize("language", WHAT_WE_DO)
def test_one_page_says_what_we_do_from_the_first_consultation_to_the_follow_up(visitor: Client, language: str) -> None:
    page = html(visitor, f"/{language}/how-it-works/")
    assert [words for words in WHAT_WE_DO[language] if words not in page] == []


def test_an_unknown_address_gets_a_page_of_the_site(visitor: Client) -> None:
    response = visitor.get("/ar/unknown/")
    assert response.status_code == 404
    assert '<html lang="ar" dir="rtl">' in response.content.decode()
    assert not response.cookies
