"""Which cases somebody is told of outside the admin: overdue, taken by nobody, or with an address that refuses."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from portal.accounts.enums import Role
from portal.core.monitoring import alerts
from requests import monitoring
from requests.enums import Status
from requests.models import Case
from requests.services import desk, next_dates
from tests.factories import make_staff, submit
from tests.requests.conftest import Clock

pytestmark = pytest.mark.django_db

WEDNESDAY_NOON = datetime(2026, 11, 25, 9, tzinfo=UTC)  # 12 in Moscow


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> "pytest.MonkeyPatch":
    monkeypatch.setattr(monitoring.timezone, "now", lambda: WEDNESDAY_NOON)
    return monkeypatch


def test_a_case_whose_answer_is_late_is_told_by_its_reference() -> None:
    case = submit()
    assert case.reference not in monitoring.overdue_cases()
    Case.objects.update(answer_by=timezone.now() - timedelta(minutes=1))
    assert list(monitoring.overdue_cases()) == [case.reference]


@pytest.mark.parametrize(
    ("came", "is_told"),
    [
        (WEDNESDAY_NOON - timedelta(minutes=119), False),
        (WEDNESDAY_NOON - timedelta(minutes=121), True),
        # At 17:30 the day before: half an hour then, and three hours since nine.
        (WEDNESDAY_NOON - timedelta(hours=18, minutes=30), True),
        (WEDNESDAY_NOON + timedelta(hours=-3, minutes=-30), True),
    ],
)
def test_a_case_without_an_owner_is_told_after_two_working_hours(
    came: datetime, is_told: bool, at: pytest.MonkeyPatch
) -> None:
    case = submit()
    Case.objects.update(created_at=came)
    assert list(monitoring.unowned_cases()) == [case.reference] * is_told


def test_a_night_is_no_working_time(at: pytest.MonkeyPatch) -> None:
    submit()
    Case.objects.update(created_at=WEDNESDAY_NOON - timedelta(hours=4))
    at.setattr(monitoring.timezone, "now", lambda: WEDNESDAY_NOON - timedelta(hours=1, minutes=1))
    assert list(monitoring.unowned_cases()) == []


def test_who_has_an_owner_an_ending_or_a_hold_is_not_unowned(at: pytest.MonkeyPatch) -> None:
    person = make_staff(Role.COORDINATOR)
    taken, ended, held = (submit(email=f"patient{number}@example.org") for number in range(3))
    Case.objects.update(created_at=WEDNESDAY_NOON - timedelta(days=1), waiting_since=None, answer_by=None)
    assert set(monitoring.unowned_cases()) == {taken.reference, ended.reference, held.reference}
    desk.assign(case=taken, to=person, by=person)
    Case.objects.filter(pk=ended.pk).update(status=Status.DECLINED_BY_PATIENT)
    Case.objects.filter(pk=held.pk).update(status=Status.ACCEPTED, on_hold_until=timezone.now() + timedelta(days=9))
    assert list(monitoring.unowned_cases()) == []


def test_an_ended_case_is_unowned_again_two_hours_after_its_patient_wrote(at: pytest.MonkeyPatch) -> None:
    case = submit()
    wrote = WEDNESDAY_NOON - timedelta(minutes=119)
    Case.objects.update(created_at=WEDNESDAY_NOON - timedelta(days=90), status=Status.NO_ANSWER, waiting_since=wrote)
    assert list(monitoring.unowned_cases()) == []
    Case.objects.update(waiting_since=wrote - timedelta(minutes=2))
    assert list(monitoring.unowned_cases()) == [case.reference]


def quiet(number: int = 0) -> Case:
    """Return an open case in which something happened now, and in which nothing has a day."""
    case = submit(email=f"quiet{number}@example.org")
    Case.objects.filter(pk=case.pk).update(waiting_since=None, answer_by=None)
    return case


def test_a_case_without_a_date_is_told_two_working_hours_after_the_last_deed(clock: type[Clock]) -> None:
    case = quiet()
    clock.moment += timedelta(minutes=119)
    assert list(monitoring.dateless_cases()) == []
    clock.moment += timedelta(minutes=2)
    assert list(monitoring.dateless_cases()) == [case.reference]
    person = make_staff(Role.COORDINATOR)
    desk.assign(case=case, to=person, by=person)
    assert list(monitoring.dateless_cases()) == []


def test_a_date_an_ending_or_a_hold_ends_the_alert(clock: type[Clock]) -> None:
    person = make_staff(Role.COORDINATOR)
    dated, promised, ended, held = (quiet(number) for number in range(4))
    clock.moment += timedelta(days=1)
    assert set(monitoring.dateless_cases()) == {dated.reference, promised.reference, ended.reference, held.reference}
    next_dates.ensure(case=dated, by=person)
    Case.objects.filter(pk=promised.pk).update(waiting_since=clock.moment, answer_by=clock.moment)
    Case.objects.filter(pk=ended.pk).update(status=Status.NO_ANSWER)
    Case.objects.filter(pk=held.pk).update(status=Status.ACCEPTED, on_hold_until=clock.moment + timedelta(days=9))
    clock.moment += timedelta(days=1)
    assert list(monitoring.dateless_cases()) == []


def test_an_old_desk_without_dates_is_told_in_one_sentence() -> None:
    references = [f"MR-AAAA-{number:04}" for number in range(10_000)]
    told = alerts.sentence("case.dateless", references, is_over=False)
    assert told.count("MR-") == alerts.NAMED
    assert "and 9980 more" in told


def test_an_address_that_refuses_is_told_until_the_case_ends() -> None:
    case = submit()
    desk.mark_address_refused(case)
    assert list(monitoring.refused_addresses()) == [case.reference]
    Case.objects.update(status=Status.NO_ANSWER)
    assert list(monitoring.refused_addresses()) == []


def test_the_sentences_name_references_alone() -> None:
    kinds = {kind for kind in alerts._checks if kind.startswith("case.")}
    assert kinds == {"case.overdue", "case.unowned", "case.dateless", "case.refused", "case.urgent"}
    for kind in kinds:
        for is_over in (False, True):
            assert "MR-AAAA-BBBB, MR-CCCC-DDDD" in alerts.sentence(
                kind, ["MR-AAAA-BBBB", "MR-CCCC-DDDD"], is_over=is_over
            )
