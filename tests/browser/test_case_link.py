"""The mailed link in a fresh browser, with and without script: one press opens, one press closes."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from requests.models import CaseLink
from requests.services import links
from tests.browser.conftest import open_case

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer


@pytest.mark.parametrize("has_script", [True, False])
def test_a_fresh_browser_opens_and_closes_its_case(
    open_page: "Callable[..., Page]", live_server: "LiveServer", has_script: bool
) -> None:
    case = open_case()
    path = urlsplit(links.address(CaseLink.objects.create(case=case))).path
    page = open_page(base_url=live_server.url, java_script_enabled=has_script, viewport={"width": 390, "height": 844})
    page.goto(path)
    assert page.context.cookies() == []
    page.get_by_role("button", name="Open my case").click()
    page.wait_for_url(f"**/en/case/{case.reference}/")
    assert case.reference in page.inner_text("h1")
    page.get_by_role("button", name="Close this case on this device").click()
    page.wait_for_url("**/en/case/")
    assert "The case is closed on this device." in page.inner_text("main")
    # Nor does the browser show it from its own memory.
    response = page.go_back()
    assert response is not None
    assert response.status == 404
