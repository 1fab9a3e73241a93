"""Payments: recorded once and cancelled, what each step refuses, and the sums beside naive ones."""

import threading
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.worktime import team_today
from requests.enums import PaymentKind, Status
from requests.models import Case, Event, PaymentRecord
from requests.selectors import payments as selectors
from requests.selectors.payments import Balance
from requests.services import clock, payments
from tests.factories import make_document, make_payment, make_staff, submit
from tests.requests.states import case_in, fresh
from tests.requests.test_move_at_once import somebody_waits

pytestmark = pytest.mark.django_db

ASKED, RECEIVED, PAID_ON, REFUNDED = PaymentKind


@pytest.fixture
def finance(db: None) -> User:
    return make_staff(Role.FINANCE, name="Finance Sample")


@pytest.fixture
def case(db: None) -> Case:
    return submit()


def kinds(case: Case) -> list[str]:
    events = Event.objects.filter(reference=case.reference, kind__startswith="payment").order_by("at")
    return list(events.values_list("kind", flat=True))


def balance(case: Case, currency: str = "USD") -> Balance:
    return next(row for row in selectors.balances(selectors.of_case(case)) if row.currency == currency)


# ── Recorded ─────────────────────────────────────────────────────────────────────────────────


def test_a_payment_is_recorded_with_who_when_how_much_and_the_paper(case: Case, finance: User) -> None:
    document = make_document(case)
    payment = make_payment(
        case, finance, kind=ASKED, amount="1200.50", paper="Canary invoice 7", note="Canary", document=document
    )
    row = selectors.of_case(case)[0]
    assert row == payment
    assert (row.kind, row.amount, row.currency, row.on) == ("asked", Decimal("1200.50"), "USD", team_today())
    assert (row.paper, row.note, row.document, row.recorded_by) == ("Canary invoice 7", "Canary", document, finance)
    event = Event.objects.get(reference=case.reference, kind="payment_recorded")
    assert (event.actor_id, str(event.object_id)) == (finance.pk, str(payment.pk))


def test_the_same_form_counts_once(case: Case, finance: User) -> None:
    first = make_payment(case, finance, token="t" * 20)
    assert make_payment(case, finance, token="t" * 20, amount=7) == first
    assert (kinds(case), case.payments.get().amount) == (["payment_recorded"], 1000)


def test_the_token_of_another_case_is_another_form(case: Case, finance: User) -> None:
    assert make_payment(case, finance, token="t" * 20) != make_payment(fresh(), finance, token="t" * 20)


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"on": team_today() + timedelta(days=1)}, "on", "not ahead"),
        ({"on": date(1926, 11, 30)}, "on", "a slip of the finger"),
        ({"amount": "0"}, "amount", "above 0"),
        ({"amount": "-5"}, "amount", "above 0"),
        ({"amount": "10.005"}, "amount", "USD has no smaller parts"),
        ({"amount": "10.5", "currency": "JPY"}, "amount", "JPY has no smaller parts"),
        ({"amount": "10.005", "currency": "KWD"}, "amount", "at most two decimals"),
        ({"currency": "usd"}, "currency", "three capital letters"),
        ({"paper": " "}, "paper", "the paper that says so"),
    ],
)
def test_wrong_facts_are_told(case: Case, finance: User, wrong: dict[str, Any], field: str, sentence: str) -> None:
    with pytest.raises(payments.PaymentRefused, match=sentence) as refusal:
        make_payment(case, finance, **wrong)
    assert (refusal.value.field, case.payments.count(), kinds(case)) == (field, 0, [])


@pytest.mark.parametrize("role", [role for role in Role if role != Role.FINANCE])
def test_finance_alone_records_and_cancels(case: Case, finance: User, role: Role) -> None:
    payment, somebody = make_payment(case, finance), make_staff(role)
    with pytest.raises(PermissionDenied):
        make_payment(case, somebody)
    with pytest.raises(PermissionDenied):
        payments.cancel(payment, reason="wrong", by=somebody)
    assert case.payments.get().is_cancelled is False


def test_papers_and_estimates_are_of_the_case(case: Case, finance: User) -> None:
    with pytest.raises(payments.PaymentRefused, match="a paper of this case"):
        make_payment(case, finance, document=make_document(fresh()))


@pytest.mark.parametrize("state", [{"is_quarantined": True}, {"status": Status.SPAM, "closed_at": timezone.now()}])
def test_a_case_that_is_held_as_spam_takes_none(case: Case, finance: User, state: dict[str, Any]) -> None:
    Case.objects.filter(pk=case.pk).update(**state)
    with pytest.raises(payments.PaymentRefused, match="held as spam"):
        make_payment(case, finance)


def test_an_erased_case_takes_none(case: Case, finance: User) -> None:
    payment = make_payment(case, finance)
    Case.objects.filter(pk=case.pk).update(wrapped_key=b"")
    erased = Case.objects.get(pk=case.pk)
    with pytest.raises(payments.PaymentRefused, match="are erased"):
        make_payment(erased, finance)
    with pytest.raises(payments.PaymentRefused, match="are erased"):
        payments.cancel(payment, reason="wrong", by=finance)


def test_a_case_that_has_ended_takes_refunds(finance: User) -> None:
    case = case_in("closed")
    make_payment(case, finance, kind=RECEIVED, amount=500)
    make_payment(case, finance, kind=REFUNDED, amount=200)
    assert balance(case).held == 300


def test_what_a_merged_case_is_paid_stands_where_it_goes_on(finance: User) -> None:
    merged = case_in("duplicate")
    before = make_payment(case_in("new"), finance)
    PaymentRecord.objects.filter(pk=before.pk).update(case=merged)
    payment = make_payment(merged, finance, kind=RECEIVED, amount=300)
    living = merged.living
    assert payment.case == living
    assert [row.pk for row in selectors.of_case(living)] == [before.pk, payment.pk]
    assert (balance(living).owed, kinds(living)) == (700, ["payment_recorded"])


def test_no_more_goes_out_than_is_held_unless_somebody_says_why(case: Case, finance: User) -> None:
    make_payment(case, finance, kind=RECEIVED, amount=500)
    make_payment(case, finance, kind=RECEIVED, amount=500, currency="EUR")
    make_payment(case, finance, kind=PAID_ON, amount=300)
    for kind in (PAID_ON, REFUNDED):
        with pytest.raises(payments.MoreThanHeld, match=r"We hold US\$200 of this case, less than US\$201\."):
            make_payment(case, finance, kind=kind, amount=201)
    with pytest.raises(payments.MoreThanHeld):
        make_payment(case, finance, kind=REFUNDED, amount=201, is_more_than_held=True, note=" ")
    make_payment(case, finance, kind=REFUNDED, amount=200)
    make_payment(case, finance, kind=PAID_ON, amount=50, is_more_than_held=True, note="We lent it for a day.")
    assert (balance(case).held, balance(case, "EUR").held) == (-50, 500)


# ── Cancelled ────────────────────────────────────────────────────────────────────────────────


def test_a_cancelled_record_stays_and_counts_for_nothing(case: Case, finance: User) -> None:
    payment = make_payment(case, finance)
    payments.cancel(payment, reason="Canary: typed twice", by=finance)
    row = selectors.of_case(case)[0]
    assert (row.is_cancelled, row.cancelled_by, row.cancel_reason) == (True, finance, "Canary: typed twice")
    assert (selectors.balances([row]), kinds(case)) == ([], ["payment_recorded", "payment_cancelled"])


def test_a_second_cancel_is_told_who_was_first(case: Case, finance: User) -> None:
    payment = make_payment(case, finance)
    payments.cancel(payment, reason="first", by=finance)
    with pytest.raises(payments.PaymentRefused, match="Finance Sample has cancelled this record already"):
        payments.cancel(payment, reason="second", by=make_staff(Role.FINANCE))
    assert case.payments.get().cancel_reason == "first"


def test_a_cancel_needs_a_reason(case: Case, finance: User) -> None:
    with pytest.raises(payments.PaymentRefused, match="why this record is wrong") as refusal:
        payments.cancel(make_payment(case, finance), reason=" \n", by=finance)
    assert refusal.value.field == "reason"


# ── Two at once ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.postgresql(reason="it looks in the locks of PostgreSQL who waits")
@pytest.mark.django_db(transaction=True)
def test_of_two_refunds_at_once_the_second_sees_what_the_first_left() -> None:
    case, finance = submit(), make_staff(Role.FINANCE)
    make_payment(case, finance, kind=RECEIVED, amount=500)
    refused: list[str] = []

    def refund() -> None:
        try:
            make_payment(Case.objects.get(pk=case.pk), finance, kind=REFUNDED, amount=400)
        except payments.MoreThanHeld as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    thread = threading.Thread(target=refund)
    with transaction.atomic():
        clock.lock(case)
        make_payment(Case.objects.get(pk=case.pk), finance, kind=REFUNDED, amount=400)
        thread.start()
        while thread.is_alive() and not somebody_waits():
            time.sleep(0.05)
    thread.join()
    assert ("We hold US$100" in refused[0], balance(case).held) == (True, 100)


@pytest.mark.postgresql(reason="it looks in the locks of PostgreSQL who waits")
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_record() -> None:
    case, finance = submit(), make_staff(Role.FINANCE)

    def click() -> None:
        try:
            make_payment(Case.objects.get(pk=case.pk), finance, token="t" * 20)
        finally:
            connection.close()

    thread = threading.Thread(target=click)
    with transaction.atomic():
        make_payment(Case.objects.get(pk=case.pk), finance, token="t" * 20)
        thread.start()
        while thread.is_alive() and not somebody_waits():
            time.sleep(0.05)
    thread.join()
    assert (case.payments.count(), kinds(case)) == (1, ["payment_recorded"])


# ── Sums ─────────────────────────────────────────────────────────────────────────────────────

DAY = date(2026, 11, 1)


def of(*steps: tuple[PaymentKind, int], currency: str = "USD") -> list[PaymentRecord]:
    """Return unsaved records, one a day."""
    return [
        PaymentRecord(kind=kind, amount=Decimal(amount), currency=currency, on=DAY + timedelta(days=number))
        for number, (kind, amount) in enumerate(steps)
    ]


@pytest.mark.parametrize(
    ("steps", "owed", "since"),
    [
        ([(ASKED, 1000)], 1000, 0),
        ([(ASKED, 1000), (RECEIVED, 400)], 600, 0),
        ([(ASKED, 1000), (ASKED, 500), (RECEIVED, 1000)], 500, 1),
        ([(RECEIVED, 400), (ASKED, 1000)], 600, 1),
        ([(ASKED, 1000), (RECEIVED, 1000), (REFUNDED, 300)], 0, None),
        # What came too much is given back: it pays nothing that is asked later.
        ([(ASKED, 1000), (RECEIVED, 1200), (REFUNDED, 200), (ASKED, 300)], 300, 3),
        ([(ASKED, 1000), (RECEIVED, 1200), (ASKED, 300)], 100, 2),
        ([(ASKED, 1000), (RECEIVED, 1000), (REFUNDED, 1000), (ASKED, 800)], 800, 3),
        ([(RECEIVED, 100), (PAID_ON, 100)], 0, None),
    ],
)
def test_what_is_owed(steps: list[tuple[PaymentKind, int]], owed: int, since: int | None) -> None:
    row = selectors.balances(reversed(of(*steps)))[0]
    assert (row.owed, row.owed_since) == (owed, None if since is None else DAY + timedelta(days=since))


AMOUNTS = st.integers(min_value=1, max_value=10**10).map(lambda cents: Decimal(cents) / 100)
RECORDS = st.builds(
    PaymentRecord,
    kind=st.sampled_from(PaymentKind),
    amount=AMOUNTS,
    currency=st.sampled_from(["USD", "EUR", "RUB"]),
    on=st.dates(DAY, DAY + timedelta(days=9)),
    created_at=st.datetimes(timezones=st.just(timezone.get_default_timezone())),
    cancelled_at=st.sampled_from([None, None, timezone.now()]),
)


@given(st.lists(RECORDS, max_size=12))
def test_balances_are_naive_sums_of_each_currency(records: list[PaymentRecord]) -> None:
    rows = selectors.balances(records)
    valid = [record for record in records if record.cancelled_at is None]
    assert [row.currency for row in rows] == sorted({record.currency for record in valid})
    for row in rows:
        asked, received, paid_on, refunded = (
            sum(record.amount for record in valid if (record.currency, record.kind) == (row.currency, kind))
            for kind in PaymentKind
        )
        assert (row.asked, row.received, row.paid_on, row.refunded) == (asked, received, paid_on, refunded)
        assert row.held == received - paid_on - refunded
        assert max(asked - received, 0) <= row.owed <= max(asked - received + refunded, 0)
        assert (row.owed_since is None) == (row.owed == 0)


# ── Reads ────────────────────────────────────────────────────────────────────────────────────


def test_reading_takes_as_many_statements_for_many_records(case: Case, finance: User) -> None:
    def read() -> int:
        with CaptureQueriesContext(connection) as queries:
            for record in selectors.of_case(case):
                str((record.paper, record.case, record.estimate, record.recorded_by, record.cancelled_by))
            selectors.awaited()
        return len(queries)

    make_payment(case, finance)
    few = read()
    for _number in range(5):
        payments.cancel(make_payment(case, finance), reason="wrong", by=finance)
        make_payment(fresh(), finance)
    assert read() == few


def test_what_is_awaited_stands_oldest_first_by_case_and_currency(finance: User) -> None:
    first, second, paid, erased = fresh(), fresh(), fresh(), fresh()
    today = team_today()
    make_payment(first, finance, amount=100, on=today - timedelta(days=2))
    make_payment(first, finance, amount=70, currency="EUR", on=today)
    make_payment(second, finance, amount=200, on=today - timedelta(days=9))
    make_payment(second, finance, kind=RECEIVED, amount=50, on=today)
    make_payment(paid, finance, amount=10)
    make_payment(paid, finance, kind=RECEIVED, amount=10)
    make_payment(erased, finance, amount=10)
    payments.cancel(make_payment(paid, finance, amount=99), reason="wrong", by=finance)
    Case.objects.filter(pk=erased.pk).update(wrapped_key=b"")
    rows = [(row.case, row.balance.owed, row.balance.currency, row.since) for row in selectors.awaited()]
    assert rows == [
        (second, 150, "USD", today - timedelta(days=9)),
        (first, 100, "USD", today - timedelta(days=2)),
        (first, 70, "EUR", today),
    ]


def test_what_a_merged_case_was_asked_is_paid_where_it_goes_on(finance: User) -> None:
    merged = case_in("duplicate")
    asked = make_payment(fresh(), finance, amount=900)
    PaymentRecord.objects.filter(pk=asked.pk).update(case=merged)
    assert [(row.case, row.balance.owed) for row in selectors.awaited()] == [(merged.living, 900)]
    make_payment(merged, finance, kind=RECEIVED, amount=900)
    assert selectors.awaited() == []


# ── Sealed ───────────────────────────────────────────────────────────────────────────────────


def test_nothing_that_was_typed_is_readable_in_the_database(case: Case, finance: User) -> None:
    payment = make_payment(case, finance, paper="Canary paper", note="Canary note")
    payments.cancel(payment, reason="Canary reason", by=finance)
    for table in ("requests_paymentrecord", "requests_event"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")  # names of ours
            stored = [bytes(value) if isinstance(value, memoryview) else value for row in cursor for value in row]
        assert (len(stored) > 0, b"Canary" in b"".join(str(value).encode() for value in stored)) == (True, False)
