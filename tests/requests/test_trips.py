"""Dates and plan of a trip: changed at the desk without overwriting anybody, and told to the patient once a burst."""

import datetime
import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import EventKind, Outcome, PlanKind, Status
from requests.models import Case, Event, PlanItem, TaskKind, Trip
from requests.selectors import trips as selected
from requests.selectors.journey import journey
from requests.services import desk, effects, merging, tasks, trips
from requests.services.trips import PlanRow
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.requests.delivery import deliver_all, mail_text

pytestmark = pytest.mark.django_db
ARRIVES, HOME = datetime.date(2027, 3, 1), datetime.date(2027, 3, 20)
OPERATION = "Operation on the left knee"


@pytest.fixture
def case() -> Case:
    case = submit()
    deliver_all()
    return case


@pytest.fixture
def coordinator() -> User:
    return make_staff(Role.COORDINATOR)


def row(day: int, kind: PlanKind = PlanKind.APPOINTMENT, **more: Any) -> PlanRow:
    return PlanRow(**{"id": None, "on": datetime.date(2027, 3, day), "kind": kind, **more})


def change(case: Case, by: User, *rows: PlanRow, version: int | None = None) -> bool:
    number = selected.of(case).version if version is None else version
    return trips.change(case=case, version=number, arrives_on=ARRIVES, home_on=HOME, rows=rows, by=by)


def standing(case: Case) -> list[PlanRow]:
    return [
        PlanRow(item.pk, item.on, PlanKind(item.kind), item.at, item.words, item.words_ru, item.where)
        for item in selected.plan(selected.of(case))
    ]


def due_now() -> None:
    OutboxItem.objects.filter(kind=effects.TRIP).update(not_before=timezone.now())


# ── The service ──────────────────────────────────────────────────────────────────────────────


def test_dates_are_set_without_touching_the_plan(case: Case, coordinator: User) -> None:
    change(case, coordinator, row(2))
    trips.set_dates(case=case, arrives_on=ARRIVES, home_on=datetime.date(2027, 3, 25), by=coordinator)
    trip = Trip.objects.get(case=case)
    assert (trip.arrives_on, trip.home_on, trip.days, trip.version) == (ARRIVES, datetime.date(2027, 3, 25), 25, 2)
    assert len(selected.plan(selected.of(case))) == 1


def test_the_words_of_the_plan_are_sealed(case: Case, coordinator: User) -> None:
    change(case, coordinator, row(2, words=OPERATION, where="Ward 7"))
    sealed = PlanItem.objects.extra(select={"raw": 'words || "where"'}).values_list("raw", flat=True).get()
    assert b"Operation" not in bytes(sealed)
    assert b"Ward" not in bytes(sealed)
    assert selected.plan(selected.of(case))[0].words == OPERATION


def test_what_stood_already_is_no_change(case: Case, coordinator: User) -> None:
    assert change(case, coordinator, row(2, words="Scan"))
    item = PlanItem.objects.get()
    assert not change(case, coordinator, *standing(case))
    assert (selected.of(case).version, PlanItem.objects.get().changed_at) == (1, item.changed_at)
    assert Event.objects.filter(kind=EventKind.TRIP_CHANGED).count() == 1


def test_a_line_is_changed_added_and_taken_out(case: Case, coordinator: User) -> None:
    change(case, coordinator, row(2, words="Scan"), row(3, words="Blood test"))
    first, _second = standing(case)
    moved = PlanRow(first.id, datetime.date(2027, 3, 5), first.kind, words="Scan")
    change(case, coordinator, moved, row(4, words="Talk"))
    assert [(item.on.day, item.words, item.sequence) for item in selected.plan(selected.of(case))] == [
        (4, "Talk", 0),
        (5, "Scan", 1),
    ]
    [gone] = PlanItem.objects.exclude(removed_at=None)
    assert (gone.words, gone.sequence) == ("Blood test", 1)


def test_an_older_page_overwrites_nothing(case: Case, coordinator: User) -> None:
    change(case, coordinator, row(2, words="Scan"))
    with pytest.raises(trips.ChangedMeanwhile):
        change(case, coordinator, row(3, words="Mine"), version=0)
    assert [item.words for item in selected.plan(selected.of(case))] == ["Scan"]


@pytest.mark.parametrize("columns", [{"status": Status.SPAM}, {"status": Status.CLOSED, "outcome": Outcome.DIED}])
def test_where_nobody_travels_nothing_is_planned(case: Case, coordinator: User, columns: dict[str, Any]) -> None:
    Case.objects.update(**columns)
    with pytest.raises(trips.TripRefused):
        change(case, coordinator, row(2))
    assert not Trip.objects.exists()


# ── The mail ─────────────────────────────────────────────────────────────────────────────────


def test_a_burst_of_changes_is_one_mail_that_tells_nothing(case: Case, coordinator: User) -> None:
    change(case, coordinator, row(2, words=OPERATION))
    change(case, coordinator, *standing(case), row(3))
    change(case, coordinator, *standing(case), row(4))
    [item] = OutboxItem.objects.filter(kind=effects.TRIP)
    assert item.not_before > timezone.now() + datetime.timedelta(minutes=9)
    due_now()
    case.refresh_from_db()
    [sent] = deliver_all()
    text = mail_text(sent)
    assert "Your plan changed" in text
    assert not {"Operation", "knee", "2027", "March"} & set(re.findall(r"\w+", text))
    change(case, coordinator, *standing(case), row(5))
    assert OutboxItem.objects.filter(kind=effects.TRIP).count() == 2


def test_what_she_has_seen_by_then_is_not_mailed(case: Case, coordinator: User) -> None:
    change(case, coordinator, row(2))
    trips.note_seen(case=case, until=timezone.now())
    due_now()
    item = OutboxItem.objects.get(kind=effects.TRIP)
    assert not outbox.deliver(item.pk)
    item.refresh_from_db()
    assert item.state == OutboxItem.State.CANCELLED


def test_a_change_after_what_she_saw_stays_unseen(case: Case, coordinator: User) -> None:
    change(case, coordinator, row(2))
    seen = PlanItem.objects.get().changed_at
    change(case, coordinator, *standing(case), row(3))
    trips.note_seen(case=case, until=seen)
    assert selected.has_unseen(selected.of(case))
    trips.note_seen(case=case, until=timezone.now() + datetime.timedelta(days=9))
    assert not selected.has_unseen(selected.of(case))
    change(case, coordinator, *standing(case), row(4))
    assert selected.has_unseen(selected.of(case)), "a page that says a moment to come hides nothing"


# ── The page of the desk ─────────────────────────────────────────────────────────────────────


def path(case: Case) -> str:
    return f"/admin/requests/case/{case.pk}/trip/"


def form_of(client: Client, case: Case) -> dict[str, str]:
    """Return what the page of the desk would post as it is."""
    page = client.get(path(case)).content.decode().partition('<form method="post" novalidate>')[2]
    posted = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = (re.search(rf'{part}="([^"]*)"', tag) for part in ("name", "value"))
        if name and 'type="checkbox"' not in tag:
            posted[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        posted[name] = chosen[1] if chosen else ""
    return posted


def test_dates_and_lines_are_entered_at_the_desk(case: Case, coordinator: User) -> None:
    client = staff_client(coordinator)
    line = {"on": "2027-03-02", "at": "09:30", "kind": "operation", "words": OPERATION, "where": "Ward 7"}
    posted = form_of(client, case) | {"arrives_on": "2027-03-01", "home_on": "2027-03-20"}
    response = client.post(path(case), posted | {f"plan-0-{name}": value for name, value in line.items()})
    assert response.status_code == 302
    trip, [item] = Trip.objects.get(), selected.plan(selected.of(case))
    assert (trip.arrives_on, trip.home_on) == (ARRIVES, HOME)
    assert (item.on.day, f"{item.at:%H:%M}", item.kind, item.words) == (2, "09:30", "operation", OPERATION)
    # As it stands, it is saved again without a change; ticked, it is out.
    posted = form_of(client, case)
    assert client.post(path(case), posted).status_code == 302
    assert Trip.objects.get().version == 1
    client.post(path(case), posted | {"plan-0-DELETE": "on"})
    assert selected.plan(selected.of(case)) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"arrives_on": "2027-03-09", "home_on": "2027-03-01"}, "Enter a day home that is not before the arrival."),
        ({"plan-0-words": "Scan"}, "Enter the day of this line."),
        ({"plan-0-on": "2027-03-02", "plan-0-kind": "other"}, "Say what happens: the kind alone does not."),
        ({"plan-0-on": "soon", "plan-0-kind": "arrival"}, "Enter a date such as 2026-12-31."),
    ],
)
def test_a_fault_is_named_and_nothing_typed_is_lost(
    case: Case, coordinator: User, typed: dict[str, str], said: str
) -> None:
    client = staff_client(coordinator)
    response = client.post(path(case), form_of(client, case) | typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert all(f'value="{value}"' in page for value in typed.values())
    assert not Trip.objects.exists()


def test_two_colleagues_see_one_another(case: Case, coordinator: User) -> None:
    client = staff_client(coordinator)
    change(case, coordinator, row(2, words="Scan"))
    stale = form_of(client, case)
    change(case, coordinator, *standing(case), row(3, words="Of a colleague"))
    typed = stale | {"plan-1-on": "2027-03-04", "plan-1-kind": "appointment", "plan-1-words": "Mine"}
    response = client.post(path(case), typed)
    page = response.content.decode()
    assert response.status_code == 409
    assert "A colleague changed this trip" in page
    assert [item.words for item in selected.plan(selected.of(case))] == ["Scan", "Of a colleague"]
    # The page that came back holds both, so saving it loses neither.
    assert 'value="Mine"' in page
    assert 'value="Of a colleague"' in page
    again = typed | {"version": "2", "plan-TOTAL_FORMS": "5"}
    newest = selected.plan(selected.of(case))[1]
    again |= {
        "plan-4-id": str(newest.pk),
        "plan-4-on": "2027-03-03",
        "plan-4-kind": "appointment",
        "plan-4-words": "Of a colleague",
    }
    assert client.post(path(case), again).status_code == 302
    assert [item.words for item in selected.plan(selected.of(case))] == ["Scan", "Of a colleague", "Mine"]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CASE_REVIEWER, Role.ADMINISTRATOR])
def test_others_do_not_plan(case: Case, role: Role) -> None:
    assert staff_client(make_staff(role)).get(path(case)).status_code == 403


@pytest.mark.parametrize("status", [Status.TRIAGE, Status.ACCEPTED, Status.TRAVEL])
def test_the_page_of_the_case_shows_the_trip_once_it_is_one(case: Case, coordinator: User, status: Status) -> None:
    Case.objects.update(status=status)
    client = staff_client(coordinator)
    address = f"/admin/requests/case/{case.pk}/change/"
    page = client.get(address).content.decode()
    assert ('id="trip"' in page) is (status != Status.TRIAGE)
    assert page.count("Dates and plan of the trip") == 1
    change(case, coordinator, row(2, words=OPERATION, where="Ward 7"))
    card = client.get(address).content.decode().partition('id="trip"')[2].partition("</section>")[0]
    assert [word for word in ("1 Mar 2027", "20 Mar 2027", "2 Mar 2027", "Ward 7") if word not in card] == []


# ── Merged cases ─────────────────────────────────────────────────────────────────────────────


def merged(case: Case, into: Case, by: User) -> Case:
    desk.move(case=case, to=Status.DUPLICATE, merged_into=into, by=by)
    into.refresh_from_db()
    return into


def test_the_trip_of_a_merged_case_goes_on_in_the_living_one(case: Case, coordinator: User) -> None:
    change(case, coordinator, row(2, words="Scan"))
    living = merged(case, submit(email="other@example.org"), coordinator)
    assert selected.of(living).arrives_on == ARRIVES
    client = patient_of(living)
    page = f"/en/case/{living.reference}/journey/"
    assert "Scan" in client.get(page).content.decode()
    assert b"BEGIN:VEVENT" in client.get(f"/en/case/{living.reference}/journey.ics").content
    # Both go on where they stand.
    trips.note_seen(case=living, until=timezone.now())
    assert not selected.has_unseen(selected.of(living))
    [item] = standing(living)
    assert change(living, coordinator, replace(item, words="CT"), row(3, words="Operation"))
    assert [line.words for line in standing(living)] == ["CT", "Operation"]
    assert Trip.objects.count() == 1
    # Taken out again, the other case has no trip.
    merging.undo(case=case, by=coordinator)
    case.refresh_from_db()
    assert [line.words for line in standing(case)] == ["CT", "Operation"]
    assert standing(living) == []


def test_the_trip_of_the_living_case_wins(case: Case, coordinator: User) -> None:
    change(case, coordinator, row(2, words="Scan"))
    living = submit(email="other@example.org")
    change(living, coordinator, row(4, words="Operation"))
    merged(case, living, coordinator)
    assert [line.words for line in standing(living)] == ["Operation"]


def test_a_trip_that_was_only_looked_at_does_not_hide_that_of_the_merged_case(case: Case, coordinator: User) -> None:
    change(case, coordinator, row(2, words="Scan"))
    living = submit(email="other@example.org")
    Trip.objects.create(case=living)
    merged(case, living, coordinator)
    assert [line.words for line in standing(living)] == ["Scan"]


def test_promises_of_both_cases_are_on_the_journey(case: Case, coordinator: User) -> None:
    change(case, coordinator)
    kind = TaskKind.objects.get(code="promise")
    due_at = timezone.now() + datetime.timedelta(days=4)
    task = tasks.ask(case=case, kind=kind, details="", due_at=due_at, by=coordinator, form_token="p" * 20)
    living = merged(case, submit(email="other@example.org"), coordinator)
    [day] = journey(living, "en").days
    assert [(entry.id, entry.url) for entry in day.entries] == [(task.pk, "")]
    page = f"/en/case/{living.reference}/"
    content = patient_of(living).get(f"{page}journey.ics").content.decode().replace("\r\n ", "")
    assert f"{page}journey/" in content
    assert task.get_absolute_url() not in content
