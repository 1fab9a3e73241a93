"""How forms and pages speak: whole sentences that say what to do, no signs that only insiders read."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings

from tests.browser.conftest import address_of, open_cases
from tests.browser.pages import PAGES
from tests.site.test_html import patient_of

pytestmark = pytest.mark.django_db

WORDS_OF_MACHINES = re.compile(r"\b(?:invalid|valid|please|required|field|error occurred|oops)\b", re.IGNORECASE)
UNKIND = re.compile(r"\bplease\b|\bbest\b|suffering from|\d\s?[–—-]\s?\d+(?:\s|%|$)", re.IGNORECASE)
WRONG = {
    "requests/new/": {"email": "x", "phone": "1", "country": "Atlantis", "channel": "pigeon", "condition": "nothing"},
    "case/": {"reference": "x", "email": "x"},
    "case/{case}/messages/": {"body": " "},
}


class Text(HTMLParser):
    """Collects the text of the elements with a class, or of the whole ``main``."""

    def __init__(self, html: str, wanted: str = "") -> None:
        super().__init__()
        self.wanted = wanted
        self.depth = 0
        self.found: list[str] = []
        self.h1: list[str] = []
        self._tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        is_wanted = self.wanted in (about.get("class") or "").split() if self.wanted else tag == "main"
        if self.depth or is_wanted:
            if tag not in {"input", "br", "img", "hr", "meta", "link"}:
                self.depth += 1
            if is_wanted:
                self.found.append("")
        self._tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.depth = max(0, self.depth - 1)

    def handle_data(self, data: str) -> None:
        if self._tags and self._tags[-1] == "h1":
            self.h1.append(data)
        if self.depth:
            self.found[-1] += f" {data}"


def plain(html: str) -> str:
    """Return the words of the main part of a page, each block on its own."""
    main = html.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"<(?!/?(?:strong|em|a|bdi|span|sup)\b)[^>]+>", "\n", main)


@pytest.mark.parametrize("path", WRONG)
@pytest.mark.parametrize("language", settings.LIVE_LANGUAGES)
def test_errors_say_what_to_do(path: str, language: str) -> None:
    case = open_cases(language)
    client = patient_of(case)
    response = client.post(f"/{language}/{path.format(case=case.reference)}", WRONG[path])
    assert response.status_code == 422
    html = response.content.decode()
    # Each begins with a hidden "Error:".
    errors = [one.partition(":")[2].strip() for one in Text(html, "error").found]
    assert errors
    assert all(one.endswith((".", "?", "؟")) for one in errors), errors
    summary = Text(html, "error-summary").found[0]
    assert all(" ".join(one.split()) in " ".join(summary.split()) for one in errors), (errors, summary)
    if language == "en":
        assert [one for one in errors if WORDS_OF_MACHINES.search(one)] == []


def test_pages_speak_plainly() -> None:
    case = open_cases()
    client = patient_of(case)
    titles: dict[str, str] = {}
    for name, path in PAGES.items():
        address = address_of(path, case).partition("#")[0]
        html = client.get(f"/en/{address}", follow=True).content.decode()
        # The titles of sources and the words of clinics are not ours.
        words = re.sub(r'(?s)<ol class="sources">.*?</ol>', "", plain(html))
        assert UNKIND.findall(re.sub(r"<[^>]+>", "", words)) == [], name
        assert "placeholder=" not in html, name
        assert not re.search(r"</label>\s*\*|\*\s*</label>", html), name
        headings = re.findall(r"(?s)<h1[^>]*>(.*?)</h1>", html)
        assert len(headings) == 1, name
        assert len(re.sub(r"<[^>]+>", "", headings[0]).strip()) <= 65, name
        [title] = re.findall(r"<title>(.*?)</title>", html.partition("</head>")[0])
        if name not in {"case-link-dead", "case-not-open", "request-wrong"}:
            assert titles.setdefault(title, address.partition("?")[0]) == address.partition("?")[0], name
        assert html.count('<meta name="description"') <= 1, name


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ru", "ltr"), ("ar", "rtl")])
def test_every_page_says_its_language_and_direction(language: str, direction: str) -> None:
    case = open_cases(language)
    client = patient_of(case)
    code = "en-GB" if language == "en" else language
    for name, path in PAGES.items():
        address = address_of(path, case).partition("#")[0]
        html = client.get(f"/{language}/{address}", follow=True).content.decode()
        assert f'<html lang="{code}" dir="{direction}">' in html, name
