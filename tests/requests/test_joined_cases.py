"""A patient takes her cases into her account and out again; only who just read her mailbox can, and staff never."""

from typing import Any

import pytest
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import Fact
from requests.facts import as_text
from requests.models import Case, Event
from requests.services import facts, joined_cases
from tests.accounts.cast import staff_client
from tests.accounts.patients import confirm, sign_in
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.requests.delivery import deliver_all

pytestmark = pytest.mark.django_db

EMAIL = "amina@example.org"
CASES = "/en/accounts/cases/"
AN_HOUR = 3601


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    caches["default"].clear()


@pytest.fixture
def case() -> Case:
    case = submit(email=EMAIL)
    deliver_all()
    return case


def join(client: Client, case: Case) -> Any:
    return client.post(f"{CASES}{case.reference}/join/", follow=True)


def let_the_code_age(client: Client) -> None:
    """Make the proof of the mailbox older than an hour."""
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**record, "at": record["at"] - AN_HOUR} for record in records]
    session.save()


def kinds(case: Case) -> list[str]:
    return list(Event.objects.filter(reference=case.reference).order_by("at").values_list("kind", flat=True))


def test_a_case_is_hers_only_while_it_is_in_the_account(case: Case) -> None:
    browser = sign_in(EMAIL)
    page = f"/en/case/{case.reference}/"
    assert browser.get(page).status_code == 404
    assert case.reference in browser.get(CASES).content.decode()
    assert "The case is in your account." in join(browser, case).content.decode()
    assert browser.get(page).status_code == 200
    assert case.reference in browser.get("/en/case/").content.decode()
    assert sign_in(EMAIL).get(page).status_code == 200
    assert (
        "no longer in your account" in browser.post(f"{CASES}{case.reference}/take-out/", follow=True).content.decode()
    )
    assert browser.get(page).status_code == 404
    assert kinds(case)[-2:] == ["joined_account", "left_account"]


def test_signing_in_leads_to_the_cases(case: Case) -> None:
    browser = Client()
    browser.post("/en/accounts/login/code/", {"email": EMAIL})
    assert sign_in(EMAIL, browser).get("/en/accounts/login/code/")["Location"] == CASES


def test_signing_out_closes_a_joined_case(case: Case) -> None:
    browser = sign_in(EMAIL)
    join(browser, case)
    assert "Sign out when you are done." in browser.get(f"/en/case/{case.reference}/").content.decode()
    assert browser.post("/en/accounts/logout/")["Location"] == "/en/"
    assert browser.get(f"/en/case/{case.reference}/").status_code == 404


def test_what_the_link_opened_stays_beside_the_account(case: Case) -> None:
    other = submit(email="daughter@example.org", name="Somebody Else")
    browser = sign_in(EMAIL, patient_of(other))
    join(browser, case)
    listed = browser.get("/en/case/").content.decode()
    assert case.reference in listed
    assert other.reference in listed


def test_joining_needs_a_code_of_this_hour(case: Case) -> None:
    browser = sign_in(EMAIL)
    let_the_code_age(browser)
    assert case.reference not in browser.get(CASES).content.decode()
    refused = browser.post(f"{CASES}{case.reference}/join/")
    assert refused["Location"] == "/en/accounts/confirm/?next=%2Fen%2Faccounts%2Fcases%2F"
    assert Case.objects.get(pk=case.pk).account is None
    assert confirm(browser, EMAIL, CASES)["Location"] == CASES
    join(browser, case)
    assert Case.objects.get(pk=case.pk).account == User.objects.get(email=EMAIL)


def test_a_wrong_code_confirms_nothing(case: Case) -> None:
    browser = sign_in(EMAIL)
    let_the_code_age(browser)
    browser.post("/en/accounts/confirm/", {"send": "1", "next": CASES})
    answers = [browser.post("/en/accounts/confirm/", {"code": "1", "next": CASES}) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [422] * 3
    assert "does not work any more" in answers[-1].content.decode()
    assert case.reference not in browser.get(CASES).content.decode()


def test_a_case_of_another_address_is_not_hers(case: Case) -> None:
    other = submit(email="other@example.org", name="Somebody Else")
    browser = sign_in(EMAIL)
    assert other.reference not in browser.get(CASES).content.decode()
    assert "cannot be added" in join(browser, other).content.decode()
    assert "cannot be added" in join(browser, Case(reference="MR-2222-2222")).content.decode()
    assert Case.objects.get(pk=other.pk).account is None


def test_a_case_in_quarantine_waits_as_its_link_does(case: Case) -> None:
    held = submit(email=EMAIL, message="Another question.")
    Case.objects.filter(pk=held.pk).update(is_quarantined=True)
    browser = sign_in(EMAIL)
    assert held.reference not in browser.get(CASES).content.decode()
    assert "cannot be added" in join(browser, held).content.decode()


def test_a_joined_case_that_becomes_spam_says_so_as_behind_its_link(case: Case) -> None:
    browser = sign_in(EMAIL)
    join(browser, case)
    Case.objects.filter(pk=case.pk).update(status="spam")
    assert browser.get(f"/en/case/{case.reference}/").content.decode().count("message-form") == 0


def test_nobody_takes_out_the_case_of_another(case: Case) -> None:
    other = submit(email="other@example.org", name="Somebody Else")
    deliver_all()
    mine, theirs = sign_in(EMAIL), sign_in("other@example.org")
    join(mine, case)
    theirs.post(f"{CASES}{case.reference}/take-out/")
    assert Case.objects.get(pk=case.pk).account == User.objects.get(email=EMAIL)
    assert Case.objects.get(pk=other.pk).account is None


def test_a_corrected_address_takes_the_case_out(case: Case) -> None:
    browser = sign_in(EMAIL)
    join(browser, case)
    coordinator = make_staff(Role.COORDINATOR)
    stored = Case.objects.get(pk=case.pk)
    facts.correct(
        case=stored,
        fact=Fact.EMAIL,
        values={"email": "right@example.org"},
        shown=as_text(stored, Fact.EMAIL),
        by=coordinator,
    )
    assert browser.get(f"/en/case/{case.reference}/").status_code == 404
    assert kinds(case)[-1] == "left_account"


def test_staff_never_joins(case: Case) -> None:
    staff = make_staff(Role.COORDINATOR, email=EMAIL)
    browser = staff_client(staff)
    assert browser.get(CASES).status_code == 403
    assert browser.post(f"{CASES}{case.reference}/join/").status_code == 403
    with pytest.raises(PermissionDenied):
        joined_cases.join(reference=case.reference, user=staff, confirmed=EMAIL)
    assert Case.objects.get(pk=case.pk).account is None


def test_who_became_staff_has_no_cases_any_more(case: Case) -> None:
    browser = sign_in(EMAIL)
    join(browser, case)
    User.objects.filter(email=EMAIL).update(is_staff=True)
    assert browser.get(f"/en/case/{case.reference}/").status_code == 404


def test_a_visitor_is_asked_to_sign_in(case: Case) -> None:
    answer = Client().get(reverse("requests:joined_cases"))
    assert answer["Location"] == "/en/accounts/login/code/?next=/en/accounts/cases/"


def test_the_case_page_offers_an_account_and_demands_none(case: Case) -> None:
    page = patient_of(case).get(f"/en/case/{case.reference}/").content.decode()
    assert 'href="/en/accounts/login/code/"' in page
