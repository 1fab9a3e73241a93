"""A case on hold until a day: shown as such, out of the waiting lists, back by itself and when the patient writes."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.localisation import formats
from portal.core.models import OutboxItem
from portal.core.worktime import team_today
from requests.enums import EventKind, Status, Turn
from requests.models import Case, Event
from requests.periodic import resume_cases
from requests.selectors.queue import numbers
from requests.services import desk, effects, holds
from requests.services.messages import write_to_desk
from requests.workflow import OPEN
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.requests.delivery import deliver_all
from tests.requests.states import ANSWERED, case_in

pytestmark = pytest.mark.django_db

LIST = "/admin/requests/case/"
CAN_WAIT = ("offers_in", "estimate_sent", "accepted", "travel")
REASON = "Canary: waits for her visa"


@pytest.fixture
def client(coordinator: User) -> Client:
    return staff_client(coordinator)


def answered_case(status: str = "travel", **fields: Any) -> Case:
    return case_in(status, **ANSWERED, **fields)


def held(by: User, status: str = "travel", days: int = 30, **fields: Any) -> Case:
    case = answered_case(status, **fields)
    holds.put_on_hold(case=case, until=team_today() + timedelta(days=days), reason=REASON, by=by)
    return case


def a_day_passes(case: Case, until: date | None = None) -> None:
    """Let the day of the hold be here."""
    Case.objects.filter(pk=case.pk).update(on_hold_until=until or team_today())
    case.refresh_from_db()


@pytest.mark.parametrize("status", OPEN)
def test_where_a_case_may_wait(coordinator: User, status: str) -> None:
    if status in CAN_WAIT:
        case = Case.objects.get(pk=held(coordinator, status).pk)
        assert (case.status, case.is_on_hold, case.on_hold_reason, case.turn) == (status, True, REASON, Turn.NOBODY)
        event = Event.objects.get(reference=case.reference, kind=EventKind.PUT_ON_HOLD)
        assert event.actor_id == coordinator.pk
        return
    with pytest.raises(desk.MoveRefused, match="Only a case in one of these states"):
        held(coordinator, status)


def test_a_case_cannot_be_hidden_where_it_may_not_wait() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=answered_case("triage").pk).update(on_hold_until=team_today())


@pytest.mark.parametrize(
    ("days", "reason", "sentence"), [(0, "x", "Enter a day after today."), (5, " ", "Say why the case waits.")]
)
def test_a_hold_has_a_day_and_a_reason(coordinator: User, days: int, reason: str, sentence: str) -> None:
    until = team_today() + timedelta(days=days)
    with pytest.raises(desk.MoveRefused, match=sentence):
        holds.put_on_hold(case=answered_case(), until=until, reason=reason, by=coordinator)


def test_somebody_who_waits_for_an_answer_is_not_put_on_hold(coordinator: User) -> None:
    case = answered_case()
    write_to_desk(case=case, body="When do I fly?", form_token="a")
    with pytest.raises(desk.MoveRefused, match="The patient waits for an answer"):
        holds.put_on_hold(case=case, until=team_today() + timedelta(days=5), reason=REASON, by=coordinator)


def test_only_the_desk_holds_and_resumes(coordinator: User) -> None:
    case, editor = held(coordinator), make_staff(Role.EDITOR)
    with pytest.raises(PermissionDenied):
        holds.put_on_hold(case=answered_case(), until=team_today() + timedelta(days=5), reason=REASON, by=editor)
    with pytest.raises(PermissionDenied):
        holds.resume(case=case, by=editor)
    assert Case.objects.get(pk=case.pk).is_on_hold


def test_it_is_shown_as_such_and_leaves_the_waiting_lists(client: Client, coordinator: User) -> None:
    case = held(coordinator, owner=coordinator)
    waiting = answered_case(owner=coordinator)

    def found(query: str) -> list[str]:
        return [one.reference for one in client.get(LIST + query).context["cl"].result_list]

    for query in ("", "?status=open", "?whose=mine"):
        assert (query, found(query)) == (query, [waiting.reference])
    for query in ("?needs=hold", f"?q={case.reference}"):
        assert (query, found(query)) == (query, [case.reference])
    assert len(found("?status=travel")) == 2
    found_in = numbers(coordinator, {})
    assert case.on_hold_until is not None
    assert (found_in["mine"], found_in["current"], found_in["hold"]) == (1, 1, 1)
    assert case.on_hold_until is not None
    assert f">{case.on_hold_until:%-d %b}<" in client.get(f"{LIST}?needs=hold").content.decode()
    page = client.get(f"{LIST}{case.pk}/change/").content.decode()
    assert [word for word in ("On hold until", REASON, "Take off hold") if word not in page] == []


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Your case is on hold until"), ("ru", "Ваше обращение отложено до"), ("ar", "حالتك معلقة حتى")],
)
def test_the_patient_reads_until_when_and_not_why(coordinator: User, language: str, words: str) -> None:
    case = held(coordinator)
    text = patient_of(case).get(f"/{language}/case/{case.reference}/").content.decode()
    assert f"{words} \u2068{formats.day(case.on_hold_until, language)}" in text
    assert REASON not in text


def test_on_its_day_it_comes_back_by_itself_and_the_owner_hears_of_it(client: Client, coordinator: User) -> None:
    case, other = held(coordinator, owner=coordinator), held(coordinator, days=1)
    deliver_all()
    a_day_passes(case)
    assert (case.is_on_hold, case.turn) == (False, Turn.US), "also while nobody has written that down"
    resume_cases()
    resume_cases()
    case.refresh_from_db()
    assert (case.on_hold_until, case.on_hold_reason, case.status) == (None, "", "travel")
    assert Event.objects.filter(reference=case.reference, kind=EventKind.RESUMED, actor_kind="system").count() == 1
    (mail,) = deliver_all()
    assert (mail.to, mail.subject) == ([coordinator.email], f"\u2068{case.reference}\u2069 is back from its hold")
    assert REASON not in str(mail.body)
    assert Case.objects.get(pk=other.pk).is_on_hold


def test_when_the_patient_writes_it_comes_back(coordinator: User) -> None:
    case = held(coordinator)
    patient_of(case).post(f"/en/case/{case.reference}/messages/", {"body": "I can come sooner."})
    case.refresh_from_db()
    assert (case.on_hold_until, case.on_hold_reason, case.waiting_since is None) == (None, "", False)
    event = Event.objects.get(reference=case.reference, kind=EventKind.RESUMED)
    assert event.actor_kind == "patient"


def test_a_move_ends_it(coordinator: User) -> None:
    case = held(coordinator)
    desk.move(case=case, to=Status.ACCEPTED, by=coordinator)
    assert (case.on_hold_until, Case.objects.get(pk=case.pk).on_hold_reason) == (None, "")


def test_the_desk_puts_it_there_and_takes_it_off(client: Client, coordinator: User) -> None:
    case = answered_case()
    address = f"{LIST}{case.pk}/"
    assert f"{address}hold/" in client.get(f"{address}change/").content.decode()
    until = team_today() + timedelta(days=9)
    for data, sentence in (
        ({"until": "", "reason": "typed"}, "Enter until when the case waits."),
        ({"until": str(team_today()), "reason": "typed"}, "Enter a day after today and within a year."),
        ({"until": str(until + timedelta(days=400)), "reason": "typed"}, "Enter a day after today and within a year."),
    ):
        wrong = client.post(f"{address}hold/", data)
        text = wrong.content.decode()
        assert (wrong.status_code, sentence in text, "typed" in text) == (422, True, True)
    client.post(f"{address}hold/", {"until": str(until), "reason": REASON})
    case.refresh_from_db()
    assert (case.on_hold_until, case.on_hold_reason) == (until, REASON)
    client.post(f"{address}resume/")
    case.refresh_from_db()
    assert case.on_hold_until is None
    assert not OutboxItem.objects.filter(kind=effects.HOLD_OVER).exists()


def test_why_it_waits_is_encrypted(coordinator: User) -> None:
    held(coordinator)
    with connection.cursor() as cursor:
        cursor.execute("SELECT on_hold_reason FROM requests_case")
        (stored,) = cursor.fetchone()
    assert len(stored) > len(REASON)
    assert REASON.encode() not in bytes(stored)


def test_a_request_that_is_sent_again_ends_it(coordinator: User) -> None:
    token = "t" * 24
    case = submit(token=token)
    Case.objects.filter(pk=case.pk).update(status="travel", **ANSWERED)
    holds.put_on_hold(case=case, until=team_today() + timedelta(days=30), reason=REASON, by=coordinator)
    submit(token=token, message="Other words")
    case.refresh_from_db()
    assert (case.on_hold_until, case.waiting_since is None) == (None, False)
