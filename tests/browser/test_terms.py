"""The meaning of a term opens under its word, on every screen, and closes again."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import View, Visit
from tests.browser.test_accessibility import violations

if TYPE_CHECKING:
    from playwright.sync_api import ElementHandle, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONES = [View("en", "light", 390), View("ar", "dark", 390), View("ru", "light", 320)]
SCREENS = [*PHONES, View("en", "dark", 1280), View("ar", "light", 1280)]

BOXES = """word => [word, word.nextElementSibling].map(e => {
    const box = e.getBoundingClientRect();
    return {left: box.left, right: box.right, top: box.top, bottom: box.bottom};
})"""


def opened(page: "Page") -> int:
    return page.locator(".meaning:popover-open").count()


def terms(page: "Page") -> "list[ElementHandle]":
    words = page.query_selector_all(".term")
    assert len(words) >= 4
    return words


@pytest.mark.parametrize("view", SCREENS, ids=str)
@pytest.mark.parametrize("zoom", [1, 2])
def test_a_meaning_stands_under_its_word_and_inside_the_window(visit: Visit, view: View, zoom: int) -> None:
    page = visit("condition", view)
    page.evaluate(
        "zoom => { const root = document.documentElement; root.style.fontSize = zoom * parseFloat(getComputedStyle(root).fontSize) + 'px'; }",
        zoom,
    )
    for place in ("start", "center", "end"):
        for term in terms(page):
            term.evaluate("(word, place) => word.scrollIntoView({block: place})", place)
            term.evaluate("word => word.click()")
            word, meaning = term.evaluate(BOXES)
            assert 0 <= meaning["left"] < meaning["right"] <= view.width, meaning
            assert 0 <= meaning["top"] < meaning["bottom"] <= 900, meaning
            gap = min(abs(meaning["top"] - word["bottom"]), abs(word["top"] - meaning["bottom"]))
            assert gap < 20, (word, meaning)
            assert meaning["left"] < word["right"], "beside its word"
            assert meaning["right"] > word["left"], "beside its word"
            term.evaluate("word => word.click()")
            assert opened(page) == 0


@pytest.mark.parametrize("view", PHONES, ids=str)
def test_a_meaning_has_no_veil_and_a_button_to_close_it(visit: Visit, view: View) -> None:
    page = visit("condition", view)
    word = page.locator(".term").first
    word.click()
    meaning = page.locator(".meaning:popover-open")
    assert meaning.evaluate("e => getComputedStyle(e, '::backdrop').backgroundColor") == "rgba(0, 0, 0, 0)"
    close = meaning.get_by_role("button", name={"en": "Close", "ru": "Закрыть", "ar": "إغلاق"}[view.language])
    box = close.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 24
    assert violations(page) == []
    close.click()
    assert opened(page) == 0


@pytest.mark.parametrize("view", [SCREENS[0], SCREENS[-1]], ids=str)
def test_with_the_keyboard_a_meaning_closes_and_the_focus_goes_back(visit: Visit, view: View) -> None:
    page = visit("condition", view)
    word = page.locator(".term").first
    for keys in (["Escape"], ["Tab", "Enter"]):
        word.focus()
        page.keyboard.press("Enter")
        assert opened(page) == 1
        for key in keys:
            page.keyboard.press(key)
        assert opened(page) == 0
        assert word.evaluate("word => document.activeElement === word")
