"""The page of a condition as a document: printed once for each edition, readable by machines."""

import re
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import page
import pypdf
import pytest
from django.test import Client
from pytest_django import Settings

from conditions.models import Edition
from conditions.selectors import editions
from conditions.selectors.editions import PublishedPage
from portal.core.caching import disk_cache
from portal.front.condition_pages import pdf

pytestmark = pytest.mark.django_db

URL = "/{}/conditions/liver-metastases/page.pdf"


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what is printed: each document takes seconds, so the tests that only read one share it."""
    return tmp_path_factory.mktemp("printed")


@pytest.fixture(autouse=True)
def _kept_there(settings: Settings, printed: Path) -> None:
    settings.CACHES = settings.CACHES | {"disk": settings.CACHES["disk"] | {"LOCATION": printed}}


@pytest.fixture
def folder(settings: Settings, tmp_path: Path, _kept_there: None) -> Path:
    """An empty folder for what is kept."""
    disk = settings.CACHES["disk"] | {"LOCATION": tmp_path / "kept"}
    settings.CACHES = settings.CACHES | {"disk": disk}
    return tmp_path / "kept"


def get(visitor: Client, language: str, query: str = "") -> bytes:
    response = visitor.get(URL.format(language) + query)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    return response.content


def text(data: bytes) -> str:
    pages = pypdf.PdfReader(BytesIO(data)).pages
    return " ".join(" ".join(one.extract_text() for one in pages).split())


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_it_is_tagged_named_and_keeps_the_rules(
    visitor: Client, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    data = get(visitor, language)
    root: Any = pypdf.PdfReader(BytesIO(data)).trailer["/Root"]
    assert root["/Lang"] == {"en": "en-GB"}.get(language, language)
    assert page.validate_pdf_bytes(data, profile=page.ValidationProfile.PDF_UA_1).failures == []
    assert [one.message for one in caplog.records if one.name == "weasyprint"] == [], "no link leads nowhere"


def test_it_says_everything_that_the_edition_says(visitor: Client) -> None:
    printed = text(get(visitor, "en"))
    content = Edition.objects.current().get(condition__slug="liver-metastases", language="en").content
    headings = [one["heading"] for one in [*content["before_treatments"], *content["after_treatments"]]]
    titles = [one["title"] for one in content["sources"]]
    for words in [content["name"], *headings, *content["questions"], *titles]:
        assert " ".join(words.split()) in printed
    assert "not yet reviewed by a doctor" in printed
    assert "localhost:8000/en/conditions/liver-metastases/" in printed


def test_the_emergency_card_names_the_numbers_and_no_citation_is_raw(visitor: Client) -> None:
    printed = text(get(visitor, "en"))
    emergency = printed.index("Call your local emergency number if")
    assert emergency < printed.index("See a doctor today if")
    assert "112" in printed[emergency : printed.index("See a doctor today if")]
    assert re.findall(r"\d\[\d", printed) == []


def test_a_term_is_explained_on_paper(visitor: Client) -> None:
    page_html = visitor.get("/en/conditions/liver-metastases/").content.decode()
    [term, meaning] = re.findall(r'class="term"[^>]*>([^<]+)</button><span[^>]*>([^<]+)<button', page_html)[0]
    assert f"{term} ({meaning}" in text(get(visitor, "en"))


def test_prices_are_left_to_the_page(visitor: Client) -> None:
    assert "US$" in visitor.get("/en/conditions/liver-metastases/").content.decode()
    assert "US$" not in text(get(visitor, "en"))


def test_an_edition_is_printed_once(visitor: Client, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[int] = []
    document = pdf.document

    def noted(published: PublishedPage) -> str:
        printed.append(published.number)
        return document(published)

    monkeypatch.setattr(pdf, "document", noted)
    first = get(visitor, "en")
    assert get(visitor, "en") == first
    assert printed == [1]
    edition = Edition.objects.current().get(condition__slug="liver-metastases", language="en")
    content = {**edition.content, "name": "Growths in the liver"}
    Edition.objects.create(condition=edition.condition, language="en", number=2, content=content)
    assert "Growths in the liver" in text(get(visitor, "en"))
    assert printed == [1, 2]
    assert len(list(folder.iterdir())) == 2


def test_the_page_links_the_address_that_is_kept_for_ever(visitor: Client) -> None:
    published = editions.page("liver-metastases", "en")
    assert published is not None
    address = f"{URL.format('en')}?edition={pdf.version(published)}"
    assert f'href="{address}"' in visitor.get("/en/conditions/liver-metastases/").content.decode()
    assert "immutable" in visitor.get(address)["Cache-Control"]
    assert visitor.get(URL.format("en"))["Cache-Control"] == "public, max-age=86400"
    assert not visitor.get(address).cookies


def test_a_language_without_an_edition_is_sent_to_the_english_document(visitor: Client) -> None:
    Edition.objects.filter(condition__slug="liver-metastases", language="ar").delete()
    response = visitor.get(URL.format("ar"))
    assert response.status_code == 302
    assert response["Location"].startswith(URL.format("en"))
    assert f'href="{URL.format("en")}' in visitor.get("/ar/conditions/liver-metastases/").content.decode()


def test_there_is_none_of_what_there_is_not(visitor: Client) -> None:
    assert visitor.get("/en/conditions/no-such/page.pdf").status_code == 404


def test_what_was_made_a_month_ago_is_made_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    assert disk_cache.get_or_make(lambda: b"old", "name") == b"old"
    assert disk_cache.get_or_make(lambda: b"new", "name") == b"old"
    monkeypatch.setattr(time, "time", lambda: now + timedelta(days=30).total_seconds() + 60)
    assert disk_cache.get_or_make(lambda: b"new", "name") == b"new"


def test_the_folder_does_not_grow_without_end(folder: Path, settings: Settings) -> None:
    settings.CACHES = settings.CACHES | {"disk": settings.CACHES["disk"] | {"OPTIONS": {"MAX_ENTRIES": 9}}}
    for number in range(40):
        disk_cache.get_or_make(str(number).encode, number)
    assert len(list(folder.iterdir())) <= 9


@pytest.mark.parametrize("content", [b"", b"\x80"])
def test_a_damaged_file_is_not_served(folder: Path, content: bytes) -> None:
    disk_cache.get_or_make(lambda: b"whole", "name")
    [file] = folder.iterdir()
    for damaged in (content, file.read_bytes()[:-4], file.read_bytes()[:20]):
        file.write_bytes(damaged)
        assert disk_cache.get_or_make(lambda: b"again", "name") == b"again"
