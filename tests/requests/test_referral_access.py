"""The way in to a referral: a link, a mailed code, twelve hours; and everything that ends it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from clinics.models import ClinicContact
from portal.accounts.enums import Role
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import AccessKind, ActorKind, EventKind, Outcome, Status
from requests.models import AccessEvent, Case, Event, Referral, ReferralCode, ReferralMessage
from requests.services import clinic_answers, clinic_consents, referral_access, referral_codes, tokens
from tests.factories import make_brief, make_contact, make_referral, make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.delivery import deliver_all, mail_text, to
from tests.requests.reading import FormPage
from tests.requests.test_links import changed, tables

pytestmark = pytest.mark.django_db

SITE = "http://localhost:8000"
ABOUT_HER = (NAME, EMAIL, PHONE, MESSAGE)


@pytest.fixture
def referral() -> Referral:
    return refer(submit())


def refer(case: Case, slug: str = "asked-clinic", **columns: Any) -> Referral:
    """Return a referral of a case whose desk can be told of answers."""
    coordinator = make_staff(Role.COORDINATOR, name="Quetzal of the desk")
    if not case.briefs.exists():
        make_brief(case)
    return make_referral(case, by=coordinator, contact=make_contact(slug, language="en"), **columns)


def path_of(referral: Referral, page: str = "", language: str = "en") -> str:
    path = referral_access.address(referral).removeprefix(SITE)
    return re.sub(r"^/[a-z-]+/", f"/{language}/", path) + page


def code_of(referral: Referral) -> str:
    """Return the digits of the code that was mailed last."""
    code = referral_codes.live(referral)
    assert code is not None
    return referral_codes.in_digits(code)


def opened(referral: Referral) -> Client:
    """Return a browser that opened a referral with a code."""
    client = Client()
    ReferralCode.objects.filter(referral=referral).update(created_at=timezone.now() - timedelta(minutes=2))
    assert client.post(path_of(referral), {"send_code": "1"}).status_code == 302
    assert client.post(path_of(referral), {"code": code_of(referral)})["Location"] == path_of(referral)
    return client


def main_of(response: Any) -> str:
    return str(response.content.decode().partition("<main")[2].partition("</main>")[0])


# ── The way in ───────────────────────────────────────────────────────────────────────────────


def test_the_link_says_what_it_is_and_shows_nothing_of_the_patient(referral: Referral) -> None:
    page = main_of(Client().get(path_of(referral)))
    assert "A medical summary for your clinic" in page
    assert (referral.case.reference in page, referral.clinic.name in page) == (True, True)
    assert [word for word in (*ABOUT_HER, "Canary growth", referral.contact.email) if word in page] == []
    assert "a…@example.org" in page


def test_a_mail_scanner_changes_nothing(referral: Referral) -> None:
    before = tables()
    for page in ("", "offer/", "decline/", "answered/"):
        for method in ("get", "head"):
            response = getattr(Client(), method)(path_of(referral, page))
            assert response.status_code == 200
            assert "sessionid" not in response.cookies
    assert changed(before) == set()


def test_the_code_opens_the_referral_in_this_browser_alone(referral: Referral) -> None:
    client = opened(referral)
    page = main_of(client.get(path_of(referral)))
    assert "Canary growth" in page
    assert [word for word in ABOUT_HER if word in page] == []
    assert "Canary growth" not in main_of(Client().get(path_of(referral)))


def test_the_code_goes_to_the_contact_in_its_language() -> None:
    case = submit()
    contact = make_contact("asked-clinic", language="ru")
    referral = make_referral(case, by=make_staff(Role.COORDINATOR), contact=contact)
    assert referral_access.address(referral).startswith(f"{SITE}/ru/referral/")
    deliver_all()
    Client().post(path_of(referral), {"send_code": "1"})
    (mail,) = to(contact.email, deliver_all())
    text = mail_text(mail)
    assert (code_of(referral) in text, case.reference in str(mail.subject)) == (True, True)
    assert [word for word in (*ABOUT_HER, "Canary", "Опухоль") if word in text] == []


def test_a_code_that_is_too_old_by_now_is_not_mailed(referral: Referral) -> None:
    deliver_all()
    Client().post(path_of(referral), {"send_code": "1"})
    ReferralCode.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    item = OutboxItem.objects.get(kind="referral.code")
    assert outbox.deliver(item.pk) is False
    item.refresh_from_db()
    assert item.state == OutboxItem.State.CANCELLED


@pytest.mark.parametrize("digits", ["", "12345", "1234567", "abcdef"])
def test_what_is_no_code_is_said(referral: Referral, digits: str) -> None:
    client = Client()
    client.post(path_of(referral), {"send_code": "1"})
    page = FormPage(client.post(path_of(referral), {"code": digits}).content.decode())
    assert page.errors == {"code": "Enter the 6 digits that we sent you by e-mail."}
    assert page.value("code") == digits


def test_five_wrong_codes_end_a_code_also_the_right_one(referral: Referral) -> None:
    client = Client()
    client.post(path_of(referral), {"send_code": "1"})
    right = code_of(referral)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for attempt in range(1, 6):
        response = client.post(path_of(referral), {"code": wrong})
        error = FormPage(response.content.decode()).errors["code"]
        assert (response.status_code, error.startswith("This is not the code")) == (422, attempt < 5)
    response = client.post(path_of(referral), {"code": right})
    assert "This code does not work any more." in FormPage(response.content.decode()).errors["code"]
    assert "Canary growth" not in main_of(client.get(path_of(referral)))


def test_a_code_opens_once_and_for_fifteen_minutes(referral: Referral) -> None:
    opened(referral)
    used = ReferralCode.objects.get(referral=referral)
    assert used.used_at is not None
    response = Client().post(path_of(referral), {"code": referral_codes.in_digits(used)})
    assert response.status_code == 422
    ReferralCode.objects.update(used_at=None, attempts=0, created_at=timezone.now() - timedelta(minutes=15))
    assert Client().post(path_of(referral), {"code": referral_codes.in_digits(used)}).status_code == 422


def test_a_code_of_another_referral_opens_nothing(referral: Referral) -> None:
    other = refer(referral.case, "other-clinic")
    for row in (referral, other):
        Client().post(path_of(row), {"send_code": "1"})
    assert Client().post(path_of(referral), {"code": code_of(other)}).status_code == 422


def test_one_code_a_minute_and_ten_a_day(referral: Referral) -> None:
    client = Client()
    client.post(path_of(referral), {"send_code": "1"})
    response = client.post(path_of(referral), {"send_code": "1"}, follow=True)
    assert "We sent you a code less than a minute ago." in response.content.decode()
    for number in range(2, 11):
        ReferralCode.objects.update(created_at=timezone.now() - timedelta(minutes=2))
        client.post(path_of(referral), {"send_code": "1"})
        assert ReferralCode.objects.count() == number
    ReferralCode.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    response = client.post(path_of(referral), {"send_code": "1"}, follow=True)
    assert "We have sent several codes today." in response.content.decode()
    assert ReferralCode.objects.count() == 10


def test_the_first_opening_is_written_once_and_every_reading(referral: Referral) -> None:
    client = opened(referral)
    client.get(path_of(referral))
    client.get(path_of(referral))
    first = Referral.objects.get().opened_at
    assert first is not None
    opened(referral)
    assert Referral.objects.get().opened_at == first
    event = Event.objects.get(kind=EventKind.REFERRAL_OPENED)
    assert (event.object_id, event.actor_kind) == (referral.pk, ActorKind.CLINIC)
    read = AccessEvent.objects.filter(kind=AccessKind.REFERRAL, actor_kind=ActorKind.CLINIC, object_id=referral.pk)
    assert read.count() == 2


def test_after_twelve_hours_the_browser_needs_a_new_code(referral: Referral, monkeypatch: pytest.MonkeyPatch) -> None:
    client = opened(referral)
    session = client.session
    session["referrals"] = {key: until - 12 * 3600 - 1 for key, until in session["referrals"].items()}
    session.save()
    assert "Open it with a code" in main_of(client.get(path_of(referral)))


# ── What ends it ─────────────────────────────────────────────────────────────────────────────


def test_a_token_that_we_did_not_sign_is_not_found(referral: Referral) -> None:
    forged = signing.Signer(sep=".", salt="requests.case-link").sign(referral.pk.hex)
    nobody = tokens.make(referral.case.pk, salt=referral_access.SALT)
    for token in (forged, nobody, f"{'0' * 32}.{'a' * 43}"):
        assert Client().get(f"/en/referral/{token}/").status_code == 404
        assert referral_access.referral_of(token) is None
    assert referral_access.referral_of(referral_access.token_of(referral)) == referral


def expire(referral: Referral) -> None:
    Referral.objects.filter(pk=referral.pk).update(expires_at=timezone.now())


def revoke(referral: Referral) -> None:
    Referral.objects.filter(pk=referral.pk).update(revoked_at=timezone.now(), revoked_by=referral.sent_by)


def withdraw(referral: Referral) -> None:
    clinic_consents.withdraw(case=referral.case, clinic=referral.clinic)


def leave(referral: Referral) -> None:
    ClinicContact.objects.filter(pk=referral.contact_id).update(is_active=False)


def die(referral: Referral) -> None:
    Case.objects.filter(pk=referral.case_id).update(status=Status.CLOSED, outcome=Outcome.DIED)


def end(referral: Referral) -> None:
    Case.objects.filter(pk=referral.case_id).update(status=Status.DECLINED_BY_PATIENT)


def be_spam(referral: Referral) -> None:
    Case.objects.filter(pk=referral.case_id).update(status=Status.SPAM)


ENDS = [expire, revoke, withdraw, leave, die, end, be_spam]


@pytest.mark.parametrize("what", ENDS)
def test_what_ends_a_referral_ends_the_open_browser_at_once(referral: Referral, what: Any) -> None:
    client = opened(referral)
    assert client.get(path_of(referral)).status_code == 200
    what(referral)
    before = ReferralCode.objects.count()
    for page in ("", "offer/", "decline/", "answered/", f"documents/{referral.pk}/"):
        response = client.get(path_of(referral, page))
        text = main_of(response)
        assert (response.status_code, "This link to a summary opens nothing any more" in text) == (410, True)
        about = (*ABOUT_HER, "Canary growth", referral.case.reference)
        assert [word for word in about if word in text] == []
    assert Client().post(path_of(referral), {"send_code": "1"}).status_code == 410
    assert ReferralCode.objects.count() == before


@pytest.mark.parametrize("what", ENDS)
def test_what_was_typed_when_it_ended_is_given_back_and_not_kept(referral: Referral, what: Any) -> None:
    client = opened(referral)
    what(referral)
    response = client.post(path_of(referral), {"body": "Half a question", "form_token": "x"})
    assert (response.status_code, "Half a question" in main_of(response)) == (410, True)
    with pytest.raises(clinic_answers.ReferralOver):
        clinic_answers.ask(referral=referral, body="Late", form_token="t" * 20)
    assert not ReferralMessage.objects.exists()


# ── Words that were typed for too long ───────────────────────────────────────────────────────


@pytest.mark.parametrize(("page", "name"), [("", "body"), ("offer/", "treatment"), ("decline/", "words")])
def test_a_form_that_was_open_for_too_long_waits_for_a_new_code(referral: Referral, page: str, name: str) -> None:
    client = Client()
    response = client.post(path_of(referral, page), {name: "Typed for hours", "form_token": "x"})
    text = main_of(response)
    assert (response.status_code, "nothing is sent yet" in text) == (403, True)
    shown = FormPage(response.content.decode())
    assert shown.values[name] == ["Typed for hours"] * 2  # in both forms
    kept = {name: "Typed for hours", "form_token": "x"}
    response = client.post(path_of(referral, page), {**kept, "send_code": "1"})
    assert (response.status_code, FormPage(response.content.decode()).values[name]) == (200, ["Typed for hours"] * 2)
    response = client.post(path_of(referral, page), {**kept, "code": "000000"})
    assert FormPage(response.content.decode()).values[name] == ["Typed for hours"] * 2
    response = client.post(path_of(referral, page), {**kept, "code": code_of(referral)})
    shown = FormPage(response.content.decode())
    assert (response.status_code, shown.value(name), shown.errors) == (200, "Typed for hours", {})
    assert "It is not sent yet." in response.content.decode()
    assert (ReferralMessage.objects.count(), Referral.objects.get().declined_at) == (0, None)
    assert client.get(path_of(referral)).status_code == 200
