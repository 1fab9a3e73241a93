"""A patient's account: its sessions, its address, an app if she wants one, and no passwords."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import EmailChange, User
from portal.accounts.periodic import forget_unconfirmed_accounts
from portal.core.models import OutboxItem
from requests.models import Case
from tests.accounts.cast import staff_client
from tests.accounts.patients import ASK, TYPE, code_in, confirm, newest_code, sign_in
from tests.accounts.way_in import code
from tests.factories import make_staff, submit
from tests.factories.people import PASSWORD
from tests.requests.delivery import deliver_all, mail_text, to

pytestmark = pytest.mark.django_db

EMAIL = "amina@example.org"
NEW = "amina.new@example.org"
HOME = "/en/accounts/"
SESSIONS = "/en/accounts/sessions/"
ADDRESS = "/en/accounts/email/"
APP = "/en/accounts/2fa/totp/activate/"


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    caches["default"].clear()


@pytest.fixture(autouse=True)
def case() -> Case:
    case = submit(email=EMAIL)
    deliver_all()
    return case


def let_the_code_age(client: Client) -> None:
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**record, "at": record["at"] - 3601} for record in records]
    session.save()


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────


def test_sessions_are_listed_and_one_is_ended() -> None:
    here, phone, lent = sign_in(EMAIL), sign_in(EMAIL), sign_in(EMAIL)
    shown = here.get(SESSIONS).context["sessions"]
    assert [is_own for _row, is_own in shown].count(True) == 1
    row = next(row for row, _is_own in shown if row.session_key == lent.session.session_key)
    assert "The session is ended." in here.post(SESSIONS, {"session": row.pk}, follow=True).content.decode()
    assert [browser.get(HOME).status_code for browser in (here, phone, lent)] == [200, 200, 302]


def test_all_other_sessions_are_ended() -> None:
    here, phone = sign_in(EMAIL), sign_in(EMAIL)
    here.post(SESSIONS)
    assert [browser.get(HOME).status_code for browser in (here, phone)] == [200, 302]


def test_nobody_ends_the_session_of_another() -> None:
    submit(email="other@example.org", name="Somebody Else")
    deliver_all()
    mine, theirs = sign_in(EMAIL), sign_in("other@example.org")
    (row, _is_own) = theirs.get(SESSIONS).context["sessions"][0]
    for answer in ({"session": row.pk}, {"session": "x"}, {}):
        mine.post(SESSIONS, answer)
    assert theirs.get(HOME).status_code == 200


def test_an_account_that_becomes_staff_is_signed_out() -> None:
    patient = sign_in(EMAIL)
    administrator = make_staff(Role.ADMINISTRATOR, email="admin@example.org")
    user = User.objects.get(email=EMAIL)
    fields = {"email": EMAIL, "name": "", "language": "en", "is_active": "on", "is_staff": "on"}
    saved = staff_client(administrator).post(f"/admin/accounts/user/{user.pk}/change/", fields)
    assert saved.status_code == 302
    assert patient.get(HOME)["Location"].startswith(ASK)


# ── Change of address ────────────────────────────────────────────────────────────────────────


def codes_to_both() -> dict[str, str]:
    mails = deliver_all()
    return {"old_code": code_in(to(EMAIL, mails)[-1]), "new_code": code_in(to(NEW, mails)[-1])}


def test_both_addresses_confirm_a_change(case: Case) -> None:
    browser, elsewhere = sign_in(EMAIL), sign_in(EMAIL)
    browser.post(f"/en/accounts/cases/{case.reference}/join/")
    browser.post(ADDRESS, {"email": NEW.upper()})
    assert "we go on writing there" in browser.get(f"{ADDRESS}?another=1").content.decode()
    answer = browser.post(ADDRESS, codes_to_both(), follow=True)
    assert "Your account has its new address." in answer.content.decode()
    user = User.objects.get(email=NEW)
    assert list(EmailAddress.objects.values_list("user", "email", "verified")) == [(user.pk, NEW, True)]
    assert not EmailChange.objects.exists()
    assert (browser.get(HOME).status_code, elsewhere.get(HOME).status_code) == (200, 302)
    # The case keeps its contact address, and stays in the account.
    joined = Case.objects.get(account=user)
    assert (joined.pk, joined.email) == (case.pk, EMAIL)


def test_one_code_changes_nothing() -> None:
    browser = sign_in(EMAIL)
    browser.post(ADDRESS, {"email": NEW})
    right = codes_to_both()
    for wrong in ({**right, "new_code": right["old_code"]}, {**right, "old_code": right["new_code"]}):
        assert browser.post(ADDRESS, wrong).status_code == 422
    assert User.objects.filter(email=EMAIL).exists()
    assert not EmailAddress.objects.filter(email=NEW).exists()


def test_three_mistakes_end_a_change() -> None:
    browser = sign_in(EMAIL)
    browser.post(ADDRESS, {"email": NEW})
    right = codes_to_both()
    for _time in range(3):
        browser.post(ADDRESS, {**right, "new_code": "1"})
    assert not EmailChange.objects.exists()
    browser.post(ADDRESS, right)
    assert User.objects.filter(email=EMAIL).exists()


def test_an_address_with_an_account_gets_no_code_and_the_same_page() -> None:
    staff = make_staff(Role.COORDINATOR)
    browser = sign_in(EMAIL)
    answers = []
    for address in (staff.email, NEW):
        answers.append(browser.post(f"{ADDRESS}?another=1", {"email": address}, follow=True).redirect_chain)
        mails = deliver_all()
        assert len(to(EMAIL, mails)) == 1
        assert len(to(address, mails)) == (address == NEW)
    assert answers[0] == answers[1]


def test_who_takes_the_address_meanwhile_keeps_it() -> None:
    browser = sign_in(EMAIL)
    browser.post(ADDRESS, {"email": NEW})
    right = codes_to_both()
    make_staff(Role.COORDINATOR, email=NEW)
    assert browser.post(ADDRESS, right).status_code == 422
    assert User.objects.filter(email=EMAIL).exists()


def test_a_change_is_over_after_a_quarter_of_an_hour() -> None:
    browser = sign_in(EMAIL)
    browser.post(ADDRESS, {"email": NEW})
    right = codes_to_both()
    EmailChange.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    browser.post(ADDRESS, right)
    assert User.objects.filter(email=EMAIL).exists()
    forget_unconfirmed_accounts()
    assert not EmailChange.objects.exists()


def test_rows_hold_neither_the_new_address_nor_codes() -> None:
    sign_in(EMAIL).post(ADDRESS, {"email": NEW})
    rows = [*OutboxItem.objects.filter(kind__startswith="account.email").values(), *EmailChange.objects.values()]
    assert len(rows) == 3
    stored = " ".join(
        str(bytes(value) if isinstance(value, memoryview) else value) for row in rows for value in row.values()
    )
    assert NEW not in stored
    assert not any(digits in stored for digits in codes_to_both().values())


# ── An app, if she wants one ─────────────────────────────────────────────────────────────────


def set_up_app(browser: Client) -> str:
    secret = str(browser.get(APP).context["form"].secret)
    # allauth tells of an enrolment when its transaction ends; the transaction of a test never does.
    with patch("django.db.transaction.on_commit", lambda tell, **options: tell()):
        assert browser.post(APP, {"code": code(secret)})["Location"] == "/en/accounts/2fa/recovery-codes/"
    caches["default"].clear()  # an app's code works once
    return secret


def test_with_an_app_its_code_is_asked_for_after_the_mailed_one() -> None:
    secret = set_up_app(sign_in(EMAIL))
    browser = Client()
    browser.post(ASK, {"email": EMAIL})
    half = browser.post(TYPE, {"code": newest_code(EMAIL)})
    assert half["Location"].startswith("/en/accounts/2fa/authenticate/")
    assert browser.get(HOME).status_code == 302
    assert browser.post("/en/accounts/2fa/authenticate/", {"code": code(secret)}).status_code == 302
    assert browser.get(HOME).status_code == 200


def test_a_recovery_code_stands_in_for_the_app() -> None:
    first = sign_in(EMAIL)
    set_up_app(first)
    recovery = first.get("/en/accounts/2fa/recovery-codes/").context["unused_codes"][0]
    browser = Client()
    browser.post(ASK, {"email": EMAIL})
    browser.post(TYPE, {"code": newest_code(EMAIL)})
    assert browser.post("/en/accounts/2fa/authenticate/", {"code": recovery}).status_code == 302
    assert browser.get(HOME).status_code == 200


def test_the_app_is_told_of_in_her_language_and_can_go_again() -> None:
    browser = Client()
    asked = browser.post("/ru/accounts/login/code/", {"email": EMAIL})
    browser.post(asked["Location"], {"code": newest_code(EMAIL)})
    secret = set_up_app(browser)
    told = to(EMAIL, deliver_all())[-1]
    assert told.subject == "Ваша учётная запись MARUS изменена"
    assert "приложение с кодами" in mail_text(told)
    away = "/en/accounts/2fa/totp/deactivate/"
    assert browser.post("/en/accounts/2fa/reauthenticate/", {"code": code(secret), "next": away})["Location"] == away
    assert browser.post(away, follow=True).request["PATH_INFO"] == HOME
    assert not Authenticator.objects.filter(user__email=EMAIL).exists()


def test_a_passkey_is_no_second_lock_for_a_patient() -> None:
    sign_in(EMAIL)
    user = User.objects.get(email=EMAIL)
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "phone", "credential": {}})
    assert sign_in(EMAIL).get(HOME).status_code == 200


@pytest.mark.parametrize("path", ["2fa/webauthn/add/", "2fa/totp/activate/", "2fa/recovery-codes/generate/"])
def test_a_way_in_is_changed_with_a_code_of_this_hour(path: str) -> None:
    browser = sign_in(EMAIL)
    let_the_code_age(browser)
    asked = browser.get(f"/en/accounts/{path}")
    assert asked["Location"].startswith("/en/accounts/confirm/?next=%2Fen%2Faccounts%2F2fa")
    assert confirm(browser, EMAIL, f"/en/accounts/{path}")["Location"] == f"/en/accounts/{path}"
    if "recovery" not in path:
        assert browser.get(f"/en/accounts/{path}").status_code == 200


def test_staff_confirm_as_before() -> None:
    staff = Client()
    user = make_staff(Role.COORDINATOR)
    staff.post("/en/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert staff.get(APP)["Location"].startswith("/en/accounts/reauthenticate/")
    assert staff.get("/en/accounts/confirm/")["Location"] == "/en/accounts/2fa/"


def test_codes_are_confirmed_for_this_address_alone(settings: Any) -> None:
    browser = sign_in(EMAIL)
    let_the_code_age(browser)
    browser.post("/en/accounts/confirm/", {"send": "1", "next": HOME})
    digits = newest_code(EMAIL)
    User.objects.filter(email=EMAIL).update(email=NEW)
    page = browser.post("/en/accounts/confirm/", {"code": digits, "next": HOME})
    assert "does not work any more" in page.content.decode()
