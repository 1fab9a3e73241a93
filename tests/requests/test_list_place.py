"""The list of cases keeps its filters and its place while cases are worked, and leads to the next one."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from portal.accounts.models import User
from requests.models import Case
from tests.accounts.cast import staff_client
from tests.factories import submit
from tests.requests.reading import posted_from
from tests.requests.states import reason_of

pytestmark = pytest.mark.django_db

LIST = "/admin/requests/case/"


@pytest.fixture
def client(coordinator: User) -> Client:
    return staff_client(coordinator)


@pytest.fixture
def queue(db: None) -> list[Case]:
    """Three cases in the order of the list: who waits longest comes first."""
    cases = [submit(email=f"p{number}@example.org") for number in range(3)]
    for number, case in enumerate(cases, 1):
        Case.objects.filter(pk=case.pk).update(answer_by=timezone.now() + timedelta(hours=number))
    return cases


def row_link(client: Client, query: str, case: Case) -> str:
    """Return the address that the row of a case leads to."""
    page = client.get(LIST + query).content.decode()
    [link] = set(re.findall(rf'href="({LIST}{case.pk}/change/[^"]*)"', page))
    return str(link).replace("&amp;", "&")


def way(client: Client, address: str) -> tuple[str, str]:
    """Return where "Back to the list" and "Next case" of a page lead."""
    context = client.get(address).context
    return context["list_address"], context["next_address"]


def key(address: str) -> str:
    return urlsplit(address).path.removeprefix(LIST).removesuffix("/change/")


def press(client: Client, address: str, button: str, **typed: str) -> str:
    """Press a button of a case page and return the address that it leads to."""
    page = client.get(address)
    posted = posted_from(page.content.decode()) | {name.replace("_", "-"): text for name, text in typed.items()}
    action = address.split("change/", maxsplit=1)[0] + button + page.context["list_query"]
    response = client.post(action, posted)
    assert response.status_code == 302
    return str(response["Location"])


def test_the_case_page_leads_to_the_next_one_and_back(client: Client, queue: list[Case]) -> None:
    first, second, third = queue
    address = row_link(client, "?needs=answer", first)
    back, following = way(client, address)
    assert (back, key(following)) == (f"{LIST}?needs=answer", str(second.pk))
    back, following = way(client, following)
    assert (back, key(following)) == (f"{LIST}?needs=answer", str(third.pk))
    assert way(client, following) == (f"{LIST}?needs=answer", "")


@pytest.mark.parametrize(
    ("button", "typed"),
    [
        ("answer/", {"answer_body": "An answer"}),
        ("note/", {"note_body": "A note"}),
        ("assign/", {"me": "1"}),
        ("move/triage/", {}),
        ("no-answer-needed/", {}),
    ],
)
def test_an_action_keeps_filters_place_and_the_next_case(
    client: Client, queue: list[Case], button: str, typed: dict[str, str]
) -> None:
    first, second, third = queue
    address = press(client, row_link(client, "?needs=answer&p=1", second), button, **typed)
    back, following = way(client, address)
    assert (back, key(following)) == (f"{LIST}?needs=answer&p=1", str(third.pk)), "also when it left the list"
    assert key(way(client, row_link(client, "?needs=answer&p=1", first))[1]) in (str(second.pk), str(third.pk))


def test_an_answer_that_moves_a_case_to_the_end_of_its_list_leads_on(client: Client, queue: list[Case]) -> None:
    first, second, _third = queue
    assert key(way(client, press(client, row_link(client, "", first), "answer/", answer_body="An answer"))[1]) == str(
        second.pk
    )


def test_a_question_on_the_way_keeps_the_place(client: Client, queue: list[Case]) -> None:
    address = row_link(client, "?needs=answer", queue[0])
    query = client.get(address).context["list_query"]
    asked = client.get(address.split("change/")[0] + "move/declined_by_us/" + query)
    assert asked.context["list_query"] == query
    sent = client.post(
        address.split("change/")[0] + "move/declined_by_us/" + query,
        posted_from(asked.content.decode()) | {"end_reason": reason_of("declined_by_us").pk},
    )
    assert key(way(client, sent["Location"])[1]) == str(queue[1].pk)


def test_a_case_that_was_opened_from_a_mail_leads_into_the_list_as_it_begins(client: Client, queue: list[Case]) -> None:
    back, following = way(client, f"{LIST}{queue[0].pk}/change/")
    assert (back, key(following)) == (LIST, str(queue[1].pk))


@pytest.mark.parametrize("query", ["?_changelist_filters=nonsense%3Dx", "?_changelist_filters=p%3Dx", "?_next=x"])
def test_nonsense_in_the_address_breaks_nothing(client: Client, queue: list[Case], query: str) -> None:
    assert client.get(f"{LIST}{queue[0].pk}/change/{query}").status_code == 200


def test_the_place_is_that_of_the_page_of_the_list(client: Client, queue: list[Case], monkeypatch: Any) -> None:
    monkeypatch.setattr("requests.admin.cases.CaseAdmin.list_per_page", 1)
    address = row_link(client, "?p=2", queue[1])
    assert parse_qs(urlsplit(address).query)["_changelist_filters"] == ["p=2"]
    assert way(client, address)[0] == f"{LIST}?p=2"
    assert key(way(client, address)[1]) == str(queue[2].pk)
