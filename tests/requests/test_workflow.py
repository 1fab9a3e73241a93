"""The workflow as it was agreed, pair by pair; whose turn it is; how a case ends and comes back."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import EventKind, Flag, Outcome, Status, Turn
from requests.models import Case, Event, Note
from requests.services import desk
from requests.services.messages import write_to_desk, write_to_patient
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.requests.conftest import Clock
from tests.requests.states import ANSWERED, case_in, fresh

pytestmark = pytest.mark.django_db

# The road as agreed, written out once more: a change of the table must be meant.
ROAD = [
    ("new", "triage"),
    ("triage", "waiting_documents"),
    ("triage", "estimate_sent"),
    ("waiting_documents", "documents_complete"),
    ("documents_complete", "with_clinics"),
    ("documents_complete", "waiting_documents"),
    ("with_clinics", "offers_in"),
    ("offers_in", "estimate_sent"),
    ("offers_in", "with_clinics"),
    ("estimate_sent", "accepted"),
    ("estimate_sent", "offers_in"),
    ("accepted", "travel"),
    ("accepted", "offers_in"),
    ("travel", "arrived"),
    ("travel", "accepted"),
    ("travel", "offers_in"),
    ("arrived", "in_treatment"),
    ("in_treatment", "recovery"),
    ("no_answer", "triage"),
    ("declined_by_patient", "triage"),
    ("spam", "triage"),
]
OPEN = [
    *("new", "triage", "waiting_documents", "documents_complete", "with_clinics", "offers_in"),
    *("estimate_sent", "accepted", "travel", "arrived", "in_treatment", "recovery"),
]
ENDINGS = ["declined_by_patient", "declined_by_us", "no_answer", "duplicate", "spam"]
ALLOWED = {*ROAD, *product(OPEN, [*ENDINGS, "closed"])}
STATES = [*OPEN, "closed", *ENDINGS]


@pytest.fixture
def lead() -> User:
    return make_staff(Role.LEAD)


def move(case: Case, to: str, by: User, **values: Any) -> None:
    if to == "closed":
        values.setdefault("outcome", Outcome.HOME if case.status == "recovery" else Outcome.TOO_ILL)
    if to == "duplicate":
        values.setdefault("merged_into", fresh())
    desk.move(case=case, to=Status(to), by=by, **values)


def kinds(case: Case) -> list[str]:
    return list(Event.objects.filter(reference=case.reference).values_list("kind", flat=True))


def moved(case: Case) -> list[tuple[str, str]]:
    rows = Event.objects.filter(reference=case.reference, kind=EventKind.MOVED)
    return list(rows.values_list("from_status", "to_status"))


# ── The table ────────────────────────────────────────────────────────────────────────────────


def test_these_are_all_states() -> None:
    assert sorted(STATES) == sorted(Status.values)


@pytest.mark.parametrize("old", STATES)
def test_each_pair_is_allowed_or_refused_as_agreed(old: str, coordinator: User) -> None:
    for new in STATES:
        case = case_in(old)
        before = Case.objects.values().get(pk=case.pk)
        if (old, new) in ALLOWED:
            move(case, new, coordinator)
            assert (case.status, Case.objects.get(pk=case.pk).status) == (new, new)
            assert moved(case) == [(old, new)]
        else:
            with pytest.raises(desk.MoveRefused, match="cannot go from"):
                move(case, new, coordinator)
            assert Case.objects.values().get(pk=case.pk) == before
            assert moved(case) == []


def test_the_whole_road_can_be_walked(coordinator: User) -> None:
    case = submit()
    road = [*OPEN[1:], "closed"]
    for to in road:
        move(case, to, coordinator)
    assert moved(case) == list(zip(["new", *road[:-1]], road, strict=True))
    assert (case.is_open, case.outcome) == (False, Outcome.HOME)


def test_a_move_says_who_and_when(coordinator: User) -> None:
    case = submit()
    move(case, "triage", coordinator)
    event = Event.objects.get(reference=case.reference, kind=EventKind.MOVED)
    assert (event.actor_kind, event.actor_id) == ("staff", coordinator.pk)
    assert abs(event.at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER, Role.FINANCE])
def test_only_the_desk_moves_cases(role: Role) -> None:
    case = submit()
    with pytest.raises(PermissionDenied):
        move(case, "triage", make_staff(role))
    with pytest.raises(PermissionDenied):
        move(case, "triage", make_staff(Role.COORDINATOR, is_active=False))
    case.refresh_from_db()
    assert (case.status, moved(case)) == ("new", [])


def test_a_stale_page_moves_from_where_the_case_is(coordinator: User) -> None:
    """Two coordinators have the case open; the second one's click is judged by the newest state."""
    case = submit()
    stale = Case.objects.get(pk=case.pk)
    move(case, "triage", coordinator)
    move(case, "waiting_documents", coordinator)
    with pytest.raises(desk.MoveRefused):
        move(stale, "triage", coordinator)
    assert Case.objects.get(pk=case.pk).status == "waiting_documents"


# ── Whose turn ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", STATES)
def test_whose_turn_it_is_and_the_page_says_so(status: str) -> None:
    case = case_in(status, **ANSWERED)
    turn = Turn.US if status in OPEN else Turn.NOBODY
    if status in {"waiting_documents", "estimate_sent", "accepted"}:
        turn = Turn.PATIENT
    if status == "with_clinics":
        turn = Turn.CLINICS
    assert case.turn == turn
    if status in {"spam", "duplicate"}:
        return  # one sentence, see test_spam.py; the page of the living case, see test_merging.py
    text = patient_of(case).get(f"/en/case/{case.reference}/").content.decode()
    words = {
        Turn.US: "our turn",
        Turn.PATIENT: "your turn",
        Turn.CLINICS: "the clinics’ turn",
        Turn.NOBODY: "nobody’s turn",
    }
    assert [one for one in words.values() if f"<dd>{one}</dd>" in text] == [words[turn]]


@pytest.mark.parametrize("status", [status for status in STATES if status != "duplicate"])
def test_the_page_says_what_to_do_in_every_language(status: str) -> None:
    case = case_in(status)
    client = patient_of(case)
    said = set()
    for language in ("en", "ru", "ar"):
        html = client.get(f"/{language}/case/{case.reference}/").content.decode()
        lead = html.partition('<p class="lead">')[2].partition("</p>")[0]
        assert len(lead) > 20
        said.add(lead)
    assert len(said) == 3


# ── Ends ─────────────────────────────────────────────────────────────────────────────────────


def test_an_ending_keeps_when_and_why(clock: type[Clock], coordinator: User) -> None:
    for ending in ENDINGS:
        case = case_in("triage")
        move(case, ending, coordinator, reason="Treatment at home is as good")
        case.refresh_from_db()
        assert (case.closed_at, case.outcome) == (clock.moment, "")
        assert Note.objects.get(case=case).body == "Treatment at home is as good"
        assert kinds(case)[-2:] == [EventKind.MOVED, EventKind.NOTE]


def test_a_case_closes_with_an_outcome_only(coordinator: User) -> None:
    case = case_in("recovery")
    with pytest.raises(desk.MoveRefused, match="how the case ended"):
        desk.move(case=case, to=Status.CLOSED, by=coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(status="closed")
    for outcome in (Outcome.HOME, Outcome.OTHER):
        other = case_in("recovery")
        move(other, "closed", coordinator, outcome=outcome)
        assert (other.status, other.outcome) == ("closed", outcome)


def test_a_duplicate_names_another_case(coordinator: User) -> None:
    case, other = submit(), submit()
    for wrong in (None, case):
        with pytest.raises(desk.MoveRefused, match="reference of the case"):
            desk.move(case=case, to=Status.DUPLICATE, by=coordinator, merged_into=wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(status="duplicate")
    move(case, "duplicate", coordinator, merged_into=other)
    assert (case.merged_into, list(other.merged.all())) == (other, [case])


@pytest.mark.parametrize("to", ["triage", *ENDINGS])
def test_a_held_case_may_end_but_not_go_on(coordinator: User, to: str) -> None:
    case = submit(flags=(Flag.HONEYPOT,))
    if to == "triage":
        with pytest.raises(desk.MoveRefused, match="quarantine"):
            move(case, to, coordinator)
    else:
        move(case, to, coordinator)
        assert case.status == to


# ── Back ─────────────────────────────────────────────────────────────────────────────────────


def test_refusals_use_the_words_of_the_desk(coordinator: User) -> None:
    case = case_in("declined_by_patient")
    with pytest.raises(desk.MoveRefused) as refusal:
        move(case, "documents_complete", coordinator)
    assert str(refusal.value) == "A case cannot go from “Declined by patient” to “Documents complete”."


@pytest.mark.parametrize("ending", ["no_answer", "declined_by_patient"])
def test_a_message_brings_an_ended_case_back(clock: type[Clock], coordinator: User, ending: str) -> None:
    case = case_in("estimate_sent", answered_at=clock.moment)
    move(case, ending, coordinator)
    patient_of(case).post(f"/en/case/{case.reference}/messages/", {"body": "I changed my mind."})
    address = f"/admin/requests/case/{case.pk}/"
    buttons = staff_client(coordinator).get(f"{address}change/").context["moves"]
    assert [button["url"] for button in buttons] == [f"{address}move/triage/"]
    staff_client(coordinator).post(f"{address}move/triage/")
    case.refresh_from_db()
    assert (case.status, case.closed_at, case.outcome, case.is_open) == ("triage", None, "", True)
    assert moved(case) == [("estimate_sent", ending), (ending, "triage")]


@pytest.mark.parametrize("ending", ["closed", "declined_by_us", "duplicate"])
def test_other_endings_stay(coordinator: User, ending: str) -> None:
    case = case_in(ending)
    context = staff_client(coordinator).get(f"/admin/requests/case/{case.pk}/change/").context
    assert ([*context["moves"]], [*context["endings"]]) == ([], [])


# ── Events ───────────────────────────────────────────────────────────────────────────────────


def test_everything_that_happens_is_an_event(coordinator: User, lead: User) -> None:
    case = submit()
    desk.assign(case=case, to=lead, by=coordinator)
    move(case, "triage", lead, reason="Looks fine")
    write_to_patient(case=case, body="Hello", by=lead, form_token="a")
    write_to_desk(case=case, body="Thank you", form_token="b")
    desk.add_note(case=case, body="Nice", by=lead)
    assert kinds(case) == [
        EventKind.SENT,
        EventKind.ASSIGNED,
        EventKind.MOVED,
        EventKind.NOTE,
        EventKind.MESSAGE_OUT,
        EventKind.MESSAGE_IN,
        EventKind.NOTE,
    ]
    actors = list(Event.objects.filter(reference=case.reference).values_list("actor_kind", "actor_id"))
    staff = [("staff", coordinator.pk), *[("staff", lead.pk)] * 3]
    assert actors == [("patient", None), *staff, ("patient", None), ("staff", lead.pk)]


def test_events_are_written_once_and_for_good() -> None:
    event = Event.objects.get(reference=submit().reference)
    event.kind = EventKind.MOVED
    with pytest.raises(TypeError, match="never changed"):
        event.save()
    with pytest.raises(TypeError, match="never deleted"):
        event.delete()
