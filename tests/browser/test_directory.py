"""The filters of a list with htmx: quicker, heard, and never in the way of the keyboard or the back button."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import View, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK, PHONE = View("en", "light", 1280), View("en", "light", 390)


def tick(page: "Page", facet: str, value: str) -> None:
    """Open a facet and tick a value; return when the list has answered."""
    box = page.locator(f"input[name={facet}][value={value}]")
    if not box.is_visible():
        page.locator(f"details:has(> #facet-{facet}) > summary").click()
    with page.expect_response(lambda response: f"{facet}={value}" in response.url or facet not in response.url):
        box.click()
    page.wait_for_timeout(150)


def count(page: "Page") -> str:
    return page.locator("#count").inner_text()


def test_a_choice_changes_list_count_numbers_and_address_without_a_new_page(visit: Visit) -> None:
    page = visit("clinics", DESK)
    page.evaluate("window.stays = true")
    before = count(page)
    tick(page, "city", "saint-petersburg")
    assert count(page) != before
    assert page.locator("#results article").count() == int(count(page).split()[0])
    assert page.url.endswith("/en/clinics/?city=saint-petersburg")
    assert page.evaluate("window.stays") is True
    for switch in ("#languages", "#languages-foot"):
        link = page.locator(f"{switch} a[hreflang=ru]").get_attribute("href")
        assert link == "/ru/clinics/?city=saint-petersburg"
    assert page.locator("#count").get_attribute("role") == "status"
    assert page.locator("#results .pills a").first.inner_text().endswith("St Petersburg ×")
    numbers = [int(text.strip("()")) for text in page.locator("#facet-area .optional").all_text_contents()]
    assert 0 < max(numbers) <= page.locator("#results article").count()


def test_the_box_keeps_the_focus_and_its_group_stays_open(visit: Visit) -> None:
    page = visit("clinics", DESK)
    tick(page, "area", "dentistry")
    tick(page, "area", "dentistry")
    assert page.evaluate("document.activeElement.name + document.activeElement.value") == "areadentistry"
    assert page.locator("details:has(> #facet-area)").get_attribute("open") is not None


def test_back_goes_back(visit: Visit) -> None:
    page = visit("clinics", DESK)
    before = count(page)
    tick(page, "area", "dentistry")
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert count(page) == before
    assert page.url.endswith("/en/clinics/")


def test_an_address_that_somebody_sent_shows_the_same(visit: Visit) -> None:
    page = visit("clinics", DESK)
    tick(page, "area", "dentistry")
    shown = page.locator("#results h3").all_inner_texts()
    page.goto(page.url)
    assert page.locator("#results h3").all_inner_texts() == shown
    assert page.locator("input[name=area][value=dentistry]").is_checked()


def test_without_a_script_the_button_does_it(visit: Visit) -> None:
    page = visit("clinics", PHONE, java_script_enabled=False)
    page.locator(".filter-box > summary").click()
    page.locator("details:has(> #facet-city) > summary").click()
    page.check("input[name=city][value=saint-petersburg]")
    page.locator(".filters button[type=submit]").click()
    assert page.url.endswith("city=saint-petersburg&price_from=&price_to=&sort=relevance")
    assert page.locator("#results article").count() == int(count(page).split()[0])


def test_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit("care-assistants", DESK)
    page.locator("details:has(> #facet-speaks) > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    with page.expect_response(lambda response: "speaks=" in response.url):
        page.keyboard.press("Space")
    page.wait_for_timeout(150)
    assert page.evaluate("document.activeElement.name") == "speaks"
    assert page.evaluate("document.activeElement.checked") is True


def test_a_wrong_price_is_said_beside_its_field_and_stays(visit: Visit) -> None:
    page = visit("clinics-filtered", DESK)
    field = page.locator("#price_to")
    assert field.is_visible(), "a price that an address asks for is shown"
    field.fill("two thousand")
    with page.expect_response(lambda response: "price_to=two" in response.url):
        field.press("Tab")
    sentence = page.get_by_role("alert")
    sentence.wait_for()
    assert sentence.inner_text().endswith("Enter the price as a whole number, for example 3000.")
    assert field.input_value() == "two thousand"
    assert "price_to=two+thousand" in page.url
    field.fill("20000")
    with page.expect_response(lambda response: "price_to=20000" in response.url):
        field.press("Tab")
    sentence.wait_for(state="detached")


def test_filters_that_nobody_can_answer_come_and_go(visit: Visit) -> None:
    page = visit("clinics", DESK)
    groups = page.locator(".filters > details > summary")
    before = [group.inner_text() for group in groups.all() if group.is_visible()]
    assert "Accreditation" not in before, "no clinic has one yet"
    assert "Price in US dollars" not in before, "no clinic has one yet"
    box = "input[name=condition][value=glaucoma]"
    tick(page, "condition", "glaucoma")
    assert page.locator(box).is_visible()
    tick(page, "condition", "glaucoma")
    assert [group.inner_text() for group in groups.all() if group.is_visible()] == before


def test_comparing_from_the_list(visit: Visit) -> None:
    page = visit("clinics", PHONE)
    page.locator("article:has-text('EMC') a:has-text('Compare')").click()
    page.get_by_role("link", name="Add another clinic from the list").click()
    page.locator("article:has-text('Blokhin') a:has-text('Compare')").click()
    assert page.locator("thead th").count() == 2
    page.get_by_role("link", name="Ask for a treatment plan").click()
    assert page.locator("input[name=shortlist]:checked").count() == 2
