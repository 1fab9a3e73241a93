"""Search over conditions, clinics and packages."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils.translation import override

from conditions.models import Edition
from portal.front.search.results import find

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]


FOUND = [
    ("GREY fev", "Grey fever", "The name matches."),
    ("fever grey", "Grey fever", "The name matches."),
    ("grey fevers", "Grey fever", "The name matches."),
    ("rays", "Grey fever", "A treatment for it: \u2068Rays\u2069."),
    ("Серая ЛИХОРАДКА", "Grey fever", "The words are in this page in another language."),
    ("всё сереет", "Grey fever", "The words are in this page in another language."),
    ("الحُمّى الرمادية", "Grey fever", "The words are in this page in another language."),
    ("cinder heat", "Grey fever", "Also called: \u2068cinder heat\u2069."),
    ("z99.9", "Grey fever", "Its ICD-10 code matches."),
    ("melts", "Grey fever", "The words are in the text of the page."),
    ("birch", "Birch Clinic", "The name matches."),
    ("БЕРЁЗА", "Birch Clinic", "The name matches."),
    ("Kazan", "Aspen Clinic", "It is in this city."),
    ("by a wood", "Birch Clinic", "The words are in what we know of it."),
    ("large", "Large", "The name matches."),
    ("Everything", "Large", "The words are in what it offers."),
]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Names are shown in the active language."""
    with override("en"):
        yield


def test_finds_in_three_scripts_and_says_why() -> None:
    for query, name, reason in FOUND:
        assert [hit.reason for hit in find(query, "en").hits if hit.name == name] == [reason], query


def test_shows_the_names_of_the_page(visitor: Client) -> None:
    page = visitor.get("/ar/search/", {"q": "лихорадка"}).content.decode()
    assert "الحمى الرمادية" in page


def test_every_word_must_match() -> None:
    assert find("grey fever nonsense", "en").hits == []
    assert find("   ", "en").hits == []


def test_a_misspelt_name_is_found_and_says_so() -> None:
    found = find("greyy fevr", "en")
    assert (found.meant, found.hits[0].name) == ("grey fever", "Grey fever")


def test_a_page_says_what_it_took_the_words_for(visitor: Client) -> None:
    page = visitor.get("/en/search/", {"q": "greyy fevr"}).content.decode()
    assert "Nothing was found for <bdi>greyy fevr</bdi>. Did you mean <bdi>grey fever</bdi>?" in page


def test_names_come_first() -> None:
    assert next(hit.name for hit in find("grey fever", "en").hits) == "Grey fever"
    assert len(find("grey fever", "en").hits) > 1


def test_what_is_not_published_is_not_found() -> None:
    Edition.objects.all().delete()
    assert find("melts", "en").hits == []


ODD = ["x" * 7_000, "<script>alert(1)</script>", "%", "_", "'", "\\", "\u202e", "а" * 300, "\x01"]


def test_any_query_is_answered_helpfully(visitor: Client) -> None:
    for query in ODD:
        response = visitor.get("/en/search/", {"q": query})
        page = response.content.decode()
        assert response.status_code == 200, query
        assert "<script>alert" not in page
        assert 'href="/en/conditions/grey-fever/"' in page, query
        assert 'href="/en/requests/new/"' in page, query


def test_counts_in_words(visitor: Client) -> None:
    page = visitor.get("/en/search/", {"q": "melts"}).content.decode()
    assert re.search(r"1 result for <bdi>melts</bdi>", page)
