"""Passport answers: asked late, read by few, written down when read, and deleted with their rows."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.worktime import team_today
from requests.enums import AccessKind, EventKind, Outcome, Status
from requests.models import AccessEvent, Answer, AnswerSending, Case, Event, Trip
from requests.services import retention
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff
from tests.requests.test_flows import answer, answer_all, case_in, given, html_of, page, press_send

pytestmark = pytest.mark.django_db

CANARY = "Canaryquetzal"
PASSPORT_DAYS = 14
DAY = ("1", "feb", "2020")
PASSPORT: dict[str, Any] = {
    "family-name": CANARY,
    "given-names": "Layla",
    "citizenship": "Kazakhstan",
    "number": "N12345678",
    "issued-on": DAY,
    "valid-until": ("1", "feb", "2090"),
    "birth-date": ("1", "feb", "1970"),
    "birth-place": "Almaty",
    "embassy": "Astana",
}


@pytest.fixture
def case(coordinator: User) -> Case:
    """A case whose owner is the coordinator, with the passport sent."""
    case = case_in()
    Case.objects.filter(pk=case.pk).update(owner=coordinator)
    client = patient_of(case)
    answer_all(client, case, "passport", PASSPORT)
    assert press_send(client, case, "passport").status_code == 302
    case.refresh_from_db()
    return case


def desk_page(case: Case) -> str:
    return f"/admin/requests/case/{case.pk}/passport/"


def over(case: Case, status: Status, days: int, **columns: Any) -> None:
    """Move a case to a state, so many days ago."""
    Case.objects.filter(pk=case.pk).update(status=status, **columns)
    at = timezone.now() - timedelta(days=days)
    Event.objects.create(
        reference=case.reference,
        kind=EventKind.MOVED,
        actor_kind="staff",
        from_status=case.status,
        to_status=status,
        at=at,
    )


def test_the_first_page_says_why_who_reads_it_and_until_when() -> None:
    case = case_in()
    text = html_of(patient_of(case), page(case, "passport/"))
    for words in ("for the invitation", "Only the coordinators of your case", "deleted at the latest 14 days after"):
        assert words in text


def test_owner_second_owner_and_leads_read_it_and_each_reading_is_written_down(case: Case, coordinator: User) -> None:
    second, lead = make_staff(Role.COORDINATOR), make_staff(Role.LEAD)
    Case.objects.filter(pk=case.pk).update(second_owner=second)
    for user in (coordinator, second, lead):
        text = html_of(staff_client(user), desk_page(case))
        assert CANARY in text
        assert "1 February 2090" in text or "February 1, 2090" in text or "01.02.2090" in text
    readers = AccessEvent.objects.filter(reference=case.reference, kind=AccessKind.PASSPORT)
    assert list(readers.order_by("at").values_list("actor_id", flat=True)) == [coordinator.pk, second.pk, lead.pk]
    assert "what you told us of your passport" in html_of(patient_of(case), f"/en/case/{case.reference}/privacy/")


def test_nobody_else_of_the_desk_reads_it_there_or_on_the_page_of_the_case(case: Case, coordinator: User) -> None:
    other = make_staff(Role.COORDINATOR)
    assert staff_client(other).get(desk_page(case)).status_code == 403
    assert staff_client(make_staff(Role.ADMINISTRATOR)).get(desk_page(case)).status_code == 403
    assert not AccessEvent.objects.filter(kind=AccessKind.PASSPORT).exists()
    for user in (other, coordinator):
        text = html_of(staff_client(user), f"/admin/requests/case/{case.pk}/change/")
        assert "Passport details" in text
        assert CANARY not in text
        assert ("passport/" in text) == (user == coordinator)


def test_the_companion_is_asked_for_when_somebody_comes() -> None:
    case = case_in()
    client = patient_of(case)
    assert "There are 9 questions" in html_of(client, page(case, "passport/"))
    answer_all(client, case, "companion", {"comes": "yes", "name": "Aisha"})
    assert "There are 17 questions" in html_of(client, page(case, "passport/"))
    assert "Aisha" in html_of(client, page(case, "passport/companion-number/"))
    answer(client, page(case, "companion/comes/"), answer="no")
    assert client.get(page(case, "passport/companion-number/")).status_code == 404


def test_the_patient_deletes_it_with_one_button_at_any_time(case: Case) -> None:
    client = patient_of(case)
    Case.objects.filter(pk=case.pk).update(status=Status.CLOSED, outcome=Outcome.TREATED)
    assert page(case, "passport/delete/") in html_of(client, page(case, "passport/check/"))
    for _click in range(2):
        assert client.post(page(case, "passport/delete/")).status_code == 302
    assert not Answer.objects.filter(task="passport").exists()
    assert not AnswerSending.objects.filter(task="passport").exists()
    [event] = Event.objects.filter(kind=EventKind.PASSPORT_DELETED)
    assert event.actor_kind == "patient"


def test_what_is_no_passport_has_no_such_button(case: Case) -> None:
    client = patient_of(case)
    answer_all(client, case)
    assert client.get(page(case, "payment/delete/")).status_code == 405
    assert client.post(page(case, "payment/delete/")).status_code == 404
    assert given(case)


@pytest.mark.parametrize(
    ("status", "columns"),
    [
        (Status.RECOVERY, {}),
        (Status.CLOSED, {"outcome": Outcome.TREATED}),
        (Status.CLOSED, {"outcome": Outcome.DIED}),
        (Status.DECLINED_BY_PATIENT, {}),
        (Status.SPAM, {}),
    ],
)
def test_the_clock_deletes_it_after_the_trip_or_the_end(case: Case, status: Status, columns: dict[str, Any]) -> None:
    answer_all(patient_of(case), case)
    over(case, status, PASSPORT_DAYS + 1, **columns)
    for _night in range(2):
        retention.apply()
    assert not Answer.objects.filter(task="passport").exists()
    assert Answer.objects.filter(task="payment").exists()
    assert Event.objects.filter(kind=EventKind.PASSPORT_DELETED, actor_kind="system").count() == 1


def test_the_days_count_from_the_recovery_and_not_anew_from_the_end(case: Case) -> None:
    over(case, Status.RECOVERY, PASSPORT_DAYS + 1)
    case.refresh_from_db()
    over(case, Status.CLOSED, 1, outcome=Outcome.TREATED)
    retention.apply()
    assert not Answer.objects.filter(task="passport").exists()


def test_the_clock_waits_its_days(case: Case) -> None:
    over(case, Status.RECOVERY, PASSPORT_DAYS - 1)
    retention.apply()
    assert Answer.objects.filter(task="passport").count() == len(PASSPORT)


def test_the_clock_leaves_a_trip_that_goes_on(case: Case) -> None:
    over(case, Status.IN_TREATMENT, 100)
    retention.apply()
    assert Answer.objects.filter(task="passport").exists()


@pytest.mark.parametrize(
    ("status", "days", "home", "is_deleted"),
    [
        (Status.RECOVERY, 1, -PASSPORT_DAYS, True),
        (Status.IN_TREATMENT, 1, -PASSPORT_DAYS, True),
        (Status.RECOVERY, 1, 1 - PASSPORT_DAYS, False),
        # Whoever is in recovery, or was treated, may still have to leave.
        (Status.RECOVERY, PASSPORT_DAYS + 1, 1, False),
        (Status.RECOVERY, PASSPORT_DAYS + 1, 0, False),
        (Status.RECOVERY, PASSPORT_DAYS + 1, -1, True),
        # The journey was put off.
        (Status.TRAVEL, 1, -PASSPORT_DAYS, False),
        # There is no journey.
        (Status.DECLINED_BY_PATIENT, PASSPORT_DAYS + 1, 90, True),
    ],
)
def test_the_days_count_from_the_day_home_too(
    case: Case, status: Status, days: int, home: int, is_deleted: bool
) -> None:
    over(case, status, days)
    Trip.objects.create(case=case, home_on=team_today() + timedelta(days=home))
    retention.apply()
    assert Answer.objects.filter(task="passport").exists() != is_deleted


@pytest.mark.parametrize(
    ("outcome", "is_deleted"), [(Outcome.TREATED, False), (Outcome.TOO_ILL, True), (Outcome.DIED, True)]
)
def test_a_closed_case_waits_for_the_day_home_of_who_travels(case: Case, outcome: Outcome, is_deleted: bool) -> None:
    over(case, Status.CLOSED, PASSPORT_DAYS + 1, outcome=outcome)
    Trip.objects.create(case=case, home_on=team_today() + timedelta(days=5))
    retention.apply()
    assert Answer.objects.filter(task="passport").exists() != is_deleted
