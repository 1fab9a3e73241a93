"""Pages are light, ask nothing of anybody else, and work without a script."""

import gzip
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import PAGES, Tour, View, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Request

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# The lists of the directory and the form of a request have one script, which they work without.
WITH_SCRIPT = [
    name
    for name in PAGES
    if name.startswith(("clinics", "doctors", "care-assistants"))
    or name in ("request", "request-wrong", "case-documents")
]


def test_no_page_asks_another_site_or_has_a_needless_script(tour: Tour) -> None:
    with_script, elsewhere = [], {}
    for name, page in tour("en", viewport={"width": 390, "height": 900}):
        with_script += [name] * page.locator("script:not([type='application/ld+json'])").count()
        asked = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
        if away := [url for url in asked if not url.startswith(page.evaluate("location.origin"))]:
            elsewhere[name] = away
    assert elsewhere == {}
    assert sorted(with_script) == sorted(WITH_SCRIPT), "once each"


@pytest.mark.parametrize("name", ["home", "condition", "clinics", "clinic", "doctors", "compare", "packages", "page"])
def test_a_first_view_is_60_kilobytes_in_few_requests(visit: Visit, name: str) -> None:
    seen: list[Request] = []
    page = visit(name, View("ar", "light", 390))
    page.wait_for_load_state("networkidle")  # what this visit still asks for is not of the next one
    page.on("request", lambda request: seen.append(request))  # noqa: PLW0108 – Playwright marks the function
    page.context.clear_cookies()
    page.reload(wait_until="networkidle")
    # Chromium may ask twice for a picture that it shows twice; the second answer comes from its own cache.
    asked = {one.url for one in seen if "favicon" not in one.url}
    assert len(asked) <= (6 if name in WITH_SCRIPT else 3)
    # A live site sends its static files compressed, this server does not.
    sizes = [len(gzip.compress(page.context.request.get(one.url).body())) for one in seen]
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
    page.locator("form.submission-form button[type=submit]").click()
    assert page.locator(".reference").inner_text().startswith("MR-")


def test_the_form_asks_for_the_zone_of_a_country_with_several(visit: Visit) -> None:
    page = visit("request", View("en", "light", 390))
    page.fill("[name=message]", "Words that stay here")
    page.fill("[name=country]", "USA")
    with page.expect_request("**/requests/time-zone/") as asked:
        page.locator("[name=country]").blur()
    assert "Words" not in str(asked.value.post_data)
    page.get_by_text("Your country has several time zones.").wait_for()
    page.select_option("[name=time_zone]", "America/Chicago")
    page.fill("[name=country]", "Kazakhstan")
    page.locator("[name=country]").blur()
    page.get_by_text("Select it if your country has several").wait_for()
    assert page.input_value("[name=message]") == "Words that stay here"
