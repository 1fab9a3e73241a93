"""The pages of finance: what is awaited, all payments with their sums, a case, one record; and who sees none of them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.worktime import team_today
from requests.enums import AccessKind, PaymentKind
from requests.models import AccessEvent, Case, PaymentRecord
from requests.selectors.access_log import reads
from requests.services import payments
from tests.accounts.cast import staff_client
from tests.factories import make_payment, make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME
from tests.requests.reading import posted_from
from tests.requests.states import case_in, fresh
from tests.requests.test_decisions import issued
from tests.requests.test_desk_in_russian import foreign

pytestmark = pytest.mark.django_db

LIST = "/admin/requests/paymentrecord/"
DUE = f"{LIST}due/"
ASKED, RECEIVED, PAID_ON, REFUNDED = PaymentKind


@pytest.fixture
def finance(db: None) -> User:
    return make_staff(Role.FINANCE, name="Finance Sample")


@pytest.fixture
def client(finance: User) -> Client:
    return staff_client(finance)


@pytest.fixture
def case(db: None) -> Case:
    return submit()


def of(case: Case) -> str:
    return f"{LIST}case/{case.reference}/"


def page_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def typed(client: Client, case: Case, **answers: str) -> dict[str, Any]:
    """Return what the form of a case posts with these answers."""
    usual = {"kind": "received", "amount": "1,200.50", "currency": "USD", "paper": "Receipt 4", "note": ""}
    return posted_from(page_of(client, of(case))) | usual | answers


# ── Recorded ─────────────────────────────────────────────────────────────────────────────────


def test_a_payment_is_recorded_by_the_reference_of_its_case(client: Client, case: Case, finance: User) -> None:
    asked = client.get(f"{LIST}add/", {"reference": case.reference.lower().replace("-", "")})
    assert asked.headers["Location"] == of(case)
    response = client.post(of(case), typed(client, case), follow=True)
    page = response.content.decode()
    assert "Recorded: Received from the patient, US$1,200.50." in page
    row = PaymentRecord.objects.select_related("case").get()
    assert (row.case, row.kind, row.amount, row.paper, row.recorded_by) == (
        case, "received", Decimal("1200.50"), "Receipt 4", finance,
    )  # fmt: skip
    assert (row.on, row.estimate) == (team_today(), None)


def test_a_second_click_records_nothing(client: Client, case: Case) -> None:
    form = typed(client, case)
    assert [client.post(of(case), form).status_code for _click in range(2)] == [302, 302]
    assert PaymentRecord.objects.count() == 1


@pytest.mark.parametrize("reference", ["", "MR-2222-2222", "nonsense"])
def test_an_unknown_reference_is_told(client: Client, reference: str) -> None:
    response = client.get(f"{LIST}add/", {"reference": reference})
    sentence = "There is no case with this reference." if reference else "Enter the reference of the case."
    assert (response.status_code, sentence in response.content.decode()) == (422, True)
    assert client.get(f"{LIST}case/MR-2222-2222/").status_code == 404


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"kind": ""}, "Select what happened with the money."),
        ({"amount": ""}, "Enter the amount."),
        ({"amount": "0"}, "Enter an amount above 0."),
        ({"amount": "1.005"}, "Enter an amount such as 1200 or 1200.50."),
        ({"amount": "ten"}, "Enter an amount such as 1200 or 1200.50."),
        ({"currency": "XXX"}, "Select a currency of the list."),
        ({"on": "soon"}, "Enter a date such as 2026-11-30."),
        ({"on": (team_today() + timedelta(days=2)).isoformat()}, "Enter a day that is not ahead"),
        ({"paper": " "}, "Enter the paper that says so"),
        ({"note": "x" * 1001}, "Write at most 1,000 characters."),
    ],
)
def test_wrong_answers_are_told_and_nothing_is_lost(
    client: Client, case: Case, answers: dict[str, str], sentence: str
) -> None:
    response = client.post(of(case), typed(client, case, **{"note": "Typed note", **answers}))
    page = response.content.decode()
    assert (response.status_code, sentence in page, "Nothing is saved yet." in page) == (422, True, True)
    answers.pop("currency", None)  # what is in no list cannot be chosen again
    for text in ({"paper": "Receipt 4", "note": "Typed note"} | answers).values():
        assert text.strip() in page
    assert PaymentRecord.objects.count() == 0


def test_more_than_is_held_goes_out_with_a_tick_and_a_note(client: Client, case: Case, finance: User) -> None:
    make_payment(case, finance, kind=RECEIVED, amount=500)
    form = typed(client, case, kind="paid_on", amount="800")
    assert "is_more_than_held" not in form
    refused = client.post(of(case), form).content.decode()
    assert ("We hold US$500 of this case" in refused, 'name="is_more_than_held"' in refused) == (True, True)
    without_note = client.post(of(case), posted_from(refused) | {"is_more_than_held": "on"})
    assert (without_note.status_code, PaymentRecord.objects.count()) == (422, 1)
    told = posted_from(without_note.content.decode()) | {"is_more_than_held": "on", "note": "We lent it."}
    assert client.post(of(case), told).status_code == 302
    assert PaymentRecord.objects.get(kind=PAID_ON).note == "We lent it."


def test_versions_of_the_estimate_are_offered_by_number_and_total_only(client: Client, coordinator: User) -> None:
    case = case_in("offers_in")
    estimate = issued(case, coordinator)
    page = page_of(client, of(case))
    assert f'<option value="{estimate.pk}">Version {estimate.version}, ' in page
    assert all(line.name not in page for line in estimate.lines.all())
    client.post(of(case), typed(client, case, estimate=str(estimate.pk)))
    record = PaymentRecord.objects.get()
    assert record.estimate == estimate
    shown = page_of(client, f"{LIST}{record.pk}/change/")
    assert (f"Version {estimate.version}" in shown, estimate.lines.all()[0].name in shown) == (True, False)
    other = issued(case_in("offers_in"), coordinator)
    wrong = client.post(of(case), typed(client, case, estimate=str(other.pk)))
    assert (wrong.status_code, "Select an estimate of this case." in wrong.content.decode()) == (422, True)


def test_a_merged_case_shows_where_it_goes_on(client: Client) -> None:
    merged = case_in("duplicate")
    assert client.get(of(merged)).headers["Location"] == of(merged.living)
    assert client.post(of(merged), typed(client, merged.living)).status_code == 302
    assert PaymentRecord.objects.get().case == merged.living


# ── Cancelled ────────────────────────────────────────────────────────────────────────────────


def test_a_record_is_cancelled_with_a_reason_and_stays(client: Client, case: Case, finance: User) -> None:
    record = make_payment(case, finance)
    address = f"{LIST}{record.pk}/cancel/"
    assert "Cancel this record?" in page_of(client, address)
    empty = client.post(address, {"reason": " "})
    assert (empty.status_code, "Enter why this record is wrong." in empty.content.decode()) == (422, True)
    page = client.post(address, {"reason": "Typed twice"}, follow=True).content.decode()
    assert ("The record is cancelled." in page, "Typed twice" in page, address in page) == (True, True, False)
    assert "Nothing counts in this case yet." in page_of(client, of(case))
    late = client.post(address, {"reason": "My own words"})
    told = late.content.decode()
    assert (late.status_code, "Finance Sample has cancelled this record already." in told, "My own words" in told) == (
        409, True, True,
    )  # fmt: skip


# ── Lists ────────────────────────────────────────────────────────────────────────────────────


def test_the_day_of_finance_begins_with_what_is_awaited(client: Client, case: Case, finance: User) -> None:
    assert client.get("/admin/").headers["Location"] == DUE
    assert "All that patients were asked for has come." in page_of(client, DUE)
    newer, today = fresh(), team_today()
    make_payment(newer, finance, amount=300, on=today)
    make_payment(case, finance, amount=900, on=today - timedelta(days=3))
    make_payment(case, finance, kind=RECEIVED, amount=200)
    page = page_of(client, DUE)
    assert page.index(case.reference) < page.index(newer.reference)
    assert ("US$700" in page, "US$300" in page) == (True, True)


def test_the_list_is_filtered_searched_and_summed(client: Client, case: Case, finance: User) -> None:
    other = fresh()
    make_payment(case, finance, amount=100, on=date(2026, 10, 5))
    make_payment(case, finance, amount=40, on=date(2026, 11, 5))
    make_payment(case, finance, kind=RECEIVED, amount=7, currency="EUR", on=date(2026, 11, 6))
    make_payment(other, finance, amount=3000, on=date(2026, 11, 7))
    payments.cancel(make_payment(case, finance, amount=5000, on=date(2026, 11, 8)), reason="wrong", by=finance)

    def listed(query: str) -> tuple[list[str], list[Any]]:
        response = client.get(f"{LIST}{query}")
        rows = [f"{row.amount} {row.currency}" for row in response.context["cl"].result_list]
        return rows, [(currency, [amount for _kind, amount in kinds]) for currency, kinds in response.context["totals"]]

    rows, totals = listed("")
    assert rows == ["5000.00 USD", "3000.00 USD", "7.00 EUR", "40.00 USD", "100.00 USD"]
    assert totals == [("EUR", ["€0", "€7", "€0", "€0"]), ("USD", ["US$3,140", "US$0", "US$0", "US$0"])]
    assert listed("?kind=received")[0] == ["7.00 EUR"]
    assert listed("?currency=EUR")[0] == ["7.00 EUR"]
    assert listed("?month=2026-10") == (["100.00 USD"], [("USD", ["US$100", "US$0", "US$0", "US$0"])])
    assert listed("?month=2026-77&kind=x&currency=USD")[0][0] == "5000.00 USD"
    assert listed(f"?q={case.reference}")[0] == ["5000.00 USD", "7.00 EUR", "40.00 USD", "100.00 USD"]


def test_an_empty_list_says_what_would_be_there(client: Client, case: Case, finance: User) -> None:
    assert "The portal moves no money" in page_of(client, LIST)
    make_payment(case, finance)
    assert "Nothing in the list fits all of this" in page_of(client, f"{LIST}?q=MR-2222")


def test_pages_take_as_many_statements_for_many_records(client: Client, case: Case, finance: User) -> None:
    addresses = (LIST, DUE, of(case))

    def numbers() -> list[int]:
        counted = []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counted.append(len(queries))
        return counted

    make_payment(case, finance)
    numbers()  # the first reads are written down
    few = numbers()
    others = [fresh() for _number in range(4)]
    for other in others:
        make_payment(other, finance)
        make_payment(case, finance)
        payments.cancel(make_payment(case, finance), reason="wrong", by=finance)
    numbers()
    assert numbers() == few


# ── Who reads ────────────────────────────────────────────────────────────────────────────────


def every_page(record: PaymentRecord) -> list[str]:
    own = [f"{LIST}{record.pk}/{page}/" for page in ("change", "history", "cancel")]
    return [LIST, DUE, f"{LIST}add/", of(record.case), *own]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.FINANCE])
def test_nobody_else_opens_a_page_of_payments(case: Case, finance: User, role: Role) -> None:
    record, client = make_payment(case, finance), staff_client(make_staff(role))
    pages = every_page(record)
    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 403)
    assert {client.post(page, {"reason": "x"}).status_code for page in (of(case), f"{LIST}{record.pk}/cancel/")} == {
        403
    }
    assert PaymentRecord.objects.filter(cancelled_at=None).count() == 1


def test_finance_deletes_nothing_and_exports_nothing(client: Client, case: Case, finance: User) -> None:
    record = make_payment(case, finance)
    assert client.post(f"{LIST}{record.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{LIST}export/csv/").status_code in (302, 404)
    assert client.post(LIST, {"action": "delete_selected", "_selected_action": record.pk}).status_code != 500
    assert PaymentRecord.objects.count() == 1


def test_no_page_says_who_the_patient_is(client: Client, case: Case, finance: User) -> None:
    record = make_payment(case, finance)
    for address in every_page(record):
        page = page_of(client, address)
        assert [text for text in (NAME, EMAIL, MESSAGE) if text in page] == []


def test_each_day_of_reading_is_written_down_once(client: Client, case: Case, finance: User) -> None:
    record = make_payment(case, finance)
    for address in every_page(record) * 2:
        client.get(address)
    rows = AccessEvent.objects.filter(kind=AccessKind.PAYMENTS).values_list("reference", "actor_id")
    assert list(rows) == [(case.reference, finance.pk)]
    read = [(read.who, read.what, read.why) for read in reads(case)]
    assert read == [("Finance Sample", ["your payments"], ["looks after payments"])]


def test_what_an_erased_case_was_paid_is_still_counted(client: Client, case: Case, finance: User) -> None:
    record = make_payment(case, finance, paper="Canary paper")
    Case.objects.filter(pk=case.pk).update(wrapped_key=b"")
    for address in (LIST, f"{LIST}{record.pk}/change/"):
        page = page_of(client, address)
        assert ("US$1,000" in page, "erased" in page, "Canary paper" in page) == (True, True, False)
    assert client.get(of(case)).status_code == 404
    page = page_of(client, f"{LIST}{record.pk}/change/")
    assert (of(case) in page, "This record is wrong" in page) == (False, False)
    assert of(case) not in page_of(client, LIST)


# ── In Russian ───────────────────────────────────────────────────────────────────────────────


def test_every_page_is_in_russian(case: Case) -> None:
    by = make_staff(Role.FINANCE, name="Финансы", language="ru")
    client, record = staff_client(by), make_payment(case, by, paper="Счёт 7")
    payments.cancel(make_payment(case, by, paper="Счёт 8"), reason="Ошибка", by=by)
    assert [page for page in every_page(record) if foreign(page_of(client, page))] == []
    refused = client.post(
        of(case), {"kind": "paid_on", "amount": "5000", "currency": "USD", "paper": "Счёт", "on": "2026-11-01"}
    )
    assert foreign(refused.content.decode()) == set()
