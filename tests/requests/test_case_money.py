"""The money of a case on its page at the desk: what is still to come at one glance, the rest folded, nothing to press."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import PaymentKind, Status
from requests.models import Case
from requests.services import payments
from tests.accounts.cast import staff_client
from tests.factories import make_payment, make_staff, submit
from tests.requests.states import case_in
from tests.requests.test_desk_in_russian import foreign

pytestmark = pytest.mark.django_db

CARD = re.compile(r'<details id="money">.*?</details>', re.DOTALL)


@pytest.fixture
def coordinator() -> User:
    return make_staff(Role.COORDINATOR, name="Olga")


@pytest.fixture
def finance() -> User:
    return make_staff(Role.FINANCE, name="Finance Sample")


@pytest.fixture
def client(coordinator: User) -> Client:
    return staff_client(coordinator)


@pytest.fixture
def case() -> Case:
    return submit()


def card(client: Client, case: Case) -> str:
    page = client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    shown = CARD.search(page)
    return shown[0] if shown else ""


def test_a_case_without_records_has_no_card_before_an_estimate_is_accepted(client: Client, case: Case) -> None:
    assert card(client, case) == ""
    assert "Finance has recorded nothing" in card(client, case_in(Status.ACCEPTED))


def test_what_is_still_to_come_stands_in_the_line_that_is_always_seen(
    client: Client, case: Case, finance: User
) -> None:
    make_payment(case, finance)
    make_payment(case, finance, kind=PaymentKind.RECEIVED, amount=400)
    make_payment(case, finance, amount=70, currency="EUR")
    summary, rest = card(client, case).split("</summary>")
    assert ("€70 to come" in summary, "US$600 to come" in summary) == (True, True)
    assert "<dt>We hold</dt><dd>US$400</dd>" in rest
    make_payment(case, finance, kind=PaymentKind.RECEIVED, amount=600)
    assert "US$" not in card(client, case).split("</summary>")[0]


def test_records_say_who_and_cancelled_ones_are_struck(client: Client, case: Case, finance: User) -> None:
    make_payment(case, finance, paper="Invoice 17", note="Paid by her son")
    payments.cancel(make_payment(case, finance, amount=7, paper="Slip"), reason="Typed twice", by=finance)
    shown = card(client, case)
    for text in ("Invoice 17", "recorded by Finance Sample", "Paid by her son", "<s>Asked for: US$7</s>",
                 "cancelled by Finance Sample", "Typed twice"):  # fmt: skip
        assert text in shown
    assert not re.search(r"<(form|button|input|a) ", shown)


def test_the_newest_ten_are_shown_and_the_rest_is_counted(client: Client, case: Case, finance: User) -> None:
    for number in range(12):
        make_payment(case, finance, paper=f"Invoice {number};")
    shown = card(client, case)
    assert "2 older records are not shown." in shown
    assert [number for number in range(12) if f"Invoice {number};" in shown] == list(range(2, 12))


def test_more_records_cost_no_more_statements(client: Client, case: Case, finance: User) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            card(client, case)
        return len(queries)

    make_payment(case, finance)
    card(client, case)
    few = statements()
    for _number in range(4):
        payments.cancel(make_payment(case, make_staff(Role.FINANCE)), reason="x", by=make_staff(Role.FINANCE))
    assert statements() == few


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CASE_REVIEWER, Role.FINANCE, Role.ADMINISTRATOR])
def test_who_works_no_cases_sees_no_card(case: Case, finance: User, role: Role) -> None:
    make_payment(case, finance)
    assert card(staff_client(make_staff(role)), case) == ""


def test_the_card_is_in_russian(case: Case) -> None:
    finance = make_staff(Role.FINANCE, name="Финансы")
    make_payment(case, finance, paper="Счёт 7", note="Заплатил сын")
    payments.cancel(make_payment(case, finance, paper="Счёт 8"), reason="Ошибка", by=finance)
    shown = card(staff_client(make_staff(Role.COORDINATOR, name="Ольга", language="ru")), case)
    assert foreign(f"<main>{shown}</main>") == set()
