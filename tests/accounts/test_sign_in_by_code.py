"""A patient signs in with a code from her mailbox; nobody learns who has an account, and no code is stored."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from portal.accounts import mailed_codes
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.accounts.periodic import forget_unconfirmed_accounts
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.models import Case
from tests.accounts.patients import ASK, TYPE, newest_code, sign_in
from tests.factories import make_staff, submit
from tests.factories.people import PASSWORD
from tests.requests.delivery import deliver_all, mail_text, to

pytestmark = pytest.mark.django_db

EMAIL = "amina@example.org"
HOME = "/en/accounts/"


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    caches["default"].clear()


@pytest.fixture
def case() -> Case:
    case = submit(email=EMAIL)
    deliver_all()
    return case


@pytest.mark.usefixtures("case")
def test_an_address_with_a_case_gets_a_code_that_signs_in() -> None:
    browser = sign_in(EMAIL)
    assert EMAIL in browser.get(HOME).content.decode()
    user = User.objects.get(email=EMAIL)
    assert (user.is_staff, user.has_usable_password()) == (False, False)
    assert EmailAddress.objects.get(user=user).verified


@pytest.mark.usefixtures("case")
def test_asking_alone_verifies_nothing() -> None:
    Client().post(ASK, {"email": EMAIL})
    address = EmailAddress.objects.get(email=EMAIL)
    assert (address.verified, address.primary) == (False, True)


@pytest.mark.usefixtures("case")
def test_patient_staff_and_stranger_get_the_same_answer_and_one_gets_mail() -> None:
    staff = make_staff(Role.COORDINATOR)
    pages = []
    for email in (EMAIL, staff.email, "nobody@example.org"):
        client = Client()
        asked = client.post(ASK, {"email": email}, follow=True)
        wrong = client.post(TYPE, {"code": "00000000"})
        pages.append((asked.redirect_chain, _alike(asked, email), wrong.status_code, _alike(wrong, email)))
    assert pages[0] == pages[1] == pages[2]
    assert [sent.to for sent in deliver_all()] == [[EMAIL]]
    assert not User.objects.filter(email="nobody@example.org").exists()


def _alike(response: Any, email: str) -> str:
    """Return a page without what differs from reader to reader: the address that was typed, and the CSRF token."""
    lines = response.content.decode().replace(email, "ADDRESS").splitlines()
    return "\n".join(line for line in lines if "csrfmiddlewaretoken" not in line)


@pytest.mark.usefixtures("case")
def test_the_code_leaves_by_the_outbox_and_is_stored_nowhere() -> None:
    before = len(mail.outbox)
    client = Client()
    client.post(ASK, {"email": EMAIL})
    assert len(mail.outbox) == before
    row = OutboxItem.objects.get(kind="account.code")
    stored = " ".join(str(value) for value in vars(row).values())
    session = str(Session.objects.get(session_key=client.session.session_key).get_decoded())
    digits = newest_code(EMAIL)
    assert digits not in stored
    assert digits not in session
    assert EMAIL not in stored


def test_the_mail_says_nothing_of_a_case(case: Case) -> None:
    Client().post(ASK, {"email": EMAIL})
    sent = to(EMAIL, deliver_all())[-1]
    assert sent.subject == "Your code for MARUS"
    assert case.reference not in mail_text(sent)


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize(("language", "subject"), [("ru", "Ваш код для MARUS"), ("ar", "رمزك في MARUS")])
def test_the_mail_is_in_the_language_of_the_page(language: str, subject: str) -> None:
    Client().post(f"/{language}/accounts/login/code/", {"email": EMAIL})
    assert to(EMAIL, deliver_all())[-1].subject == subject


@pytest.mark.usefixtures("case")
def test_digits_of_other_scripts_and_spaces_are_read() -> None:
    client = Client()
    client.post(ASK, {"email": EMAIL.upper()})
    digits = newest_code(EMAIL)
    arabic = digits.translate({ord(str(number)): chr(0x660 + number) for number in range(10)})
    assert client.post(TYPE, {"code": f"{arabic[:4]} {arabic[4:]}"}).status_code == 302


@pytest.mark.usefixtures("case")
def test_a_code_of_another_browser_signs_nobody_in() -> None:
    mine, other = Client(), Client()
    mine.post(ASK, {"email": EMAIL})
    digits = newest_code(EMAIL)
    other.post(ASK, {"email": EMAIL})
    assert other.post(TYPE, {"code": digits}).status_code == 200
    assert mine.post(TYPE, {"code": digits}).status_code == 302


@pytest.mark.usefixtures("case")
def test_three_wrong_codes_end_the_attempt() -> None:
    client = Client()
    client.post(ASK, {"email": EMAIL})
    digits = newest_code(EMAIL)
    wrong = "00000000" if digits != "00000000" else "11111111"
    assert [client.post(TYPE, {"code": wrong}).status_code for _time in range(3)] == [200, 200, 302]
    assert client.post(TYPE, {"code": digits})["Location"] == ASK


@pytest.mark.usefixtures("case")
def test_an_old_code_signs_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    client.post(ASK, {"email": EMAIL})
    digits = newest_code(EMAIL)
    session = client.session
    session["account_login"]["state"]["stages"]["login_by_code"]["data"]["at"] -= 901
    session.save()
    assert client.post(TYPE, {"code": digits})["Location"] == ASK


@pytest.mark.usefixtures("case")
def test_a_mail_that_is_late_is_not_sent() -> None:
    Client().post(ASK, {"email": EMAIL})
    OutboxItem.objects.filter(kind="account.code").update(created_at=timezone.now() - timedelta(minutes=16))
    row = OutboxItem.objects.get(kind="account.code")
    assert outbox.deliver(row.pk) is False
    row.refresh_from_db()
    assert row.state == OutboxItem.State.CANCELLED


@pytest.mark.usefixtures("case")
def test_another_code_can_be_asked_for_and_ends_the_first() -> None:
    client = Client()
    client.post(ASK, {"email": EMAIL})
    first = newest_code(EMAIL)
    client.post(TYPE, {"action": "resend"})
    second = newest_code(EMAIL)
    assert client.post(TYPE, {"code": first}).status_code == 200
    assert client.post(TYPE, {"code": second}).status_code == 302


@pytest.mark.usefixtures("case")
def test_a_mailbox_is_not_filled() -> None:
    answers = [Client().post(ASK, {"email": EMAIL}).status_code for _time in range(6)]
    assert answers == [302] * 5 + [200]
    assert len(to(EMAIL, deliver_all())) == 5


def test_a_case_that_nobody_may_be_mailed_about_gives_no_account(case: Case) -> None:
    for change in ({"is_quarantined": True}, {"status": "spam"}, {"status": "closed", "outcome": "died"}):
        Case.objects.filter(pk=case.pk).update(**{"is_quarantined": False, "status": "new", "outcome": "", **change})
        caches["default"].clear()
        Client().post(ASK, {"email": EMAIL})
        assert not User.objects.filter(email=EMAIL).exists(), change
    assert deliver_all() == []


@pytest.mark.usefixtures("case")
def test_an_account_that_nobody_confirmed_is_forgotten_after_a_day() -> None:
    Client().post(ASK, {"email": EMAIL})
    forget_unconfirmed_accounts()
    assert User.objects.filter(email=EMAIL).exists()
    User.objects.update(date_joined=timezone.now() - timedelta(days=2))
    staff = make_staff(Role.EDITOR, date_joined=timezone.now() - timedelta(days=2))
    forget_unconfirmed_accounts()
    assert list(User.objects.all()) == [staff]


@pytest.mark.usefixtures("case")
def test_a_confirmed_account_is_kept() -> None:
    sign_in(EMAIL)
    User.objects.update(date_joined=timezone.now() - timedelta(days=2))
    forget_unconfirmed_accounts()
    assert User.objects.filter(email=EMAIL).exists()


# ── Staff ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("case")
def test_who_became_staff_meanwhile_does_not_get_in_with_a_code() -> None:
    client = Client()
    client.post(ASK, {"email": EMAIL})
    digits = newest_code(EMAIL)
    User.objects.filter(email=EMAIL).update(is_staff=True)
    assert client.post(TYPE, {"code": digits}, follow=True).request["PATH_INFO"] == "/en/accounts/login/"
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("case")
def test_a_code_is_not_mailed_to_who_became_staff() -> None:
    Client().post(ASK, {"email": EMAIL})
    User.objects.filter(email=EMAIL).update(is_staff=True)
    row = OutboxItem.objects.get(kind="account.code")
    assert outbox.deliver(row.pk) is False


@pytest.mark.usefixtures("case")
def test_a_patient_gets_no_password() -> None:
    browser = sign_in(EMAIL)
    Client().post("/en/accounts/password/reset/", {"email": EMAIL})
    assert deliver_all() == []
    for path in ("password/set/", "password/change/"):
        assert browser.get(f"/en/accounts/{path}")["Location"] == HOME
    form = {"password1": PASSWORD, "password2": PASSWORD}
    assert browser.post("/en/accounts/password/set/", form)["Location"] == HOME
    assert not User.objects.get(email=EMAIL).has_usable_password()


@pytest.mark.usefixtures("case")
def test_a_patient_is_no_staff() -> None:
    browser = sign_in(EMAIL)
    assert browser.get("/admin/", follow=True).status_code == 403


# ── Addresses and languages ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "reader", "target"),
    [
        ("login/?next=/admin/", "en", "/en/accounts/login/?next=/admin/"),
        ("login/code/?next=%2Fru%2F", "ru", "/ru/accounts/login/code/?next=%2Fru%2F"),
        ("password/reset/key/1-abc/", "ar", "/ar/accounts/password/reset/key/1-abc/"),
        ("", "fr", "/en/accounts/"),
    ],
)
def test_old_addresses_lead_to_the_language_of_the_reader(path: str, reader: str, target: str) -> None:
    response = Client().get(f"/accounts/{path}", headers={"Accept-Language": reader})
    assert (response.status_code, response["Location"]) == (302, target)
    assert "Accept-Language" in response["Vary"]


def test_a_form_from_before_goes_along() -> None:
    staff = make_staff(Role.COORDINATOR)
    answer = {"login": staff.email, "password": PASSWORD}
    response = Client().post("/accounts/login/", answer, follow=True)
    assert response.redirect_chain[0] == ("/en/accounts/login/", 307)
    assert response.request["PATH_INFO"] == "/en/accounts/2fa/"


@pytest.mark.usefixtures("case")
def test_account_pages_speak_the_language_of_a_patient_and_that_of_the_desk_to_staff() -> None:
    patient = sign_in(EMAIL)
    assert 'lang="ar" dir="rtl"' in patient.get("/ar/accounts/").content.decode()
    staff = Client()
    staff.force_login(make_staff(Role.COORDINATOR))
    assert staff.get("/ar/accounts/2fa/?next=/admin/")["Location"] == "/en/accounts/2fa/?next=/admin/"
    assert Client().get("/ar/accounts/login/?next=/admin/")["Location"] == "/en/accounts/login/?next=/admin/"
    # What is for staff hangs on who reads it: a public page stays in its language.
    assert 'lang="ru"' in staff.get("/ru/").content.decode()


def test_no_account_page_is_kept_by_a_cache() -> None:
    for path in ("login/code/", "login/"):
        assert "no-store" in Client().get(f"/en/accounts/{path}")["Cache-Control"]


def test_a_code_depends_on_its_id_and_the_key_alone(settings: Any) -> None:
    first, second = mailed_codes.new_id(), mailed_codes.new_id()
    digits = mailed_codes.digits(first)
    assert digits == mailed_codes.digits(first) != mailed_codes.digits(second)
    assert not mailed_codes.is_code("", "")
    settings.SECRET_KEY = "another key"
    assert mailed_codes.digits(first) != digits
