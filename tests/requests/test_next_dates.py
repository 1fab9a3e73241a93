"""No open case is left without an owner and a next date: moves, contacts, estimates, everything that a click does."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import EventKind, NextTurn, Status
from requests.models import Case, EndReason, Event, Task, TaskKind
from requests.selectors.queue import adrift, dateless
from requests.services import desk, holds, moves, next_dates, tasks
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_brief, make_clinic, make_condition, make_staff, submit
from tests.requests.conftest import Clock, at
from tests.requests.reading import posted_from
from tests.requests.states import ANSWERED, case_in, reason_of
from tests.requests.test_admin_estimates import typed as estimate_typed
from tests.requests.test_by_hand import told as caller
from tests.stored import rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(coordinator: User) -> Client:
    return staff_client(coordinator)


def address(case: Case, rest: str = "change/") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def text(response: Any) -> str:
    return str(response.content.decode())


def opened(client: Client, case: Case, rest: str = "change/") -> dict[str, Any]:
    """Return what a browser would post from a page that is open now."""
    return posted_from(text(client.get(address(case, rest))))


def dates(case: Case) -> list[tuple[str, str, Any]]:
    """Return kind, turn and day of what is open in a case."""
    return [(task.kind.code, task.turn, task.due_at) for task in case.tasks.open().select_related("kind")]


def promised(case: Case, by: User, **fields: Any) -> Task:
    kind = TaskKind.objects.get(code="promise")
    told: dict[str, Any] = {"details": "", "due_at": timezone.now() + timedelta(days=4), "form_token": "p" * 20}
    return tasks.ask(case=case, kind=kind, by=by, **told | fields)


# ── A move is one click ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "to", "turn", "day"),
    [
        ("new", "triage", "us", "2026-11-25T18:00"),
        ("with_clinics", "offers_in", "us", "2026-11-25T18:00"),
        ("documents_complete", "with_clinics", "clinics", "2026-11-30T18:00"),
        ("travel", "accepted", "patient", "2026-11-26T18:00"),
    ],
)
def test_one_click_moves_takes_and_dates_a_case(
    clock: type[Clock], client: Client, coordinator: User, old: str, to: str, turn: str, day: str
) -> None:
    case = case_in(old, **ANSWERED, condition=make_condition(), clinic=make_clinic())
    case.estimates.create(kind="final", version=1, valid_until="2027-01-01", issued_at=timezone.now(), language="en")
    make_brief(case)
    page = opened(client, case)
    response = client.post(address(case, f"move/{to}/"), page)
    case.refresh_from_db()
    assert (response.status_code, case.status, case.owner) == (302, to, coordinator)
    assert dates(case) == [("follow-up", turn, at(day))]
    assert not Case.objects.filter(adrift()).exists()


def test_the_page_says_before_the_click_what_comes_then(clock: type[Clock], client: Client) -> None:
    case = case_in("new", **ANSWERED)
    page = text(client.get(address(case)))
    assert "And then, 25 Nov 2026: Go on with the case." in page
    assert f'href="{address(case, "move/triage/")}"' in page


def test_who_moves_the_case_of_a_colleague_does_not_take_it(client: Client) -> None:
    other = make_staff(Role.COORDINATOR)
    case = case_in("new", owner=other)
    client.post(address(case, "move/triage/"), opened(client, case))
    case.refresh_from_db()
    assert (case.status, case.owner) == ("triage", other)


def test_a_date_that_stands_stays_as_it_is(client: Client, coordinator: User) -> None:
    for case in (case_in("new"), case_in("new", **ANSWERED)):
        if case.answer_by is None:
            promised(case, coordinator)
        before = dates(case)
        asked = opened(client, case, "move/triage/")
        assert asked["turn"] == ["as_it_is"]
        assert client.post(address(case, "move/triage/"), asked).status_code == 302
        assert dates(case) == before


def test_the_reminder_of_the_state_before_gives_way(clock: type[Clock], client: Client) -> None:
    case = case_in("new", **ANSWERED)
    client.post(address(case, "move/triage/"), opened(client, case))
    clock.moment += timedelta(minutes=5)
    Case.objects.filter(pk=case.pk).update(status=Status.DOCUMENTS_COMPLETE, condition=make_condition())
    make_brief(case)
    client.post(address(case, "move/with_clinics/"), opened(client, case))
    assert dates(case) == [("follow-up", "clinics", at("2026-11-30T18:00"))]


def test_another_day_is_chosen_on_the_page_of_the_move(clock: type[Clock], client: Client, coordinator: User) -> None:
    case = case_in("new", **ANSWERED)
    typed = opened(client, case, "move/triage/") | {"turn": "call", "on": "2026-11-27", "time": "16:00"}
    assert client.post(address(case, "move/triage/"), typed).status_code == 302
    # The patient's hour is an hour before Moscow's here.
    assert dates(case) == [("call", "", at("2026-11-27T15:00"))]


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"turn": "as_it_is"}, "Nothing in this case has a day then. Say who acts next, and when."),
        ({"turn": "us", "on": "2020-01-01"}, "Enter today or a day within a year."),
        ({"turn": "call", "on": "2099-01-01", "time": ""}, "Enter today or a day within a year."),
    ],
)
def test_a_move_without_a_date_is_refused_and_keeps_what_was_typed(
    client: Client, typed: dict[str, str], error: str
) -> None:
    case = case_in("new", **ANSWERED)
    page = opened(client, case, "move/triage/") | typed | {"reason": "Typed reason"}
    refused = client.post(address(case, "move/triage/"), page)
    case.refresh_from_db()
    assert (refused.status_code, case.status, error in text(refused)) == (422, "new", True)
    assert posted_from(text(refused))["reason"] == ["Typed reason"]


def test_a_date_that_a_colleague_ended_meanwhile_is_no_date(coordinator: User) -> None:
    case = case_in("new", **ANSWERED)
    with pytest.raises(next_dates.NoDate):
        moves.advance(case=case, to=Status.TRIAGE, by=coordinator, turn=NextTurn.AS_IT_IS, next_at=None)
    case.refresh_from_db()
    assert (case.status, Event.objects.filter(reference=case.reference, kind="moved").count()) == ("new", 0)


def test_a_double_click_moves_and_dates_once(client: Client) -> None:
    case = case_in("new", **ANSWERED)
    page = opened(client, case)
    for _ in range(2):
        client.post(address(case, "move/triage/"), page)
    assert len(dates(case)) == 1


def test_an_ending_needs_no_date_and_ends_the_reminder(client: Client) -> None:
    case = case_in("new", **ANSWERED)
    client.post(address(case, "move/triage/"), opened(client, case))
    page = opened(client, case, "move/no_answer/") | {"end_reason": reason_of("no_answer").pk}
    assert "turn" not in page
    assert client.post(address(case, "move/no_answer/"), page).status_code == 302
    assert dates(case) == []


# ── Facts that a move needs ──────────────────────────────────────────────────────────────────


NEEDS = {
    ("triage", "waiting_documents"): "A task says which papers",
    ("documents_complete", "with_clinics"): "The illness is known; The patient has approved the brief",
    ("with_clinics", "offers_in"): "An offer is here, or the clinic is chosen",
    ("travel", "accepted"): "An estimate stands",
}


@pytest.mark.parametrize(("moved", "need"), NEEDS.items())
def test_a_coordinator_is_told_what_is_missing(client: Client, moved: tuple[str, str], need: str) -> None:
    old, to = moved
    case = case_in(old)
    page = opened(client, case, f"move/{to}/") | {"reason": "It is urgent"}
    refused = client.post(address(case, f"move/{to}/"), page)
    case.refresh_from_db()
    assert (refused.status_code, case.status, case.notes.count()) == (422, old, 0)
    assert f"This move needs: {need}. A lead may go on without it." in text(refused)
    assert "A lead may go on without what is missing, with a reason." in text(refused)
    assert posted_from(text(refused))["reason"] == ["It is urgent"]


def test_a_task_of_the_patient_that_is_open_holds_the_papers_back(coordinator: User) -> None:
    case = case_in("waiting_documents")
    kind = TaskKind.objects.get(code="papers")
    task = tasks.ask(case=case, kind=kind, details="", due_at=None, by=coordinator, form_token="t" * 20)
    assert moves.missing(case, Status.DOCUMENTS_COMPLETE) == ["tasks_done"]
    tasks.finish(task=task, by=coordinator)
    assert moves.missing(case, Status.DOCUMENTS_COMPLETE) == []


def test_a_lead_goes_on_without_a_fact_and_says_why(client: Client) -> None:
    lead = staff_client(make_staff(Role.LEAD, name="Vera"))
    case = case_in("with_clinics")
    asked = lead.post(address(case, "move/offers_in/"), opened(lead, case))
    assert (asked.status_code, "Say why it goes on without." in text(asked)) == (422, True)
    typed = posted_from(text(asked)) | {"reason": "Canary: two clinics, she chooses later"}
    assert lead.post(address(case, "move/offers_in/"), typed).status_code == 302
    case.refresh_from_db()
    assert case.status == "offers_in"
    note = case.notes.get()
    assert (note.deed_in_words, note.body) == (
        "Moved without: An offer is here, or the clinic is chosen.",
        "Canary: two clinics, she chooses later",
    )
    page = text(client.get(address(case)))
    assert "A lead went on without what the move needs" in page
    assert "Canary: two clinics, she chooses later" in page
    # What stands in the database is sealed.
    assert "Canary" not in " ".join(rows_of("requests_note"))
    assert "she chooses later" not in text(patient_of(case).get(f"/en/case/{case.reference}/"))


def test_nobody_goes_on_without_the_consent_of_the_patient() -> None:
    case = submit(for_whom="someone_else", condition=make_condition())
    Case.objects.filter(pk=case.pk).update(status=Status.DOCUMENTS_COMPLETE)
    lead = staff_client(make_staff(Role.LEAD))
    page = opened(lead, case, "move/with_clinics/") | {"reason": "They are in a hurry"}
    refused = lead.post(address(case, "move/with_clinics/"), page)
    case.refresh_from_db()
    assert (case.status, "The patient has not agreed yet" in text(refused)) == ("documents_complete", True)


# ── Every other click ────────────────────────────────────────────────────────────────────────


def undated(status: str, **fields: Any) -> Case:
    return case_in(status, **ANSWERED, **fields)


@pytest.mark.parametrize("rest", ["tasks/{}/done/", "tasks/{}/withdraw/"])
def test_the_last_task_leaves_a_date_behind(client: Client, coordinator: User, rest: str) -> None:
    case = undated("travel")
    task = promised(case, coordinator)
    done = client.post(address(case, rest.format(task.pk)), opened(client, case), follow=True)
    assert "Nothing in this case had a day. Now it has one: " in text(done)
    assert [turn for _code, turn, _day in dates(case)] == ["us"]
    case.refresh_from_db()
    assert case.owner == coordinator


def test_no_answer_needed_release_and_resume_leave_a_date_behind(client: Client, coordinator: User) -> None:
    waits, hidden, held = case_in("triage"), undated("new", is_quarantined=True), undated("travel")
    holds.put_on_hold(case=held, until=timezone.localdate() + timedelta(days=9), reason="Visa", by=coordinator)
    for case, rest in ((waits, "no-answer-needed/"), (hidden, "release/"), (held, "resume/")):
        assert client.post(address(case, rest), opened(client, case)).status_code == 302
        assert [turn for _code, turn, _day in dates(case)] == ["us"], rest
    assert not Case.objects.filter(adrift()).exists()


def test_a_case_that_comes_back_on_its_day_has_one(coordinator: User) -> None:
    case = undated("accepted", on_hold_until=timezone.localdate())
    assert holds.resume_due() == 1
    assert [turn for _code, turn, _day in dates(case)] == ["us"]


def test_a_contact_asks_what_comes_next(clock: type[Clock], client: Client, coordinator: User) -> None:
    case = undated("waiting_documents")
    typed = opened(client, case) | {"contact-body": "She sends them tomorrow", "contact-is_answer": "on"}
    assert client.post(address(case, "contacts/new/"), typed).status_code == 302
    assert dates(case) == [("follow-up", "patient", at("2026-11-26T18:00"))]
    case.refresh_from_db()
    assert case.owner == coordinator


def test_a_contact_that_answers_and_leaves_nothing_is_refused_and_kept(client: Client) -> None:
    case = case_in("triage")
    typed = opened(client, case, "contacts/new/")
    typed |= {"contact-body": "All said", "contact-is_answer": "on", "contact-turn": "as_it_is"}
    refused = client.post(address(case, "contacts/new/"), typed)
    assert (refused.status_code, case.contacts.count()) == (422, 0)
    assert posted_from(text(refused))["contact-body"] == ["All said"]
    assert "Say who acts next, and when." in text(refused)


def test_a_case_that_nobody_works_on_yet_is_asked_nothing(client: Client) -> None:
    case = undated("new", is_quarantined=True)
    typed = opened(client, case) | {"contact-body": "Called to check"}
    assert client.post(address(case, "contacts/new/"), typed).status_code == 302
    assert (case.contacts.count(), dates(case)) == (1, [])


def test_an_issued_estimate_is_asked_after(clock: type[Clock], client: Client, coordinator: User) -> None:
    case = case_in("offers_in", condition=make_condition())
    line = {"free-0-name": "Operation", "free-0-name_ru": "Операция", "free-0-amount_from": "100"}
    page = opened(client, case, "estimate/") | estimate_typed("issue", **line)
    issued = client.post(address(case, "estimate/"), page)
    case.refresh_from_db()
    assert (issued.status_code, case.status, case.owner) == (302, "estimate_sent", coordinator)
    assert dates(case) == [("follow-up", "patient", at("2026-11-26T18:00"))]


def test_a_case_by_hand_that_waits_for_no_answer_has_a_date(client: Client, coordinator: User) -> None:
    typed = caller(coordinator)
    del typed["owes_answer"]
    assert client.post("/admin/requests/case/new/", typed).status_code == 200
    assert [turn for _code, turn, _day in dates(Case.objects.get())] == ["us"]


def test_a_case_that_goes_on_from_a_closed_one_has_a_date(client: Client) -> None:
    old = case_in("closed")
    client.post(address(old, "new-case/"), opened(client, old))
    assert [turn for _code, turn, _day in dates(Case.objects.exclude(pk=old.pk).get())] == ["us"]


def test_a_held_case_has_an_owner(client: Client, coordinator: User) -> None:
    case = undated("travel")
    until = timezone.localdate() + timedelta(days=9)
    client.post(address(case, "hold/"), opened(client, case, "hold/") | {"until": str(until), "reason": "Visa"})
    case.refresh_from_db()
    assert (case.on_hold_until, case.owner, dates(case)) == (until, coordinator, [])


def test_what_lacks_nothing_is_left_alone(coordinator: User) -> None:
    case = undated("new")
    assert next_dates.ensure(case=case, by=coordinator) is not None
    for whole in (case, case_in("triage"), undated("no_answer")):
        assert next_dates.ensure(case=whole, by=coordinator) is None
    assert (len(dates(case)), Task.objects.count()) == (1, 1)


def test_adrift_is_nobodys_or_dateless(coordinator: User) -> None:
    owned, nobodys, dated = (
        undated("triage", owner=coordinator),
        case_in("triage"),
        case_in("triage", owner=coordinator),
    )
    assert set(Case.objects.filter(dateless())) == {owned}
    assert set(Case.objects.filter(adrift())) == {owned, nobodys}
    assert dated.answer_by is not None


# ── Why a case ends ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ending", ["declined_by_patient", "declined_by_us", "no_answer"])
def test_an_ending_asks_for_a_reason_and_keeps_it(client: Client, ending: str) -> None:
    case = case_in("triage")
    page = opened(client, case, f"move/{ending}/")
    refused = client.post(address(case, f"move/{ending}/"), page | {"message": "My last word"})
    assert (refused.status_code, "Select why the case ends." in text(refused)) == (422, True)
    assert posted_from(text(refused))["message"] == ["My last word"]
    reason = reason_of(ending)
    assert client.post(address(case, f"move/{ending}/"), page | {"end_reason": reason.pk}).status_code == 302
    case.refresh_from_db()
    assert (case.status, case.end_reason) == (ending, reason)
    shown = text(client.get(address(case)))
    assert f": {reason.name}</span>" in shown
    assert f'<span class="desk-mark">{reason.name}</span>' in shown
    assert reason.name not in text(patient_of(case).get(f"/en/case/{case.reference}/"))


def test_a_reason_belongs_to_its_ending_and_to_those_in_use(client: Client) -> None:
    case = case_in("triage")
    other, old = reason_of("no_answer"), reason_of("declined_by_us")
    EndReason.objects.filter(pk=old.pk).update(is_active=False)
    page = opened(client, case, "move/declined_by_us/")
    for wrong in (other, old):
        assert client.post(address(case, "move/declined_by_us/"), page | {"end_reason": wrong.pk}).status_code == 422
    with pytest.raises(desk.MoveRefused, match="another ending"):
        desk.move(case=case, to=Status.DECLINED_BY_US, by=make_staff(Role.COORDINATOR), end_reason=other)


def test_a_desk_without_reasons_ends_its_cases(client: Client) -> None:
    EndReason.objects.all().delete()
    case = case_in("triage")
    assert client.post(address(case, "move/no_answer/"), opened(client, case, "move/no_answer/")).status_code == 302


def test_a_reopened_case_has_no_reason_any_more(client: Client, coordinator: User) -> None:
    case = case_in("no_answer", end_reason=reason_of("no_answer"), **ANSWERED)
    assert client.post(address(case, "move/triage/"), opened(client, case)).status_code == 302
    case.refresh_from_db()
    assert (case.end_reason, case.owner) == (None, coordinator)
    assert [turn for _code, turn, _day in dates(case)] == ["us"]


def test_spam_may_say_what_it_was_and_need_not(client: Client) -> None:
    first, second = case_in("new"), case_in("new")
    test = EndReason.objects.get(code="test")
    client.post(address(first, "move/spam/"), opened(client, first, "move/spam/") | {"end_reason": test.pk})
    client.post(address(second, "move/spam/"), opened(client, second, "move/spam/"))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.end_reason, second.status, second.end_reason) == (test, "spam", None)


# ── A note counts once ───────────────────────────────────────────────────────────────────────


def test_a_double_click_on_a_note_writes_one(client: Client) -> None:
    case = case_in("triage")
    page = opened(client, case) | {"note-body": "Call the clinic."}
    for _ in range(2):
        assert client.post(address(case, "note/"), page).status_code == 302
    assert [note.body for note in case.notes.all()] == ["Call the clinic."]
    assert Event.objects.filter(reference=case.reference, kind=EventKind.NOTE).count() == 1
    client.post(address(case, "note/"), page | {"note-body": "Other words"})
    assert case.notes.count() == 2
