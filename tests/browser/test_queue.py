"""The queue in a real browser: how much of it a screen shows, keys, a phone, and no script."""

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from portal.accounts.enums import Role
from requests.models import Case, cases
from requests.services import desk
from requests.services.queue import renew_figures
from tests.accounts.cast import staff_client
from tests.factories import make_condition, make_staff, submit

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/admin/requests/case/"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WHOLE_ROWS = """() => {
  const pager = document.querySelector('#changelist-pagination, .pagination')?.getBoundingClientRect().top ?? innerHeight;
  const seen = (box) => box.top >= 0 && box.bottom <= Math.min(innerHeight, pager);
  const covered = (box) => !document.elementFromPoint(box.left + 120, box.bottom - 3)?.closest('.queue-table');
  return [...document.querySelectorAll('.queue-table tbody tr')].map((row) => row.getBoundingClientRect())
    .filter((box) => seen(box) && !covered(box)).length;
}"""


@pytest.fixture
def at_desk(
    open_page: "Callable[..., Page]", live_server: "LiveServer", monkeypatch: pytest.MonkeyPatch
) -> "Callable[..., Page]":
    """Return a function that opens a page in the browser of a coordinator with thirty cases."""
    # Of the two widest letters alone, which stand for all in these tests, there are few references.
    monkeypatch.setattr(cases, "ALPHABET", "23456789MW")
    coordinator = make_staff(Role.COORDINATOR, name="Olga")
    condition = make_condition(name_en="Test illness")
    for number in range(30):
        case = submit(email=f"p{number}@example.org", phone="", condition=condition, message="Can you help us? " * 9)
        if number % 3:
            desk.assign(case=case, to=coordinator, by=coordinator)
    renew_figures()
    cookie = next(iter(staff_client(coordinator).cookies.values()))

    def opened(**shown: Any) -> "Page":
        page = open_page(base_url=live_server.url, **shown)
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page.goto("/admin/")
        return page

    return opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_twenty_whole_rows_fit_a_screen(at_desk: "Callable[..., Page]", scheme: str) -> None:
    page = at_desk(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    assert page.url.endswith(LIST)
    assert page.evaluate(WHOLE_ROWS) >= 20
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    violations = Axe().run(page, context="#main", options={"runOnly": TAGS}).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"][:2]]) for one in violations] == []


def test_the_first_case_is_reached_within_eight_tabs(at_desk: "Callable[..., Page]") -> None:
    page = at_desk(viewport={"width": 1440, "height": 900})
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the cases"
    page.keyboard.press("Enter")
    for _ in range(7):
        if page.evaluate("document.activeElement.matches('.queue-who a')"):
            break
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.queue-who a')")


def test_keys_go_through_the_cases_take_one_and_open_it(at_desk: "Callable[..., Page]") -> None:
    page = at_desk(viewport={"width": 1440, "height": 900})
    free = Case.objects.filter(owner=None).count()
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.getAttribute('href')") != first
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.getAttribute('href')") == first
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "searchbar"
    page.keyboard.type("jk?")
    assert page.input_value("#searchbar") == "jk?"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.get_by_text("open it and reply").is_visible()
    page.keyboard.press("?")
    while not page.evaluate("!!document.activeElement.closest('tr')?.querySelector('.queue-take')"):
        page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("t")
    assert page.get_by_text("is yours.").is_visible()
    assert Case.objects.filter(owner=None).count() == free - 1
    page.keyboard.press("j")
    page.keyboard.press("s")
    assert page.evaluate("document.activeElement.id") == "id_on"
    assert page.locator("input[name=case]:checked").count() == 1
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/change/" in page.url


@pytest.mark.parametrize("has_script", [True, False])
def test_a_row_is_a_card_on_a_phone(at_desk: "Callable[..., Page]", has_script: bool) -> None:
    page = at_desk(viewport={"width": 390, "height": 844}, java_script_enabled=has_script)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    free = Case.objects.filter(owner=None).count()
    page.locator(".queue-take").first.click()
    page.wait_for_load_state()
    assert Case.objects.filter(owner=None).count() == free - 1
    assert page.get_by_text("is yours.").is_visible()
    page.locator("input[name=case]").first.check()
    page.locator("button[value=spam]").click()
    page.wait_for_load_state()
    assert page.get_by_role("heading", name="Close 1 case as spam?").is_visible()
