"""Four rules make tasks of the desk by themselves: a silent patient, an expiring estimate, a missing paper, an unopened referral."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from conditions.models import Condition
from portal.accounts.models import User
from portal.core.models import TeamDay
from requests.admin import labels
from requests.enums import DecisionKind, EventKind, NextTurn, Outcome, ReferralDecline, Status
from requests.models import Case, Consent, Estimate, EstimateDecision, Event, Referral, Task, TaskKind
from requests.periodic import chase
from requests.selectors import chasing as chased
from requests.selectors.queue import adrift
from requests.selectors.queue_rows import rows
from requests.services import chasing, clinic_answers, desk, document_tasks, missing_papers, next_dates, tasks
from requests.services import clock as answers
from requests.services.messages import write_to_desk, write_to_patient
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_clinic, make_condition, make_contact, make_document, make_offer, make_referral
from tests.requests.conftest import Clock, at
from tests.requests.states import ANSWERED, case_in, fresh
from tests.requests.test_decisions import issued
from tests.stored import rows_of

pytestmark = pytest.mark.django_db

MONDAY = "2026-11-23T10:00"


@pytest.fixture(autouse=True)
def _clock(clock: type[Clock]) -> None:
    """Every test begins on a Monday at ten."""


def now(text: str) -> datetime:
    """Move the clock."""
    Clock.moment = at(text)
    return Clock.moment


def made(kind: str = "") -> list[Task]:
    """Return the open tasks that chase somebody."""
    found = chased.open_tasks().select_related("kind", "case")
    return list(found.filter(kind__code=kind) if kind else found)


def silent(**fields: Any) -> Case:
    return case_in("waiting_documents", **ANSWERED, owner=fields.pop("owner", None), **fields)


def expiring(by: User, days: int = 7) -> Estimate:
    """Return an estimate that is issued on Monday and ends on the next one."""
    case = fresh()
    Case.objects.filter(pk=case.pk).update(
        **ANSWERED, condition=Condition.objects.first() or make_condition(), owner=by
    )
    estimate = issued(Case.objects.get(pk=case.pk), by, days=days)
    estimate.case.tasks.all().delete()
    return estimate


def asked_paper(by: User, case: Case | None = None, **more: Any) -> Task:
    """Return a task that asks a patient for papers until Tuesday evening."""
    case = case or case_in("waiting_documents", **ANSWERED)
    kind = TaskKind.objects.get(code="papers")
    told: dict[str, Any] = {"details": "كشف الدم", "due_at": at("2026-11-24T18:00"), "form_token": "t" * 20}
    return tasks.ask(case=case, kind=kind, by=by, **told | more)


def sent(by: User, **columns: Any) -> Referral:
    case = case_in("with_clinics", **ANSWERED, condition=make_condition())
    return make_referral(case, by=by, **columns)


# ── A silent patient ─────────────────────────────────────────────────────────────────────────


def test_a_week_of_silence_makes_one_task() -> None:
    case = silent()
    assert chasing.silent_patients(now("2026-11-30T09:59")) == 0
    assert chasing.silent_patients(now("2026-11-30T10:00")) == 1
    [task] = made()
    assert (task.case, task.kind.code, task.for_desk, task.is_shown) == (case, "chase-patient", True, False)
    assert task.due_at == at("2026-12-01T10:00")
    event = Event.objects.get(kind=EventKind.TASK_ASKED, object_id=task.pk)
    assert (event.reference, event.actor_kind) == (case.reference, "system")
    assert chasing.silent_patients(now("2026-12-10T10:00")) == 0


def test_a_silence_that_somebody_saw_to_makes_no_other_task(coordinator: User) -> None:
    silent(), silent()
    assert chasing.silent_patients(now("2026-11-30T10:00")) == 2
    done, withdrawn = made()
    tasks.finish(task=done, by=coordinator)
    tasks.withdraw(task=withdrawn, by=coordinator)
    for _run in range(2):
        assert chasing.silent_patients(now("2026-12-15T10:00")) == 0


def test_days_of_the_team_count() -> None:
    TeamDay.objects.create(on=date(2026, 11, 25))
    TeamDay.objects.create(on=date(2026, 11, 26))
    TeamDay.objects.create(on=date(2026, 11, 28), is_working=True)  # a Saturday
    silent()
    assert chasing.silent_patients(now("2026-12-01T09:59")) == 0
    assert chasing.silent_patients(now("2026-12-01T10:00")) == 1


@pytest.mark.parametrize("begins", ["2026-11-27T23:00", "2026-11-28T12:00", "2026-11-29T03:00"])
def test_a_silence_that_begins_on_a_weekend_is_counted_from_monday(begins: str) -> None:
    now(begins)
    silent()
    assert chasing.silent_patients(now("2026-12-04T17:59")) == 0
    assert chasing.silent_patients(now("2026-12-04T18:00")) == 1


@pytest.mark.parametrize(
    "columns",
    [
        {"status": Status.TRIAGE},
        {"status": Status.WITH_CLINICS},
        {"status": Status.NO_ANSWER},
        {"status": Status.SPAM},
        {"status": Status.CLOSED, "outcome": Outcome.DIED},
        {"is_quarantined": True},
        {"status": Status.ACCEPTED, "on_hold_until": date(2027, 1, 1)},
        {"wrapped_key": b""},
    ],
    ids=str,
)
def test_a_patient_whose_turn_it_is_not_is_not_silent(columns: dict[str, Any]) -> None:
    case = silent()
    Case.objects.filter(pk=case.pk).update(**columns)
    assert chasing.silent_patients(now("2026-12-15T10:00")) == 0
    Case.objects.filter(pk=case.pk).update(
        status="waiting_documents", is_quarantined=False, on_hold_until=None, wrapped_key=case.wrapped_key
    )
    assert chasing.silent_patients(now("2026-12-15T10:00")) == 1


def test_who_waits_for_us_is_not_silent() -> None:
    case_in("waiting_documents")
    assert chasing.silent_patients(now("2026-12-15T10:00")) == 0


def test_a_merged_case_is_chased_where_it_goes_on() -> None:
    into = silent()
    case_in("duplicate", merged_into=into, **ANSWERED)
    assert chasing.silent_patients(now("2026-12-15T10:00")) == 1
    assert made()[0].case == into


@pytest.mark.parametrize(
    ("code", "due", "is_nearer"),
    [
        ("follow-up", "2026-11-26T18:00", True),  # the usual reminder is late: it says the same
        ("follow-up", "2026-12-01T10:00", True),
        ("follow-up", "2026-12-01T10:01", False),
        ("questionnaire", "2026-12-01T10:00", True),
        ("questionnaire", "2026-11-27T18:00", False),  # the patient's own day is past
        ("questionnaire", "2026-12-09T18:00", False),
    ],
)
def test_a_date_that_is_nearer_is_waited_for(coordinator: User, code: str, due: str, is_nearer: bool) -> None:
    case, kind = silent(), TaskKind.objects.get(code=code)
    tasks.ask(case=case, kind=kind, details="", due_at=at(due), by=coordinator, form_token="d" * 20)
    assert chasing.silent_patients(now("2026-11-30T10:00")) == (0 if is_nearer else 1)


@pytest.mark.parametrize("what", ["message", "answer", "task", "paper", "contact"])
def test_a_word_of_either_side_ends_the_silence(coordinator: User, what: str) -> None:
    case = silent(owner=coordinator)
    now("2026-11-25T10:00")
    if what == "message":
        write_to_desk(case=case, body="I look for it", form_token="m" * 20)
        answers.no_answer_needed(case=case, by=coordinator, seen=2)
    elif what == "answer":
        write_to_patient(case=case, body="Did you find it?", by=coordinator, form_token="m" * 20)
    elif what == "task":
        kind = TaskKind.objects.get(code="travel")
        tasks.ask(case=case, kind=kind, details="", due_at=at("2026-11-26T10:00"), by=coordinator, form_token="m" * 20)
    elif what == "paper":
        make_document(case)
        case.tasks.all().delete()
        Case.objects.filter(pk=case.pk).update(**ANSWERED)
    else:
        desk_event = Event(reference=case.reference, kind=EventKind.CONTACT_LOGGED, actor_kind="staff")
        desk_event.save(force_insert=True)
    assert chasing.silent_patients(now("2026-12-02T09:59")) == 0
    assert chasing.silent_patients(now("2026-12-02T10:00")) == 1


def test_a_word_takes_the_task_back_and_the_next_silence_makes_another(coordinator: User) -> None:
    case = silent(owner=coordinator)
    now("2026-11-30T10:00")
    chase()
    chase()
    [task] = made()
    now("2026-11-30T12:00")
    write_to_patient(case=case, body="Did you find it?", by=coordinator, form_token="m" * 20)
    chase()
    task.refresh_from_db()
    assert (task.withdrawn_at, made()) == (at("2026-11-30T12:00"), [])
    assert not Case.objects.filter(adrift()).exists()
    case.tasks.open().delete()
    now("2026-12-07T12:00")
    chase()
    assert [(row.case, row.pk != task.pk) for row in made()] == [(case, True)]


@pytest.mark.parametrize(
    "columns",
    [{"status": Status.TRIAGE}, {"status": Status.DECLINED_BY_US}, {"is_quarantined": True}],
    ids=str,
)
def test_a_case_that_goes_another_way_takes_its_task_back(columns: dict[str, Any]) -> None:
    case = silent()
    now("2026-11-30T10:00")
    chase()
    Case.objects.filter(pk=case.pk).update(**columns)
    chase()
    assert made() == []


def test_a_case_whose_task_is_taken_back_has_a_date(coordinator: User) -> None:
    case = silent(owner=coordinator)
    now("2026-11-30T10:00")
    chase()
    desk.move(case=case, to=Status.DOCUMENTS_COMPLETE, by=coordinator)
    assert chasing.withdraw_settled(now("2026-11-30T11:00")) == 1
    [task] = case.tasks.open()
    assert (task.kind.code, task.turn, task.due_at) == ("follow-up", NextTurn.US, at("2026-12-02T18:00"))
    assert next_dates.keep(Case.objects.get(pk=case.pk)) is None
    assert not Case.objects.filter(adrift()).exists()


# ── An estimate that expires ─────────────────────────────────────────────────────────────────


def test_an_estimate_makes_a_task_three_working_days_before_it_ends(coordinator: User) -> None:
    estimate = expiring(coordinator)
    assert str(estimate.valid_until) == "2026-11-30"
    # Two of the five days are a weekend, so the third working day before Monday is Wednesday.
    assert chasing.expiring_estimates(now("2026-11-24T18:00")) == 0
    assert chasing.expiring_estimates(now("2026-11-25T10:01")) == 1
    [task] = made()
    assert (task.case, task.kind.code, task.details) == (estimate.case, "chase-estimate", "30 Nov 2026\n30.11.2026")
    assert "30 Nov" not in " ".join(rows_of("requests_task"))
    tasks.finish(task=task, by=coordinator)
    assert chasing.expiring_estimates(now("2026-11-27T10:00")) == 0


def test_a_holiday_of_the_team_leaves_the_desk_its_three_days(coordinator: User) -> None:
    expiring(coordinator)
    TeamDay.objects.create(on=date(2026, 11, 27))
    assert chasing.expiring_estimates(now("2026-11-25T10:01")) == 1


def test_what_is_over_or_was_just_issued_is_not_chased(coordinator: User) -> None:
    expiring(coordinator, days=2)
    assert chasing.expiring_estimates(now("2026-11-25T10:00")) == 0
    assert chasing.expiring_estimates(now("2026-11-26T10:00")) == 0, "it ended yesterday"


@pytest.mark.parametrize(
    "columns",
    [
        {"status": Status.OFFERS_IN},
        {"on_hold_until": date(2027, 1, 1)},
        {"status": Status.CLOSED, "outcome": Outcome.DIED},
        {"status": Status.SPAM},
        {"is_quarantined": True},
    ],
    ids=str,
)
def test_an_estimate_that_nobody_decides_about_now_is_not_chased(coordinator: User, columns: dict[str, Any]) -> None:
    estimate, moment = expiring(coordinator), now("2026-11-26T10:00")
    Case.objects.filter(pk=estimate.case_id).update(**columns)
    assert chasing.expiring_estimates(moment) == 0
    Case.objects.filter(pk=estimate.case_id).update(
        status=Status.ESTIMATE_SENT, outcome="", is_quarantined=False, on_hold_until=None
    )
    assert chasing.expiring_estimates(moment) == 1
    Case.objects.filter(pk=estimate.case_id).update(**columns)
    chase()
    assert made() == []


@pytest.mark.parametrize("ends", ["decided", "superseded"])
def test_a_decision_takes_the_task_back(coordinator: User, ends: str) -> None:
    estimate = expiring(coordinator)
    now("2026-11-26T10:00")
    chase()
    chase()
    [task] = made()
    if ends == "decided":
        EstimateDecision.objects.create(
            case=estimate.case, estimate=estimate, kind=DecisionKind.DECLINED, language="en", reason="other"
        )
    else:
        issued(estimate.case, coordinator, days=60)
    chase()
    task.refresh_from_db()
    assert (task.withdrawn_at, made("chase-estimate")) == (Clock.moment, [])


def test_an_estimate_that_ended_is_still_to_be_seen_to(coordinator: User) -> None:
    expiring(coordinator)
    now("2026-11-26T10:00")
    chase()
    now("2026-12-03T10:00")
    chase()
    assert len(made("chase-estimate")) == 1


def test_an_estimate_of_a_merged_case_is_chased_where_it_goes_on(coordinator: User) -> None:
    estimate, into = expiring(coordinator), case_in("estimate_sent", **ANSWERED)
    Case.objects.filter(pk=estimate.case_id).update(status=Status.DUPLICATE, merged_into=into)
    assert chasing.expiring_estimates(now("2026-11-26T10:00")) == 1
    assert made()[0].case == into
    chase()
    assert [task.case for task in made("chase-estimate")] == [into]


# ── A paper that is missing ──────────────────────────────────────────────────────────────────


def test_a_paper_makes_a_task_two_working_days_after_its_day(coordinator: User) -> None:
    asked = asked_paper(coordinator)
    assert chasing.missing_papers(now("2026-11-26T17:59")) == 0
    assert chasing.missing_papers(now("2026-11-26T18:00")) == 1
    [task] = made()
    assert (task.case, task.kind.code, task.details) == (asked.case, "chase-paper", "كشف الدم")
    tasks.finish(task=task, by=coordinator)
    assert chasing.missing_papers(now("2026-12-10T10:00")) == 0


def test_a_weekend_and_a_day_off_are_not_late(coordinator: User) -> None:
    asked_paper(coordinator, due_at=at("2026-11-27T18:00"))
    TeamDay.objects.create(on=date(2026, 11, 30))
    assert chasing.missing_papers(now("2026-12-02T17:59")) == 0
    assert chasing.missing_papers(now("2026-12-02T18:00")) == 1


def test_a_paper_of_the_checklist_is_named_in_both_languages(coordinator: User) -> None:
    case = case_in("waiting_documents", **ANSWERED)
    asked: dict[str, Any] = {"details": "", "due_at": at("2026-11-24T18:00"), "by": coordinator}
    document_tasks.ask(case=case, need="discharge", form_token="t" * 20, **asked)
    now("2026-11-26T18:00")
    chase()
    [task] = made()
    assert task.details.splitlines() == ["Discharge papers from Russia", "Выписка из российской клиники"]


@pytest.mark.parametrize("need", ["", "discharge"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_paper_that_comes_is_not_missing(coordinator: User, need: str, when: str) -> None:
    asked = asked_paper(coordinator, need=need)
    now("2026-11-26T18:00")
    if when == "after":
        chase()
        assert len(made("chase-paper")) == 1
    make_document(asked.case, need=need)
    chase()
    assert made("chase-paper") == []
    assert Task.objects.filter(kind__code="chase-paper").count() == (when == "after")


def test_another_paper_a_refused_one_and_an_older_one_do_not_help(coordinator: User) -> None:
    case = case_in("waiting_documents", **ANSWERED)
    make_document(case, name="old.pdf", need="discharge", state="accepted")
    now("2026-11-23T12:00")
    asked_paper(coordinator, case, need="discharge")
    make_document(case, name="blood.pdf", data=b"%PDF-1.7 blood")
    paper = make_document(case, name="poor.pdf", data=b"%PDF-1.7 poor", need="discharge", state="rejected")
    assert paper.state == "rejected"
    case.tasks.of_patient().update(done_at=None)
    assert chasing.missing_papers(now("2026-11-26T18:00")) == 1


def test_a_paper_that_the_patient_does_not_have_is_not_chased(coordinator: User) -> None:
    asked = asked_paper(coordinator, need="discharge")
    now("2026-11-26T18:00")
    chase()
    missing_papers.say(case=asked.case, need="discharge")
    chase()
    assert made("chase-paper") == []


def test_a_task_without_papers_or_day_and_a_done_one_are_no_missing_papers(coordinator: User) -> None:
    case = case_in("waiting_documents", **ANSWERED)
    kind = TaskKind.objects.get(code="travel")
    tasks.ask(case=case, kind=kind, details="", due_at=at("2026-11-24T18:00"), by=coordinator, form_token="x" * 20)
    tasks.finish(task=asked_paper(coordinator, case), by=coordinator)
    assert chasing.missing_papers(now("2026-12-15T10:00")) == 0


@pytest.mark.parametrize(
    "columns",
    [{"status": Status.NO_ANSWER}, {"status": Status.SPAM}, {"is_quarantined": True}, {"wrapped_key": b""}],
    ids=str,
)
def test_papers_of_a_case_that_nobody_works_on_are_not_chased(coordinator: User, columns: dict[str, Any]) -> None:
    asked = asked_paper(coordinator)
    Case.objects.filter(pk=asked.case_id).update(**columns)
    assert chasing.missing_papers(now("2026-12-15T10:00")) == 0


def test_a_paper_on_hold_is_not_chased(coordinator: User) -> None:
    asked = asked_paper(coordinator, case_in("accepted", **ANSWERED))
    Case.objects.filter(pk=asked.case_id).update(on_hold_until=date(2027, 1, 1))
    assert chasing.missing_papers(now("2026-12-15T10:00")) == 0
    Case.objects.filter(pk=asked.case_id).update(on_hold_until=None)
    assert chasing.missing_papers(now("2026-12-15T10:00")) == 1


def test_a_paper_of_a_merged_case_comes_where_it_goes_on(coordinator: User) -> None:
    asked, into = asked_paper(coordinator), case_in("waiting_documents", **ANSWERED)
    Case.objects.filter(pk=asked.case_id).update(status=Status.DUPLICATE, merged_into=into)
    now("2026-11-26T18:00")
    chase()
    assert [task.case for task in made("chase-paper")] == [into]
    make_document(into)
    chase()
    assert made("chase-paper") == []


# ── A referral that nobody opens ─────────────────────────────────────────────────────────────


def test_a_referral_makes_a_task_two_working_days_after_it_was_sent(coordinator: User) -> None:
    referral = sent(coordinator)
    assert chasing.unopened_referrals(now("2026-11-25T09:59")) == 0
    assert chasing.unopened_referrals(now("2026-11-25T10:00")) == 1
    [task] = made()
    assert (task.case, task.kind.code) == (referral.case, "chase-clinic")
    assert task.details == "Test Clinic\nПроверочная клиника"
    tasks.withdraw(task=task, by=coordinator)
    assert chasing.unopened_referrals(now("2026-11-27T10:00")) == 0


def test_each_clinic_is_chased_for_itself(coordinator: User) -> None:
    first = sent(coordinator)
    contact = make_contact("second-clinic", clinic=make_clinic("second-clinic", name_en="Second", name_ru="Вторая"))
    make_referral(first.case, by=coordinator, contact=contact)
    assert chasing.unopened_referrals(now("2026-11-25T10:00")) == 2
    assert {task.details.split("\n")[0] for task in made()} == {"Test Clinic", "Second"}


def test_a_weekend_does_not_count_for_a_clinic(coordinator: User) -> None:
    now("2026-11-27T12:00")
    sent(coordinator)
    TeamDay.objects.create(on=date(2026, 11, 30))
    assert chasing.unopened_referrals(now("2026-12-02T11:59")) == 0
    assert chasing.unopened_referrals(now("2026-12-02T12:00")) == 1


def _withdraw_consent(referral: Referral) -> None:
    Consent.objects.filter(pk=referral.consent_id).update(withdrawn_at=timezone.now())


def _contact_leaves(referral: Referral) -> None:
    type(referral.contact).objects.filter(pk=referral.contact_id).update(is_active=False)


def _column(**columns: Any) -> Callable[[Referral], Any]:
    return lambda referral: Referral.objects.filter(pk=referral.pk).update(**columns)


def _case(**columns: Any) -> Callable[[Referral], Any]:
    return lambda referral: Case.objects.filter(pk=referral.case_id).update(**columns)


OVER: dict[str, Callable[[Referral], Any]] = {
    "opened": _column(opened_at=at("2026-11-24T10:00")),
    "declined": _column(declined_at=at("2026-11-24T10:00"), decline_reason="other"),
    "revoked": _column(revoked_at=at("2026-11-24T10:00")),
    "expired": _column(expires_at=at("2026-11-24T10:00")),
    "consent withdrawn": _withdraw_consent,
    "contact left": _contact_leaves,
    "answered by phone": make_offer,
    "case ended": _case(status=Status.NO_ANSWER),
    "spam": _case(status=Status.SPAM),
    "died": _case(status=Status.CLOSED, outcome=Outcome.DIED),
    "quarantined": _case(is_quarantined=True),
    "held": _case(status=Status.OFFERS_IN, on_hold_until=date(2027, 1, 1)),
}


@pytest.mark.parametrize("over", OVER.values(), ids=OVER)
@pytest.mark.parametrize("is_chased", [False, True], ids=["before", "after"])
def test_a_referral_that_nobody_waits_for_has_no_task(
    coordinator: User, over: Callable[[Referral], Any], is_chased: bool
) -> None:
    referral = sent(coordinator)
    now("2026-11-25T10:00")
    if is_chased:
        chase()
        assert len(made("chase-clinic")) == 1
    over(referral)
    chase()
    assert made("chase-clinic") == []
    assert Task.objects.filter(kind__code="chase-clinic").count() == is_chased


# ── All of them ──────────────────────────────────────────────────────────────────────────────


def test_whoever_is_chased_for_something_is_not_chased_for_silence(coordinator: User) -> None:
    asked_paper(coordinator)
    now("2026-12-15T10:00")
    chase()
    chase()
    assert [task.kind.code for task in made()] == ["chase-paper"]


def test_two_hundred_cases_take_two_runs_and_few_statements() -> None:
    Case.objects.bulk_create(
        Case(**{**ANSWERED, "status": "waiting_documents", "for_whom": "me", "country": "AE", "language": "en"})
        for _number in range(200)
    )
    moment = now("2026-11-30T10:00")
    for expected in (100, 100):
        with CaptureQueriesContext(connection) as told:
            assert chasing.silent_patients(moment) == expected
        assert len(told) <= 3 + 100 * 8
    with CaptureQueriesContext(connection) as told:
        chase()
    assert (len(told) <= 20, len(made())) == (True, 200)


def test_a_run_that_finds_nothing_asks_no_more_for_many_cases(coordinator: User) -> None:
    counts = []
    for _number in range(2):
        for _more in range(3):
            asked_paper(coordinator, form_token=str(Task.objects.count()) * 5)
            expiring(coordinator)
        with CaptureQueriesContext(connection) as told:
            chase()
        counts.append(len(told))
    assert counts[0] == counts[1]


# ── What the desk reads ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "next_step", "short"),
    [
        ("en", "Ask a clinic again that has not opened the brief: Test Clinic", "ask again: Test Clinic"),
    ],
)
def test_the_queue_and_the_case_say_whom_to_chase(coordinator: User, language: str, next_step: str, short: str) -> None:
    case = sent(coordinator).case
    now("2026-11-25T10:00")
    chase()
    client: Client = staff_client(coordinator)
    page = client.get(f"/admin/requests/case/{case.pk}/change/")
    assert page.context["next_step"] == next_step
    queue = client.get("/admin/requests/case/").content.decode()
    assert f"<strong>We</strong> · {short}" in queue
    assert next_step in queue
    # What it is about stays sealed while names are hidden; that somebody is to be asked does not.
    [row] = rows([Case.objects.get(pk=case.pk)], hides_names=True)
    assert labels.short_next(row.case, row.chase) == ("We", "ask again: –")
    # The patient sees nothing of it.
    assert "Test Clinic" not in patient_of(case).get(f"/en/case/{case.reference}/").content.decode()


def test_of_two_chases_the_queue_and_the_case_name_the_same(coordinator: User) -> None:
    case = case_in("waiting_documents", **ANSWERED)
    chases = {"chase-paper": "CT scan\nКТ", "chase-clinic": "Test Clinic\nПроверочная клиника"}
    # Both are due at one moment and made at one moment, the one with the higher key first.
    for number, (code, details) in enumerate(chases.items()):
        columns: dict[str, Any] = {"kind": TaskKind.objects.get(code=code), "for_desk": True, "is_shown": False}
        Task.objects.create(
            pk=UUID(int=9 - number), case=case, details=details, due_at=at("2026-11-24T10:00"), **columns
        )
    Task.objects.update(created_at=at("2026-11-23T10:00"))
    [row] = rows([Case.objects.get(pk=case.pk)], hides_names=False)
    assert row.chase == chased.Chase("chase-clinic", chases["chase-clinic"])
    page = staff_client(coordinator).get(f"/admin/requests/case/{case.pk}/change/")
    assert page.context["next_step"].endswith("brief: Test Clinic")


def test_what_a_clinic_asked_or_answered_comes_before_whom_to_chase(coordinator: User) -> None:
    referral = sent(coordinator)
    case = referral.case
    Case.objects.filter(pk=case.pk).update(owner=coordinator)
    now("2026-11-25T10:00")
    chase()
    client = staff_client(coordinator)
    assert len(made("chase-clinic")) == 1

    def said() -> tuple[str, tuple[str, str]]:
        [row] = rows([Case.objects.get(pk=case.pk)], hides_names=False)
        step = labels.next_step(row.case, row.chase, row.of_clinic)
        assert client.get(f"/admin/requests/case/{case.pk}/change/").context["next_step"] == step
        assert step in client.get("/admin/requests/case/").content.decode()
        return step, labels.short_next(row.case, row.chase, row.of_clinic)

    # A no is an answer too, which the desk reads.
    clinic_answers.decline(referral=referral, reason=ReferralDecline.OTHER, words="Not us")
    assert said() == ("Read what a clinic answered", ("We", "read the clinic’s answer"))
    clinic_answers.ask(referral=referral, body="Which chemotherapy?", form_token="q" * 20)
    assert said() == ("Answer the question of a clinic", ("We", "answer the clinic"))
    row = rows([Case.objects.get(pk=case.pk)], hides_names=True)[0]
    assert row.of_clinic == "answer-clinic"
    write_to_desk(case=case, body="I look for it", form_token="m" * 20)
    assert said() == ("Answer the patient", ("We", "answer"))
    Case.objects.filter(pk=case.pk).update(is_quarantined=True)
    assert said()[0].startswith("Check the request")
    Case.objects.filter(pk=case.pk).update(is_quarantined=False, **ANSWERED)
    for code in ("answer-clinic", "read-offer"):
        tasks.finish(task=case.tasks.open().get(kind__code=code), by=coordinator)
    assert rows([Case.objects.get(pk=case.pk)], hides_names=False)[0].of_clinic == ""


def test_each_rule_has_its_words() -> None:
    case = case_in("waiting_documents", **ANSWERED)
    said = {kind: labels.next_step(case, chased.Chase(kind, "CT scan\nКТ")) for kind in chased.KINDS}
    assert said == {
        "chase-patient": "Ask the patient again: nothing came for 5 working days",
        "chase-estimate": "Ask the patient about the estimate, which holds until CT scan",
        "chase-paper": "Ask the patient again for a paper: CT scan",
        "chase-clinic": "Ask a clinic again that has not opened the brief: CT scan",
    }
    with override("ru"):
        assert labels.short_next(case, chased.Chase("chase-paper", "CT scan\nКТ"))[1].endswith("КТ")


def test_an_answer_that_is_owed_comes_first() -> None:
    case = case_in("waiting_documents")
    assert labels.next_step(case, chased.Chase("chase-paper", "CT scan")) == "Answer the patient"


def test_the_reminder_of_the_clinics_names_those_that_owe_an_answer(coordinator: User) -> None:
    first = sent(coordinator)
    names = {"second": "Second", "third": "Third"}
    for minute, (slug, name) in enumerate(names.items(), 1):
        now(f"2026-11-23T10:0{minute}")
        contact = make_contact(slug, clinic=make_clinic(slug, name_en=name, name_ru=name))
        make_referral(first.case, by=coordinator, contact=contact)
    make_offer(Referral.objects.get(clinic__slug="second"))
    next_dates.set_next(first.case, turn=NextTurn.CLINICS, at=at("2026-11-30T18:00"), by=coordinator)
    page = staff_client(coordinator).get(f"/admin/requests/case/{first.case.pk}/change/").content.decode()
    assert "Ask the clinics again if they have not answered. No answer yet: Test Clinic, Third." in page
