"""The table of an estimate in a real browser: clicks counted, total as it is typed, preview, the Enter key, no script."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from conditions.models import Condition, Procedure
from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import Status
from requests.models import AskedLine, Case, MoneyRules, Offer
from requests.offer_content import OfferLine
from requests.selectors.money_rules import ONLY
from requests.services.estimates import translated
from tests.browser.hands import click, fits, sit_down_at_the_desk
from tests.browser.test_queue import TAGS
from tests.factories import make_contact, make_offer, make_referral, make_staff, submit

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# The bar at the foot, where the buttons are in view whatever stands above it.
ISSUE, CHECK = ".estimate-foot button[name=issue]", ".estimate-foot button[name=check]"


def chosen_case(by: User, number: int = 6) -> Case:
    """Return a case in Arabic whose patient has chosen an offer that answers this many asked lines."""
    MoneyRules.objects.create(pk=ONLY, how_we_are_paid_en="The clinic pays us.", how_we_are_paid_ar="تدفع لنا العيادة.")
    case, contact = submit(condition=Condition.objects.get(slug="liver-metastases"), language="ar"), make_contact()
    Case.objects.filter(pk=case.pk).update(status=Status.OFFERS_IN, clinic=contact.clinic, owner=by)
    case.refresh_from_db()
    asked = [
        AskedLine.objects.create(
            case=case,
            procedure=procedure,
            name=translated(procedure, "name", "ar"),
            name_ru=translated(procedure, "name", "ru"),
            order=order,
        )
        for order, procedure in enumerate(Procedure.objects.all()[:number])
    ]
    lines = [OfferLine(asked=line.pk, amount_from=Decimal(1000), amount_to=Decimal(1500)) for line in asked]
    offer = make_offer(make_referral(case, by=by, contact=contact), lines=lines)
    Offer.objects.filter(pk=offer.pk).update(shown_at=timezone.now(), chosen_at=timezone.now())
    return case


def test_from_the_offer_and_to_the_next_version_in_few_clicks(
    open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    olga = make_staff(Role.COORDINATOR, name="Olga")
    case = chosen_case(olga)
    page = open_page(base_url=live_server.url, viewport=DESK, java_script_enabled=True)
    sit_down_at_the_desk(page, olga, live_server.url)
    case_page = f"/admin/requests/case/{case.pk}/change/"
    build = f"a[href*='/case/{case.pk}/estimate/']"

    page.goto(case_page)
    click(page, build)
    # One line high, each of them, and the preview stands beside them.
    heights = page.locator(".lines tbody tr:first-child").evaluate_all("rows => rows.map(row => row.offsetHeight)")
    assert max(heights) <= 40
    table, preview = page.locator("#estimate").bounding_box(), page.locator(".estimate-preview").bounding_box()
    assert table
    assert preview
    assert (preview["x"] > table["x"] + table["width"], fits(page)) == (True, True)
    assert page.locator(".estimate-page").get_attribute("dir") == "rtl"
    # Two clicks, and not one field to touch.
    click(page, ISSUE)
    estimate = case.estimates.get(version=1)
    assert [line.amount_from for line in estimate.lines.all()] == [1000] * 6

    # Three clicks: the new version, the changed line, the issue.
    page.goto(case_page)
    click(page, build)
    page.locator("[name='line-version.0-amount_from']").click()
    page.locator("[name='line-version.0-amount_from']").fill("1100.50")
    assert page.inner_text("#running-total").replace("\xa0", " ") == "US$6,100.50 to US$9,000"
    assert page.locator("#preview-stale").is_visible()
    click(page, ISSUE)
    assert [line.amount_from for line in case.estimates.get(version=2).lines.all()] == [Decimal("1100.50")] + [1000] * 5


def test_typing_ticks_counts_adds_and_the_enter_key_checks(
    open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    olga = make_staff(Role.COORDINATOR, name="Olga")
    case = chosen_case(olga, 1)
    page = open_page(base_url=live_server.url, viewport=DESK, java_script_enabled=True)
    sit_down_at_the_desk(page, olga, live_server.url)
    page.goto(f"/admin/requests/case/{case.pk}/change/")
    click(page, f"a[href*='/case/{case.pk}/estimate/']")
    page.fill("[name='line-own.discount-amount_from']", "100")
    assert page.locator("[name='line-own.discount-include']").is_checked()
    assert page.inner_text("#running-total").replace("\xa0", " ") == "US$900 to US$1,400"
    page.click("button[name=add]")
    page.fill("[name=free-1-name]", "ترجمة")
    page.fill("[name=free-1-name_ru]", "Перевод")
    page.fill("[name=free-1-amount_from]", "20")
    page.fill("[name=free-1-quantity]", "3")
    assert page.inner_text("#running-total").replace("\xa0", " ") == "From US$960"
    page.press("[name=free-1-amount_from]", "Enter")
    page.wait_for_load_state()
    assert not case.estimates.filter(version=1).exists()
    assert page.inner_text("#running-total").replace("\xa0", " ") == "From US$960"
    assert "ترجمة" in page.inner_text(".estimate-page")
    click(page, ISSUE)
    kinds = [(line.kind, line.quantity, line.amount_from) for line in case.estimates.get(version=1).lines.all()]
    assert kinds == [("treatment", 1, 1000), ("treatment", 3, 20), ("discount", 1, 100)]


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "dark"), (DESK, "light"), (PHONE, "light")])
def test_it_works_without_a_script_and_has_no_fault(
    open_page: "Callable[..., Page]", live_server: "LiveServer", viewport: dict[str, int], scheme: str
) -> None:
    olga = make_staff(Role.COORDINATOR, name="Olga")
    case = chosen_case(olga)
    page = open_page(base_url=live_server.url, viewport=viewport, java_script_enabled=True, color_scheme=scheme)
    sit_down_at_the_desk(page, olga, live_server.url)
    page.goto(f"/admin/requests/case/{case.pk}/estimate/?from=offer:{case.offers.get().pk}")
    page.locator(".line-fold summary").first.click()
    assert page.locator("[name='line-offer.0-included']").is_visible()
    assert not page.locator("[name='line-offer.1-included']").is_visible()
    assert Axe().run(page, options={"runOnly": TAGS}).response["violations"] == []
    assert fits(page)

    plain = open_page(base_url=live_server.url, viewport=viewport, java_script_enabled=False)
    sit_down_at_the_desk(plain, olga, live_server.url)
    plain.goto(page.url)
    plain.fill("[name='line-own.fee-amount_from']", "50")
    plain.check("[name='line-own.fee-include']")
    click(plain, CHECK)
    assert "6,050" in plain.inner_text("#running-total")
    click(plain, ISSUE)
    assert case.estimates.get(version=1).lines.count() == 7


def test_the_second_of_two_who_build_is_told_and_loses_nothing(
    open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    olga, boris = make_staff(Role.COORDINATOR, name="Olga"), make_staff(Role.COORDINATOR, name="Boris")
    case = chosen_case(olga, 1)
    pages = []
    for user in (olga, boris):
        page = open_page(base_url=live_server.url, viewport=DESK, java_script_enabled=True)
        sit_down_at_the_desk(page, user, live_server.url)
        page.goto(f"/admin/requests/case/{case.pk}/estimate/?from=offer:{case.offers.get().pk}")
        pages.append(page)
    typed = {
        "line-offer.0-amount_from": "1100.50",
        "line-own.fee-amount_from": "75",
        "free-0-name": "ترجمة",
        "free-0-name_ru": "Перевод",
        "free-0-amount_from": "20",
        "terms-excluded": "تذاكر السفر",
    }
    for name, words in typed.items():
        pages[1].fill(f"[name='{name}']", words)

    click(pages[0], ISSUE)
    click(pages[1], ISSUE)
    told = pages[1].locator(".desk-notice-danger[role=alert]").inner_text()
    assert ("Olga" in told, "Yours is not issued" in told) == (True, True)
    assert {name: pages[1].input_value(f"[name='{name}']") for name in typed} == typed
    assert fits(pages[1])
    assert [estimate.issued_by for estimate in case.estimates.filter(kind="final")] == [olga]

    # It is issued as a version of its own once its writer knows.
    pages[1].get_by_role("button", name="Issue mine all the same").last.click()
    pages[1].wait_for_load_state()
    second = case.estimates.get(version=2)
    amounts = [line.amount_from for line in second.lines.all()]
    assert (second.issued_by, amounts) == (boris, [Decimal("1100.50"), 20, 75])
    assert case.estimates.get(version=1).superseded_at is not None
