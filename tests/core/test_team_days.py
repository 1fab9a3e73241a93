"""The team's own days: a lead writes them, each change is in the log, promises count with them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry

from portal.accounts.enums import Role
from portal.core.models import TeamDay
from portal.core.worktime import add_working_hours
from tests.accounts.cast import staff_client
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

LIST = "/admin/core/teamday/"


def test_a_lead_adds_changes_and_takes_away_a_day_and_the_log_keeps_all() -> None:
    lead = make_staff(Role.LEAD)
    client = staff_client(lead)
    client.post(f"{LIST}add/", {"on": "2027-03-01", "note": "Team meeting"})
    day = TeamDay.objects.get()
    assert (day.on, day.is_working, day.note) == (date(2027, 3, 1), False, "Team meeting")
    client.post(f"{LIST}{day.pk}/change/", {"on": "2027-03-01", "is_working": "on", "note": ""})
    assert TeamDay.objects.get().is_working
    client.post(f"{LIST}{day.pk}/delete/", {"post": "yes"})
    assert not TeamDay.objects.exists()
    log = list(LogEntry.objects.order_by("pk").values_list("user", "action_flag", "object_repr"))
    assert log == [
        (lead.pk, ADDITION, "1 Mar 2027: day off"),
        (lead.pk, CHANGE, "1 Mar 2027: the team works"),
        (lead.pk, DELETION, "1 Mar 2027: the team works"),
    ]


def test_the_same_day_twice_and_no_day_have_a_sentence() -> None:
    TeamDay.objects.create(on=date(2027, 3, 1))
    client = staff_client(make_staff(Role.LEAD))
    assert "This day is in the list already. Change it there." in client.post(f"{LIST}add/", {"on": "2027-03-01"}).text
    for wrong in ("", "31.02.2027", "soon"):
        response = client.post(f"{LIST}add/", {"on": wrong, "note": "Kept"})
        assert (response.status_code, "Kept" in response.text) == (200, True)
    assert TeamDay.objects.count() == 1


def test_the_list_says_what_russia_does_that_day() -> None:
    TeamDay.objects.create(on=date(2027, 1, 4), is_working=True)
    TeamDay.objects.create(on=date(2027, 3, 1))
    page = staff_client(make_staff(Role.COORDINATOR)).get(LIST).text
    assert "Mon 4 Jan 2027" in page
    assert page.index("working day") < page.index("day off")


def test_a_promise_counts_with_the_days_of_the_team() -> None:
    zone = ZoneInfo("Europe/Moscow")
    since = datetime(2027, 2, 26, 16, tzinfo=zone)
    assert add_working_hours(since, 8) == datetime(2027, 3, 1, 15, tzinfo=zone)
    TeamDay.objects.create(on=date(2027, 3, 1))
    assert add_working_hours(since, 8) == datetime(2027, 3, 2, 15, tzinfo=zone)
