"""The audit log only grows, each day of it is sealed, and what is tampered with is found."""

import json
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core.models import Alert
from portal.core.monitoring import alerts
from requests import append_only
from requests.enums import AccessKind, ActorKind, EventKind
from requests.models import AccessEvent, AuditCheck, AuditRemoval, AuditSeal, ConsentText, Event, LateAuditRow
from requests.services import audit_hashes, audit_seals
from requests.services.audit_seals import FIRST, FaultKind
from tests import frozen
from tests.factories import submit

pytestmark = pytest.mark.django_db

TODAY = timezone.now().astimezone(UTC).date()
OLD = TODAY - timedelta(days=append_only.KEPT_DAYS + 30)


def moment(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def event(day: date, hour: int = 12) -> Event:
    return Event.objects.create(reference="MR-2222-2222", kind=EventKind.NOTE, actor_kind="staff", at=moment(day, hour))


def access(day: date, hour: int = 12) -> AccessEvent:
    return AccessEvent.objects.create(
        reference="MR-2222-2222", kind=AccessKind.CASE, actor_kind=ActorKind.PATIENT, at=moment(day, hour)
    )


@pytest.fixture
def week() -> list[date]:
    """Five sealed days, the third of them without a row."""
    days = [OLD + timedelta(days=place) for place in range(5)]
    for day in days:
        if day != days[2]:
            event(day), access(day), access(day, 13)
    for day in days:
        audit_seals.seal(day)
    return days


@contextmanager
def as_superuser() -> Iterator[None]:
    """What somebody does who may switch triggers off."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
    with frozen.without_triggers():
        yield
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = DEFAULT")


def faults() -> list[tuple[date, FaultKind]]:
    """Return what is wrong with the days that are sealed; years without a seal follow the made-up ones."""
    return [(fault.day, fault.kind) for fault in audit_seals.verify() if fault.kind != FaultKind.SEAL_MISSING]


# ── Append-only ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("model", [Event, AccessEvent, ConsentText, AuditSeal, AuditCheck])
def test_the_database_refuses_to_change_and_delete(model: Any, week: list[date]) -> None:
    submit()
    access(TODAY)
    AuditCheck.objects.create(faults=0)
    assert model.objects.exists()
    first = model._meta.pk.name
    with connection.cursor() as cursor:
        for statement in (
            f"UPDATE {model._meta.db_table} SET {first} = {first}",
            f"DELETE FROM {model._meta.db_table}",
        ):
            with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
                cursor.execute(statement)


def test_every_append_only_model_has_its_trigger() -> None:
    from django.apps import apps

    models = {model._meta.db_table for model in apps.get_models() if getattr(model, "is_append_only", False)}
    assert models == set(append_only.TABLES)


def test_triggers_are_made_again_where_they_are_missing() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER requests_event_append_only ON requests_event")
    append_only.unprotect("default")
    row = event(TODAY)
    Event.objects.filter(pk=row.pk).update(kind=EventKind.SENT) if connection.vendor == "sqlite" else None
    append_only.protect("default")
    append_only.protect("default")
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=row.pk).update(kind=EventKind.NOTE)


def test_a_young_row_or_one_of_an_unsealed_day_is_never_deleted(week: list[date]) -> None:
    unsealed = event(week[-1] + timedelta(days=1))
    young = event(TODAY)
    for row in (unsealed, young):
        with pytest.raises(IntegrityError), transaction.atomic():
            Event.objects.filter(pk=row.pk).delete()


# ── Seals ────────────────────────────────────────────────────────────────────────────────────


def test_a_seal_is_what_is_documented(week: list[date]) -> None:
    """Computed here by other code, from the words of the docstring."""
    import hashlib

    first, second = AuditSeal.objects.order_by("day")[:2]
    row = Event.objects.get(at=moment(week[0]))
    line = json.dumps(
        [str(row.pk), row.reference, "note", "staff", None, f"{week[0]}T12:00:00.000000+00:00", None, "", "", ""]
    ).replace(", ", ",")
    reads = AccessEvent.objects.filter(at__date=week[0]).order_by("at")
    lines = [
        json.dumps(
            [str(row.pk), row.reference, "case", "patient", None, f"{row.at:%Y-%m-%dT%H:%M:%S.%f}+00:00", None, None]
        )
        for row in reads
    ]
    digest = [
        hashlib.sha256(f"{line}\n".encode()).hexdigest(),
        hashlib.sha256("".join(f"{line.replace(', ', ',')}\n" for line in lines).encode()).hexdigest(),
    ]
    none = hashlib.sha256(b"").hexdigest()
    rows_hash = hashlib.sha256(
        f"event 1 {digest[0]}\naccessevent 2 {digest[1]}\nevent-late 0 {none}\naccessevent-late 0 {none}\n".encode()
    ).hexdigest()
    assert (first.rows, first.rows_hash, first.previous_hash) == (3, rows_hash, FIRST)
    assert first.hash == hashlib.sha256(f"{week[0]} 3 {rows_hash} {FIRST}\n".encode()).hexdigest()
    assert second.previous_hash == first.hash


def test_each_night_seals_what_is_over(caplog: pytest.LogCaptureFixture) -> None:
    event(TODAY - timedelta(days=3))
    event(TODAY)
    with caplog.at_level(logging.INFO, "requests.services.audit_seals"):
        number = audit_seals.seal_due()
    last = audit_seals.last_settled()
    assert list(AuditSeal.objects.values_list("day", flat=True))[-1] == last
    assert (number, audit_seals.seal_due()) == (AuditSeal.objects.count(), 0)
    newest = AuditSeal.objects.last()
    assert newest
    assert f"The audit log of {last} is sealed: {newest.rows} rows, {newest.hash}" in caplog.text
    with pytest.raises(audit_seals.NotOver):
        audit_seals.seal(TODAY)
    assert audit_seals.verify() == []


def test_nothing_is_sealed_where_nothing_happened() -> None:
    with as_superuser():
        Event.objects.all().delete(), AccessEvent.objects.all().delete()
    assert audit_seals.seal_due() == 0
    assert audit_seals.verify() == []


def test_a_seal_is_made_once(week: list[date]) -> None:
    before = list(AuditSeal.objects.values())
    audit_seals.seal(week[1])
    assert list(AuditSeal.objects.values()) == before


# ── Tampering ────────────────────────────────────────────────────────────────────────────────


def change_row(day: date) -> None:
    AccessEvent.objects.filter(at=moment(day)).update(actor_id=1)


def delete_row(day: date) -> None:
    Event.objects.filter(at=moment(day)).delete()


def insert_row(day: date) -> None:
    access(day, 15)


def change_seal(day: date) -> None:
    AuditSeal.objects.filter(day=day).update(rows_hash="0" * 64)


@pytest.mark.parametrize(
    ("tamper", "kinds"),
    [
        (change_row, {FaultKind.ROWS_CHANGED}),
        (delete_row, {FaultKind.ROWS_MISSING}),
        (insert_row, {FaultKind.ROWS_ADDED}),
        (change_seal, {FaultKind.ROWS_CHANGED, FaultKind.SEAL_CHANGED}),
    ],
)
def test_tampering_is_found(tamper: Callable[[date], None], kinds: set[FaultKind], week: list[date]) -> None:
    assert faults() == []
    with as_superuser():
        tamper(week[1])
    assert set(faults()) == {(week[1], kind) for kind in kinds}


def test_a_day_that_was_sealed_again_breaks_the_chain(week: list[date]) -> None:
    with as_superuser():
        change_row(week[1])
        AuditSeal.objects.filter(day=week[1]).delete()
        audit_seals.seal(week[1])
    assert faults() == [(week[2], FaultKind.CHAIN_BROKEN)]


def test_a_seal_that_is_gone_is_missed(week: list[date]) -> None:
    with as_superuser():
        AuditSeal.objects.filter(day=week[2]).delete()
    missing = [fault.day for fault in audit_seals.verify() if fault.kind == FaultKind.SEAL_MISSING]
    assert missing[0] == week[2]
    assert (week[3], FaultKind.CHAIN_BROKEN) in faults()


def test_a_late_row_is_told_and_no_fault(week: list[date]) -> None:
    row = event(week[1], 15)
    late = LateAuditRow.objects.get()
    assert (late.row_id, late.table_name) == (row.pk, "requests_event")
    assert faults() == []
    assert audit_seals.late_rows() == [(TODAY, 1)]
    assert event(TODAY).pk != late.row_id
    assert LateAuditRow.objects.count() == 1


def test_a_late_row_is_sealed_with_the_day_on_which_it_came(week: list[date]) -> None:
    row = event(week[1], 15)
    with as_superuser():
        LateAuditRow.objects.update(at=moment(week[-1] + timedelta(days=1)))
    audit_seals.seal(week[-1] + timedelta(days=1))
    assert faults() == []
    with as_superuser():
        Event.objects.filter(pk=row.pk).update(actor_id=7)
    assert faults() == [(week[-1] + timedelta(days=1), FaultKind.ROWS_CHANGED)]


def test_verification_takes_few_statements(week: list[date], django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(8):
        audit_seals.verify()


def test_the_command_names_each_fault_and_ends_with_one(week: list[date]) -> None:
    for day in (
        week[-1] + timedelta(days=place) for place in range(1, (audit_seals.last_settled() - week[-1]).days + 1)
    ):
        audit_seals.seal(day)
    output = StringIO()
    call_command("verify_audit", stdout=output)
    newest = AuditSeal.objects.last()
    assert newest
    assert output.getvalue().startswith(f"{AuditSeal.objects.count()} seals are right.")
    assert newest.hash in output.getvalue()
    with as_superuser():
        delete_row(week[1])
    event(week[0], 20)
    output = StringIO()
    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_audit", stdout=output)
    assert f"{week[1]}: rows are missing (3 were sealed, 2 are there)." in output.getvalue()
    assert f"{TODAY}: 1 rows came for days that were sealed" in output.getvalue()
    alerts.look()
    assert Alert.objects.filter(kind="audit.faults").exists()


def test_two_nights_without_a_seal_are_told() -> None:
    event(TODAY - timedelta(days=5))
    alerts.look()
    assert Alert.objects.filter(kind="audit.unsealed", over_at=None).exists()
    audit_seals.seal_due()
    alerts.look()
    assert not Alert.objects.filter(kind="audit.unsealed", over_at=None).exists()


# ── Removal ──────────────────────────────────────────────────────────────────────────────────


def test_removal_takes_whole_sealed_days_and_keeps_the_seals(week: list[date]) -> None:
    young = TODAY - timedelta(days=5)
    kept = event(young)
    seals = list(AuditSeal.objects.values())
    assert audit_seals.remove_before(week[3]) == 3
    assert not Event.objects.filter(at__lt=moment(week[3], 0)).exists()
    assert not AccessEvent.objects.filter(at__lt=moment(week[3], 0)).exists()
    assert Event.objects.filter(at__gte=moment(week[3], 0), at__lt=moment(young, 0)).count() == 2
    assert list(AuditSeal.objects.values()) == seals
    assert list(AuditRemoval.objects.order_by("seal").values_list("seal", "rows")) == list(
        zip(week[:3], (3, 3, 0), strict=True)
    )
    assert faults() == []
    # All that is old enough, and nothing else.
    assert audit_seals.remove_before(TODAY) == 2
    assert Event.objects.filter(pk=kept.pk).exists()
    assert faults() == []
    assert audit_seals.remove_before(TODAY) == 0


def test_rows_of_a_removed_day_are_found(week: list[date]) -> None:
    audit_seals.remove_before(week[1])
    with as_superuser():
        event(week[0])
    assert faults() == [(week[0], FaultKind.ROWS_LEFT)]


def test_a_late_row_goes_with_the_day_on_which_it_came(week: list[date]) -> None:
    row = event(week[0], 15)
    with as_superuser():
        LateAuditRow.objects.update(at=moment(week[3], 15))
        AuditSeal.objects.filter(day__gte=week[3]).delete()
        for day in week[3:]:
            audit_seals.seal(day)
    audit_seals.remove_before(week[3])
    assert Event.objects.filter(pk=row.pk).exists()
    assert faults() == []
    audit_seals.remove_before(week[4])
    assert not Event.objects.filter(pk=row.pk).exists()
    assert not LateAuditRow.objects.exists()
    assert faults() == []


@pytest.mark.postgresql(reason="SQLite has no functions of its own")
def test_the_function_removes_no_young_no_unsealed_and_no_later_day(week: list[date]) -> None:
    young = TODAY - timedelta(days=5)
    with connection.cursor() as cursor:
        for day in (young, week[-1] + timedelta(days=1), week[1]):
            with pytest.raises(IntegrityError, match="oldest sealed day"), transaction.atomic():
                cursor.execute("SELECT requests_remove_sealed_day(%s)", [day])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=12),
    cut=st.integers(0, 12),
    victim=st.integers(0, 11),
)
def test_any_days_verify_before_and_after_removal(rows: list[tuple[int, bool]], cut: int, victim: int) -> None:
    with transaction.atomic():
        made = [
            (Event if is_event else AccessEvent).objects.create(
                id=uuid.uuid4(),
                reference="MR-2222-2222",
                kind="note" if is_event else "case",
                actor_kind="staff",
                at=moment(OLD + timedelta(days=place)),
            )
            for place, is_event in rows
        ]
        for place in range(10):
            audit_seals.seal(OLD + timedelta(days=place))
        assert faults() == []
        assert audit_seals.remove_before(OLD + timedelta(days=cut)) == min(cut, 10)
        assert faults() == []
        left = [row for row, (place, _is_event) in zip(made, rows, strict=True) if place >= cut]
        assert Event.objects.filter(at__lt=moment(TODAY, 0) - timedelta(days=300)).count() == sum(
            isinstance(row, Event) for row in left
        )
        if left:
            row = left[victim % len(left)]
            with as_superuser():
                type(row).objects.filter(pk=row.pk).delete()
            assert faults() == [(row.at.date(), FaultKind.ROWS_MISSING)]
        transaction.set_rollback(True)


def test_days_are_the_same_whatever_the_size_of_a_chunk(week: list[date], monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(audit_hashes.days(week[0], week[-1]))
    monkeypatch.setattr(audit_hashes, "CHUNK", 1)
    assert list(audit_hashes.days(week[0], week[-1])) == before
