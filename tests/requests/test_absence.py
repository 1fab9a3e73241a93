"""Absences: entered with a substitute, who gets the cases before the first day and gives back what they still have."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.worktime import team_today
from requests.enums import EventKind, Status
from requests.models import Absence, Case, Event
from requests.periodic import hand_over_absences
from requests.services import absences, desk, tasks
from tests.accounts.cast import staff_client
from tests.factories import make_staff, submit
from tests.requests.conftest import Clock, at
from tests.requests.delivery import deliver_all, mail_text
from tests.requests.reading import posted_from

pytestmark = pytest.mark.django_db

AWAY = "/admin/requests/case/queue/away/"
DAY = timedelta(days=1)
# A Monday; the working day before is Friday the 27th.
MONDAY = date(2026, 11, 30)


@pytest.fixture
def anna() -> User:
    return make_staff(Role.COORDINATOR, name="Anna", email="anna@example.org")


@pytest.fixture
def boris() -> User:
    return make_staff(Role.COORDINATOR, name="Boris", email="boris@example.org")


def enter(user: User, substitute: User, first: date, last: date, by: User | None = None, **more: Any) -> Absence:
    words = {"begins_on": first, "ends_on": last, "by": by or user, "form_token": f"{first}{last}", **more}
    return absences.enter(user=user, substitute=substitute, **words)


def case_of(user: User, **columns: Any) -> Case:
    case = submit()
    desk.assign(case=case, to=user, by=user)
    Case.objects.filter(pk=case.pk).update(**columns)
    return case


def owner(case: Case) -> User | None:
    return Case.objects.get(pk=case.pk).owner


def events(case: Case, kind: EventKind) -> int:
    return Event.objects.filter(reference=case.reference, kind=kind, actor_kind="system").count()


# ── Handed on, and given back ────────────────────────────────────────────────────────────────


def test_cases_go_on_when_the_team_closes_on_the_working_day_before(
    clock: type[Clock], anna: User, boris: User
) -> None:
    case, waits = case_of(anna), case_of(anna, status=Status.NO_ANSWER)
    ended = case_of(anna, status=Status.NO_ANSWER, waiting_since=None, answer_by=None)
    deliver_all()
    absence = enter(anna, boris, MONDAY, MONDAY + 4 * DAY)
    for moment, new in (("2026-11-27T17:50", anna), ("2026-11-27T18:00", boris)):
        clock.moment = at(moment)
        hand_over_absences()
        hand_over_absences()
        assert [owner(case), owner(waits), owner(ended)] == [new, new, anna]
    assert [events(case, EventKind.HANDED_OVER) for case in (case, waits, ended)] == [1, 1, 0]
    (mail,) = deliver_all()
    assert mail.to == ["boris@example.org"]
    assert "Anna is away until 4 December 2026. You stand in, and 2 cases are yours until then." in mail_text(mail)
    # What she gets afterwards somebody gave her on purpose.
    later = case_of(anna)
    hand_over_absences()
    assert owner(later) == anna
    absence.refresh_from_db()
    assert absence.handed_over_at == clock.moment


def test_after_the_last_day_what_the_substitute_still_has_goes_back(
    clock: type[Clock], anna: User, boris: User
) -> None:
    kept, taken, ended = case_of(anna), case_of(anna), case_of(anna)
    theirs = case_of(boris)
    absence = enter(anna, boris, date(2026, 11, 23), date(2026, 11, 24))
    assert [owner(case) for case in (kept, taken, ended)] == [boris] * 3, "it is time already"
    lead = make_staff(Role.LEAD)
    desk.assign(case=taken, to=lead, by=lead)
    Case.objects.filter(pk=ended.pk).update(status=Status.NO_ANSWER, waiting_since=None, answer_by=None)
    clock.moment = at("2026-11-24T23:50")
    hand_over_absences()
    assert owner(kept) == boris
    clock.moment = at("2026-11-25T00:10")
    hand_over_absences()
    hand_over_absences()
    assert [owner(case) for case in (kept, taken, ended, theirs)] == [anna, lead, boris, boris]
    assert [events(case, EventKind.GIVEN_BACK) for case in (kept, taken, ended, theirs)] == [1, 0, 0, 0]
    absence.refresh_from_db()
    assert absence.ended_at == clock.moment


def test_an_absence_that_is_cancelled_hands_nothing_on(clock: type[Clock], anna: User, boris: User) -> None:
    case = case_of(anna)
    absence = enter(anna, boris, MONDAY, MONDAY)
    assert absences.end(absence=absence, by=anna) == 0
    clock.moment = at("2026-11-30T10:00")
    hand_over_absences()
    assert (owner(case), events(case, EventKind.HANDED_OVER)) == (anna, 0)


def test_a_substitute_who_left_gets_nothing(clock: type[Clock], anna: User, boris: User) -> None:
    case = case_of(anna)
    enter(anna, boris, MONDAY, MONDAY)
    boris.groups.clear()
    clock.moment = at("2026-11-30T10:00")
    hand_over_absences()
    assert owner(case) == anna
    assert "Boris works no cases any more" in staff_client(make_staff(Role.LEAD)).get(AWAY).text


@pytest.mark.postgresql(reason="SQLite locks no rows")
@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_hand_each_case_on_once(anna: User, boris: User) -> None:
    today = team_today()
    cases = [case_of(anna) for _ in range(4)]
    row = Absence.objects.create(
        user=anna, substitute=boris, entered_by=anna, begins_on=today, ends_on=today, form_token="x"
    )

    def run() -> None:
        try:
            absences.hand_over(Absence.objects.select_related("user", "substitute").get(pk=row.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(owner(case), events(case, EventKind.HANDED_OVER)) for case in cases] == [(boris, 1)] * 4
    assert row.cases.count() == 4


# ── What is refused ──────────────────────────────────────────────────────────────────────────


def test_what_cannot_be_is_refused_with_a_sentence(clock: type[Clock], anna: User, boris: User) -> None:
    lead, editor = make_staff(Role.LEAD, name="Zoya"), make_staff(Role.EDITOR)
    enter(anna, boris, MONDAY, MONDAY + 4 * DAY)
    after = MONDAY + 10 * DAY
    for words, field, sentence in (
        ((anna, boris, after + DAY, after), "ends_on", "The last day away is the first one or a later one."),
        ((anna, boris, date(2026, 11, 1), date(2026, 11, 2)), "ends_on", "Enter today or a day within a year"),
        ((anna, anna, after, after), "substitute", "nobody stands in for themselves"),
        ((anna, editor, after, after), "substitute", "Select somebody who works cases."),
        ((anna, lead, MONDAY + DAY, after), "begins_on", "Anna is away from 30 Nov 2026 to 4 Dec 2026 already"),
        ((lead, anna, MONDAY + DAY, after), "substitute", "Anna is away from 30 Nov 2026 to 4 Dec 2026: select"),
        ((boris, lead, MONDAY, MONDAY), "begins_on", "Boris stands in from 30 Nov 2026 to 4 Dec 2026 for Anna."),
    ):
        with pytest.raises(absences.AbsenceRefused, match=sentence) as refused:
            enter(*words)
        assert refused.value.field == field
    assert Absence.objects.count() == 1


def test_the_database_refuses_it_too(anna: User, boris: User) -> None:
    words = {"user": anna, "substitute": boris, "entered_by": anna, "begins_on": MONDAY, "ends_on": MONDAY}
    for wrong in ({"substitute": anna}, {"ends_on": MONDAY - DAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Absence.objects.create(**words | wrong)


def test_each_enters_their_own_and_a_lead_everybodys(anna: User, boris: User) -> None:
    lead, today = make_staff(Role.LEAD), team_today()
    with pytest.raises(PermissionDenied):
        enter(anna, boris, today, today, by=boris)
    absence = enter(anna, boris, today + DAY, today + DAY, by=lead)
    for verb in (
        lambda: absences.end(absence=absence, by=boris),
        lambda: absences.change(absence=absence, ends_on=today, by=boris),
    ):
        with pytest.raises(PermissionDenied):
            verb()
    assert staff_client(boris).get(f"{AWAY}{absence.pk}/").status_code == 403
    assert staff_client(anna).get(f"{AWAY}{absence.pk}/").status_code == 200
    assert 'name="user"' not in staff_client(anna).get(AWAY).text
    assert 'name="user"' in staff_client(lead).get(AWAY).text


# ── Pages ────────────────────────────────────────────────────────────────────────────────────


def test_the_page_enters_one_once_and_keeps_what_was_refused(anna: User, boris: User) -> None:
    client, today = staff_client(anna), team_today()
    begun = posted_from(client.get(AWAY).text)
    wrong = {"begins_on": str(today), "ends_on": str(today - DAY), "substitute": str(boris.pk)}
    refused = client.post(AWAY, begun | wrong)
    assert refused.status_code == 422
    again = posted_from(refused.text)
    assert {name: again[name] for name in wrong} == {name: [value] for name, value in wrong.items()}
    assert "The last day away is the first one or a later one." in refused.text
    for _ in range(2):  # pressed twice
        assert client.post(AWAY, again | {"ends_on": str(today)}).status_code == 302
    assert Absence.objects.count() == 1
    assert "Boris stands in." in client.get(AWAY).text


def test_it_is_shortened_and_ended_and_the_cases_are_back(anna: User, boris: User) -> None:
    client, today, case = staff_client(anna), team_today(), case_of(anna)
    absence = enter(anna, boris, today, today + 9 * DAY)
    page = f"{AWAY}{absence.pk}/"
    assert client.post(page, {"ends_on": str(today - DAY)}).status_code == 422
    assert client.post(page, {"ends_on": str(today + DAY)}).status_code == 302
    absence.refresh_from_db()
    assert (absence.ends_on, owner(case)) == (today + DAY, boris)
    for _ in range(2):  # pressed twice
        assert client.post(page, {"end": "1"}).status_code == 302
    assert (owner(case), events(case, EventKind.GIVEN_BACK)) == (anna, 1)
    with pytest.raises(absences.AbsenceRefused, match="over"):
        absences.change(absence=absence, ends_on=today, by=anna)


def test_everywhere_it_says_who_is_away_and_who_stands_in(anna: User, boris: User) -> None:
    lead = make_staff(Role.LEAD, name="Zoya")
    client, today = staff_client(lead), team_today()
    enter(anna, boris, today, today)
    case = submit()
    sentence = "Anna is away until"

    def page() -> str:
        return client.get(f"/admin/requests/case/{case.pk}/change/").text

    posted = posted_from(page()) | {"assign-owner": str(anna.pk)}
    assert sentence in client.post(f"/admin/requests/case/{case.pk}/assign/", posted, follow=True).text
    assert page().count(sentence) == 1
    assert "<small>away</small>" in client.get("/admin/requests/case/").text
    note = posted_from(page()) | {"note-body": "@Anna please look"}
    assert sentence in client.post(f"/admin/requests/case/{case.pk}/note/", note, follow=True).text
    assert page().count(sentence) == 2, "at the owner and at the task"
    assert case.tasks.get(assignee=anna).is_open
    assert "for Anna, who is away" in staff_client(boris).get("/admin/requests/case/queue/handover/").text
    tasks.finish(task=case.tasks.get(), by=boris)
    assert "for Anna" not in staff_client(boris).get("/admin/requests/case/queue/handover/").text


def test_a_visitor_of_another_role_sees_none(client: Client, anna: User, boris: User) -> None:
    editor = staff_client(make_staff(Role.EDITOR))
    assert editor.post(AWAY, {"end": "1"}).status_code == 403
