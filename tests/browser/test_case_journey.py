"""From the mailed link to the end of every way in, as a patient goes it: phone and desktop, no script, keyboard alone."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from requests.models import CaseLink, Message, Task
from requests.services import links
from tests.browser.conftest import open_case
from tests.browser.hands import click

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

type Press = Callable[["Page", str], None]
MOST_TABS = 90


def by_keyboard(page: "Page", selector: str) -> None:
    """Reach a control with Tab alone and press Enter."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"{selector} is not reached by Tab on {page.url}")


def walk(page: "Page", language: str, press: Press) -> None:
    """Open a case, do the task, write and send, correct, ask for another time, and end every way in."""
    case = open_case(language)
    page.goto(urlsplit(links.address(CaseLink.objects.create(case=case))).path)
    press(page, "main form button")
    root = page.url
    assert case.reference in page.inner_text("h1")
    press(page, ".now a.button")
    page.fill("#id_body", "We have the CT.")
    press(page, "#words-form button[type=submit]")
    assert Task.objects.get(case=case, kind__code="papers").done_at is not None
    press(page, f'main a[href="{urlsplit(root).path}"]')
    press(page, 'main a.button[href$="/messages/#write"]')
    page.fill("#id_body", "Half a question")
    press(page, "button[name=keep]")
    assert page.input_value("#id_body") == "Half a question"
    page.fill("#id_body", "A whole question")
    press(page, "#message-form button:not([name])")
    assert page.locator(".bubble--from_patient").last.inner_text().endswith("A whole question")
    page.goto(root)
    press(page, 'a.correct[href*="about=phone"]')
    page.fill("#id_body", "+971 50 000 00 00")
    press(page, "#message-form button:not([name])")
    assert Message.objects.filter(case=case, about="phone").count() == 1
    page.goto(root)
    press(page, 'main a[href*="/calls/"]')
    page.fill("#id_body", "After 18:00, if you can")
    press(page, "#words-form button[type=submit]")
    assert Task.objects.get(case=case, kind__code="call").is_open
    page.goto(root)
    press(page, 'main a[href$="/people/"]')
    assert "Olga" in page.inner_text("main")
    page.goto(root + "privacy/")
    press(page, "main form:not(.close-case) button")
    assert urlsplit(page.url).path == f"/{language}/case/"
    response = page.goto(root)
    assert response is not None
    assert response.status == 404
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    ("language", "width", "has_script"),
    [("en", 390, True), ("ar", 390, True), ("ru", 1280, True), ("en", 390, False), ("ar", 390, False)],
)
def test_a_patient_goes_through_her_case(
    open_page: "Callable[..., Page]", live_server: "LiveServer", language: str, width: int, has_script: bool
) -> None:
    viewport = {"width": width, "height": 844}
    # Without a script Playwright can still ask the page: what is off is what pages bring.
    page = open_page(base_url=live_server.url, java_script_enabled=has_script, viewport=viewport)
    walk(page, language, click)


def test_a_patient_goes_through_her_case_by_keyboard(
    open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    walk(open_page(base_url=live_server.url, viewport={"width": 390, "height": 844}), "en", by_keyboard)


@pytest.mark.parametrize(
    ("language", "width", "has_script"), [("en", 390, True), ("ar", 390, True), ("ru", 1280, True), ("ar", 390, False)]
)
def test_a_relative_follows_the_road_until_the_link_ends(
    open_page: "Callable[..., Page]", live_server: "LiveServer", language: str, width: int, has_script: bool
) -> None:
    case = open_case(language)
    shown: dict[str, Any] = {
        "base_url": live_server.url,
        "java_script_enabled": has_script,
        "viewport": {"width": width, "height": 844},
    }
    hers, theirs = open_page(**shown), open_page(**shown)
    hers.goto(urlsplit(links.address(CaseLink.objects.create(case=case))).path)
    click(hers, "main form button")
    click(hers, 'main a[href$="/family/"]')
    hers.fill("#id_name", "Aunt Leila")
    click(hers, "#family-form button[type=submit]")
    of_link = hers.url
    address = urlsplit(hers.input_value("#address")).path

    theirs.goto(address)
    click(theirs, "main form button")
    road = theirs.locator("main ol.steps > li")
    assert road.count() > 4
    told = theirs.inner_text("main")
    for kept in (case.reference, "Canary", case.email, "two spots", "We have the CT"):
        assert kept not in told
    assert theirs.locator("main a[href*='/messages/'], main a[href*='/estimates/'], main textarea").count() == 0
    assert theirs.evaluate("document.documentElement.scrollWidth <= innerWidth")

    hers.goto(of_link)
    assert hers.locator("#openings + *").count() == 1
    click(hers, "button[name=do][value=show]")
    theirs.reload()
    click(theirs, 'main a[href*="/estimates/"]')
    assert theirs.locator("main table, main dl").count() >= 1

    hers.goto(of_link)
    click(hers, "button[name=do][value=revoke]")
    response = theirs.goto(address)
    assert response is not None
    assert response.status == 410
    assert theirs.locator("main ol.steps").count() == 0
