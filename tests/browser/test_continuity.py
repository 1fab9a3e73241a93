"""The continuity pack in a browser: written and issued at the desk, with and without a script, saved on a phone in two languages."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
from django.conf import settings

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import DISCHARGE, DocumentState, Status
from requests.models import Case, CaseLink, ContinuityPack
from requests.services import links
from tests.accounts.cast import staff_client
from tests.browser.test_accessibility import sideways, violations
from tests.factories import make_document, make_pack, make_staff, submit
from tests.requests.delivery import deliver_all

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRIVATE_FILES_DIR", tmp_path / "private")


@pytest.fixture
def olga() -> User:
    return make_staff(Role.COORDINATOR, name="Olga")


def recovering(language: str = "en") -> Case:
    case = submit(language=language, speak=language)
    Case.objects.filter(pk=case.pk).update(status=Status.RECOVERY)
    case.refresh_from_db()
    return case


@pytest.mark.parametrize(("width", "has_script"), [(1440, True), (390, False)])
def test_a_pack_is_written_checked_and_issued_at_the_desk(
    open_page: "Callable[..., Page]", live_server: "LiveServer", olga: User, width: int, has_script: bool
) -> None:
    case = recovering()
    paper = make_document(case, name="epikriz.pdf", by=olga, need=DISCHARGE, state=DocumentState.TRANSLATED)
    make_document(case, name="letter.pdf", by=olga, translation_of=paper, language="en", state=DocumentState.ACCEPTED)
    page = open_page(base_url=live_server.url, viewport={"width": width, "height": 900}, java_script_enabled=has_script)
    page.context.add_cookies(
        [{"name": row.key, "value": row.value, "url": live_server.url} for row in staff_client(olga).cookies.values()]
    )
    page.goto(f"/admin/requests/case/{case.pk}/change/")
    page.get_by_role("link", name="Write the pack").click()
    page.get_by_label("Medicine", exact=True).first.fill("Tamoxifen")
    page.get_by_label("Dose").first.fill("20 mg")
    page.get_by_role("button", name="Add a medicine").click()
    assert page.get_by_label("Dose").count() == 3
    assert page.get_by_label("Dose").first.input_value() == "20 mg"
    page.locator("form#continuity button[name=check]").click()
    told = page.get_by_role("alert").inner_text()
    assert "Enter how and how long it is taken" in told
    page.get_by_label("How, and how long").first.fill("Once a day, for five years")
    page.locator("form#continuity button[name=check]").click()
    assert page.get_by_role("alert").inner_text().splitlines()[-1] == "No follow-up date is listed."
    page.get_by_label("Day", exact=True).first.fill("2027-01-14")
    page.get_by_label("What is done").first.fill("Scan of the liver")
    page.locator("form#continuity button[name=check]").click()
    assert "There is no letter to the doctor at home." in page.inner_text("main")
    page.get_by_label("Language of the doctor at home").select_option("de")
    page.get_by_label("Letter, in the language of that doctor").fill("Sehr geehrte Kollegin")
    page.get_by_label("Letter, in Russian").fill("Уважаемый коллега")
    page.locator("form#continuity button[name=check]").click()
    page.get_by_role("button", name="Issue version 1").first.click()
    assert "Version 1 is issued." in page.inner_text("main")
    pack = ContinuityPack.objects.select_related("case").get()
    assert "Sehr geehrte Kollegin" in pack.content


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_on_its_page_at_the_desk(
    open_page: "Callable[..., Page]", live_server: "LiveServer", olga: User, width: int
) -> None:
    case = recovering()
    make_pack(case, by=olga)
    make_document(case, name=f"{'W' * 60}.pdf", state=DocumentState.ACCEPTED)
    page = open_page(base_url=live_server.url, viewport={"width": width, "height": 900})
    page.context.add_cookies(
        [{"name": row.key, "value": row.value, "url": live_server.url} for row in staff_client(olga).cookies.values()]
    )
    page.goto(f"/admin/requests/case/{case.pk}/continuity/")
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
    page.get_by_label("Dose").first.fill("")
    page.locator("form#continuity button[name=check]").click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_she_saves_it_on_her_phone(
    open_page: "Callable[..., Page]", live_server: "LiveServer", olga: User, language: str, tmp_path: Path
) -> None:
    case = recovering(language)
    make_pack(case, by=olga)
    page = open_page(base_url=live_server.url, viewport={"width": 390, "height": 844}, accept_downloads=True)
    page.goto(urlsplit(links.address(CaseLink.objects.create(case=case))).path)
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    page.goto(f"/{language}/case/{case.reference}/")
    section = page.locator("section:has(> #home-pack)")
    box, now = section.bounding_box(), page.locator("section.now").bounding_box()
    assert box is not None
    assert now is not None
    assert box["y"] + box["height"] <= now["y"]
    assert box["y"] + box["height"] < 844, "in the first screen"
    assert violations(page) == []
    assert sideways(page) == []
    section.locator("a").nth(0).click()
    page.get_by_role("status").wait_for()
    assert violations(page) == []
    deliver_all()
    with page.expect_download() as printed:
        page.evaluate("location.reload()")
    printed.value.save_as(tmp_path / "home.pdf")
    assert (tmp_path / "home.pdf").read_bytes().startswith(b"%PDF-")
    page.goto(f"/{language}/case/{case.reference}/")
    with page.expect_download() as packed:
        page.locator("section:has(> #home-pack) a").nth(1).click()
    packed.value.save_as(tmp_path / "home.zip")
    names = ZipFile(tmp_path / "home.zip").namelist()
    assert names == [f"{case.reference}-home-1.pdf", "papers/1 epikriz.pdf", "translations/1 letter-en.pdf"]
