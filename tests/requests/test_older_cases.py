"""Cases that older releases wrote come onto the newest tables, and today's go back and forth.

Django makes the models anew for every operation of a migration, so that each way takes as long as dozens of other
tests. There is one way back and one forth: on the way the rows of each release are made, and all are checked.
"""

import gc
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from portal.core.encryption.primitives import DecryptionError, keyed_hash
from portal.core.models import OutboxItem
from requests import append_only
from requests.models import Case, CaseLink, Consent, Deadline, Event
from tests.factories import submission_content, submit
from tests.requests.conftest import at
from tests.requests.test_sealed_estimates import WORDS, final, page, stored

pytestmark = pytest.mark.django_db(transaction=True)

WAITING_SINCE = ("requests", "0004_waiting_since")
NATIONAL_PHONE = ("requests", "0005_national_phone")
NO_CLOCK = [("core", "0003_waiting_files"), ("requests", "0003_carried_choices")]
MONDAY = at("2026-11-23T10:00")


def migrate(targets: list[tuple[str, str]]) -> None:
    # To look for garbage among models that come and go by the thousand takes a fifth of the time.
    gc.disable()
    try:
        MigrationExecutor(connection).migrate(targets)
    finally:
        gc.enable()
        gc.collect()


def newest() -> list[tuple[str, str]]:
    nodes: list[tuple[str, str]] = MigrationExecutor(connection).loader.graph.leaf_nodes()
    return nodes


def applied() -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())


def test_cases_of_every_release_come_onto_the_newest_tables(settings: Settings) -> None:
    checks = [phones(), facts(), estimates()]
    ring = settings.FIELD_KEYS
    try:
        migrate(NO_CLOCK)
        assert [word for word in WORDS if word not in stored()] == [], "going back opens the words of estimates"
        old = models_of(NO_CLOCK)
        checks += [written(old), passed_over(old), held(old)]
        settings.FIELD_KEYS = f"other-{ring}"
        with pytest.raises(DecryptionError):
            migrate([NATIONAL_PHONE])
        assert applied() & {WAITING_SINCE, NATIONAL_PHONE} == {WAITING_SINCE}, "nothing is filled without the key"
    finally:
        settings.FIELD_KEYS = ring
        migrate(newest())
        # `migrate` sends the signal; SQLite has no triggers before it.
        append_only.protect("default")
    for check in checks:
        check()


# ── Cases of today ───────────────────────────────────────────────────────────────────────────


def phones() -> Callable[[], None]:
    """National numbers are filled once the ring has the key of their case."""
    case, without, erased = submit(phone="+77012345678"), submit(phone=""), submit(phone="+201001234567")
    Case.objects.filter(pk=erased.pk).update(wrapped_key=b"")
    expected = {case.pk: keyed_hash("7012345678"), without.pk: "", erased.pk: ""}

    def check() -> None:
        filled = Case.objects.filter(pk__in=expected).values_list("pk", "national_phone_hash")
        assert dict(filled) == expected

    return check


def facts() -> Callable[[], None]:
    """Sources, corrections and links to hand over come onto a filled database."""
    case = submit()
    CaseLink.objects.create(case=case, sent_with=uuid4())
    mine = [
        Case.objects.filter(pk=case.pk),
        CaseLink.objects.filter(case=case),
        Consent.objects.filter(case=case),
        Event.objects.filter(reference=case.reference),
    ]

    def numbers() -> list[int]:
        return [rows.count() for rows in mine]

    before = numbers()

    def check() -> None:
        assert numbers() == before
        assert min(before) > 0
        assert Case.objects.get(pk=case.pk).source == "web"
        assert Consent.objects.filter(case=case, heard_by=None).count() == 2
        assert set(Event.objects.values_list("fact", flat=True)) == {""}
        assert CaseLink.objects.get(case=case).is_live

    return check


def estimates() -> Callable[[], None]:
    """An estimate reads the same after its words were opened and came back."""
    case = submit()
    final(case)

    def document() -> str:
        # Estimates of the releases before have no name of a patient.
        return re.sub(r'<p><span class="fact-name">Patient .*?</p>', "", page(case))

    before = document()

    def check() -> None:
        assert document() == before

    return check


# ── Cases of the release before the clock of answers ─────────────────────────────────────────


def models_of(targets: list[tuple[str, str]]) -> Any:
    apps = MigrationExecutor(connection).loader.project_state(targets).apps
    for name in ("Submission", "Message"):
        # What encrypts is a method of the model, which a migration does not have.
        apps.get_model("requests", name).data_key = lambda _row: b"k" * 32
    return apps


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


def written(old: Any) -> Callable[[], None]:
    """The clock of cases that wait, were answered, or ended."""
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
    terms: dict[str, Any] = {"language": "en", "valid_until": MONDAY.date(), "issued_at": MONDAY + hour}
    priced.estimates.create(kind="final", version=1, **terms)
    preliminary.estimates.create(kind="preliminary", version=0, **terms)
    old.get_model("requests", "Deadline").objects.create(status="triage", working_hours=4)
    return check_written


def check_written() -> None:
    rows = {
        reference: (since, until)
        for reference, since, until in Case.objects.values_list("reference", "waiting_since", "answer_by")
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
    assert list(Deadline.objects.values_list("working_hours", flat=True)) == [8]


def passed_over(old: Any) -> Callable[[], None]:
    """A case with a message that its ending passed over waits."""
    case = make(old, "MR-PASS-OVER", status="closed", outcome="other", closed_at=MONDAY + timedelta(hours=3))
    write(case, "from_patient", MONDAY + timedelta(hours=2))

    def check() -> None:
        assert Case.objects.waiting().filter(reference="MR-PASS-OVER").exists(), "its ending passed a message over"

    return check


def held(old: Any) -> Callable[[], None]:
    """Of cases whose mails are held the desk is told, and people are let go in time: who typed fast, not a robot."""
    for reference, flags in (("MR-FAST-FAST", ["too_fast"]), ("MR-HNEY-PTTT", ["honeypot", "too_fast"])):
        case = make(old, reference, status="new", is_quarantined=True)
        case.submissions.update(flags=flags)
        for kind in ("request.notice", "request.receipt"):
            old.get_model("core", "OutboxItem").objects.create(
                kind=kind, object_id=case.pk, reference=reference, state="held", dedupe_key=f"{kind}{reference}"
            )
    return check_held


def check_held() -> None:
    fast, robot = (Case.objects.get(reference=reference) for reference in ("MR-FAST-FAST", "MR-HNEY-PTTT"))
    assert (fast.is_quarantined, fast.mails_held_until is not None) == (False, True)
    assert (robot.is_quarantined, robot.mails_held_until) == (True, None)
    items = OutboxItem.objects.filter(reference__in=[fast.reference, robot.reference])
    assert set(items.values_list("kind", "state")) == {("request.notice", "queued"), ("request.receipt", "held")}
