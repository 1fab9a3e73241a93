"""The clock of answers is filled on a database of the release before."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from portal.core.models import OutboxItem
from requests.models import Case as CaseNow
from requests.models import Deadline as DeadlineNow
from tests.factories import submission_content
from tests.requests.conftest import at

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("core", "0003_waiting_files"), ("requests", "0003_carried_choices")]
MONDAY = at("2026-11-23T10:00")


def migrate(targets: list[tuple[str, str]]) -> None:
    MigrationExecutor(connection).migrate(targets)


def models_of(targets: list[tuple[str, str]]) -> Any:
    apps = MigrationExecutor(connection).loader.project_state(targets).apps
    for name in ("Submission", "Message"):
        # What encrypts is a method of the model, which a migration does not have.
        apps.get_model("requests", name).data_key = lambda _row: b"k" * 32
    return apps


def newest() -> list[tuple[str, str]]:
    return [node for node in MigrationExecutor(connection).loader.graph.leaf_nodes() if node[0] in {"core", "requests"}]


@pytest.fixture
def old() -> Any:
    """The models of the release before; afterwards the newest tables are there again."""
    migrate(BEFORE)
    yield models_of(BEFORE)
    migrate(newest())


def make(old: Any, reference: str, status: str = "triage", **fields: Any) -> Any:
    """Return a case that was sent on Monday at ten."""
    told = {name: getattr(submission_content(), name) for name in ("for_whom", "channel", "country", "speak")}
    values = {"sealed_key": b"x", "language": "en", "email_hash": "h", "phone_hash": "", "created_at": MONDAY}
    case = old.get_model("requests", "Case").objects.create(
        id=uuid4(), reference=reference, status=status, **told, **values, **fields
    )
    case.submissions.create(language="en", content="x", content_hash="h", flags=[], created_at=MONDAY)
    return case


def write(case: Any, direction: str, moment: datetime) -> None:
    case.messages.create(direction=direction, body="x", created_at=moment)


def make_written(old: Any) -> None:
    """Write cases that wait, were answered, or ended."""
    hour = timedelta(hours=1)
    make(old, "MR-UNAN-SWER", due_at=None)
    moved = make(old, "MR-MOVE-DDDD", status="with_clinics", answered_at=MONDAY + hour)
    answered = make(old, "MR-ANSW-ERED", answered_at=MONDAY + hour)
    again = make(old, "MR-ASKS-AGAN", status="no_answer", closed_at=MONDAY + 2 * hour)
    make(old, "MR-ENDE-DDDD", status="declined_by_us", closed_at=MONDAY + hour)
    priced = make(old, "MR-PRCE-DDDD")
    preliminary = make(old, "MR-PREL-MNRY")
    for case in (moved, answered, again):
        write(case, "to_patient", MONDAY + hour)
    write(moved, "from_patient", MONDAY + 2 * hour)
    write(moved, "from_patient", MONDAY + 3 * hour)
    write(again, "from_patient", MONDAY + 26 * hour)
    estimates: dict[str, Any] = {"language": "en", "valid_until": MONDAY.date(), "issued_at": MONDAY + hour}
    priced.estimates.create(kind="final", version=1, **estimates)
    preliminary.estimates.create(kind="preliminary", version=0, **estimates)
    old.get_model("requests", "Deadline").objects.create(status="triage", working_hours=4)


def check_written() -> None:
    rows = {
        reference: (since, until)
        for reference, since, until in CaseNow.objects.values_list("reference", "waiting_since", "answer_by")
    }
    expected = {
        "MR-UNAN-SWER": (MONDAY, at("2026-11-23T18:00")),
        "MR-MOVE-DDDD": (at("2026-11-23T12:00"), at("2026-11-24T11:00")),
        "MR-ANSW-ERED": (None, None),
        "MR-ASKS-AGAN": (at("2026-11-24T12:00"), at("2026-11-25T11:00")),
        "MR-ENDE-DDDD": (None, None),
        "MR-PRCE-DDDD": (None, None),
        "MR-PREL-MNRY": (MONDAY, at("2026-11-23T18:00")),
    }
    assert {reference: rows[reference] for reference in expected} == expected
    assert list(DeadlineNow.objects.values_list("working_hours", flat=True)) == [8]


def make_passed_over(old: Any) -> None:
    """Write a case with a message that its ending passed over."""
    case = make(old, "MR-PASS-OVER", status="closed", outcome="other", closed_at=MONDAY + timedelta(hours=3))
    write(case, "from_patient", MONDAY + timedelta(hours=2))


def make_held(old: Any) -> None:
    """Write cases whose mails are held: of somebody who typed fast, and of a robot."""
    for reference, flags in (("MR-FAST-FAST", ["too_fast"]), ("MR-HNEY-PTTT", ["honeypot", "too_fast"])):
        case = make(old, reference, status="new", is_quarantined=True)
        case.submissions.update(flags=flags)
        for kind in ("request.notice", "request.receipt"):
            old.get_model("core", "OutboxItem").objects.create(
                kind=kind, object_id=case.pk, reference=reference, state="held", dedupe_key=f"{kind}{reference}"
            )


def check_held() -> None:
    """The desk is told, and people are let go in time."""
    fast, robot = (CaseNow.objects.get(reference=reference) for reference in ("MR-FAST-FAST", "MR-HNEY-PTTT"))
    assert (fast.is_quarantined, fast.mails_held_until is not None) == (False, True)
    assert (robot.is_quarantined, robot.mails_held_until) == (True, None)
    assert set(OutboxItem.objects.values_list("kind", "state")) == {
        ("request.notice", "queued"),
        ("request.receipt", "held"),
    }


def test_existing_cases_are_filled(old: Any) -> None:
    """Everything in one way forth: each takes as long as a dozen other tests."""
    make_written(old)
    make_passed_over(old)
    make_held(old)
    migrate(newest())
    check_written()
    assert CaseNow.objects.waiting().filter(reference="MR-PASS-OVER").exists(), "its ending passed a message over"
    check_held()
