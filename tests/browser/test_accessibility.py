"""What axe can see, and what it cannot: widths, zoom, spacing, keyboard, forced colours, print."""

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from tests.browser.pages import PAIRS, Tour, View, Visit, every_page_in_every_view, every_page_once

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, DESK = View("en", "light", 390), View("ar", "light", 1280)
ids = str


# Axe reads the few colours of a page thousands of times, which is a quarter of its work; every one is read once.
READ_COLOURS_ONCE = """
    const { prototype } = axe.commons.color.Color, read = prototype.parseString, known = new Map();
    prototype.parseString = function (text) {
        if (!known.has(text)) known.set(text, read.call(new axe.commons.color.Color(0, 0, 0), text));
        const { r, g, b, alpha } = known.get(text);
        return Object.assign(this, { r, g, b, alpha });
    };
"""
# Playwright would call a function that the script ends with.
AXE = Axe(f"{AXE_SCRIPT};{{{READ_COLOURS_ONCE}}}; null")


def violations(page: "Page") -> list[str]:
    """Return what axe finds: rule and the first place of each."""
    # What passes would be listed as well, which takes axe as long as to find what does not.
    result = AXE.run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]})
    return [f"{found['id']}: {found['nodes'][0]['html'][:160]}" for found in result.response["violations"]]


@pytest.mark.parametrize(("name", "view"), every_page_once(), ids=ids)
def test_axe_finds_nothing(visit: Visit, name: str, view: View) -> None:
    assert violations(visit(name, view)) == []


@pytest.mark.long
@pytest.mark.parametrize(("name", "view"), every_page_in_every_view(), ids=ids)
def test_axe_finds_nothing_in_the_whole_product(visit: Visit, name: str, view: View) -> None:
    assert violations(visit(name, view)) == []


def sideways(page: "Page") -> list[str]:
    """Return what sticks out of the window; a region that scrolls by itself may."""
    script = """() => {
        const wide = document.documentElement.scrollWidth > window.innerWidth + 1;
        if (!wide) return [];
        const out = [...document.querySelectorAll('body *')].filter(e => {
            const box = e.getBoundingClientRect();
            return box.width && (box.right > window.innerWidth + 1 || box.left < -1) && !e.closest('.scroll, .not-for-people');
        });
        return out.slice(0, 3).map(e => e.outerHTML.slice(0, 120)).concat(['page is wider than the window']);
    }"""
    return list(page.evaluate(script))


@pytest.mark.parametrize("language", settings.LIVE_LANGUAGES)
def test_nothing_scrolls_sideways_on_a_phone_nor_with_text_twice_as_large(tour: Tour, language: str) -> None:
    wide = {}
    for name, page in tour(language, viewport={"width": 320, "height": 800}):
        if found := sideways(page):
            wide[name] = found
        page.evaluate(
            "document.documentElement.style.fontSize = 2 * parseFloat(getComputedStyle(document.documentElement).fontSize) + 'px'"
        )
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            if found := sideways(page):
                wide[f"{name} at {width}, twice as large"] = found
    assert wide == {}


@pytest.mark.parametrize("name", ["home", "condition", "request", "case", "packages"])
def test_wider_text_spacing_still_fits(visit: Visit, name: str) -> None:
    page = visit(name, PHONE)
    page.evaluate("""() => { for (const e of document.querySelectorAll('body *')) {
        e.style.setProperty('line-height', '1.5', 'important'); e.style.setProperty('letter-spacing', '0.12em', 'important');
        e.style.setProperty('word-spacing', '0.16em', 'important'); } }""")
    assert sideways(page) == []


FOCUS = """() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    const ring = parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== 'none';
    const x = Math.min(Math.max(box.left + 2, 0), innerWidth - 1), y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    return {key: e.outerHTML.slice(0, 140), ring, seen: !!top && (e.contains(top) || top.contains(e))};
}"""


# Of a group of radio buttons Tab reaches one.
COUNT = """all => all.filter(e => e.checkVisibility() && !e.closest('.not-for-people')
    && !(e.type === 'radio' && e !== document.querySelector(`input[name="${e.name}"]`))).length"""


@pytest.mark.parametrize("name", ["home", "condition", "request-wrong", "clinics", "case"])
def test_tab_reaches_everything_visibly_and_leaves(visit: Visit, name: str) -> None:
    page = visit(name, DESK)
    selector = "main a[href], main button, main input:not([type=hidden]), main select, main textarea, main summary, main [tabindex='0']"
    controls = page.locator(selector).evaluate_all(COUNT)
    page.evaluate("document.activeElement.blur()")
    reached: list[dict[str, Any]] = []
    for _press in range(controls + 60):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None:
            break
        reached.append(focus)
    else:
        pytest.fail("Tab never leaves the page.")
    assert [one["key"] for one in reached if not one["ring"]] == []
    assert [one["key"] for one in reached if not one["seen"]] == []
    assert len(reached) >= controls


def test_the_skip_link_leads_to_the_text(visit: Visit) -> None:
    page = visit("condition", PHONE)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_wrong_answers_take_the_focus_and_lead_to_their_fields(visit: Visit) -> None:
    page = visit("request-wrong", PHONE)
    assert page.title().startswith("Error:")
    assert "error-summary" in str(page.evaluate("document.activeElement.className"))
    for link in page.locator(".error-summary a").all():
        target = str(link.get_attribute("href"))
        assert page.locator(target).count() == 1, target


@pytest.mark.parametrize("name", ["request", "case-list", "condition"])
def test_targets_are_24_pixels_at_least(visit: Visit, name: str) -> None:
    page = visit(name, PHONE)
    small = page.locator("button, input:not([type=hidden]), select, textarea, nav a, .button").evaluate_all(
        "all => all.filter(e => e.checkVisibility() && !e.closest('.not-for-people, [aria-hidden=true]'))"
        ".filter(e => { const b = e.getBoundingClientRect(); return b.height < 24 || b.width < 24; })"
        ".map(e => e.outerHTML.slice(0, 100))"
    )
    assert small == []


@pytest.mark.parametrize("name", ["home", "condition", "request", "case"])
def test_forced_colours_keep_controls_and_focus(visit: Visit, name: str) -> None:
    page = visit(name, PHONE, forced_colors="active")
    assert violations(page) == []
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["ring"] is True


@pytest.mark.parametrize("name", ["condition", "estimate", "clinic"])
def test_on_paper_only_the_text_is_left(visit: Visit, name: str) -> None:
    page = visit(name, PAIRS[1])
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    for gone in (".site-nav", ".languages", ".site-foot"):
        assert not page.locator(gone).is_visible(), gone
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("view", PAIRS, ids=str)
def test_the_page_says_its_language_and_direction(visit: Visit, view: View) -> None:
    page = visit("home", view)
    lang, direction = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
    assert (lang, direction) == (
        {"en": "en-GB"}.get(view.language, view.language),
        "rtl" if view.language == "ar" else "ltr",
    )
