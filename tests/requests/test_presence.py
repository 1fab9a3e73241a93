"""Presence at a case: who else of the desk has it open."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.models import AccessEvent, Case, Event
from tests.accounts.cast import staff_client
from tests.factories import make_staff, submit
from tests.requests.conftest import Clock

pytestmark = pytest.mark.django_db

OLGA = "Olga has this case open too."


@pytest.fixture
def anna(db: None) -> Client:
    return staff_client(make_staff(Role.LEAD, name="Anna"))


@pytest.fixture
def olga(coordinator: User) -> Client:
    return staff_client(coordinator)


def page(client: Client, case: Case) -> str:
    return client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()


def sentence(client: Client, case: Case) -> str:
    response = client.get(f"/admin/requests/case/{case.pk}/present/")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return str(response.json()["sentence"])


def test_a_page_says_who_else_has_the_case_open(anna: Client, olga: Client) -> None:
    case, other = submit(), submit()
    assert OLGA not in page(anna, case)
    assert "Anna has this case open too." in page(olga, case)
    assert OLGA in page(anna, case)
    assert OLGA not in page(anna, other)


def test_a_page_that_is_open_learns_of_who_comes(anna: Client, olga: Client) -> None:
    case = submit()
    page(anna, case)
    assert sentence(anna, case) == ""
    page(olga, case)
    assert sentence(anna, case) == OLGA


def test_nobody_is_told_of_herself(olga: Client, coordinator: User) -> None:
    case = submit()
    page(olga, case)
    assert sentence(olga, case) == ""
    assert sentence(staff_client(coordinator), case) == "", "another window of hers"


def test_several_are_named(anna: Client, olga: Client) -> None:
    case = submit()
    page(anna, case)
    page(olga, case)
    third = staff_client(make_staff(Role.COORDINATOR, name="Boris"))
    assert sentence(third, case) == "Anna and Olga have this case open too."


@pytest.mark.postgresql(reason="the files of the embedded default ask the clock of the machine")
def test_who_closed_the_page_is_gone_within_a_minute(anna: Client, olga: Client, clock: type[Clock]) -> None:
    # The cache takes the end of an entry from the time of the machine.
    now = clock.moment = datetime.now(tz=UTC)
    case = submit()
    page(olga, case)
    clock.moment = now + timedelta(seconds=15)
    assert sentence(anna, case) == OLGA
    clock.moment = now + timedelta(seconds=50)
    assert sentence(anna, case) == ""


def test_an_open_page_stays_by_asking(anna: Client, olga: Client) -> None:
    case = submit()
    assert sentence(olga, case) == ""
    assert sentence(anna, case) == OLGA


def test_asking_reads_and_records_nothing_of_the_case(olga: Client) -> None:
    case = submit()
    page(olga, case)
    before = (AccessEvent.objects.count(), Event.objects.count())
    with CaptureQueriesContext(connection) as queries:
        sentence(olga, case)
    assert (AccessEvent.objects.count(), Event.objects.count()) == before
    written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    # Its one row in the table of the cache; the embedded default has a file.
    assert [sql for sql in written if '"cache"' not in sql] == []


def test_asking_in_the_background_keeps_nobody_signed_in(olga: Client) -> None:
    case = submit()
    session = olga.session
    session["staff_active_at"] = 0
    session.save()
    olga.get(f"/admin/requests/case/{case.pk}/present/", headers={"Sec-Fetch-Mode": "cors"})
    assert olga.session["staff_active_at"] == 0


def test_only_the_desk_asks_and_only_of_a_case(anna: Client) -> None:
    case = submit()
    address = f"/admin/requests/case/{case.pk}/present/"
    editor = staff_client(make_staff(Role.EDITOR))
    assert (editor.get(address).status_code, editor.post(address).status_code) == (403, 403)
    assert anna.get(f"/admin/requests/case/{uuid4()}/present/").status_code == 404


def test_who_may_not_work_cases_any_more_is_not_named(anna: Client, olga: Client, coordinator: User) -> None:
    case = submit()
    page(olga, case)
    User.objects.filter(pk=coordinator.pk).update(is_active=False)
    assert sentence(anna, case) == ""
