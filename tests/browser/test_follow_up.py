"""After the treatment in a browser: she agrees, a mail asks, she answers, a warning sign shows help, she stops it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from conditions.models import Condition
from portal.core.models import OutboxItem
from requests.enums import Status
from requests.models import Case, FollowUp
from requests.periodic import ask_follow_ups
from requests.selectors import follow_ups as selectors
from requests.services import desk
from tests.browser.hands import click, open_case_of
from tests.factories import make_staff, submit
from tests.factories.people import Role
from tests.requests.delivery import deliver_all

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

STOP = re.compile(r"https?://\S+/case/follow-up/\S+/")


@pytest.mark.parametrize(
    ("language", "width", "has_script"), [("en", 390, True), ("ar", 390, False), ("ru", 1280, False)]
)
def test_from_her_yes_to_the_last_question(
    open_page: "Callable[..., Page]", live_server: "LiveServer", language: str, width: int, has_script: bool
) -> None:
    condition = Condition.objects.get(slug="liver-metastases")
    case = submit(condition=condition, language=language)
    Case.objects.filter(pk=case.pk).update(status=Status.IN_TREATMENT)
    desk.move(case=case, to=Status.RECOVERY, by=make_staff(Role.COORDINATOR))
    deliver_all()
    page = open_page(base_url=live_server.url, java_script_enabled=has_script, viewport={"width": width, "height": 844})
    open_case_of(page, case)

    # She says yes, and when she came home.
    click(page, 'main a[href$="/follow-up/"]')
    home = timezone.now().date() - timedelta(days=1)
    page.check("input[name=state][value=home]")
    for place, part in enumerate((home.day, home.month, home.year)):
        page.fill(f"input[name=home_on_{place}]", str(part))
    page.check("input[name=consent_follow_up]")
    click(page, "#home-form button[type=submit]")
    assert sorted(FollowUp.objects.filter(case=case).values_list("day", flat=True)) == [7, 30, 90]

    # The day comes: a mail asks, and the link in it leads to the questions.
    FollowUp.objects.filter(day=7).update(due_at=timezone.now() - timedelta(hours=1))
    ask_follow_ups()
    OutboxItem.objects.update(not_before=timezone.now())
    (asked,) = deliver_all()
    opens = re.search(rf"https?://\S+/{language}/case/[0-9a-f]{{32}}\.\S+/", str(asked.body))
    assert opens is not None
    page.goto(urlsplit(opens[0]).path)
    click(page, "main form button")
    click(page, ".now a.button")
    assert page.url.endswith("/follow-up/7/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # Nothing is lost by an error.
    page.check("input[name=feeling][value=worse]")
    page.fill("textarea[name=words]", "Canary words")
    click(page, "#questions-form button[type=submit]")
    assert page.locator(".error-summary").count() == 1
    assert page.is_checked("input[name=feeling][value=worse]")
    sign = selectors.warning_signs(case, language).signs[0]
    page.check(f"input[name=signs][value={sign.place}]")
    page.check("input[name=appointment][value=planned]")
    click(page, "#questions-form button[type=submit]")
    card = page.locator("main .care-card--emergency").first
    assert (sign.text in card.inner_text(), "112" in card.inner_text()) == (True, True)
    case.refresh_from_db()
    assert case.waiting_since is not None
    (told,) = deliver_all()
    assert case.reference in str(told.subject)

    # The link of the mail stops it, in a browser that knows nothing of the case.
    stops = STOP.search(str(asked.body))
    assert stops is not None
    stranger = open_page(base_url=live_server.url, java_script_enabled=has_script)
    stranger.goto(urlsplit(stops[0]).path)
    click(stranger, "main form button")
    assert case.reference not in stranger.inner_text("main")
    assert selectors.consent(case) is None
    assert not FollowUp.objects.filter(case=case, asked_at=None).exists()
