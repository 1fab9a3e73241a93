"""The directory of clinics and a profile."""

import json
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clinics.models import City, Clinic
from clinics.selectors import first_sentence
from conditions.models import Area, Condition
from conditions.scripts import foreign_language

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]


def html(visitor: Client, url: str) -> str:
    response = visitor.get(url)
    assert response.status_code == 200
    return response.content.decode()


def names(page: str) -> list[str]:
    return re.findall(r"<h3><a class=\"card-link\"[^>]*><bdi>(.*?)</bdi>", page)


def test_stands_in_alphabetical_order_of_the_language(visitor: Client) -> None:
    assert names(html(visitor, "/en/clinics/")) == ["Aspen Clinic", "Birch Clinic"]
    assert names(html(visitor, "/ru/clinics/")) == ["Клиника «Берёза»", "Клиника «Осина»"]


def test_counts_in_words(visitor: Client) -> None:
    assert "2 clinics" in html(visitor, "/en/clinics/")
    assert "1 clinic<" in html(visitor, "/en/clinics/?condition=grey-fever")


def test_filters_narrow_and_can_be_removed_one_by_one(visitor: Client) -> None:
    page = html(visitor, "/en/clinics/?area=oncology&condition=grey-fever")
    assert names(page) == ["Birch Clinic"]
    removing = re.findall(r'<a class="pill" href="([^"]+)"', page)
    assert removing == ["/en/clinics/?condition=grey-fever", "/en/clinics/?area=oncology"]
    assert names(html(visitor, "/en/clinics/?area=oncology")) == ["Aspen Clinic", "Birch Clinic"]


ODD = [
    "area=unknown", "condition=unknown", "area=%00", "area=oncology%27--", "area[]=1", "page=0", "page=-5",
    "page=zz", "page=99999999999999999999", "area=" + "x" * 5000, "condition=%F0%9F%92%A9", "area=%ff",
]  # fmt: skip


def test_unknown_filters_count_as_none(visitor: Client) -> None:
    for query in ODD:
        assert names(html(visitor, f"/en/clinics/?{query}")) == ["Aspen Clinic", "Birch Clinic"], query


def test_an_empty_result_helps(visitor: Client) -> None:
    page = html(visitor, "/en/clinics/?area=dentistry")
    assert names(page) == []
    assert "No clinic matches" in page
    assert 'href="/en/requests/new/"' in page


def test_long_lists_have_numbered_pages_that_keep_the_filter(visitor: Client) -> None:
    city = City.objects.get(slug="kazan")
    area = Area.objects.get(slug="dentistry")
    for number in range(25):
        Clinic.objects.create(slug=f"z-{number}", city=city, name_en=f"Z {number:02}").areas.add(area)
    page = html(visitor, "/en/clinics/?area=dentistry&page=2")
    assert names(page) == [f"Z {number}" for number in range(20, 25)]
    assert 'href="?page=1&amp;area=dentistry"' in page


def test_at_most_six_queries_whatever_the_number_of_rows(
    visitor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    city = City.objects.get(slug="kazan")
    for number in range(12):
        clinic = Clinic.objects.create(slug=f"z-{number}", city=city, name_en=f"Z {number}")
        clinic.areas.set(Area.objects.all())
        clinic.conditions.set(Condition.objects.all())
    with django_assert_max_num_queries(6):
        assert len(names(html(visitor, "/en/clinics/?area=oncology&condition=grey-fever"))) == 13


def test_an_unpublished_clinic_is_nowhere(visitor: Client) -> None:
    Clinic.objects.filter(slug="birch").update(is_published=False)
    assert visitor.get("/en/clinics/birch/").status_code == 404
    assert names(html(visitor, "/en/clinics/")) == ["Aspen Clinic"]
    assert "/clinics/birch/" not in html(visitor, "/en/conditions/grey-fever/")
    assert "birch" not in visitor.get("/sitemap.xml").content.decode()


def test_a_profile_says_how_we_know_and_what_we_do_not(visitor: Client) -> None:
    page = html(visitor, "/en/clinics/birch/")
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Beds 40 beds How we know this: Birch’s own page · read on 20 November 2026" in words
    assert "Nearest airport Sheremetyevo ( SVO )" in words
    assert "Languages spoken Russian · English" in words
    assert "Licence not yet confirmed" in words
    assert "Operation one operation from US$2,700" in words
    assert "Tests on request" in words
    assert 'href="/en/conditions/grey-fever/"' in page
    assert 'href="/en/requests/new/?clinic=birch"' in page


def test_a_profile_without_facts_says_so(visitor: Client) -> None:
    page = html(visitor, "/en/clinics/aspen/")
    assert page.count("not yet confirmed") >= 4
    assert "Price on request" in page


def test_structured_data_holds_only_what_we_have(visitor: Client) -> None:
    found = re.search(r"ld\+json\">(.*?)</script>", html(visitor, "/en/clinics/aspen/"))
    assert found
    clinic = json.loads(found[1])["@graph"][0]
    assert clinic == {
        "@type": "MedicalOrganization",
        "name": "Aspen Clinic",
        "url": "http://localhost:8000/en/clinics/aspen/",
        "address": {"@type": "PostalAddress", "addressLocality": "Kazan", "addressCountry": "RU"},
    }


def test_a_latin_name_carries_its_language_on_an_arabic_page(visitor: Client) -> None:
    page = html(visitor, "/ar/clinics/")
    assert '<a class="card-link" href="/ar/clinics/aspen/" lang="en"><bdi>Aspen Clinic</bdi>' in page


@pytest.mark.parametrize(
    ("text", "page", "expected"),
    [
        ("EMC", "ar", "en"),
        ("EMC", "en", ""),
        ("EMC", "fr", ""),
        ("Клиника", "en", "ru"),
        ("Клиника", "ru", ""),
        ("42", "ar", ""),
    ],
)
def test_script_of_a_name(text: str, page: str, expected: str) -> None:
    assert foreign_language(text, page) == expected


def test_first_sentence() -> None:
    assert first_sentence("One thing [1]. Another.\n\nMore.") == "One thing."
    assert first_sentence("") == ""
