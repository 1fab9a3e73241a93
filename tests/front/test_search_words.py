"""People spell as they can and ask in their own language, whatever language a page is written in."""

import re

import pytest
from django.test import Client

from conditions.models import Condition
from tests.front.queries import QUERIES, faults

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "query", "slug", "is_guessed"), QUERIES)
def test_what_people_type_finds_the_illness(language: str, query: str, slug: str, is_guessed: bool) -> None:
    html = Client().get(f"/{language}/search/", {"q": query}).content.decode()
    assert faults(language, slug, is_guessed, html) == []


def test_a_page_that_is_not_in_the_language_is_named_in_it_and_says_so() -> None:
    html = Client().get("/ar/search/", {"q": "سرطان الثدي"}).content.decode()
    (card,) = re.findall(r'<article class="card">(?:(?!</article>).)*/ar/conditions/breast-cancer/.*?</article>', html)
    assert "<bdi>سرطان الثدي</bdi>" in card
    assert "هذه الصفحة بالإنجليزية حتى الآن." in card


def test_every_illness_has_search_words_in_every_live_language() -> None:
    for condition in Condition.objects.all():
        for language in ("en", "ru", "ar"):
            assert len(getattr(condition, f"search_words_{language}").splitlines()) >= 2, (condition.slug, language)


def test_search_words_are_followed_at_once() -> None:
    condition = Condition.objects.get(slug="cataract")
    condition.search_words_en += "\nmilky pupil"
    condition.save()
    assert "/en/conditions/cataract/" in Client().get("/en/search/", {"q": "milky pupil"}).content.decode()
