"""A patient's account in a real browser: code, passkey, keyboard, without a script, in three languages, on a phone."""

from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import caches

from portal.accounts.models import User
from tests.accounts.patients import code_in, newest_code
from tests.accounts.way_in import code as app_code
from tests.browser.test_way_in import VIRTUAL_KEY
from tests.factories import submit
from tests.requests.delivery import deliver_all, to

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import CDPSession, Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EMAIL, NEW = "amina@example.org", "new@example.org"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = [
    "",
    "cases/",
    "sessions/",
    "confirm/",
    "email/",
    "delete/",
    "2fa/webauthn/add/",
    "2fa/totp/activate/",
    "logout/",
]


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    caches["default"].clear()


@pytest.fixture
def reference() -> str:
    case = submit(email=EMAIL)
    deliver_all()
    return case.reference


def sign_in(page: "Page", language: str = "en") -> None:
    """Sign in by keyboard alone."""
    page.goto(f"/{language}/accounts/login/code/")
    page.locator("#id_email").focus()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/code/confirm/")
    page.locator("#id_code").focus()
    page.keyboard.type(newest_code(EMAIL))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{language}/accounts/cases/")


def authenticator(page: "Page") -> "tuple[CDPSession, str]":
    """Give a browser a device that holds passkeys."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL_KEY})
    return devtools, made["authenticatorId"]


def add_passkey(page: "Page") -> None:
    page.goto("/en/accounts/2fa/webauthn/add/")
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/en/accounts/")
    assert page.get_by_text("My phone").first.is_visible()


@pytest.mark.parametrize(("language", "has_script"), [("en", True), ("ru", False), ("ar", True)])
def test_every_account_page_is_readable_on_a_phone(
    open_page: "Callable[..., Page]", live_server: "LiveServer", reference: str, language: str, has_script: bool
) -> None:
    page = open_page(base_url=live_server.url, viewport={"width": 390, "height": 844}, java_script_enabled=has_script)
    sign_in(page, language)
    page.locator("form[action*='/join/'] button").click()
    page.wait_for_selector("form[action*='/take-out/']")
    for path in PAGES:
        page.goto(f"/{language}/accounts/{path}")
        assert page.url.endswith(f"/{language}/accounts/{path}")
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        if has_script:
            violations = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
            assert [(path, one["id"]) for one in violations] == []
    page.goto(f"/{language}/case/{reference}/")
    assert page.locator(".close-case button").is_visible()


def test_a_passkey_signs_in_and_joining_still_needs_a_code(page: "Page", settings: Any, reference: str) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # the test server has no TLS
    authenticator(page)
    sign_in(page)
    add_passkey(page)
    page.goto("/en/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/en/")
    page.goto("/en/accounts/login/code/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/en/accounts/cases/")
    assert reference not in page.content()
    page.get_by_role("link", name="Confirm my address").click()
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Your code").fill(newest_code(EMAIL))
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Add it to my account").click()
    assert page.get_by_text("The case is in your account.").is_visible()


@pytest.mark.usefixtures("reference")
def test_a_passkey_that_fails_says_so_on_the_page(page: "Page", settings: Any) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    devtools, device = authenticator(page)
    sign_in(page)
    add_passkey(page)
    page.context.clear_cookies()
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto("/en/accounts/login/code/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    sentence = page.get_by_text("That did not work. Try again, or choose another way.")
    sentence.wait_for(state="visible")
    assert page.evaluate("document.activeElement.hasAttribute('data-passkey-error')")


@pytest.mark.usefixtures("reference")
def test_a_passkey_alone_does_not_sign_staff_in(page: "Page", settings: Any) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    authenticator(page)
    sign_in(page)
    add_passkey(page)
    page.context.clear_cookies()
    user = User.objects.get(email=EMAIL)
    user.is_staff = True
    user.save()
    assert Authenticator.objects.filter(user=user, type="webauthn").exists()
    page.goto("/en/accounts/login/code/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/en/accounts/login/")
    assert page.get_by_text("sign in with your password").first.is_visible()
    page.goto("/admin/")
    page.wait_for_url("**/en/accounts/login/?next=/admin/")


def test_without_a_script_the_page_offers_no_dead_button(
    open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    page = open_page(base_url=live_server.url, java_script_enabled=False)
    page.goto("/en/accounts/login/code/")
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
    assert page.locator("noscript p").is_visible()


def test_app_address_and_deletion_are_finished_by_clicks(
    open_page: "Callable[..., Page]", live_server: "LiveServer", reference: str
) -> None:
    page = open_page(base_url=live_server.url, viewport={"width": 390, "height": 844})
    sign_in(page)
    page.locator("form[action*='/join/'] button").click()
    page.wait_for_selector("form[action*='/take-out/']")

    page.goto("/en/accounts/2fa/totp/activate/")
    page.get_by_text("I cannot scan it").click()
    secret = page.text_content("#authenticator_secret") or ""
    send(page, code="000000")
    assert page.text_content("#authenticator_secret") == secret
    send(page, code=app_code(secret))
    assert page.url.endswith("/2fa/recovery-codes/")

    page.goto("/en/accounts/email/")
    send(page, email=NEW)
    mails = deliver_all()
    send(page, old_code=code_in(to(EMAIL, mails)[-1]), new_code=code_in(to(NEW, mails)[-1]))
    assert page.get_by_text("Your account has its new address.").is_visible()
    assert User.objects.get().email == NEW

    page.goto("/en/accounts/delete/")
    send(page)
    assert page.locator(".error-summary").is_visible()
    page.get_by_label("Erase").first.check()
    send(page)
    assert page.get_by_text(reference).is_visible()
    assert not User.objects.exists()
    page.goto("/en/accounts/sessions/")
    assert page.url.partition("?")[0].endswith("/login/code/")


def send(page: "Page", **typed: str) -> None:
    """Fill fields by their names and press the button of the form on the page."""
    for name, value in typed.items():
        page.locator(f"#id_{name}").fill(value)
    page.locator("main .form-group button[type=submit]").click()
    page.wait_for_load_state()
