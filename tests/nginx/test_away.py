"""When the portal is away, nginx says so in every live language, with the ways to reach us."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.nginx.conftest import OPERATOR
from tests.services import Nginx, Portal
from tests.services.stack import Stack

TITLES = {
    "en": "We are away for a moment",
    "ru": "Сайт ненадолго недоступен",
    "ar": "الموقع غير متاح لبعض الوقت",
}


@pytest.fixture(scope="module")
def portal(shared_stack: Stack) -> Portal:
    """One portal for all tests of this module."""
    return shared_stack.portal


def test_a_dead_web_process_is_explained(lonely_tls_nginx: Nginx) -> None:
    lonely_tls_nginx.start()
    with lonely_tls_nginx.client() as client:
        for language, title in TITLES.items():
            path = f"/{language}/requests/new/"
            for answer in (client.get(path), client.post(path, data={"name": "x"})):
                assert answer.status_code == 503
                assert f"<h1>{title}</h1>" in answer.text
                assert OPERATOR["OPERATOR_EMAIL"] in answer.text
                assert 'href="tel:+74951234567"' in answer.text
                assert "112" in answer.text
                assert answer.headers["Retry-After"] == "60"
                assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
                assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_frozen_web_process_is_explained(portal: Portal, nginx: Nginx) -> None:
    nginx.write()
    configuration = nginx.folder / "nginx.conf"
    patient = configuration.read_text()
    assert "proxy_read_timeout 60s;" in patient
    nginx.write = lambda *_: configuration.write_text(  # type: ignore[assignment, method-assign]  # a minute is too long for a test
        patient.replace("proxy_read_timeout 60s;", "proxy_read_timeout 1s;")
    )
    portal.start("web")
    nginx.start()
    portal["web"].freeze()
    with nginx.client() as client:
        answer = client.get("/en/case/")
    portal["web"].thaw()
    assert answer.status_code == 503
    assert TITLES["en"] in answer.text


def test_answers_of_the_portal_itself_pass(portal: Portal, nginx: Nginx) -> None:
    portal.start("web")
    nginx.start()
    with nginx.client() as client:
        assert client.get("/readyz/").status_code == 503  # relay, worker and beat do not run
        assert client.get("/readyz/").json()["parts"]["database"] == "ok"
        missing = client.get("/en/nothing/")
    assert missing.status_code == 404
    assert "There is no such page" in missing.text


def test_the_page_stands_alone_and_keeps_to_its_policy(lonely_nginx: Nginx, open_page: Callable[..., Page]) -> None:
    lonely_nginx.start()
    page = open_page(base_url=lonely_nginx.url)
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto("/ar/clinics/")
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).borderRadius") == "14px"
    assert [url for url in seen if not url.endswith("/favicon.ico")] == [f"{lonely_nginx.url}/ar/clinics/"]
    page.get_by_role("link", name="Русский").click()
    assert page.get_by_role("heading", level=1).inner_text() == TITLES["ru"]
    assert re.search("[A-Za-z]{4,}", page.locator("main p").first.inner_text()) is None
