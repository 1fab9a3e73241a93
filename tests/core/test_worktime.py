"""Working hours are those of Moscow, Monday to Friday, 9 to 18."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from portal.core.worktime import add_working_hours

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


def test_a_moment_of_another_zone_is_the_same_moment() -> None:
    in_tokyo = at("2026-11-23T10:00").astimezone(ZoneInfo("Asia/Tokyo"))
    assert add_working_hours(in_tokyo, 8) == at("2026-11-23T18:00")
