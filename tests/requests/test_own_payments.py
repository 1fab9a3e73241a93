"""Money on the patient's pages: her balance and records, and the operator's rules before she accepts."""

import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import Outcome, PaymentKind, Status
from requests.models import Case, Document, EstimateDecision, MoneyRules
from requests.selectors.money_rules import ONLY
from requests.services import payments
from requests.services.acceptance_records import document
from requests.services.decision_texts import agreement
from tests.cast import patient_of
from tests.factories import make_document, make_payment, make_staff, submit
from tests.requests.states import case_in
from tests.requests.test_decisions import address, enter, issued, mailed_code, printed

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return submit()


def page(case: Case, language: str = "en") -> str:
    return patient_of(case).get(f"/{language}/case/{case.reference}/payments/").content.decode()


def test_a_case_without_payments_says_so_and_shows_no_empty_heading(case: Case) -> None:
    text = page(case)
    assert "Nothing about money is written down" in text
    assert 'id="deposit"' not in text


def test_she_reads_what_is_still_to_pay_and_no_inner_word(case: Case) -> None:
    finance = make_staff(Role.FINANCE)
    make_payment(case, finance, note="Inner note")
    make_payment(case, finance, kind=PaymentKind.RECEIVED, amount=400)
    payments.cancel(make_payment(case, finance, amount=7, paper="Slip"), reason="Inner reason", by=finance)
    text = page(case)
    assert "Still to pay: <bdi>US$600</bdi>" in text
    assert "recorded by mistake" in text
    assert "Canary invoice" in text
    assert "Inner" not in text


def test_the_paper_is_opened_from_its_record_while_she_may_open_it(case: Case) -> None:
    paper = make_document(case, name="invoice.pdf")
    make_payment(case, make_staff(Role.FINANCE), document=paper)
    link = f'href="/en/case/{case.reference}/documents/{paper.pk}/"'
    assert link in page(case)
    assert patient_of(case).get(link[6:-1]).status_code == 200
    Document.objects.filter(pk=paper.pk).update(removed_at=timezone.now())
    assert ("Canary invoice" in page(case), link in page(case)) == (True, False)


def test_a_paper_that_is_being_checked_is_named_without_a_link(case: Case) -> None:
    paper = make_document(case, checked_at=None)
    make_payment(case, make_staff(Role.FINANCE), document=paper)
    assert str(paper.pk) not in page(case)


def test_what_went_out_beyond_what_came_in_is_said_in_words(case: Case) -> None:
    make_payment(
        case, make_staff(Role.FINANCE), kind=PaymentKind.PAID_ON, amount=300, note="Lent", is_more_than_held=True
    )
    text = page(case)
    assert "We paid out <bdi>US$300</bdi> more than we received." in text
    assert "We hold" not in text


def case_page(case: Case) -> str:
    return patient_of(case).get(f"/en/case/{case.reference}/").content.decode()


def test_her_case_page_leads_to_payments_once_there_is_something(case: Case) -> None:
    link = f"/en/case/{case.reference}/payments/"
    assert link not in case_page(case)
    finance = make_staff(Role.FINANCE)
    make_payment(case, finance)
    assert (link in case_page(case), "Still to pay: <bdi>US$1,000</bdi>" in case_page(case)) == (True, True)
    make_payment(case, finance, kind=PaymentKind.RECEIVED)
    assert (link in case_page(case), "Still to pay" in case_page(case)) == (True, False)
    accepted = case_in(Status.ACCEPTED)
    assert f"/en/case/{accepted.reference}/payments/" in case_page(accepted)


def test_after_a_death_her_case_page_asks_nobody_to_pay(case: Case) -> None:
    make_payment(case, make_staff(Role.FINANCE))
    Case.objects.filter(pk=case.pk).update(status=Status.CLOSED, outcome=Outcome.DIED, closed_at=timezone.now())
    assert "Still to pay" not in case_page(case)


def test_nobody_accepts_without_the_rules_before_her_eyes(case: Case, coordinator: User) -> None:
    MoneyRules.objects.create(pk=ONLY, deposit_en="Half before", refund_en="In 10 days", refund_ar="خلال 10 أيام")
    estimate = issued(case, coordinator)
    client = patient_of(case)
    for place in (address(estimate), f"/en/case/{case.reference}/estimates/{estimate.version}/"):
        text = client.get(place).content.decode()
        assert "Half before" in text
        assert "In 10 days" in text
    assert '<div lang="en"><p dir="auto">Half before' in page(case, "ar")


def rules_seen(text: str) -> str:
    [seen] = re.findall(r'name="rules_seen" value="(\w*)"', text)
    return str(seen)


def test_the_record_of_a_yes_says_which_rules_stood_beside_the_words(
    case: Case, coordinator: User, settings: LazySettings, tmp_path: Path
) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path
    rules = MoneyRules.objects.create(pk=ONLY, deposit_en="Half before\n\nThe rest after")
    estimate, client = issued(case, coordinator), patient_of(case)
    old = rules_seen(client.get(address(estimate)).content.decode())
    rules.deposit_en = "All before"
    rules.save()
    answers = {"seen": agreement(estimate, "en").sha256, "code": mailed_code(client, estimate)}
    refused = client.post(address(estimate), {**answers, "rules_seen": old})
    text = refused.content.decode()
    assert (refused.status_code, "The words on this page have changed." in text) == (422, True)
    assert client.post(address(estimate), {**answers, "rules_seen": rules_seen(text)}).status_code == 302
    rules.deposit_en = "Nothing before"
    rules.save()
    decision = EstimateDecision.objects.get()
    assert (decision.is_intact, decision.text) == (True, agreement(estimate, "en").text)
    record = document(decision)
    assert "All before" in record
    assert "Nothing before" not in record
    assert "stood beside these words" in printed(client, f"/en/case/{case.reference}/acceptance/1.pdf")


def test_a_record_without_rules_has_no_heading_for_them(case: Case, coordinator: User) -> None:
    estimate, client = issued(case, coordinator), patient_of(case)
    assert enter(client, estimate, mailed_code(client, estimate)).status_code == 302
    assert "stood beside" not in document(EstimateDecision.objects.get())
