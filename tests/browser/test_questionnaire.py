"""Questions about health on a phone without a script, in English and Arabic: from the first page to what the desk has."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from requests.flows.questionnaire import TASK
from requests.models import AnswerSending
from requests.selectors import answers
from tests.browser.hands import HEALTH, code_of, fill_in, go_on, open_case_of
from tests.factories import submit

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_patient_answers_on_a_phone_without_a_script(
    open_page: "Callable[..., Page]", live_server: "LiveServer", language: str
) -> None:
    page = open_page(base_url=live_server.url, java_script_enabled=False, viewport={"width": 390, "height": 844})
    case = submit(language=language)
    open_case_of(page, case)
    page.goto(f"/{language}/case/{case.reference}/tasks/{TASK}/")
    page.locator("main .actions a.button").click()
    page.wait_for_load_state()
    seen = []
    while code_of(page) != "check":
        code = code_of(page)
        seen.append(code)
        assert page.locator("main h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        if code == "core-implant-model":
            go_on(page, "unknown")
            continue
        fill_in(page, HEALTH)
        go_on(page)
    assert "core-medicines" in seen
    assert "core-implant-model" in seen
    assert "core-treatments" not in seen
    assert "core-allergies" not in seen
    # Another answer takes the question away that followed it.
    page.goto(f"/{language}/case/{case.reference}/tasks/{TASK}/core-medicines-taken/")
    page.locator("#flow-form input[value=no]").check()
    go_on(page)
    assert code_of(page) == "check"
    assert "Metformin" not in page.locator("main").inner_text()
    page.locator("main form:has(input[name=seen]) button").click()
    page.wait_for_load_state()
    assert AnswerSending.objects.filter(case=case, task=TASK).count() == 1
    given = {code: answer.given for code, answer in answers.current(case, TASK).items()}
    assert given["core-symptoms"] == [{"complaint": "ألم", "since": "2026-03"}]
    assert given["core-general-condition"] == "ecog-2"
    assert given["core-implant-model"] is None
    assert {answer.edition for answer in answers.current(case, TASK).values()} == {f"core/{language}/1"}
