"""The list of cases: who sees it, in what order, what finds what, and what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.enums import Role
from requests.enums import Flag
from requests.models import Case
from tests.accounts.cast import staff_client
from tests.factories import make_condition, make_staff, send
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE

pytestmark = pytest.mark.django_db

LIST = "/admin/requests/case/"


def found(client: Client, query: str) -> list[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return [case.reference for case in response.context["cl"].result_list]


def test_overdue_first_then_newest() -> None:
    old, late, new = send(), send(), send()
    now = timezone.now()
    Case.objects.filter(pk=old.pk).update(created_at=now - timedelta(days=2))
    Case.objects.filter(pk=late.pk).update(created_at=now - timedelta(days=1), due_at=now - timedelta(hours=2))
    client = staff_client(make_staff(Role.COORDINATOR))
    assert found(client, "") == [late.reference, new.reference, old.reference]
    assert "Overdue by 2 hours" in client.get(LIST).content.decode()


def test_the_list_names_nobody_and_nothing_medical() -> None:
    send(condition=make_condition(name_en="Canary illness"))
    page = staff_client(make_staff(Role.COORDINATOR)).get(LIST).content.decode()
    for word in (NAME, EMAIL, PHONE, MESSAGE, "Canary"):
        assert word not in page


@pytest.mark.parametrize("number", [5, 50])
def test_the_list_costs_the_same_for_every_length(number: int) -> None:
    condition, owner = make_condition(), make_staff(Role.LEAD)
    for _ in range(number):
        send(condition=condition)
    Case.objects.update(owner=owner)
    client = staff_client(make_staff(Role.COORDINATOR))
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(LIST)
    assert len(response.context["cl"].result_list) == number
    assert len(queries) == 10


def test_search_by_reference_in_any_spelling() -> None:
    case, _other = send(), send()
    client = staff_client(make_staff(Role.COORDINATOR))
    plain = case.reference.replace("-", "")
    for typed in (case.reference, case.reference.lower(), plain, plain[2:].lower(), f" {case.reference} ", plain[2:8]):
        assert found(client, f"?q={typed}") == [case.reference]


def test_search_by_whole_address_or_number_only() -> None:
    case = send(email="one@example.org", phone="+79161234567")
    send(email="two@example.org", phone="+79167654321")
    client = staff_client(make_staff(Role.COORDINATOR))
    for typed in ("one@example.org", "ONE@example.org", "%2B79161234567", "7 916 123-45-67", "0079161234567"):
        assert found(client, f"?q={typed}") == [case.reference]
    for typed in ("one@example", "one", "7916123", "%", "Canary"):
        assert found(client, f"?q={typed}") == []


def test_the_search_writes_no_address_into_the_address_line() -> None:
    case, _other = send(email="one@example.org", phone="+79161234567"), send(email="two@example.org")
    client = staff_client(make_staff(Role.COORDINATOR))
    for typed in ("one@example.org", " One@Example.org ", "+7 916 123-45-67", case.reference.lower()):
        response = client.post(f"{LIST}find/", {"term": typed})
        for word in ("one", "example", "916"):
            assert word not in response["Location"].lower().replace(case.reference.lower(), "")
        assert found(client, "?" + response["Location"].partition("?")[2]) == [case.reference]
    assert found(client, "?q=~:") == []


def test_filters() -> None:
    me = make_staff(Role.COORDINATOR)
    mine, late, held, free = send(), send(), send(flags=(Flag.HONEYPOT,)), send()
    Case.objects.filter(pk=mine.pk).update(owner=me)
    Case.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))
    client = staff_client(me)
    assert found(client, "?whose=mine") == [mine.reference]
    assert found(client, "?whose=nobody") == [late.reference, free.reference]
    assert found(client, "?needs=overdue") == [late.reference]
    assert found(client, "?needs=release") == [held.reference]
    assert found(client, "?status=triage") == []
    assert len(found(client, "?status=new")) == 4


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.COORDINATOR, 200), (Role.LEAD, 200), (Role.EDITOR, 403), (Role.REVIEWER, 403), (Role.FINANCE, 403)],
)
def test_who_sees_cases(role: Role, status: int) -> None:
    case = send()
    client = staff_client(make_staff(role))
    addresses = ["", f"{case.pk}/change/", f"{case.pk}/history/", f"{case.pk}/estimate/", f"{case.pk}/move/triage/"]
    for address in addresses:
        response = client.get(LIST + address)
        assert (address, response.status_code) == (address, status)
        if status == 403:
            assert "Canary" not in response.content.decode()


def test_a_case_is_never_added_or_deleted_by_hand() -> None:
    case = send()
    client = staff_client(make_staff(Role.LEAD))
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{case.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [str(case.pk)], "post": "yes"})
    assert Case.objects.filter(pk=case.pk).exists()


def test_the_first_page_says_what_needs_us() -> None:
    me = make_staff(Role.COORDINATOR)
    case = send()
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(hours=1), owner=me)
    send(flags=(Flag.HONEYPOT,))
    needs = staff_client(me).get("/admin/").context["needs"]
    assert {need["name"]: need["number"] for need in needs} == {
        "Overdue": 1,
        "Unassigned": 0,
        "My cases": 1,
        "Quarantined": 1,
        "Mails that failed": 0,
    }


def test_other_roles_get_no_numbers_of_the_desk() -> None:
    page = staff_client(make_staff(Role.EDITOR)).get("/admin/")
    assert (page.status_code, page.context["needs"]) == (200, [])
