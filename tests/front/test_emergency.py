"""In an emergency every page says whom to call, at home and in Russia."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override

from portal.core.localisation import languages
from portal.core.localisation.emergency import numbers
from portal.core.text.typography import no_break

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]

LANGUAGES = languages.LIVE
CARDS = ["", "conditions/grey-fever/", "requests/new/", "packages/"]
TEXTS = ["how-it-works/", "contact/"]


def main(visitor: Client, language: str, path: str) -> str:
    response = visitor.get(f"/{language}/{path}")
    assert response.status_code == 200
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


def words(language: str) -> str:
    with override(language):
        return numbers()


def test_the_numbers_read_from_left_to_right_in_each_language() -> None:
    assert words("en") == "In Russia call\u00a0\u2066112\u2069, or\u00a0\u2066103\u2069 for an ambulance."
    assert len({words(language) for language in LANGUAGES}) == len(LANGUAGES)
    assert all("\u2066112\u2069" in words(language) and "\u2066103\u2069" in words(language) for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", CARDS)
def test_every_emergency_card_names_the_numbers_of_russia(visitor: Client, language: str, path: str) -> None:
    page = main(visitor, language, path)
    [_before, card] = re.split('class="care-card care-card--emergency', page)
    assert words(language) in re.split("</section>|</aside>", card)[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", TEXTS)
def test_a_text_that_names_the_local_number_names_them_too(visitor: Client, language: str, path: str) -> None:
    assert no_break(words(language), language) in main(visitor, language, path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_foot_of_every_page_names_them(visitor: Client, language: str) -> None:
    page = visitor.get(f"/{language}/cookies/").content.decode()
    assert words(language) in page.partition('id="foot-doctor"')[2]


def test_the_words_stand_in_one_place() -> None:
    """Templates and texts include them, so that no copy can go out of date."""
    root = Path(settings.BASE_DIR)
    files = [*(root / "templates").rglob("*.*"), *(root / "portal" / "core" / "content").glob("*.md")]
    assert [path.name for path in files if re.search(r"\b(112|103)\b", path.read_text(encoding="utf-8"))] == []


def test_russian_calls_the_local_emergency_service_by_one_name() -> None:
    root = Path(settings.BASE_DIR)
    folders = ("portal/front/site/content", "conditions/content")
    files = [
        root / "locale/ru/LC_MESSAGES/django.po",
        *(path for one in folders for path in (root / one).glob("*.ru.md")),
    ]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    assert [name for name, text in texts.items() if re.search("местн(ую|ой) скор", text)] == []
    assert len([name for name, text in texts.items() if "местную экстренную службу" in text]) >= 16
