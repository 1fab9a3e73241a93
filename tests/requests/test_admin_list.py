"""The list of cases: who sees it, in what order, what finds what, and what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.enums import Role
from requests.enums import Flag
from requests.models import Case, QueuePreference
from requests.services.messages import write_to_desk
from tests.accounts.cast import staff_client
from tests.factories import make_condition, make_staff, submit
from tests.factories.requests import EMAIL, NAME, PHONE

pytestmark = pytest.mark.django_db

LIST = "/admin/requests/case/"


def found(client: Client, query: str) -> list[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return [case.reference for case in response.context["cl"].result_list]


def wait(case: Case, *, since: timedelta, late_by: timedelta = -timedelta(days=1)) -> None:
    """Let a patient wait for so long; an answer was promised so long ago, or for tomorrow."""
    now = timezone.now()
    Case.objects.filter(pk=case.pk).update(waiting_since=now - since, answer_by=now - late_by)


def let_rest(*cases: Case) -> None:
    """Owe no answer in some cases."""
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(waiting_since=None, answer_by=None)


def test_whom_we_owe_an_answer_longest_comes_first_and_who_waits_for_none_last() -> None:
    old, late, later, waits, new = (submit(email=f"p{number}@example.org") for number in range(5))
    let_rest(old, new)
    Case.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    wait(late, since=timedelta(hours=30), late_by=timedelta(hours=2))
    wait(later, since=timedelta(days=12), late_by=timedelta(days=9))
    wait(waits, since=timedelta(hours=2))
    client = staff_client(make_staff(Role.COORDINATOR))
    order = [later, late, waits, new, old]
    assert found(client, "") == [case.reference for case in order]
    page = client.get(LIST).content.decode()
    for words in ("late 9 d", "late 2 h", "by "):
        assert words in page


@pytest.mark.parametrize("status", ["closed", "declined_by_us", "declined_by_patient", "no_answer", "duplicate"])
def test_the_list_begins_with_open_cases_and_every_case_that_waits(status: str) -> None:
    silent, waits, other = (submit(email=f"p{number}@example.org") for number in range(3))
    fields = {"status": status, "outcome": "other" if status == "closed" else "", "merged_into": other}
    Case.objects.filter(pk__in=[silent.pk, waits.pk]).update(**fields)
    let_rest(silent, waits, other)
    write_to_desk(case=waits, body="Are you there?", form_token="t")
    client = staff_client(make_staff(Role.COORDINATOR))
    assert found(client, "") == [waits.reference, other.reference]
    assert found(client, f"?q={silent.reference}") == [silent.reference]
    assert set(found(client, "?status=ended")) == {silent.reference, waits.reference}
    assert len(found(client, "?status=all")) == 3


def test_every_number_is_that_of_the_rows_behind_it() -> None:
    me = make_staff(Role.COORDINATOR)
    cases = [submit(email=f"p{number}@example.org") for number in range(6)] + [submit(flags=(Flag.HONEYPOT,))]
    let_rest(*cases[:3])
    wait(cases[3], since=timedelta(days=3), late_by=timedelta(hours=1))
    Case.objects.filter(pk__in=[cases[1].pk, cases[4].pk]).update(owner=me)
    Case.objects.filter(pk__in=[cases[2].pk, cases[4].pk]).update(status="no_answer")
    until = timezone.now().date() + timedelta(days=9)
    Case.objects.filter(pk=cases[0].pk).update(status="travel", on_hold_until=until)
    client = staff_client(me)
    views = {
        view["name"]: (view["url"].removeprefix(LIST), view["number"]) for view in client.get(LIST).context["views"]
    }
    assert {name: number for name, (_url, number) in views.items()} == {
        "Everything current": 5,
        "Mine": 2,
        "Waiting for us": 5,
        "Patient wrote": 4,
        "Unowned": 3,
        "Promised today": 0,
        "With clinics": 0,
        "Waiting for patient": 0,
        "Adrift": 4,
        "Held": 1,
        "Failed mail": 0,
        "Overdue": 1,
        "To check": 1,
        "Since we closed": 5,
    }
    for url, number in views.values():
        assert (url, len(found(client, url))) == (url, number)


def test_overdue_is_one_definition() -> None:
    late, early, ended, held = (submit(email=f"p{number}@example.org") for number in range(4))
    for case in (late, ended, held):
        wait(case, since=timedelta(days=2), late_by=timedelta(hours=1))
    Case.objects.filter(pk=ended.pk).update(status="no_answer")
    Case.objects.filter(pk=held.pk).update(is_quarantined=True)
    client = staff_client(make_staff(Role.COORDINATOR))
    expected = {case.reference for case in (late, ended, held)}
    assert {case.reference for case in Case.objects.overdue()} == expected
    assert {case.reference for case in Case.objects.all() if case.is_overdue} == expected
    assert set(found(client, "?needs=overdue")) == expected
    assert client.get(LIST).content.decode().count(">late ") == 3
    pages = {case: client.get(f"{LIST}{case.pk}/change/").content.decode() for case in (late, early, ended, held)}
    assert {case.reference for case, page in pages.items() if "Overdue by" in page} == expected


@pytest.mark.postgresql(reason="it reads the plans of PostgreSQL")
@pytest.mark.parametrize(
    "filters",
    [{}, {"country": "KZ", "language": "en", "source": "web"}, {"area": "cancer", "package": "a"}],
)
def test_the_queue_reads_its_own_index(filters: dict[str, str]) -> None:
    """With a million cases nothing may read the whole table; a small one is told not to."""
    for _ in range(20):
        submit()
    user = make_staff(Role.COORDINATOR)
    QueuePreference.objects.create(user=user, filters=filters)
    client = staff_client(user)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    reads = [query["sql"] for query in queries if 'FROM "requests_case"' in query["sql"]]
    # The rows of a page are found by their keys, and others by the address or the number of these.
    reads = [sql for sql in reads if '"requests_case"."id" IN' not in sql and '"email_hash" IN' not in sql]
    assert len(reads) == 3, "the numbers, the length of the list and the keys of its rows"
    with connection.cursor() as cursor:
        # What tests before this one left of dead rows would decide between the indexes: only this one may be chosen.
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'requests_case'::regclass"
            " AND NOT indisunique AND indexrelid <> 'case_current'::regclass"
        )
        for (index,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {index}")
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        for sql in reads:
            cursor.execute(f"EXPLAIN {sql}")
            plan = [line for (line,) in cursor.fetchall() if "Scan" in line and "requests_case" in line]
            assert plan, sql
            # What was promised for today begins with the tasks, and looks up the case of each.
            ways = ("Index Only Scan using case_current", "Index Scan using requests_case_pkey")
            # So does a mail that failed, by its reference; a filter reads that one case.
            of_mail = "Scan using requests_case_reference_key"
            indexes = (*ways, f"Index Only {of_mail}", *([f"Index {of_mail}"] if filters else []))
            assert [line for line in plan if not any(index in line for index in indexes)] == [], sql


def test_the_list_opens_no_contact() -> None:
    submit()
    page = staff_client(make_staff(Role.COORDINATOR)).get(LIST).content.decode()
    for word in (NAME, EMAIL, PHONE):
        assert word not in page


@pytest.mark.parametrize("number", [5, 50])
def test_the_list_costs_the_same_for_every_length(number: int) -> None:
    condition, owner = make_condition(), make_staff(Role.LEAD)
    for _ in range(number):
        submit(condition=condition)
    Case.objects.update(owner=owner)
    client = staff_client(make_staff(Role.COORDINATOR))
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(LIST)
    assert len(response.context["cl"].result_list) == number
    assert len(queries) == 19


def test_search_by_reference_in_any_spelling() -> None:
    case, _other = submit(), submit()
    client = staff_client(make_staff(Role.COORDINATOR))
    plain = case.reference.replace("-", "")
    for typed in (case.reference, case.reference.lower(), plain, plain[2:].lower(), f" {case.reference} ", plain[2:8]):
        assert found(client, f"?q={typed}") == [case.reference]


def test_search_by_whole_address_or_number_only() -> None:
    # None of the letters of "oil" stands in a reference.
    case = submit(email="oil@example.org", phone="+79161234567")
    submit(email="two@example.org", phone="+79167654321")
    client = staff_client(make_staff(Role.COORDINATOR))
    for typed in ("oil@example.org", "OIL@example.org", "%2B79161234567", "7 916 123-45-67", "0079161234567"):
        assert found(client, f"?q={typed}") == [case.reference]
    for typed in ("oil@example", "oil", "7916123", "%"):
        assert found(client, f"?q={typed}") == []


def test_the_search_writes_no_address_into_the_address_line() -> None:
    case, _other = submit(email="one@example.org", phone="+79161234567"), submit(email="two@example.org")
    client = staff_client(make_staff(Role.COORDINATOR))
    for typed in ("one@example.org", " One@Example.org ", "+7 916 123-45-67", case.reference.lower()):
        response = client.post(f"{LIST}find/", {"term": typed})
        for word in ("one", "example", "916"):
            assert word not in response["Location"].lower().replace(case.reference.lower(), "")
        assert found(client, "?" + response["Location"].partition("?")[2]) == [case.reference]
    assert found(client, "?q=~:") == []


def test_filters() -> None:
    me = make_staff(Role.COORDINATOR)
    mine, late, held, free = submit(), submit(), submit(flags=(Flag.HONEYPOT,)), submit()
    Case.objects.filter(pk=mine.pk).update(owner=me)
    wait(late, since=timedelta(days=2), late_by=timedelta(hours=1))
    client = staff_client(me)
    assert found(client, "?whose=mine") == [mine.reference]
    assert set(found(client, "?whose=nobody")) == {late.reference, held.reference, free.reference}
    assert found(client, "?needs=overdue") == [late.reference]
    assert found(client, "?needs=release") == [held.reference]
    assert found(client, "?status=triage") == []
    assert len(found(client, "?status=new")) == 4


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.COORDINATOR, 200), (Role.LEAD, 200), (Role.EDITOR, 403), (Role.REVIEWER, 403), (Role.FINANCE, 403)],
)
def test_who_sees_cases(role: Role, status: int) -> None:
    case = submit()
    client = staff_client(make_staff(role))
    addresses = ["", f"{case.pk}/change/", f"{case.pk}/history/", f"{case.pk}/estimate/", f"{case.pk}/move/triage/"]
    for address in addresses:
        response = client.get(LIST + address)
        assert (address, response.status_code) == (address, status)
        if status == 403:
            assert "Canary" not in response.content.decode()


def test_a_case_is_never_added_or_deleted_by_hand() -> None:
    case = submit()
    client = staff_client(make_staff(Role.LEAD))
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{case.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [str(case.pk)], "post": "yes"})
    assert Case.objects.filter(pk=case.pk).exists()
