"""Leads and administrators see who saw what; a breach is turned into a list of references."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import AccessKind, ActorKind
from requests.models import AccessEvent, Case
from requests.selectors import who_saw
from requests.services import audit, family, referral_access
from tests.accounts.cast import staff_client
from tests.factories import make_referral, make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.test_merging import merge

pytestmark = pytest.mark.django_db

PAGE = "/admin/requests/case/who-saw/"
DAY = "2026-11-24"
# 12:00 and 02:30 in Moscow.
NOON, NIGHT = datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 23, 23, 30, tzinfo=UTC)


@pytest.fixture
def lead() -> User:
    return make_staff(Role.LEAD, name="Vera")


@pytest.fixture
def client(lead: User) -> Client:
    return staff_client(lead)


def saw(case: Case, by: User, at: datetime = NOON, kind: AccessKind = AccessKind.CASE) -> None:
    AccessEvent.objects.create(reference=case.reference, kind=kind, actor_kind="staff", actor_id=by.pk, at=at)


def shown(client: Client, status: int = 200, **query: Any) -> str:
    response = client.get(PAGE, query)
    assert response.status_code == status
    return str(response.text).partition('<div class="desk">')[2]


def affected(**options: Any) -> list[list[str]]:
    output = StringIO()
    call_command("affected", stdout=output, stderr=StringIO(), **{"since": DAY, "until": DAY} | options)
    header, *rows = list(csv.reader(StringIO(output.getvalue())))
    assert header == ["reference", "reads", "first (UTC)", "last (UTC)", "state"]
    return rows


# ── The report ───────────────────────────────────────────────────────────────────────────────


def test_colleagues_are_listed_with_numbers_and_unusual_hours(client: Client, coordinator: User) -> None:
    case, other = submit(), submit()
    for read, at in ((case, NOON), (case, NIGHT), (other, NOON)):
        saw(read, coordinator, at)
    begins, ends = who_saw.span(NOON.date(), NOON.date())
    [row] = who_saw.colleagues(begins, ends)
    assert (row.user, row.reads, row.cases, row.unusual) == (coordinator, 3, 2, 1)
    page = shown(client, since=DAY, until=DAY)
    assert "Olga" in page
    assert f"?colleague={coordinator.pk}&amp;since={DAY}&amp;until={DAY}" in page


def test_a_colleague_is_shown_by_day_and_by_reference(client: Client, coordinator: User) -> None:
    case = submit()
    saw(case, coordinator, NOON)
    saw(case, coordinator, NIGHT)
    page = shown(client, colleague=coordinator.pk, since=DAY, until=DAY)
    assert case.reference in page
    assert "24 Nov 2026" in page
    assert [words for words in (NAME, EMAIL, PHONE, MESSAGE) if words in page] == []


def test_a_case_is_shown_with_everything_that_was_read_of_it(client: Client, coordinator: User) -> None:
    case, merged = submit(), submit()
    saw(case, coordinator, NIGHT)
    saw(merged, coordinator)
    audit.record_access(case, AccessKind.CASE, by=ActorKind.PATIENT)
    merge(merged, case, coordinator)
    page = shown(client, reference=case.reference.lower().replace("-", ""))
    page = page.partition("Everything that was read")[2]
    assert (page.count("Olga"), "unusual hour" in page, "patient" in page) == (2, True, True)
    assert merged.reference in page
    assert [words for words in (NAME, EMAIL, PHONE, MESSAGE) if words in page] == []


def test_a_clinic_is_named(client: Client, coordinator: User) -> None:
    referral = make_referral(submit(), by=coordinator)
    audit.record_access(referral.case, AccessKind.REFERRAL, by=referral.clinic, object_id=referral.pk)
    assert str(referral.clinic) in shown(client, reference=referral.case.reference)


def test_a_case_that_is_gone_still_has_its_reads(client: Client, coordinator: User) -> None:
    case = submit()
    saw(case, coordinator)
    case.reference, reference = "MR-2222-2222", case.reference
    Case.objects.filter(pk=case.pk).update(reference=case.reference)
    assert "Olga" in shown(client, reference=reference)
    assert "Nobody has read a case with this reference." in shown(client, reference="MR-3333-3333")
    assert "no longer there" in shown(client, colleague=coordinator.pk, since=DAY, until=DAY)


def test_reading_the_report_is_a_read(client: Client, lead: User) -> None:
    case = submit()
    saw(case, lead)
    shown(client, reference=case.reference)
    shown(client, reference="MR-3333-3333")
    shown(client)
    rows = AccessEvent.objects.filter(kind=AccessKind.REPORT, actor_id=lead.pk)
    assert sorted(rows.values_list("reference", flat=True)) == ["", case.reference]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"reference": "MR-7"}, "A reference has eight letters and digits"),
        ({"since": "2026-11-25", "until": "2026-11-24"}, "This day is before the first one."),
        ({"since": "2024-11-25", "until": "2026-11-24"}, "Ask for a year at most."),
    ],
)
def test_what_is_wrong_is_said(client: Client, query: dict[str, str], sentence: str) -> None:
    before = AccessEvent.objects.count()
    page = shown(client, 422, **query)
    assert sentence in page
    assert AccessEvent.objects.count() == before
    assert all(f'value="{value}"' in page for value in query.values())


def test_pages_follow_and_statements_do_not_grow(
    client: Client, coordinator: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        AccessEvent.objects.create(
            reference=f"MR-{2222 + number}-2222", kind="case", actor_kind="staff", actor_id=coordinator.pk, at=NOON
        )
    query: Any = {"colleague": coordinator.pk, "since": DAY, "until": DAY}
    with django_assert_max_num_queries(40):
        page = shown(client, **query)
    assert page.count("MR-") == 50
    assert "Page 1 of 2" in page
    assert shown(client, **query, page=2).count("MR-") == 10


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.EDITOR, Role.FINANCE, Role.CASE_REVIEWER])
def test_nobody_else_sees_it(role: Role) -> None:
    client = staff_client(make_staff(role))
    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get("/admin/", follow=True).text


def test_it_stands_in_the_menu(client: Client) -> None:
    assert PAGE in client.get("/admin/", follow=True).text


# ── A breach ─────────────────────────────────────────────────────────────────────────────────


def test_a_lost_laptop_is_a_list_of_references(coordinator: User, lead: User) -> None:
    case, other = submit(), submit()
    saw(case, coordinator, NOON)
    saw(case, coordinator, NOON + timedelta(hours=1))
    saw(other, lead)
    saw(other, coordinator, NOON + timedelta(days=1))
    rows = affected(colleague=coordinator.email.upper())
    assert rows == [[case.reference, "2", "2026-11-24 09:00:00", "2026-11-24 10:00:00", ""]]
    assert affected(colleague=str(coordinator.pk)) == rows
    assert {row[0] for row in affected()} == {case.reference, other.reference}


def test_kind_reference_and_moments_narrow_it(coordinator: User) -> None:
    case, other = submit(), submit()
    saw(case, coordinator, kind=AccessKind.DOCUMENT)
    saw(other, coordinator, NIGHT)
    assert [row[0] for row in affected(kind=["document", "passport"])] == [case.reference]
    assert [row[0] for row in affected(reference=other.reference)] == [other.reference]
    # Moments are those of the team.
    assert [row[0] for row in affected(since=f"{DAY}T02:00", until=f"{DAY}T03:00")] == [other.reference]


def test_merged_erased_and_vanished_cases_are_named_so(coordinator: User) -> None:
    case, merged, erased, gone = (submit() for _ in range(4))
    for row in (merged, erased, gone):
        saw(row, coordinator)
    merge(merged, case, coordinator)
    Case.objects.filter(pk=erased.pk).update(wrapped_key=b"")
    Case.objects.filter(pk=gone.pk).update(reference="MR-2222-2222")
    assert {row[0]: row[4] for row in affected()} == {
        merged.reference: f"merged into {case.reference}",
        erased.reference: "erased",
        gone.reference: "no longer there",
    }


def test_a_link_that_leaked(coordinator: User) -> None:
    case, other = submit(), submit()
    referral = make_referral(case, by=coordinator)
    link = family.make(case=case, name="Aunt", shows_medical=False, form_token="f" * 20)
    today = str(timezone.localdate())
    span = {"since": today, "until": str(timezone.localdate() + timedelta(days=1))}
    for row in (case, other):
        audit.record_access(row, AccessKind.CASE, by=ActorKind.PATIENT)
    audit.record_access(case, AccessKind.REFERRAL, by=referral.clinic, object_id=referral.pk)
    audit.record_access(case, AccessKind.FAMILY, by=ActorKind.FAMILY, object_id=link.pk)
    for typed in (
        referral_access.address(referral),
        referral_access.token_of(referral),
        str(referral.pk),
        str(link.pk),
        family.token_of(link),
        str(case.links.create().pk),
    ):
        assert [row[:2] for row in affected(link=typed, **span)] == [[case.reference, "1"]], typed


@pytest.mark.parametrize(
    "options",
    [
        {"since": "yesterday"},
        {"since": "2026-11-26"},
        {"colleague": "nobody@example.org"},
        {"reference": "MR-1"},
        {"link": "nothing"},
    ],
)
def test_what_cannot_be_asked_is_said(options: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        affected(**options)
