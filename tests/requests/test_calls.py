"""Calls that we promise: on the patient's page, by mail and as a calendar file, moved and cancelled."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from icalendar import Calendar

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import EventKind, Status
from requests.models import Call, Case, Event, Message, Task
from requests.services import desk, tasks
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE
from tests.requests.delivery import deliver_all, mail_text, parsed, to
from tests.requests.reading import FormPage

pytestmark = pytest.mark.django_db

DUBAI = ZoneInfo("Asia/Dubai")
ABOUT = "We talk about the second operation."


@pytest.fixture
def coordinator() -> User:
    return make_staff(Role.COORDINATOR, name="Olga")


def in_days(days: int, hour: int = 14, minute: int = 30) -> datetime:
    """Return a moment of a later day in Dubai."""
    day = timezone.now().astimezone(DUBAI).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=DUBAI)


def promised(case: Case, by: User, starts_at: datetime | None = None) -> Task:
    return tasks.arrange_call(
        case=case, starts_at=starts_at or in_days(3), minutes=30, channel="whatsapp", details=ABOUT, by=by,
        form_token="call",
    )  # fmt: skip


def moved(task: Task, by: User, starts_at: datetime, sequence: int) -> None:
    tasks.move_call(task=task, starts_at=starts_at, minutes=45, channel="phone", by=by, sequence=sequence)


def event_of(data: bytes) -> tuple[Any, Any]:
    calendar = Calendar.from_ical(data)
    [event] = calendar.walk("VEVENT")
    return calendar, event


def attached(mail: Any) -> tuple[Any, Any, str]:
    """Return calendar and event of the file of a mail, and the type of the invitation in it."""
    parts = {part.get_content_type(): part for part in parsed(mail).walk()}
    invitation, file = (parts[kind] for kind in ("text/calendar", "application/ics"))
    shown, data = (bytes(part.get_payload(decode=True)) for part in (invitation, file))
    assert shown.replace(b"\r\n", b"\n") == data.replace(b"\r\n", b"\n")
    return *event_of(data), str(invitation.get_param("method"))


def test_a_promised_call_stands_on_the_page_in_her_time_and_ours(coordinator: User) -> None:
    case = submit(time_zone="America/New_York", country="US")
    task = promised(case, coordinator, datetime(2099, 3, 2, 14, 30, tzinfo=ZoneInfo("America/New_York")))
    client = patient_of(case)
    assert task.call.get_absolute_url() in client.get(f"/en/case/{case.reference}/").content.decode()
    text = client.get(task.call.get_absolute_url()).content.decode()
    assert "Monday 2 March 2099, 14:30 (New York time), which is 22:30 (Moscow time)" in text
    assert "WhatsApp" in text
    assert "+971501234567" in text
    assert ABOUT in text
    assert "about 30 minutes" in text
    assert client.get(task.get_absolute_url())["Location"] == task.call.get_absolute_url()


def test_a_mail_brings_the_call_into_her_calendar_and_says_nothing_medical(coordinator: User) -> None:
    case = submit()
    deliver_all()
    task = promised(case, coordinator)
    [mail] = to(EMAIL, deliver_all())
    calendar, event, method = attached(mail)
    assert (method, str(calendar["method"])) == ("REQUEST", "REQUEST")
    assert event["dtstart"].dt == in_days(3).astimezone(UTC)
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(minutes=30)
    assert (int(event["sequence"]), str(event["status"])) == (0, "CONFIRMED")
    assert str(event["attendee"]) == f"mailto:{EMAIL}"
    assert "(Dubai time)" in mail.body
    everything = mail_text(mail) + event.to_ical().decode()
    assert ABOUT not in everything
    assert MESSAGE not in everything
    assert str(event["summary"]) == "Call from MARUS"
    assert EventKind.TASK_ASKED in Event.objects.filter(reference=case.reference).values_list("kind", flat=True)
    assert task.call.sequence == 0


def test_another_time_and_the_end_are_the_same_event_with_a_higher_number(coordinator: User) -> None:
    case = submit()
    task = promised(case, coordinator)
    first = attached(to(EMAIL, deliver_all())[-1])[1]
    moved(task, coordinator, in_days(4), sequence=0)
    [mail] = to(EMAIL, deliver_all())
    assert "New time for our call" in mail.subject
    _calendar, second, _method = attached(mail)
    tasks.withdraw(task=task, by=coordinator)
    [mail] = to(EMAIL, deliver_all())
    assert "is cancelled" in mail.subject
    calendar, third, method = attached(mail)
    assert first["uid"] == second["uid"] == third["uid"]
    assert [int(event["sequence"]) for event in (first, second, third)] == [0, 1, 2]
    assert second["dtend"].dt - second["dtstart"].dt == timedelta(minutes=45)
    assert (method, str(calendar["method"]), str(third["status"])) == ("CANCEL", "CANCEL", "CANCELLED")
    text = patient_of(case).get(task.call.get_absolute_url()).content.decode()
    assert "is cancelled" in text
    assert "Put it into my calendar" not in text


def test_a_mail_that_a_later_change_overtook_does_not_leave(coordinator: User) -> None:
    case = submit()
    deliver_all()
    task = promised(case, coordinator)
    moved(task, coordinator, in_days(4), sequence=0)
    old, new = OutboxItem.objects.filter(kind="case.call").order_by("created_at")
    assert (outbox.deliver(old.pk), outbox.deliver(new.pk)) == (False, True)
    old.refresh_from_db()
    assert old.state == OutboxItem.State.CANCELLED


def test_two_who_move_a_call_do_not_overwrite_each_other(coordinator: User) -> None:
    task = promised(submit(), coordinator)
    moved(task, coordinator, in_days(4), sequence=0)
    with pytest.raises(tasks.TaskRefused, match="A colleague has changed this call"):
        moved(task, make_staff(Role.COORDINATOR), in_days(5), sequence=0)
    assert Task.objects.get().due_at == in_days(4)


def test_the_file_of_the_page_is_for_ones_own_calendar(coordinator: User) -> None:
    case = submit()
    task = promised(case, coordinator)
    response = patient_of(case).get(f"/en/case/{case.reference}/calls/{task.public_id}.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    calendar, event = event_of(response.content)
    assert (str(calendar["method"]), "attendee" in event) == ("PUBLISH", False)
    assert event["dtstart"].dt == in_days(3).astimezone(UTC)
    assert str(event["description"]).endswith(task.call.get_absolute_url())


def test_she_asks_for_another_time_and_the_call_stays_until_we_answer(coordinator: User) -> None:
    case = submit()
    task = promised(case, coordinator)
    client = patient_of(case)
    form = FormPage(client.get(task.call.get_absolute_url()).content.decode())
    words = {"body": "After 18:00 is better.", "form_token": form.value("form_token")}
    response = client.post(task.call.get_absolute_url(), words)
    assert response.status_code == 302
    task.refresh_from_db()
    assert (task.is_open, Message.objects.get().body) == (True, "After 18:00 is better.")
    case.refresh_from_db()
    assert case.waiting_since is not None
    assert client.get(response["Location"], follow=True).status_code == 200


def test_a_case_that_ends_cancels_its_call_with_a_mail(coordinator: User) -> None:
    case = submit()
    promised(case, coordinator)
    deliver_all()
    desk.move(case=case, to=Status.NO_ANSWER, by=coordinator)
    [mail] = to(EMAIL, deliver_all())
    assert attached(mail)[2] == "CANCEL"


def test_a_call_needs_a_time_to_come_and_a_number(coordinator: User) -> None:
    case = submit()
    with pytest.raises(tasks.TaskRefused, match="not past"):
        promised(case, coordinator, timezone.now() - timedelta(minutes=1))
    silent = submit(email="b@example.org", phone="", phone_as_typed="", channel="email")
    with pytest.raises(tasks.TaskRefused, match="no number"):
        promised(silent, coordinator)
    assert not Call.objects.exists()


# ── At the desk ──────────────────────────────────────────────────────────────────────────────


def test_the_desk_promises_in_her_time_or_in_ours(coordinator: User) -> None:
    case, client = submit(), staff_client(coordinator)
    day = in_days(3).date()
    typed = {"on": day.isoformat(), "at": "14:30", "minutes": "30", "channel": "phone", "details": ""}
    address = f"/admin/requests/case/{case.pk}/calls/new/"
    assert "Dubai time" in client.get(address).content.decode()
    for zone in ("Asia/Dubai", "Europe/Moscow"):
        assert client.post(address, {**typed, "zone": zone}).status_code == 302
    first, second = Task.objects.order_by("due_at").values_list("due_at", flat=True)
    assert first == in_days(3)
    assert second - first == timedelta(hours=1)  # type: ignore[operator]  # calls have a time


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"on": "2020-01-01"}, "Enter a time after now and within a year."),
        ({"on": ""}, "Enter the day of the call."),
        ({"at": "half past two"}, "Enter a time such as 14:30."),
    ],
)
def test_a_wrong_time_is_said_beside_its_field(coordinator: User, wrong: dict[str, str], sentence: str) -> None:
    case = submit()
    typed = {
        "on": in_days(3).date().isoformat(),
        "at": "14:30",
        "zone": "Asia/Dubai",
        "minutes": "30",
        "channel": "phone",
    }
    response = staff_client(coordinator).post(f"/admin/requests/case/{case.pk}/calls/new/", {**typed, **wrong})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Call.objects.exists()


def test_the_desk_moves_and_cancels_a_call(coordinator: User) -> None:
    case, client = submit(), staff_client(coordinator)
    task = promised(case, coordinator)
    address = f"/admin/requests/case/{case.pk}/tasks/{task.pk}/move/"
    form = FormPage(client.get(address).content.decode())
    assert (form.value("at"), form.value("sequence")) == ("14:30", "0")
    typed = {name: form.value(name) for name in ("on", "minutes", "channel", "sequence")} | {"zone": "Asia/Dubai"}
    assert client.post(address, {**typed, "at": "16:00"}).status_code == 302
    task.refresh_from_db()
    assert task.due_at == in_days(3, 16, 0)
    assert client.post(f"/admin/requests/case/{case.pk}/tasks/{task.pk}/withdraw/").status_code == 302
    assert Call.objects.get().sequence == 2
