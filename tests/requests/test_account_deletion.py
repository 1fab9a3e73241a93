"""A patient deletes her account: every way in ends, and each case is kept or erased as she says."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.test import Client

from portal.accounts.enums import Role, SecurityEventKind
from portal.accounts.models import SecurityEvent, User
from requests.models import Case, Event
from tests.accounts.cast import staff_client
from tests.accounts.patients import confirm, sign_in
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.requests.delivery import deliver_all

pytestmark = pytest.mark.django_db

EMAIL = "amina@example.org"
DELETE = "/en/accounts/delete/"


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    caches["default"].clear()


@pytest.fixture
def cases() -> list[Case]:
    cases = [submit(email=EMAIL), submit(email=EMAIL, message="Another question.", name="My Mother")]
    deliver_all()
    return cases


@pytest.fixture
def browser(cases: list[Case]) -> Client:
    browser = sign_in(EMAIL)
    browser.post(f"/en/accounts/cases/{cases[0].reference}/join/")
    return browser


def kinds(case: Case) -> list[str]:
    return list(Event.objects.filter(reference=case.reference).order_by("at").values_list("kind", flat=True))


def test_each_case_is_kept_or_erased_as_she_says(browser: Client, cases: list[Case]) -> None:
    erased, kept = cases
    before = kept.messages.count()
    page = browser.post(DELETE, {erased.reference: "erase", kept.reference: "keep"}).content.decode()
    erased.refresh_from_db()
    assert f"{erased.reference}</bdi>: you have our answer by" in page
    assert kept.reference not in page
    # A person acts: the desk has her word, and its clock runs.
    assert erased.answer_by is not None
    assert "Please erase this case" in erased.messages.latest("created_at").body
    assert kinds(erased)[-3:] == ["erasure_asked", "message_in", "left_account"]
    assert (kept.messages.count(), "erasure_asked" in kinds(kept)) == (before, False)
    assert patient_of(kept).get(f"/en/case/{kept.reference}/").status_code == 200


def test_every_way_in_ends(browser: Client, cases: list[Case]) -> None:
    elsewhere = sign_in(EMAIL)
    user = User.objects.get(email=EMAIL)
    browser.post(DELETE, {case.reference: "keep" for case in cases})
    assert not User.objects.filter(pk=user.pk).exists()
    assert not EmailAddress.objects.filter(email=EMAIL).exists()
    assert not Session.objects.filter(session_key=elsewhere.session.session_key).exists()
    for client in (browser, elsewhere):
        assert client.get("/en/accounts/").status_code == 302
        assert client.get(f"/en/case/{cases[0].reference}/").status_code == 404
    assert SecurityEvent.objects.filter(kind=SecurityEventKind.ACCOUNT_DELETED, user_id=user.pk).exists()


def test_nothing_is_decided_for_her(browser: Client, cases: list[Case]) -> None:
    page = browser.post(DELETE, {cases[0].reference: "erase"})
    assert page.status_code == 422
    assert f"Select whether case \u2068{cases[1].reference}\u2069 is kept or erased." in page.content.decode()
    assert User.objects.filter(email=EMAIL).exists()
    assert "erasure_asked" not in kinds(cases[0])


def test_nobody_erases_the_case_of_another(browser: Client, cases: list[Case]) -> None:
    other = submit(email="other@example.org", name="Somebody Else")
    browser.post(DELETE, {other.reference: "erase", **{case.reference: "keep" for case in cases}})
    assert "erasure_asked" not in kinds(other)


def test_spam_has_the_event_alone(browser: Client, cases: list[Case]) -> None:
    Case.objects.filter(pk=cases[0].pk).update(status="spam")
    browser.post(DELETE, {cases[0].reference: "erase", cases[1].reference: "keep"})
    assert "erasure_asked" in kinds(cases[0])
    assert not User.objects.filter(email=EMAIL).exists()


def test_it_needs_a_code_of_this_hour(browser: Client, cases: list[Case]) -> None:
    session = browser.session
    session["account_authentication_methods"] = []
    session.save()
    answer = browser.post(DELETE, {case.reference: "keep" for case in cases})
    assert answer["Location"] == "/en/accounts/confirm/?next=%2Fen%2Faccounts%2Fdelete%2F"
    assert User.objects.filter(email=EMAIL).exists()
    assert confirm(browser, EMAIL, DELETE)["Location"] == DELETE
    assert browser.get(DELETE).status_code == 200


def test_staff_accounts_are_not_deleted_here() -> None:
    staff = make_staff(Role.COORDINATOR)
    assert staff_client(staff).post(DELETE).status_code == 403
    assert User.objects.filter(pk=staff.pk).exists()
