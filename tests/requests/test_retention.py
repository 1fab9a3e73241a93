"""Rules of retention: which cases go on which day, beside a naive reference; holds, nights, bounds, dry run."""

from datetime import date, timedelta
from io import StringIO
from typing import Any, NamedTuple

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.worktime import team_today
from requests.enums import RetentionKind, Status
from requests.models import Case, LegalHold, RetentionRule, RetentionRun
from requests.monitoring import failed_retention
from requests.retention_kinds import ENDINGS, KINDS
from requests.selectors.retention import in_words
from requests.services import erasures, retention
from tests.accounts.cast import staff_client
from tests.factories import make_staff
from tests.factories.requests import submit

pytestmark = pytest.mark.django_db
OF_CASES = sorted(ENDINGS)
OPEN = (Status.TRIAGE, Status.IN_TREATMENT)


def ended(status: Status, days: int, **columns: Any) -> Case:
    """Make a case that ended so many days and an hour ago; nobody waits in it."""
    case = submit()
    at = timezone.now() - timedelta(days=days, hours=1)
    outcome = "treated" if status == Status.CLOSED else ""
    Case.objects.filter(pk=case.pk).update(
        **{"status": status, "outcome": outcome, "closed_at": at, "waiting_since": None, "answer_by": None, **columns}
    )
    case.refresh_from_db()
    return case


def turn_on(kind: RetentionKind = RetentionKind.DECLINED_CASES, days: int = 365) -> RetentionRule:
    RetentionRule.objects.filter(kind=kind).update(days=days, is_on=True)
    return RetentionRule.objects.get(kind=kind)


def hold(case: Case, by: User, *, days: int = 1, is_lifted: bool = False) -> None:
    columns = {"lifted_at": timezone.now(), "lifted_by": by} if is_lifted else {}
    LegalHold.objects.create(case=case, by=by, until=team_today() + timedelta(days=days), reason="r", **columns)


def test_the_rows_are_the_defaults_and_no_rule_erases_cases_before_somebody_turns_it_on() -> None:
    rows = {rule.kind: (rule.days, rule.is_on) for rule in RetentionRule.objects.all()}
    assert rows == {kind: (about.days, kind not in ENDINGS) for kind, about in KINDS.items()}
    for rule in RetentionRule.objects.all():
        rule.full_clean()
    case = ended(Status.DECLINED_BY_US, 4000)
    retention.apply()
    case.refresh_from_db()
    assert not case.is_erased


class Shape(NamedTuple):
    """A case as hypothesis draws it."""

    status: Status
    days: int
    waits: bool
    held: str


SHAPES = st.builds(
    Shape,
    st.sampled_from([*OPEN, *(status for statuses in ENDINGS.values() for status in statuses)]),
    st.integers(0, 120),
    st.booleans(),
    st.sampled_from(["", "", "until tomorrow", "until yesterday", "lifted"]),
)


def must_go(shape: Shape, days: dict[Status, int]) -> bool:
    """Naive reference: an ended case after its days, in which nobody waits and that nothing holds."""
    if shape.status in OPEN or shape.waits or shape.held == "until tomorrow":
        return False
    return shape.days >= days[shape.status]


@hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shapes=st.lists(SHAPES, min_size=1, max_size=5),
    days=st.fixed_dictionaries({kind: st.integers(30, 110) for kind in OF_CASES}),
)
def test_the_cases_that_go_are_those_of_the_reference(
    coordinator: User, shapes: list[Shape], days: dict[RetentionKind, int]
) -> None:
    by_status = {status: days[kind] for kind, statuses in ENDINGS.items() for status in statuses}
    with transaction.atomic():
        for kind in OF_CASES:
            turn_on(kind, days[kind])
        cases = []
        for shape in shapes:
            columns: dict[str, Any] = {"closed_at": None, "outcome": ""} if shape.status in OPEN else {}
            if shape.waits:
                columns |= {"waiting_since": timezone.now(), "answer_by": timezone.now()}
            case = ended(shape.status, shape.days, **columns)
            if shape.held:
                hold(case, coordinator, days=-1 if "yesterday" in shape.held else 1, is_lifted=shape.held == "lifted")
            cases.append(case)
        due = sum(retention.due(rule).number for rule in RetentionRule.objects.filter(kind__in=OF_CASES))
        retention.apply()
        for case in cases:
            case.refresh_from_db()
        gone = [case.is_erased for case in cases]
        transaction.set_rollback(True)
    expected = [must_go(shape, by_status) for shape in shapes]
    assert gone == expected
    assert due == sum(expected)


def test_a_held_case_is_left_and_counted(coordinator: User) -> None:
    rule = turn_on()
    case = ended(Status.DECLINED_BY_US, 400)
    hold(case, coordinator)
    assert retention.due(rule)[1:] == (0, 1)
    retention.apply()
    run = RetentionRun.objects.get(kind=rule.kind)
    assert (run.done, run.held, run.errors, run.has_failed) == (0, 1, 0, False)
    case.refresh_from_db()
    assert not case.is_erased


def test_what_fails_stands_in_nobodys_way_and_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = turn_on()
    first, second = (ended(Status.DECLINED_BY_US, days) for days in (500, 400))
    erase = erasures.erase

    def dying(case: Case, **about: Any) -> Any:
        if case.pk == first.pk:
            raise OSError
        return erase(case, **about)

    monkeypatch.setattr(erasures, "erase", dying)
    retention.apply()
    run = RetentionRun.objects.get(kind=rule.kind)
    assert (run.done, run.errors, run.has_failed) == (1, 1, True)
    monkeypatch.undo()
    retention.apply()
    run.refresh_from_db()
    assert (run.done, run.errors, run.has_failed) == (2, 0, False)
    for case in (first, second):
        case.refresh_from_db()
        assert case.is_erased


def test_a_run_that_was_killed_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = turn_on()
    cases = [ended(Status.DECLINED_BY_US, days) for days in (500, 400)]
    erase = erasures.erase

    def killed(case: Case, **about: Any) -> Any:
        if case.pk == cases[1].pk:
            raise KeyboardInterrupt
        return erase(case, **about)

    monkeypatch.setattr(erasures, "erase", killed)
    with pytest.raises(KeyboardInterrupt):
        retention.apply()
    run = RetentionRun.objects.get(kind=rule.kind)
    assert (run.done, run.finished_at) == (1, None)
    monkeypatch.undo()
    retention.apply()
    run.refresh_from_db()
    assert (run.done, run.has_failed) == (2, False)


def test_two_bad_nights_are_told() -> None:
    today = team_today()

    def night(day: date, errors: int) -> None:
        RetentionRun.objects.create(kind="feedback", night=day, errors=errors, finished_at=timezone.now())

    night(today - timedelta(days=2), 0)
    night(today - timedelta(days=1), 1)
    assert failed_retention() == []
    night(today, 2)
    assert failed_retention() == ["feedback"]


def test_the_command_counts_and_does() -> None:
    turn_on()
    case = ended(Status.DECLINED_BY_US, 400)
    ended(Status.NO_ANSWER, 400)
    out = StringIO()
    call_command("apply_retention", "--dry-run", stdout=out)
    assert "declined_cases, 365 days: 1 due, 0 held by a legal hold\n" in out.getvalue()
    assert "unanswered_cases, 365 days: 1 due, 0 held by a legal hold (the rule is off)\n" in out.getvalue()
    assert not RetentionRun.objects.exists()
    call_command("apply_retention", stdout=out)
    assert "declined_cases: 1 gone, 0 held, 0 errors\n" in out.getvalue()
    case.refresh_from_db()
    assert case.is_erased


def test_the_command_ends_with_an_error_when_something_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    turn_on()
    ended(Status.DECLINED_BY_US, 400)

    def broken(*_args: Any, **_about: Any) -> None:
        raise OSError

    monkeypatch.setattr(erasures, "erase", broken)
    with pytest.raises(CommandError):
        call_command("apply_retention", stdout=StringIO())


@pytest.mark.parametrize("kind", list(RetentionKind))
def test_days_have_bounds_and_what_the_page_promises_stays_on(kind: RetentionKind) -> None:
    rule = RetentionRule.objects.get(kind=kind)
    for days in (rule.about.least, rule.about.most):
        rule.days = days
        rule.full_clean()
    for days in (rule.about.least - 1, rule.about.most + 1):
        rule.days = days
        with pytest.raises(ValidationError):
            rule.full_clean()
    rule.days, rule.is_on = rule.about.days, False
    if not rule.is_of_cases:
        with pytest.raises(ValidationError):
            rule.full_clean()


def test_an_administrator_changes_days_and_the_log_says_from_what_to_what() -> None:
    client = staff_client(make_staff(Role.ADMINISTRATOR))
    rule = RetentionRule.objects.get(kind=RetentionKind.SPAM_CASES)
    page = f"/admin/requests/retentionrule/{rule.pk}/change/"
    ended(Status.SPAM, 100)
    assert "1, and 0 more that a legal hold keeps" in client.get(page).text
    fields = dict(client.get(page).context["adminform"].form.initial)
    refused = client.post(page, {**fields, "days": 3, "is_on": "on"})
    assert "Between 30 and 3650 days are safe for this rule." in refused.text
    assert client.post(page, {**fields, "days": 60, "is_on": "on"}).status_code == 302
    rule.refresh_from_db()
    assert (rule.days, rule.is_on) == (60, True)
    assert "days: 90 → 60" in client.get(f"/admin/requests/retentionrule/{rule.pk}/history/").text


def test_a_coordinator_does_not_reach_the_rules() -> None:
    assert staff_client(make_staff(Role.COORDINATOR)).get("/admin/requests/retentionrule/").status_code == 403


@pytest.mark.parametrize(("days", "words"), [(1, "1 day"), (14, "14 days"), (365, "1 year"), (1095, "3 years")])
def test_days_in_words(days: int, words: str) -> None:
    assert in_words(days) == words


def test_the_privacy_page_tells_the_rows_as_they_are_now(client: Any) -> None:
    page = client.get("/en/privacy/").text
    for about in KINDS.values():
        assert str(about.what) in page
    assert "14 days, counted from the day on which you are home again" in page
    assert "until you ask us to erase it" in page
    for rule in RetentionRule.objects.filter(kind__in=OF_CASES):
        rule.is_on = True
        rule.days = 700 if rule.kind == RetentionKind.SPAM_CASES else rule.days
        rule.save()
    page = client.get("/en/privacy/").text
    assert "until you ask us to erase it" not in page
    assert "700 days, counted from the day on which the case ended" in page
