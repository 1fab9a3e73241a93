"""The desk finds a phone number however it is read out; tests/requests/test_older_cases.py fills older cases."""

import pytest
from django.test import Client

from portal.accounts.enums import Role
from requests.selectors import desk
from tests.accounts.cast import staff_client
from tests.factories import make_staff, submit

LIST = "/admin/requests/case/"


def found(client: Client, term: str) -> list[str]:
    """Search as the desk does: the term is posted, hidden, and looked for."""
    location = client.post(f"{LIST}find/", {"term": term})["Location"]
    return [case.reference for case in client.get(location).context["cl"].result_list]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "terms"),
    [
        (
            "+77012345678",
            "8 701 234 56 78|701 234 56 78|+7 701 234 56 78|7 701 234-56-78|007 701 2345678|810 7 701 234 56 78|(701) 2345678",
        ),
        ("+201001234567", "0100 123 4567|100 123 4567|+20 100 123 4567|0020 100 123 4567|٠١٠٠ ١٢٣ ٤٥٦٧|20 100 1234567"),
        ("+971501234567", "050 123 4567|50 123 4567|00971501234567|971 50 123 4567"),
        ("+12125550123", "(212) 555-0123|1 212 555 0123|+1 212-555-0123"),
        ("+390612345678", "06 1234 5678|0039 06 12345678"),
    ],
)
def test_a_phone_is_found_however_it_is_read_out(number: str, terms: str) -> None:
    case = submit(phone=number)
    submit(phone="+79161234567")
    client = staff_client(make_staff(Role.COORDINATOR))
    for term in terms.split("|"):
        assert found(client, term) == [case.reference], term


@pytest.mark.django_db
def test_a_part_of_a_number_finds_nobody() -> None:
    submit(phone="+77012345678")
    client = staff_client(make_staff(Role.COORDINATOR))
    for term in ("2345678", "234 56 78", "70123456", "701 234 56 79", "+7 701 234 56", "1" * 100):
        assert found(client, term) == [], term


@pytest.mark.django_db
def test_no_number_that_is_read_out_comes_into_the_address_line() -> None:
    for term in (
        "8 701 234 56 78",
        "701 234 56 78",
        "0100 123 4567",
        "+7 701 234 56 78",
        "2 79 54 32 87 6",
        "٧٠١٢٣٤٥٦٧٨",
    ):
        shown = desk.hidden(term)
        assert shown.startswith(desk.HIDDEN)
        assert "".join(term.split()) not in shown
    assert desk.hidden("MR-2345-6789") == "MR-2345-6789"
    assert desk.hidden("2345-6789") == "2345-6789"
