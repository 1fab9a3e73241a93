"""Papers from a phone: with a script through broken connections, without one as a plain form, in English and Arabic."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.utils import timezone

from conditions.models import Condition
from portal.core.encryption.parts import PART
from portal.core.models import OutboxItem
from requests.models import Case, CaseLink, Document
from requests.selectors.documents import missing_codes
from requests.services import documents, links
from tests.factories import make_document, submit

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DATA = b"%PDF-1.7\n" + random.Random(1).randbytes(2 * PART + 1000)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRIVATE_FILES_DIR", tmp_path / "private")


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    path = tmp_path / "CT disc.pdf"
    path.write_bytes(DATA)
    return path


def her_page(page: "Page", case: Case, language: str) -> str:
    """Open the papers of a case as its patient does; returns the address."""
    page.goto(urlsplit(links.address(CaseLink.objects.create(case=case))).path)
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    page.goto(f"/{language}/case/{case.reference}/documents/")
    return page.url


def choose(page: "Page", *paths: Path) -> None:
    page.set_input_files("#files", list(paths))
    page.locator("#documents-form button[type=submit]").click()


def test_a_broken_connection_and_a_closed_page_cost_nothing(
    open_page: "Callable[..., Page]", live_server: "LiveServer", disc: Path
) -> None:
    page, case = open_page(base_url=live_server.url, viewport={"width": 390, "height": 844}), submit()
    sent: list[str] = []

    def break_after_one(route: "Route") -> None:
        sent.append(str(route.request.headers["upload-offset"]))
        route.abort() if len(sent) > 1 else route.continue_()

    address = her_page(page, case, "en")
    page.route(
        "**/documents/uploads/*/",
        lambda route: break_after_one(route) if route.request.method == "PUT" else route.continue_(),
    )
    choose(page, disc)
    page.get_by_text("The connection is gone.").wait_for()
    assert set(sent) == {"0", str(PART)}
    page.unroute("**/documents/uploads/*/")
    page.goto(address)  # closed in the middle, opened again
    assert "Not whole yet" in page.inner_text("main")
    with page.expect_response(lambda answer: answer.request.method == "PUT") as first:
        choose(page, disc)
    assert first.value.request.headers["upload-offset"] == str(PART)
    page.locator("#here ~ ul").get_by_role("heading", name="CT disc.pdf").wait_for()
    row = Document.objects.here().get()
    assert b"".join(documents.chunks(row)) == DATA
    assert Document.objects.count() == 1
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_one_file_that_is_refused_costs_no_other(
    open_page: "Callable[..., Page]", live_server: "LiveServer", disc: Path, tmp_path: Path
) -> None:
    page, case = open_page(base_url=live_server.url, viewport={"width": 390, "height": 844}), submit()
    empty, scan = tmp_path / "empty.jpg", tmp_path / "scan.pdf"
    empty.touch()
    scan.write_bytes(b"%PDF-1.7 scan")
    her_page(page, case, "en")
    choose(page, empty, scan)
    page.get_by_text("This file is empty.").wait_for()
    page.locator("#files-sent li").nth(1).get_by_text("Sent", exact=True).wait_for()
    assert Document.objects.here().get().name == "scan.pdf"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_a_script_a_plain_form_sends(
    open_page: "Callable[..., Page]", live_server: "LiveServer", disc: Path, tmp_path: Path
) -> None:
    view = {"base_url": live_server.url, "viewport": {"width": 390, "height": 844}, "java_script_enabled": False}
    page, case = open_page(**view), submit(language="ar")
    scan = tmp_path / "تقرير.pdf"
    scan.write_bytes(b"%PDF-1.7 scan")
    her_page(page, case, "ar")
    choose(page, disc, scan)
    page.locator("#here ~ ul li").nth(1).wait_for()
    assert {row.name: b"".join(documents.chunks(row)) for row in Document.objects.here()} == {
        "CT disc.pdf": DATA,
        "تقرير.pdf": b"%PDF-1.7 scan",
    }
    page.locator('form[action$="/remove/"] button').first.click()
    page.wait_for_load_state()
    assert Document.objects.here().count() == 1


def test_the_list_says_how_far_a_check_is_without_a_reload(
    open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    page, case = open_page(base_url=live_server.url, viewport={"width": 390, "height": 844}), submit()
    document = make_document(case, name="CT.zip")
    Document.objects.update(checked_at=None)
    row = OutboxItem.objects.filter(object_id=document.pk, kind="document.check")
    assert row.update(progress_done=40, progress_total=100) == 1
    her_page(page, case, "en")
    page.get_by_text("is being checked: 40 %").wait_for()
    page.evaluate("window.isTheSame = true")
    page.locator(f"#document-{document.pk} button").focus()
    row.update(progress_done=80)
    page.get_by_text("is being checked: 80 %").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Remove: CT.zip"
    Document.objects.update(checked_at=timezone.now(), kind="dicom_zip")
    page.locator(f"#document-{document.pk} a").wait_for()
    page.locator("#checked", has_text="Your papers are checked.").wait_for(state="attached")
    assert page.locator("[data-checking]").count() == 0
    assert page.evaluate("window.isTheSame")


def test_images_that_were_checked_leave_the_fold_and_are_one_row(
    open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    page, case = open_page(base_url=live_server.url, viewport={"width": 390, "height": 844}), submit()
    for number in range(6):
        make_document(case, name=f"IM{number}")
    rows = list(Document.objects.order_by("created_at"))
    Document.objects.update(checked_at=None)
    her_page(page, case, "en")
    fold = page.locator("#waiting details")
    fold.locator("summary").click()
    page.get_by_text("6 files are being checked.").wait_for()
    for row, number in ((rows[0], 1), (rows[1], 2), (rows[2], 3)):
        row.series, row.instance_number, row.kind, row.checked_at = "1.2.3", number, "dicom", timezone.now()
        row.findings = '{"images": 1, "modality": "CT", "body_part": "CHEST"}'
        row.save()
    page.get_by_text("3 images").wait_for()
    assert page.locator("#waiting").count() == 0, "few are left"
    assert page.locator("#papers > li").count() == 4
    assert page.locator("#papers [data-checking]").count() == 3
    Document.objects.filter(pk__in=[row.pk for row in rows[3:]]).update(checked_at=timezone.now(), kind="pdf")
    page.locator("#checked", has_text="Your papers are checked.").wait_for(state="attached")
    assert page.locator("#papers > li").count() == 4
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_a_script_a_patient_says_what_they_do_not_have(
    open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    view = {"base_url": live_server.url, "viewport": {"width": 390, "height": 844}, "java_script_enabled": False}
    page = open_page(**view)
    case = submit(language="ar", condition=Condition.objects.get(slug="liver-metastases"))
    her_page(page, case, "ar")
    item = page.locator("#need-pathology-report")
    item.locator("button").click()
    page.wait_for_load_state()
    assert missing_codes(case) == {"pathology-report"}
    assert item.locator(".pill").bounding_box()["y"] < 844, "the page stands where it was"  # type: ignore[index]  # it is shown
    item.locator("button").click()
    page.wait_for_load_state()
    assert missing_codes(case) == set()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_folder_is_sent_without_its_programs(
    open_page: "Callable[..., Page]", live_server: "LiveServer", tmp_path: Path
) -> None:
    page, case = open_page(base_url=live_server.url, viewport={"width": 1280, "height": 800}), submit()
    disc = tmp_path / "disc"
    for name in ("DICOMDIR", "autorun.inf", "viewer/start.exe", ".DS_Store", "DICOM/IM000001", "DICOM/IM000002.dcm"):
        path = disc / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x08\x00" + bytes(200))
    her_page(page, case, "en")
    page.set_input_files("#folder", disc)
    page.locator("#documents-form button[type=submit]").click()
    page.locator("#here ~ ul li").nth(1).wait_for()
    assert sorted(row.name for row in Document.objects.here()) == ["IM000001", "IM000002.dcm"]
