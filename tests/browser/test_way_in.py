"""A new colleague gets in, in a real browser: with an authenticator app, and with a passkey."""

from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import caches

from portal.accounts.enums import Role
from tests.accounts.test_invitation import add_person
from tests.accounts.way_in import NEW_PASSWORD, code, link_in, mail_to

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VIRTUAL_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def newcomer(page: "Page") -> "Page":
    """The browser of a person who has just chosen a password behind the link of the invitation."""
    caches["default"].clear()
    page.goto(link_in(mail_to(add_person(Role.COORDINATOR))))
    page.get_by_label("New Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("New Password (again)").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Go on").click()
    assert page.get_by_role("heading", name="Set up your second factor").is_visible()
    return page


def confirm_password(page: "Page") -> None:
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def keep_codes_and_go_on(page: "Page") -> None:
    """See ten recovery codes, and follow the link to the desk."""
    assert len(page.get_by_label("Unused codes").input_value().split()) == 10
    page.get_by_role("link", name="Go on to the desk").click()
    page.wait_for_url("**/admin/**")
    assert "Desk" in page.title()


def test_with_an_authenticator_app(newcomer: "Page") -> None:
    newcomer.get_by_role("link", name="Set up an app").click()
    confirm_password(newcomer)
    newcomer.get_by_text("I cannot scan it").click()
    newcomer.get_by_label("Authenticator code").fill(code(newcomer.locator("#authenticator_secret").inner_text()))
    newcomer.get_by_role("button", name="Set it up").click()
    keep_codes_and_go_on(newcomer)


def test_with_a_passkey(newcomer: "Page", settings: Any) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # the test server has no TLS
    devtools = newcomer.context.new_cdp_session(newcomer)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL_KEY})
    newcomer.get_by_role("link", name="Add a key").click()
    confirm_password(newcomer)
    newcomer.get_by_label("Name").fill("My laptop")
    newcomer.get_by_role("button", name="Add").click()
    newcomer.wait_for_url("**/recovery-codes/")
    keep_codes_and_go_on(newcomer)
