"""Every template is valid HTML: the Nu checker finds no error and gives no warning."""

import json
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from requests.models import Case
from tests.accounts.cast import staff_client
from tests.browser.conftest import address_of, cookies_of, open_cases
from tests.browser.pages import PAGES
from tests.factories import make_staff
from tests.factories.people import Role
from tests.services.process import PROJECT

pytestmark = pytest.mark.django_db

VNU = PROJECT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
ACCOUNT = ("login/", "2fa/", "2fa/webauthn/", "password/change/", "sessions/", "logout/")


def vnu(folder: Path) -> list[str]:
    """Return what the checker says of the pages in a folder."""
    jar = VNU if VNU.exists() else next((PROJECT / "node_modules" / "vnu-jar").rglob("vnu.jar"))
    command = ["java", "-jar", str(jar), "--format", "json", "--skip-non-html", "--exit-zero-always", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    messages = json.loads(done.stderr)["messages"]
    return [f"{Path(one['url']).name}: {one['message']} {one.get('extract', '')!r}" for one in messages]


def patient_of(case: Case) -> Client:
    """Return the browser of a patient who sent a request and opened its link."""
    client = Client(HTTP_HOST="localhost:8000")
    client.cookies.load(cookies_of(case))
    return client


def pages_of(language: str) -> dict[str, str]:
    """Return the HTML of every page by name."""
    case = open_cases(language)
    client = patient_of(case)
    found = {}
    for name, path in PAGES.items():
        address, _hash, what = address_of(path, case).partition("#")
        url = f"/{language}/{address}"
        answer = client.post(url, {"email": "x"}) if what else client.get(url, follow=True)
        found[f"{language}-{name}"] = answer.content.decode()
    return found


def save(pages: dict[str, str], folder: Path) -> None:
    """Write pages into files."""
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_for_patients(tmp_path: Path, language: str) -> None:
    save(pages_of(language), tmp_path)
    assert vnu(tmp_path) == []


@pytest.mark.long
def test_every_page_in_russian(tmp_path: Path) -> None:
    save(pages_of("ru"), tmp_path)
    assert vnu(tmp_path) == []


def test_the_pages_of_the_team_outside_the_admin(tmp_path: Path) -> None:
    staff, visitor = staff_client(make_staff(Role.COORDINATOR)), Client(HTTP_HOST="localhost:8000")
    for path in ACCOUNT:
        client = visitor if path == "login/" else staff
        response = client.get(f"/en/accounts/{path}")
        assert response.status_code == 200, path
        save({path.replace("/", "-"): response.content.decode()}, tmp_path)
    assert vnu(tmp_path) == []


def test_the_checker_sees_a_fault(tmp_path: Path) -> None:
    save({"broken": "<!doctype html><html lang=en><title>x</title><p><div></p>"}, tmp_path)
    assert vnu(tmp_path) != []
