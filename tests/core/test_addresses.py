"""What no page can read is a 400; host names of this machine are for health checks."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client

from tests.accounts.cast import staff_client
from tests.accounts.test_invitation import make_administrator

pytestmark = pytest.mark.django_db

ADMIN_STARTS = [
    "/admin/",
    "/admin/requests/case/",
    "/admin/requests/case/?q=",
    "/admin/requests/case/?_facets=",
    "/admin/accounts/user/",
    "/admin/accounts/user/?id__exact=",
    "/admin/core/mail/",
    "/admin/clinics/clinic/import/",
    "/admin/search/?s=",
    "/admin/autocomplete/?term=",
    "/en/accounts/login/?next=/admin/",
    "/en/accounts/password/reset/key/",
]
PAGES = ["/admin/", "/en/accounts/login/", "/en/", "/en/case/"]


def quiet_client(**options: Any) -> Client:
    """Return a browser that sees a 500 as a page, as a visitor would."""
    return Client(raise_request_exception=False, **options)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "receipt", "shortlist", "other"])
def test_a_nul_in_a_cookie_is_a_bad_request(page: str, name: str) -> None:
    for value in (r'"\000abc"', r'"abc\000"'):
        assert quiet_client().get(page, headers={"Cookie": f"{name}={value}"}).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/admin/%00/",
        "/en/conditions/%00/",
        "/admin/?q=%00",
        "/en/clinics/?area=%00",
        "/en/search/?q=%00",
        "/en/accounts/login/?next=%00",
    ],
)
def test_a_nul_in_an_address_is_a_bad_request(address: str) -> None:
    assert quiet_client().get(address).status_code == 400


@pytest.mark.parametrize(
    "start", ["/admin/", "/admin/requests/case/", "/admin/?next=", "/en/conditions/", "/admin/core/mail/"]
)
@pytest.mark.parametrize("length", [9_000, 60_000])
def test_a_very_long_address_is_a_bad_request(start: str, length: int) -> None:
    assert quiet_client().get(start + "9" * length).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_a_live_site_answers_health_checks_alone_by_the_names_of_its_machine(host: str, settings: Any) -> None:
    settings.WATCH_ONLY_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    client = quiet_client(headers={"Host": host})
    answers = {path: client.get(path).status_code for path in ("/healthz/", "/en/", "/admin/", "/en/accounts/login/")}
    assert answers == {"/healthz/": 200, "/en/": 400, "/admin/": 400, "/en/accounts/login/": 400}
    assert client.get("/readyz/").status_code in (200, 503)
    assert client.get("/metrics").status_code == 404  # as long as there is no METRICS_TOKEN
    assert quiet_client().get("/en/").status_code == 200


@pytest.mark.parametrize(
    ("variables", "closed"),
    [
        ({"SITE_URL": "https://marus.example"}, "localhost 127.0.0.1 [::1]"),
        ({"SITE_URL": "https://marus.example", "ALLOWED_HOSTS": "web,127.0.0.1"}, "localhost [::1]"),
        ({"SITE_URL": "http://localhost:8080"}, "127.0.0.1 [::1]"),
        ({"DATABASE_URL": ""}, ""),
    ],
)
def test_which_names_are_closed(variables: dict[str, str], closed: str) -> None:
    command = [sys.executable, "-c", "from portal import settings; print(*settings.WATCH_ONLY_HOSTS)"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **variables})
    assert done.stdout.strip() == closed


@pytest.mark.parametrize("letter", ["9", "a", "%D0%96", "/"])
@pytest.mark.parametrize("length", [300, 3_000, 7_900])
def test_a_long_address_breaks_no_page_of_the_desk(letter: str, length: int) -> None:
    staff = staff_client(make_administrator())
    staff.raise_request_exception = False
    for client in (staff, quiet_client()):
        for start in ADMIN_STARTS:
            address = start + letter * ((length - len(start)) // len(letter))
            assert client.get(address).status_code < 500, address[:80]
