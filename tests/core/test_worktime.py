"""Working hours: 9 to 18 in Moscow, on Russia's working days and on the team's own."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core.models import TeamDay
from portal.core.worktime import add_working_hours, is_working_day, subtract_working_hours

pytestmark = pytest.mark.django_db

MOSCOW = ZoneInfo("Europe/Moscow")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23T09:00", 8, "2026-11-23T17:00"),  # a Monday
        ("2026-11-23T10:00", 8, "2026-11-23T18:00"),
        ("2026-11-23T10:01", 8, "2026-11-24T09:01"),
        ("2026-11-23T03:00", 8, "2026-11-23T17:00"),
        ("2026-11-23T22:00", 8, "2026-11-24T17:00"),
        ("2026-11-27T17:00", 8, "2026-11-30T16:00"),  # over a weekend
        ("2026-11-28T12:00", 8, "2026-11-30T17:00"),
        ("2026-11-23T09:00", 20, "2026-11-25T11:00"),
    ],
)
def test_hours_are_counted_while_the_team_works(start: str, hours: float, end: str) -> None:
    assert add_working_hours(at(start), hours) == at(end)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-12-30T16:00", 8, "2027-01-11T15:00"),  # 31 December is off in 2026, and 1 to 8 January
        ("2026-12-31T10:00", 8, "2027-01-11T17:00"),
        ("2027-01-03T03:00", 8, "2027-01-11T17:00"),
        ("2025-12-30T16:00", 8, "2026-01-12T15:00"),  # Friday 9 January is off in 2026
        ("2026-03-06T16:00", 8, "2026-03-10T15:00"),  # 8 March falls on a Sunday, Monday is off
        ("2026-05-08T16:00", 8, "2026-05-12T15:00"),
        ("2026-11-03T16:00", 8, "2026-11-05T15:00"),
        ("2027-02-19T16:00", 8, "2027-02-20T15:00"),  # a Saturday that Russia works on, for Monday 22
        ("2027-02-20T16:00", 8, "2027-02-24T15:00"),
    ],
)
def test_days_off_in_russia_do_not_count(start: str, hours: float, end: str) -> None:
    assert add_working_hours(at(start), hours) == at(end)


def test_a_team_day_says_otherwise() -> None:
    TeamDay.objects.create(on=date(2026, 11, 24))
    TeamDay.objects.create(on=date(2026, 11, 28), is_working=True)  # a Saturday
    assert add_working_hours(at("2026-11-23T16:00"), 8) == at("2026-11-25T15:00")
    assert add_working_hours(at("2026-11-27T16:00"), 8) == at("2026-11-28T15:00")


def test_the_team_may_work_at_new_year() -> None:
    TeamDay.objects.create(on=date(2027, 1, 4), is_working=True, note="On duty")
    assert add_working_hours(at("2026-12-30T16:00"), 8) == at("2027-01-04T15:00")


def test_the_calendar_knows_the_year_to_come() -> None:
    """The government moves days each year; a calendar that ends would count holidays as work."""
    assert not is_working_day(date(2027, 12, 31))


def test_a_moment_of_another_zone_is_the_same_moment() -> None:
    in_tokyo = at("2026-11-23T10:00").astimezone(ZoneInfo("Asia/Tokyo"))
    assert add_working_hours(in_tokyo, 8) == at("2026-11-23T18:00")


@pytest.mark.parametrize(
    ("end", "hours", "start"),
    [
        ("2026-11-23T17:00", 8, "2026-11-23T09:00"),
        ("2026-11-24T09:01", 8, "2026-11-23T10:01"),
        ("2026-11-23T22:00", 8, "2026-11-23T10:00"),  # after the team has closed
        ("2026-11-29T12:00", 8, "2026-11-27T10:00"),  # on a Sunday
        ("2026-11-30T10:00", 45, "2026-11-23T10:00"),
        ("2027-01-11T15:00", 8, "2026-12-30T16:00"),
        ("2027-02-20T15:00", 8, "2027-02-19T16:00"),
    ],
)
def test_hours_are_counted_back(end: str, hours: float, start: str) -> None:
    assert subtract_working_hours(at(end), hours) == at(start)


def test_a_team_day_counts_backwards_too() -> None:
    TeamDay.objects.create(on=date(2026, 11, 24))
    TeamDay.objects.create(on=date(2026, 11, 28), is_working=True)
    assert subtract_working_hours(at("2026-11-25T15:00"), 8) == at("2026-11-23T16:00")
    assert subtract_working_hours(at("2026-11-28T15:00"), 8) == at("2026-11-27T16:00")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    end=st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)),  # noqa: DTZ001 – made aware below
    hours=st.integers(1, 90),
)
def test_the_start_is_the_latest_from_which_the_hours_are_over(end: datetime, hours: int) -> None:
    start = subtract_working_hours(end.replace(tzinfo=MOSCOW), hours)
    assert add_working_hours(start, hours) <= end.replace(tzinfo=MOSCOW)
    assert add_working_hours(start + timedelta(minutes=1), hours) > end.replace(tzinfo=MOSCOW)
