"""Every page of the admin in a real browser: what axe finds, and nothing wider than its window."""

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from tests import test_matrix
from tests.browser.test_accessibility import violations
from tests.test_matrix import PEOPLE, World, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

world = test_matrix.world

# Files and answers to scripts are no pages.
NO_PAGES = (
    "_export",
    "_present",
    "_image",
    "_pdf",
    "jsi18n",
    "autocomplete",
    ":search",
    "_report",
    "_preview",
    "_case_document",
    "_casereview_document",
    "_document_series",
    "_for_clinics",
    "view_on_site",
)
# These look the same for every model, so one of each is enough.
ALIKE = ("_history", "_delete", "_add")


def pages(world: World) -> dict[str, tuple[str, str]]:
    """Return the pages of the admin by name: who opens them, and their address."""
    found = {}
    for name, arguments, expected in rows():
        if not name.startswith("admin:") or name.endswith(NO_PAGES):
            continue
        words = expected.split()
        words += [words[-1]] * (len(PEOPLE) - len(words))
        who = next((person for person, word in zip(PEOPLE, words, strict=True) if word == "ok"), None)
        if who is not None:
            found[name] = (who, reverse(name, args=arguments(world)))
    return found


def kinds(found: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Leave one of the pages that look the same for every model."""
    seen: set[str] = set()
    kept = {}
    for name, page in found.items():
        kind = next((ending for ending in ALIKE if name.endswith(ending)), name)
        if kind not in seen:
            seen.add(kind)
            kept[name] = page
    return kept


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), pytest.param(390, "dark", marks=pytest.mark.long)])
def test_axe_finds_nothing_in_the_admin(
    world: World,
    open_page: "Callable[..., Page]",
    live_server: "LiveServer",
    width: int,
    scheme: str,
) -> None:
    page = open_page(base_url=live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    wrong = {}
    found = pages(world) if width == 390 else kinds(pages(world))
    for name, (who, address) in found.items():
        page.context.clear_cookies()
        cookies = world.browsers[who].cookies.values()
        page.context.add_cookies([{"name": one.key, "value": one.value, "url": live_server.url} for one in cookies])
        answer = page.goto(address)
        assert answer is not None
        if not answer.ok:
            wrong[name] = [str(answer.status)]
        elif seen := violations(page):
            wrong[name] = seen
        if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            wrong.setdefault(name, []).append("wider than its window")
    assert wrong == {}, "\n".join(f"{name}: {seen}" for name, seen in wrong.items())
