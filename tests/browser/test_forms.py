"""Forms as hands use them: the Enter key, and the language switcher that is a part of the form."""

from typing import TYPE_CHECKING

from requests.models import Case
from tests.browser.pages import View, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

PHONE = View("en", "light", 390)


def test_enter_sends_the_form_and_chooses_no_language(visit: Visit) -> None:
    page = visit("case-list", PHONE)
    page.fill("#id_reference", "MR-7K3Q-9F2D")
    page.fill("#id_email", "alice@example.org")
    page.press("#id_email", "Enter")
    page.wait_for_url("**/en/case/")
    assert page.locator("form").count() == 0


def test_a_switch_of_language_keeps_what_was_typed(visit: Visit) -> None:
    page = visit("request", PHONE)
    page.fill("#id_message", "A lump,\nand\tno doctor.")
    page.check("#id_consent_health")
    switch_to(page, "ar")
    assert page.input_value("#id_message") == "A lump,\nand\tno doctor."
    assert page.input_value("#id_condition") == "liver-metastases"
    assert page.is_checked("#id_procedure input[value=surgery], input[name=procedure][value=surgery]")
    assert page.is_checked("#id_consent_health")
    assert page.locator(".error-summary").count() == 0
    switch_to(page, "ru")
    assert page.input_value("#id_message") == "A lump,\nand\tno doctor."
    assert not Case.objects.exists()


def switch_to(page: "Page", language: str) -> None:
    """Press a language in the head of the page."""
    page.click(f".site-head button[lang={language}]")
    page.wait_for_url(f"**/{language}/requests/new/")
