"""Pages are light, ask nothing of anybody else, and work without a script."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import PAGES, View, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Request

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
READING = [name for name in PAGES if not name.startswith(("request", "case", "estimate"))]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_only_this_site_and_has_no_script(visit: Visit, name: str) -> None:
    page = visit(name, View("en", "light", 390))
    assert page.locator("script:not([type='application/ld+json'])").count() == 0
    assert (
        page.evaluate(
            "performance.getEntriesByType('resource').filter(e => !e.name.startsWith(location.origin)).length"
        )
        == 0
    )


@pytest.mark.parametrize("name", ["home", "condition", "clinics", "packages", "page"])
def test_a_first_view_is_60_kilobytes_in_3_requests(visit: Visit, name: str) -> None:
    seen: list[Request] = []
    page = visit(name, View("ar", "light", 390))
    page.on("request", lambda request: seen.append(request))  # noqa: PLW0108 – Playwright marks the function
    page.context.clear_cookies()
    page.reload(wait_until="networkidle")
    sizes = [one.sizes()["responseBodySize"] for one in seen if one.response()]
    assert len([one for one in seen if "favicon" not in one.url]) <= 3
    assert sum(sizes) <= 60_000


def test_the_whole_request_works_without_javascript(visit: Visit) -> None:
    page = visit("request", View("en", "light", 390), java_script_enabled=False)
    page.wait_for_timeout(3100)  # the time trap
    page.check("[name=for_whom][value=me]")
    page.fill("[name=country]", "Kazakhstan")
    page.fill("[name=name]", "Aigerim Test")
    page.fill("[name=email]", "aigerim@example.org")
    page.check("[name=channel][value=email]")
    page.check("[name=consent_processing]")
    page.check("[name=consent_health]")
    page.locator("form.request-form button[type=submit]").click()
    assert page.locator(".reference").inner_text().startswith("MR-")
