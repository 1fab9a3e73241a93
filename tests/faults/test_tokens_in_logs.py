"""No token of a link to a case in any log, whatever is broken while somebody opens it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings

from requests.models import CaseLink
from requests.services import family, links
from tests.conftest import POSTGRES
from tests.factories import submit
from tests.services import MailServer, Portal, RedisServer
from tests.services.nginx import Nginx

pytestmark = pytest.mark.faults


@pytest.fixture
def proxied(quick_portal: Portal, tmp_path: Path) -> Iterator[tuple[Portal, Nginx]]:
    """The portal behind nginx."""
    nginx = Nginx(quick_portal, tmp_path / "nginx")
    quick_portal.start("web", "web-2", "worker", "relay")
    nginx.start()
    yield quick_portal, nginx
    nginx.stop()


def knock(url: str, path: str) -> set[int]:
    """Use a link in every way that it is used, and some that it is not; return the answers' codes."""
    there = f"https://elsewhere.example{path}"
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", path, {}),
        ("HEAD", path, {}),
        ("POST", path, {}),
        ("POST", path, {"headers": {"Sec-Fetch-Site": "cross-site"}}),
        ("PUT", path, {}),
        ("GET", path.replace("/en/", "/"), {}),
        ("GET", path.rstrip("/"), {}),
        ("GET", f"{path}more/", {}),
        # Django writes the referer of a form that it refuses, nginx that of any error.
        ("POST", "/en/case/", {"headers": {"Referer": there}}),
        ("POST", "/en/case/", {"headers": {"Referer": there, "Origin": "null"}}),
        ("GET", "/static/none.css", {"headers": {"Referer": f"{url}{path}"}}),
        ("POST", path, {"content": b"x" * 32_000_000}),
    ]
    codes = set()
    for method, address, more in steps:
        try:
            response = httpx.request(method, url + address, timeout=20, **more)
        except httpx.HTTPError:
            codes.add(0)
            continue
        codes.add(response.status_code)
        # A page that says that something broke is copied and sent to whoever may help.
        assert response.status_code < 500 or path not in response.text
    return codes


def over_https(portal: Portal, path: str) -> None:
    """Ask the portal as a proxy that ended TLS does: there the referer of a form is checked."""
    headers = {"Host": "localhost", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    for referer in (f"https://elsewhere.example{path}", f"http://127.0.0.1{path}", path):
        httpx.post(f"{portal.url}/en/case/", headers={**headers, "Referer": referer}, cookies={"csrftoken": "x" * 32})


def test_no_log_holds_a_live_token(
    proxied: tuple[Portal, Nginx], redis_server: RedisServer, smtp_sink: MailServer
) -> None:
    portal, nginx = proxied
    url = nginx.url
    case = submit(email="patient@example.org")
    smtp_sink.wait_for(1)
    paths = [
        links.address(CaseLink.objects.create(case=case)).removeprefix(settings.SITE_URL),
        family.address(
            family.make(case=case, name="Sister", shows_medical=True, form_token="f" * 20), "en"
        ).removeprefix(settings.SITE_URL),
    ]
    signatures = [path.rstrip("/").rpartition(".")[2] for path in paths]

    def knock_at_all() -> set[int]:
        return {code for path in paths for code in knock(url, path)}

    answers = {"all is well": knock_at_all()}
    for path in paths:
        over_https(portal, path)
    smtp_sink.stop()
    answers["no mail"] = knock_at_all()
    redis_server.kill()
    answers["no redis"] = knock_at_all()
    name = portal.env["DATABASE_URL"].rpartition("/")[2]
    POSTGRES.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    POSTGRES.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    answers["no database"] = knock_at_all()
    for path in paths:
        over_https(portal, path)
    POSTGRES.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    portal.kill()
    answers["no web"] = knock_at_all()

    # What was asked met what it should have met, and was logged.
    assert {200, 302, 403, 404, 405} <= answers["all is well"] == answers["no redis"] == answers["no mail"]
    assert (500 in answers["no database"], 503 in answers["no web"]) == (True, True)
    logs = {name: process.output() for name, process in portal.processes.items()} | {"nginx": nginx.output()}
    assert "Traceback" in logs["web"]
    assert "Internal Server Error: /en/case/" in logs["web"]
    assert "Referer checking failed - https://elsewhere.example/en/case/" in logs["web"]
    assert re.search(r"^\S+ GET \(private\) 503 ", logs["nginx"], re.MULTILINE)
    leaks = {
        name: line
        for name, text in logs.items()
        for line in text.splitlines()
        if any(signature in line for signature in signatures)
    }
    assert leaks == {}
