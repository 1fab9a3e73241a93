"""The desk in Russian: no page of it has a word in Latin letters, but for names, codes and what somebody typed.

Every address of the matrix that somebody may open is read as that person sees it, and every form once more with the
errors of an empty one. What is data stands in an element that says its language, or in ``bdi``.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from portal.accounts.models import User
from portal.core.encryption.fields import EncryptedTextField
from tests import test_matrix
from tests.factories.catalogue import FEEDBACK_TEXT
from tests.requests.reading import posted_from
from tests.test_matrix import CANARIES, PEOPLE, World, rows

world = test_matrix.world

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

# Pages of the desk, and of the account of whoever works there.
OF_STAFF = ("admin:", "mfa_", "usersessions_", "account_change_password")
# No pages.
LEFT = ("jsi18n", "_pdf")
READERS = ("administrator", "coordinator", "lead", "editor", "reviewer", "finance")
# Names and codes that are the same in Russian, and keys of a keyboard.
KNOWN = {
    "MARUS", "PDF", "CSV", "XLSX", "UTF", "ISO", "HTML", "JPEG", "PNG", "WebP", "HEIC", "IATA", "DOI", "Markdown", "Cookie",
    "WhatsApp", "Telegram", "WeChat", "Viber", "Max", "Excel", "USB", "UnionPay", "SIM", "USD", "EUR", "RUB", "CNY", "en", "ar",
    "English", "Español", "Français", "Ctrl", "Mac", "Command", "Enter", "esc", "UTC", "SHA", "ZIP", "ECOG", "amount", "from",
    "yes", "no", "month", "DNS", "SPF", "DKIM", "DMARC", "TXT", "TLS", "DICOM",
}  # fmt: skip
BEST_TIME = "in the evening"
ADDRESS = re.compile(
    r"[\w.+-]+@[\w.-]+|https?://\S+|www\.\S+|\bMR-[A-Z0-9-]+|\b[\w-]+\.(?:eml|pdf|csv|xlsx)\b|\[\[?[^\]]*\]\]?|\{\{?[^}]*\}\}?"
)
WORD = re.compile(r"[A-Za-z][A-Za-zÀ-ÿ]+")
# Their text is not read, or is what somebody typed.
SKIPPED = {"script", "style", "code", "textarea", "bdi", "template", "iframe"}
READ_ALOUD = ("aria-label", "title", "placeholder", "alt")
VOID = {"input", "br", "img", "hr", "meta", "link", "source", "use", "path", "circle", "rect"}


class Text(HTMLParser):
    """What a page says to a reader of Russian: its text, and what it reads aloud."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.skipped: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        is_other = about.get("lang", "ru") != "ru" or "material-symbols-outlined" in about.get("class", "")
        if not self.skipped and not is_other:
            names = (
                (*READ_ALOUD, "value") if about.get("type") in ("submit", "button") and tag == "input" else READ_ALOUD
            )
            self.said += [about[name] for name in names if about.get(name)]
        if tag not in VOID and (self.skipped or is_other or tag in SKIPPED):
            self.skipped.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.skipped:
            while self.skipped.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.skipped and data.strip():
            self.said.append(data.strip())


def foreign(html: str, data: frozenset[str] = frozenset()) -> set[str]:
    """Return the sentences of a page that have a word in Latin letters which is in no list and not in the database."""
    return {said for said in Text(html).said if _has_words(said) and _has_words(_without(said, data))}


def _has_words(said: str) -> bool:
    return bool({*WORD.findall(ADDRESS.sub(" ", said))} - KNOWN)


def _without(said: str, data: frozenset[str]) -> str:
    for text in sorted((text for text in data if text in said), key=len, reverse=True):
        said = said.replace(text, " ")
    return said


def data_of_the_desk(*, is_edited: bool) -> frozenset[str]:
    """Return what the database holds, line by line.

    English texts that have a Russian one are seen where they are edited, and nowhere else.
    """
    texts = {FEEDBACK_TEXT, BEST_TIME, *CANARIES}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            language = getattr(field, "language", None)
            is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
            # The column without a language repeats the English one.
            is_repeated = hasattr(model, f"{field.name}_en")
            if (
                not is_text
                or is_repeated
                or isinstance(field, EncryptedTextField)
                or language not in (None, "en", "ru")
            ):
                continue
            rows = model._base_manager.all()
            rows = rows.rewrite(False) if hasattr(rows, "rewrite") else rows
            if language == "en" and not is_edited:
                russian = field.name.removesuffix("_en") + "_ru"
                rows = rows.filter(Q(**{russian: ""}) | Q(**{russian: None}))
            for text in rows.values_list(field.name, flat=True):
                texts |= {line.strip() for line in (text or "").splitlines() if WORD.search(line)}
    return frozenset(texts)


def test_a_word_in_english_is_found_and_data_is_left_alone() -> None:
    page = '<p>Это Save и MARUS</p><bdi>John</bdi><p lang="en">Hello <b>there</b></p><input type="submit" value="Go on"><a title="Next">да</a>'
    assert foreign(page) == {"Это Save и MARUS", "Go on", "Next"}


def addresses(person: str, world: World) -> Iterator[tuple[str, str]]:
    """Yield name and address of every page of the desk that somebody may open."""
    for name, arguments, expected in rows():
        words = expected.split()
        outcome = words[min(PEOPLE.index(person), len(words) - 1)]
        if name.startswith(OF_STAFF) and outcome == "ok" and "export" not in name and not name.endswith(LEFT):
            with override("en"):
                yield name, reverse(name, args=arguments(world))


# A world and what its database holds take longer to make than the pages of one app.
@pytest.mark.parametrize("person", READERS)
def test_no_page_of_the_desk_has_a_word_in_latin_letters(person: str, world: World) -> None:
    User.objects.filter(is_staff=True).update(language="ru")
    found, data = [], {is_edited: data_of_the_desk(is_edited=is_edited) for is_edited in (False, True)}
    for name, address in addresses(person, world):
        client = world.browsers[person]
        response = client.get(address, follow=True)
        if "text/html" not in response["Content-Type"]:
            continue
        page, of_page = response.content.decode(), data[name.endswith(("_change", "_publish", "_compare"))]
        found += [f"{name}: {sentence}" for sentence in sorted(foreign(page, of_page))]
        if name.endswith("_add"):
            refused = client.post(address, posted_from(page)).content.decode()
            found += [f"{name}, refused: {sentence}" for sentence in sorted(foreign(refused, of_page))]
    assert "\n".join(dict.fromkeys(found)) == ""


@pytest.mark.parametrize("address", ["/admin/no-such-page/", "/admin/conditions/condition/999999/change/"])
def test_errors_of_the_desk_are_in_russian(address: str, world: World) -> None:
    User.objects.filter(is_staff=True).update(language="ru")
    for person in ("administrator", "coordinator"):
        response: Any = world.browsers[person].get(address, follow=True)
        assert foreign(response.content.decode(), data_of_the_desk(is_edited=False)) == set()


def test_the_ways_in_of_staff_are_in_russian(client: Client) -> None:
    for name in ("account_login", "account_reset_password", "account_reset_password_done", "account_inactive"):
        with override("ru"):
            address = reverse(name)
        page = client.get(address).content.decode()
        assert foreign(page) == set(), name
        refused = client.post(address, {}).content.decode()
        assert foreign(refused) == set(), name
