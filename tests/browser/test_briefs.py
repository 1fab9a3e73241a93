"""The brief in a real browser: approved and returned on a phone, in English and Arabic, written at the desk without a script."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from clinics.models import Clinic
from conditions.models import Condition
from portal.accounts.enums import Role
from requests.brief_content import HistoryEntry, Pair
from requests.models import Brief, Case, CaseLink, Consent
from requests.services import clinic_consents, links
from tests.accounts.cast import staff_client
from tests.browser.test_queue import TAGS
from tests.factories import make_brief, make_staff, submit

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


def her_page(page: "Page", case: Case, language: str) -> None:
    """Open the brief of a case as its patient does."""
    page.goto(urlsplit(links.address(CaseLink.objects.create(case=case))).path)
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    page.goto(f"/{language}/case/{case.reference}/brief/")


def sound(page: "Page") -> bool:
    """Whether a page has no fault that axe sees, and does not scroll sideways."""
    violations = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
    return violations == [] and bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_she_approves_with_one_press_and_chooses_a_clinic(
    language: str, scheme: str, open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    page = open_page(base_url=live_server.url, viewport=PHONE, java_script_enabled=True, color_scheme=scheme)
    case, clinic = submit(language=language), Clinic.objects.order_by("slug")[0]
    history = [HistoryEntry("2023", Pair("جراحة", "Операция")), HistoryEntry("2025-03", Pair("كتلة", "Образование"))]
    make_brief(case, state="sent", history=history)
    clinic_consents.propose(case=case, clinic=clinic, by=make_staff(Role.COORDINATOR))
    her_page(page, case, language)
    assert sound(page)
    assert page.locator("svg.brief-line circle").count() == 2
    # Time runs from the side on which her language begins.
    first, last = (page.locator("svg.brief-line circle").nth(number).bounding_box() for number in (0, 1))
    assert first
    assert last
    assert (first["x"] > last["x"]) == (language == "ar")
    page.locator("button[name=approve]").click()
    page.wait_for_load_state()
    assert Brief.objects.get().is_approved
    page.locator("button[name=allow]").click()
    page.wait_for_load_state()
    assert Consent.objects.get(purpose="clinic").clinic == clinic
    assert page.locator("button[name=withdraw]").count() == 1
    assert sound(page)


def test_the_desk_writes_it_without_a_script(open_page: "Callable[..., Page]", live_server: "LiveServer") -> None:
    page = open_page(base_url=live_server.url, viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    case = submit(condition=Condition.objects.get(slug="liver-metastases"), message="Can it be removed?")
    cookie = next(iter(staff_client(make_staff(Role.COORDINATOR, name="Olga")).cookies.values()))
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(f"/admin/requests/case/{case.pk}/change/")
    page.get_by_role("button", name="Begin a brief").click()
    page.get_by_label("Age in years").fill("54")
    page.get_by_label("Female").press("Space")
    page.get_by_label("Question to the doctors, Russian").fill("Можно ли удалить?")
    page.locator("#id_history-0-when").fill("3/2025")
    page.locator("#id_history-0-what_own").fill("Growths found")
    page.locator("#id_history-0-what_other").fill("Найдены образования")
    page.get_by_role("button", name="Save, and read it as clinics do").click()
    assert "March 2025" in page.inner_text(".brief")
    page.get_by_role("button", name="Send it to the patient to approve").click()
    assert Brief.objects.get().is_sent
    assert "With the patient to approve" in page.inner_text("#content")


def test_on_paper_the_version_has_both_languages_and_no_buttons(
    open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    page = open_page(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    case = submit()
    brief = make_brief(case, history=[HistoryEntry("2023", Pair("Surgery", "Операция"))])
    cookie = next(iter(staff_client(make_staff(Role.COORDINATOR)).cookies.values()))
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(f"/admin/requests/case/{case.pk}/briefs/{brief.pk}/")
    page.emulate_media(media="print")
    assert page.locator(".brief").is_visible()
    assert "Операция" in page.inner_text(".brief")
    assert page.locator("#nav-sidebar, .desk-not-printed").first.is_hidden()
