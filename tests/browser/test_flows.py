"""A task of one question a page, as hands answer it: on a phone, without a script, in two languages."""

from typing import TYPE_CHECKING

import pytest

from requests.models import AnswerSending, Case
from requests.selectors import answers as selected
from tests.browser.hands import click, open_case_of
from tests.factories import submit

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_task_is_answered_checked_changed_and_sent_on_a_phone_without_a_script(
    language: str, open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    case = submit(language=language)
    page = open_page(base_url=live_server.url, viewport={"width": 390, "height": 800}, java_script_enabled=False)
    open_case_of(page, case)
    click(page, 'a[href$="/tasks/travel/"]')
    click(page, ".case a.button")
    # A wrong day says so, and what was typed is still there.
    fill_day(page, "31", "2", "2090")
    assert page.locator(".error-summary").count() == 1
    assert page.input_value("#id_answer_2") == "2090"
    year = str(Case.objects.get().created_at.year + 1)
    fill_day(page, "5", "jan", year)
    click(page, "button[name=state][value=unknown]")
    page.check("input[name=answer][value=yes]")
    click(page, SAVE)
    page.fill("#id_answer", "Fridays")
    # The language switch keeps what is typed.
    click(page, f".site-head button[lang={'ru' if language == 'en' else 'en'}]")
    assert page.input_value("#id_answer") == "Fridays"
    click(page, SAVE)
    click(page, "button[name=state][value=later]")
    page.check("input[name=answer][value=any]")
    click(page, SAVE)
    assert page.url.endswith("/tasks/travel/check/")
    assert "Fridays" in page.inner_text("dl")
    click(page, 'dl a[href$="/has-other-days/"]')
    page.check("input[name=answer][value=no]")
    click(page, SAVE)
    assert "Fridays" not in page.inner_text("dl")
    is_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not is_wide
    click(page, 'form[action$="/check/"] button')
    assert AnswerSending.objects.get().task == "travel"
    given = {code: answer.given for code, answer in selected.current(case, "travel").items()}
    assert given == {
        "first-day": f"{year}-01-05",
        "last-day": None,
        "has-other-days": "no",
        "other-days": "Fridays",
        "from": None,
        "city": "any",
    }


SAVE = "#flow-form button:not([name])"


def fill_day(page: "Page", *parts: str) -> None:
    """Type a day into its three boxes and go on."""
    for number, part in enumerate(parts):
        page.fill(f"#id_answer_{number}", part)
    click(page, SAVE)
