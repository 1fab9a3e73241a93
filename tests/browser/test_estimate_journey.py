"""An estimate as a patient decides about it: asks about a line, declines, reads the new version, accepts with a mailed code."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pypdf
import pytest

from conditions.models import Condition
from requests.enums import Status
from requests.models import EstimateDecision, Message
from tests.browser.hands import accept_with_the_mailed_code, click, fits, open_case_of
from tests.factories import make_staff, submit
from tests.factories.people import Role
from tests.requests.delivery import deliver_all
from tests.requests.test_decisions import issued

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("language", "width", "has_script"), [("en", 390, True), ("ar", 390, True), ("ru", 1280, False)]
)
def test_from_the_question_to_the_record(
    open_page: "Callable[..., Page]", live_server: "LiveServer", language: str, width: int, has_script: bool
) -> None:
    coordinator = make_staff(Role.COORDINATOR, name="Olga")
    case = submit(condition=Condition.objects.get(slug="liver-metastases"), language=language)
    issued(case, coordinator, 9000, amount_to=Decimal(11000), quantity=2)
    page = open_page(base_url=live_server.url, java_script_enabled=has_script, viewport={"width": width, "height": 844})
    open_case_of(page, case)
    root = urlsplit(page.url).path
    click(page, ".now a.button")
    assert urlsplit(page.url).path == f"{root}estimates/1/"
    assert fits(page)
    click(page, "a.ask")
    page.fill("#id_body", "Is the stay included?")
    click(page, "#message-form button:not([name])")
    message = Message.objects.get(case=case)
    assert (message.estimate_line, "Surgery" in page.locator(".bubble").last.inner_text()) == (0, True)

    page.goto(f"{root}estimates/1/")
    click(page, 'a[href$="/decline/"]')
    page.check("input[name=reason][value=too_expensive]")
    page.fill("#id_words", "I can pay 7,000.")
    page.check("input[name=follows][value=another]")
    assert fits(page)
    click(page, "#decline-form button")
    case.refresh_from_db()
    assert case.status == Status.OFFERS_IN

    issued(case, coordinator, 8000, amount_to=Decimal(9000), quantity=2)
    page.goto(f"{root}estimates/2/")
    assert "8,000" in page.inner_text("[aria-labelledby=differences]").replace("\xa0", ",")
    click(page, 'a[href$="/accept/"]')
    assert fits(page)
    accept_with_the_mailed_code(page)
    case.refresh_from_db()
    assert case.status == Status.ACCEPTED
    decision = EstimateDecision.objects.select_related("case").get(kind="accepted")
    assert (decision.language, decision.is_intact) == (language, True)
    deliver_all()
    response = page.request.get(live_server.url + str(page.locator('a[href*="/acceptance/"]').get_attribute("href")))
    assert response.headers["content-type"] == "application/pdf"
    words = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(BytesIO(response.body())).pages)
    assert decision.text_sha256 in words
