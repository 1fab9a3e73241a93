"""The clock of answers: who waits since when, by when we answer, and what counts as an answer."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.localisation import formats
from requests.enums import Direction, EventKind, Flag, Outcome, Status
from requests.models import Case, Deadline, Event, Message
from requests.services import clock as answer_clock
from requests.services import desk, estimates
from requests.services.messages import write_to_desk, write_to_patient
from requests.workflow import MOVES
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import answers, make_condition, make_price, make_staff, submit
from tests.requests.conftest import Clock, at
from tests.requests.delivery import deliver_all
from tests.requests.states import reason_of

pytestmark = pytest.mark.django_db


def clock_of(case: Case) -> tuple[Any, Any]:
    return Case.objects.values_list("waiting_since", "answer_by").get(pk=case.pk)


def answer(case: Case, by: User, seen: int, body: str = "Hello") -> None:
    write_to_patient(case=case, body=body, by=by, form_token=f"a{Message.objects.count()}", seen=seen)


def address(case: Case, rest: str = "change/") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def seen_on(client: Client, case: Case) -> str:
    """Return what the forms of the case page carry."""
    return str(client.get(address(case)).context["seen"])


# ── By when ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        ("2026-11-23T09:30", "2026-11-23T17:30"),
        ("2026-11-23T16:00", "2026-11-24T15:00"),
        ("2026-11-27T17:59", "2026-11-30T16:59"),
        ("2026-11-28T23:00", "2026-11-30T17:00"),
    ],
)
def test_an_answer_is_due_within_eight_working_hours(clock: type[Clock], sent: str, due: str) -> None:
    clock.moment = at(sent)
    assert clock_of(submit()) == (at(sent), at(due))


def test_the_promise_is_a_row_and_a_change_of_it_changes_what_is_owed(clock: type[Clock]) -> None:
    assert list(Deadline.objects.values_list("working_hours", flat=True)) == [8]
    case, answered = submit(email="a@example.org"), submit(email="b@example.org")
    Case.objects.filter(pk=answered.pk).update(waiting_since=None, answer_by=None)
    lead = staff_client(make_staff(Role.LEAD, email="root@example.org"))
    row = Deadline.objects.get()
    lead.post(f"/admin/requests/deadline/{row.pk}/change/", {"working_hours": "2.5"})
    assert clock_of(case) == (at("2026-11-23T10:00"), at("2026-11-23T12:30"))
    assert clock_of(answered) == (None, None)
    assert clock_of(submit(email="c@example.org"))[1] == at("2026-11-23T12:30")
    assert lead.get("/admin/requests/deadline/add/").status_code == 403
    assert lead.post(f"/admin/requests/deadline/{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_without_a_row_the_promise_of_the_pages_holds(clock: type[Clock]) -> None:
    Deadline.objects.all().delete()
    assert clock_of(submit()) == (at("2026-11-23T10:00"), at("2026-11-23T18:00"))


def test_the_database_knows_no_wait_without_an_end() -> None:
    case = submit()
    for half in ({"waiting_since": None}, {"answer_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**half)


# ── The oldest unanswered thing ──────────────────────────────────────────────────────────────


def test_the_oldest_unanswered_thing_starts_the_clock_and_later_ones_do_not_move_it(
    clock: type[Clock], coordinator: User
) -> None:
    case = submit(token="t" * 24)
    clock.moment = at("2026-11-23T11:00")
    submit(token="t" * 24, message="I forgot something.")
    write_to_desk(case=case, body="Are you there?", form_token="a")
    assert clock_of(case) == (at("2026-11-23T10:00"), at("2026-11-23T18:00"))
    answer(case, coordinator, seen=3)
    assert clock_of(case) == (None, None)
    clock.moment = at("2026-11-23T15:00")
    write_to_desk(case=case, body="And now?", form_token="b")
    clock.moment = at("2026-11-23T16:00")
    write_to_desk(case=case, body="Hello?", form_token="c")
    assert clock_of(case) == (at("2026-11-23T15:00"), at("2026-11-24T14:00"))


def test_a_second_submission_after_an_answer_starts_it_anew(clock: type[Clock], coordinator: User) -> None:
    case = submit(token="t" * 24)
    answer(case, coordinator, seen=1)
    clock.moment = at("2026-11-23T12:00")
    submit(token="t" * 24, message="One more thing.")
    assert clock_of(case)[0] == at("2026-11-23T12:00")


def test_the_same_words_again_start_nothing(clock: type[Clock], coordinator: User) -> None:
    case = submit(token="t" * 24)
    write_to_desk(case=case, body="Hello", form_token="a")
    answer(case, coordinator, seen=2)
    submit(token="t" * 24)
    write_to_desk(case=case, body="Hello", form_token="a")
    assert clock_of(case) == (None, None)


@pytest.mark.parametrize("status", [status for status in MOVES if status not in (Status.SPAM, Status.DUPLICATE)])
def test_a_message_starts_the_clock_in_every_state(clock: type[Clock], coordinator: User, status: Status) -> None:
    case = submit(email="a@example.org")
    answer(case, coordinator, seen=1)
    fields: dict[str, Any] = {"outcome": Outcome.HOME} if status == Status.CLOSED else {}
    Case.objects.filter(pk=case.pk).update(status=status, **fields)
    clock.moment = at("2026-11-23T12:00")
    assert patient_of(case).post(f"/en/case/{case.reference}/messages/", {"body": "Please help."}).status_code == 302
    assert clock_of(case) == (at("2026-11-23T12:00"), at("2026-11-24T11:00"))
    page = patient_of(case).get(f"/en/case/{case.reference}/").content.decode()
    assert formats.moment(at("2026-11-24T11:00"), "en", "Asia/Dubai") in page.replace("<bdi>", "").replace("</bdi>", "")
    assert "Dubai time" in page
    clock.moment = at("2026-11-23T14:00")
    client = staff_client(coordinator)
    rows = client.get("/admin/requests/case/").context["cl"].result_list
    assert case.reference in [row.reference for row in rows]
    assert "The patient wrote. " in client.get("/admin/requests/case/").content.decode()
    head = client.get(address(case)).content.decode()
    assert ("Waits since <strong>12:00 MSK" in head, "No answer needed" in head) == (True, True)


@pytest.mark.parametrize("status", [Status.TRIAGE, Status.WITH_CLINICS, Status.IN_TREATMENT, Status.NO_ANSWER])
def test_whoever_waits_is_the_next_step(coordinator: User, status: Status) -> None:
    case = submit()
    Case.objects.filter(pk=case.pk).update(status=status)
    client = staff_client(coordinator)
    assert client.get(address(case)).context["next_step"] == "Answer the patient"
    answer(case, coordinator, seen=1)
    assert client.get(address(case)).context["next_step"] != "Answer the patient"


# ── Moves ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("old", list(MOVES))
def test_no_move_touches_the_clock(clock: type[Clock], coordinator: User, old: Status) -> None:
    other = submit(email="other@example.org")
    # Spam is a verdict that nobody waits there, and what it stopped starts again: test_spam.py.
    for new in () if old == Status.SPAM else [new for new in MOVES[old] if new != Status.SPAM]:
        case = submit(email=f"{new}@example.org")
        fields: dict[str, Any] = {"outcome": Outcome.HOME} if old == Status.CLOSED else {}
        Case.objects.filter(pk=case.pk).update(status=old, **fields)
        before = clock_of(case)
        clock.moment += timedelta(minutes=5)
        outcome = Outcome.TOO_ILL if new == Status.CLOSED else None
        merged_into = other if new == Status.DUPLICATE else None
        desk.move(case=case, to=new, by=coordinator, outcome=outcome, merged_into=merged_into)
        assert clock_of(case) == before
        assert before[0] is not None


def test_a_stale_page_moves_a_case_without_losing_a_newer_message(clock: type[Clock], coordinator: User) -> None:
    case = submit()
    answer(case, coordinator, seen=1)
    stale = Case.objects.get(pk=case.pk)
    clock.moment = at("2026-11-23T12:00")
    write_to_desk(case=case, body="Wait!", form_token="a")
    desk.move(case=stale, to=Status.TRIAGE, by=coordinator)
    desk.assign(case=stale, to=coordinator, by=coordinator)
    assert clock_of(case)[0] == at("2026-11-23T12:00")


# ── What answers ─────────────────────────────────────────────────────────────────────────────


def test_the_preliminary_estimate_is_no_answer(clock: type[Clock]) -> None:
    condition = make_condition()
    make_price(condition, "test-scan", 380)
    case = submit(condition=condition)
    deliver_all()
    assert case.estimates.get().pdf_name
    assert clock_of(case)[0] == at("2026-11-23T10:00")


def issue(case: Case, by: User, seen: int) -> None:
    values: dict[str, Any] = {"included": "", "excluded": "", "amount_to": None, "quantity": 1, "currency": "USD"}
    line = estimates.line_by_hand(name="Scan", name_ru="Снимок", amount_from=Decimal(380), **values)
    terms = estimates.FinalTerms(timezone.now().date() + timedelta(days=30), "A fee of ours.")
    case.refresh_from_db()
    basis = replace(estimates.Basis.of(case, known=0), seen=seen)
    estimates.issue(case=case, lines=[line], terms=terms, by=by, basis=basis)


def test_an_issued_estimate_answers_what_was_seen(clock: type[Clock], coordinator: User) -> None:
    case = submit()
    Case.objects.update(status=Status.TRIAGE)
    issue(case, coordinator, seen=1)
    assert clock_of(case) == (None, None)
    clock.moment = at("2026-11-23T12:00")
    write_to_desk(case=case, body="Is this per day?", form_token="a")
    issue(case, coordinator, seen=1)
    assert clock_of(case)[0] == at("2026-11-23T12:00")


def test_the_page_of_an_estimate_carries_what_was_seen(coordinator: User) -> None:
    case, client = submit(), staff_client(coordinator)
    Case.objects.update(status=Status.TRIAGE)
    page = client.get(address(case, "estimate/"))
    assert page.context["draft"].form.initial["seen"] == 1
    assert 'name="terms-seen" value="1"' in page.content.decode()
    write_to_desk(case=case, body="Wait!", form_token="a")
    initial = {f"terms-{name}": value for name, value in page.context["draft"].form.initial.items()}
    line = {"free-0-name": "Scan", "free-0-name_ru": "Снимок", "free-0-amount_from": "380"}
    data = {**initial, "terms-how_we_are_paid": "A fee.", **line, "issue": "1"}
    response = client.post(address(case, "estimate/"), data, follow=True)
    assert "The patient wrote again meanwhile." in response.content.decode()
    assert clock_of(case)[0] == Message.objects.get().created_at


def test_no_answer_needed_stops_the_clock_with_a_name(clock: type[Clock], coordinator: User) -> None:
    case, client = submit(), staff_client(coordinator)
    response = client.post(address(case, "no-answer-needed/"), {"seen": seen_on(client, case)})
    assert (response.status_code, clock_of(case)) == (302, (None, None))
    event = Event.objects.get(reference=case.reference, kind=EventKind.NO_ANSWER_NEEDED)
    assert (event.actor_kind, event.actor_id, event.at) == ("staff", coordinator.pk, at("2026-11-23T10:00"))
    assert Message.objects.count() == 0
    page = client.get(address(case)).content.decode()
    assert ("No answer needed" in page, "no-answer-needed/" in page) == (True, False)
    client.post(address(case, "no-answer-needed/"), {"seen": "1"})
    assert Event.objects.filter(kind=EventKind.NO_ANSWER_NEEDED).count() == 1


@pytest.mark.parametrize("seen", ["", "x", "-3", "0"])
def test_who_does_not_say_what_was_seen_stops_nothing(coordinator: User, seen: str) -> None:
    case, client = submit(), staff_client(coordinator)
    client.post(address(case, "no-answer-needed/"), {"seen": seen})
    client.post(address(case, "answer/"), {"answer-body": "Hello", "answer-seen": seen})
    assert clock_of(case)[0] == case.waiting_since


@pytest.mark.parametrize("ending", [Status.DECLINED_BY_US, Status.DECLINED_BY_PATIENT, Status.NO_ANSWER])
def test_an_ending_answers_by_its_message_or_a_name_and_else_not(coordinator: User, ending: Status) -> None:
    client = staff_client(coordinator)
    silent, written, named = (submit(email=f"p{number}@example.org") for number in range(3))
    page = client.get(address(silent, f"move/{ending}/")).content.decode()
    assert 'name="seen" value="1"' in page
    typed = {"seen": "1", "end_reason": str(reason_of(ending).pk)}
    response = client.post(address(silent, f"move/{ending}/"), typed, follow=True)
    assert "The patient still waits for an answer." in response.content.decode()
    client.post(address(written, f"move/{ending}/"), typed | {"message": "Treatment at home is as good."})
    client.post(address(named, f"move/{ending}/"), typed | {"no_answer_needed": "on"})
    assert [clock_of(case)[0] is None for case in (silent, written, named)] == [False, True, True]
    assert {case.status for case in Case.objects.all()} == {ending}
    assert Message.objects.get().case == written
    event = Event.objects.get(kind=EventKind.NO_ANSWER_NEEDED)
    assert (event.reference, event.actor_id) == (named.reference, coordinator.pk)


def test_an_ending_that_is_refused_sends_no_last_word(coordinator: User) -> None:
    case, client = submit(), staff_client(coordinator)
    Case.objects.update(status=Status.RECOVERY)
    response = client.post(address(case, "move/closed/"), {"outcome": "treated", "message": "Goodbye", "seen": "1"})
    assert (
        "This move needs: Discharge papers" in response.content.decode(),
        "Goodbye" in response.content.decode(),
    ) == (
        True,
        True,
    )
    assert (Message.objects.count(), clock_of(case)[0]) == (0, case.waiting_since)


def test_a_note_an_owner_and_a_refused_message_answer_nothing(coordinator: User) -> None:
    case, client = submit(flags=(Flag.HONEYPOT,)), staff_client(coordinator)
    client.post(address(case, "note/"), {"note-body": "Call them."})
    client.post(address(case, "assign/"), {"me": "1"})
    refused = client.post(address(case, "answer/"), {"answer-body": "Dear patient", "answer-seen": "1"})
    assert (refused.status_code, Message.objects.count()) == (422, 0)
    assert "Release the case from quarantine first." in refused.content.decode()
    assert clock_of(case)[0] == case.waiting_since


# ── Nothing is swallowed ─────────────────────────────────────────────────────────────────────


def test_a_message_that_comes_while_the_answer_is_written_goes_on_waiting(
    clock: type[Clock], coordinator: User
) -> None:
    case = submit()
    seen = seen_on(staff_client(coordinator), case)
    clock.moment = at("2026-11-23T12:00")
    write_to_desk(case=case, body="It got worse.", form_token="a")
    client = staff_client(coordinator)  # an hour later, that of before has ended
    response = client.post(address(case, "answer/"), {"answer-body": "Hello", "answer-seen": seen}, follow=True)
    assert "The patient wrote again meanwhile." in response.content.decode()
    assert clock_of(case) == (at("2026-11-23T12:00"), at("2026-11-24T11:00"))
    client.post(address(case, "answer/"), {"answer-body": "I see", "answer-seen": seen_on(client, case)})
    assert clock_of(case) == (None, None)


def test_a_late_page_does_not_bring_back_what_a_colleague_answered(clock: type[Clock], coordinator: User) -> None:
    case, late_page = submit(), 1
    clock.moment = at("2026-11-23T11:00")
    write_to_desk(case=case, body="First", form_token="a")
    answer(case, coordinator, seen=2)
    answer(case, coordinator, seen=late_page)
    assert clock_of(case) == (None, None)
    clock.moment = at("2026-11-23T13:00")
    write_to_desk(case=case, body="Second", form_token="b")
    answer(case, coordinator, seen=late_page)
    assert clock_of(case)[0] == at("2026-11-23T13:00")


@pytest.mark.django_db(transaction=True)
def test_messages_and_answers_at_the_same_time_lose_nothing() -> None:
    """Eight messages and eight answers that had seen the request alone: the oldest message waits."""
    case, by = submit(), make_staff(Role.COORDINATOR)

    def act(number: int) -> None:
        try:
            if number % 2:
                write_to_desk(case=case, body=f"Message {number}", form_token="a")
            else:
                write_to_patient(case=case, body=f"Answer {number}", by=by, form_token="b", seen=1)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(16)))
    messages = case.messages.filter(direction=Direction.FROM_PATIENT)
    assert (messages.count(), case.messages.count()) == (8, 16)
    assert clock_of(case)[0] == min(messages.values_list("created_at", flat=True))


# ── What she reads ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_her_page_tells_until_when_and_that_we_are_late(clock: type[Clock], language: str) -> None:
    case = submit(language=language)
    client = patient_of(case)
    when = formats.moment(at("2026-11-23T18:00"), language, "Asia/Dubai")
    zone = formats.zone_name("Asia/Dubai", language)
    late = {"en": "we are late", "ru": "мы опаздываем", "ar": "تأخرنا"}[language]
    page = client.get(f"/{language}/case/{case.reference}/").content.decode()
    assert (when in page, zone in page, late in page) == (True, True, False)
    clock.moment = at("2026-11-23T18:01")
    page = client.get(f"/{language}/case/{case.reference}/").content.decode()
    assert (when in page, zone in page, late in page) == (True, True, True)


def test_a_receipt_that_leaves_late_says_so(clock: type[Clock]) -> None:
    submit()
    clock.moment = at("2026-11-24T10:00")
    receipt = next(one for one in deliver_all() if "We have your request" in one.subject)
    assert "You should have had our answer by Monday 23 November 2026, 19:00 (Dubai time)." in str(receipt.body)


def test_the_sent_page_promises_nothing_that_is_done(clock: type[Clock], coordinator: User) -> None:
    client = Client()
    place = client.post("/en/requests/new/", answers())["Location"]
    answer(Case.objects.get(), coordinator, seen=1)
    assert "Our answer stands on your case page." in client.get(place).content.decode()


def test_recomputing_keeps_since_when_each_waits(clock: type[Clock]) -> None:
    case = submit()
    Case.objects.filter(pk=case.pk).update(answer_by=at("2026-12-31T10:00"))
    answer_clock.recompute()
    assert clock_of(case) == (at("2026-11-23T10:00"), at("2026-11-23T18:00"))
