"""Seals of the audit log: made each night, verified by a command and each week, kept when the rows of a day go."""

import logging
from datetime import UTC, date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Min, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from requests.append_only import KEPT_DAYS
from requests.models import AccessEvent, AuditCheck, AuditRemoval, AuditSeal, Event, LateAuditRow
from requests.services import audit_hashes
from requests.services.audit_hashes import begins

log = logging.getLogger(__name__)

FIRST = "0" * 64
# After midnight (UTC), what began the day before has been committed.
SETTLES = timedelta(minutes=30)
DAY = timedelta(days=1)


class FaultKind(StrEnum):
    """What is wrong with a day."""

    ROWS_MISSING = "rows are missing"
    ROWS_ADDED = "rows were added that no trigger noted"
    ROWS_CHANGED = "rows were changed"
    SEAL_CHANGED = "the seal itself was changed"
    CHAIN_BROKEN = "the seal does not follow the seal before"
    SEAL_MISSING = "there is no seal"
    REMOVED_EARLY = "the rows were removed too early"
    ROWS_LEFT = "the day is noted as removed, and has rows"


class Fault(NamedTuple):
    """One thing that is wrong with a day; ``detail`` has numbers alone."""

    day: date
    kind: FaultKind
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.day}: {self.kind}{f' ({self.detail})' if self.detail else ''}."


class NotOver(Exception):
    """The day is not over, or its rows may still be on their way."""


def last_settled() -> date:
    """Return the newest day (UTC) that can be sealed."""
    return (timezone.now() - SETTLES).astimezone(UTC).date() - DAY


@transaction.atomic
def seal(day: date) -> AuditSeal:
    """Seal a day (UTC) and log it; a day that is sealed already is left as it is. Raises ``NotOver``."""
    if day > last_settled():
        raise NotOver(day)
    before = AuditSeal.objects.filter(day__lt=day).last()
    previous_hash = before.hash if before else FIRST
    [(_day, rows)] = audit_hashes.days(day, day)
    hash_ = audit_hashes.of_seal(day, rows.rows, rows.hash, previous_hash)
    row, is_new = AuditSeal.objects.get_or_create(
        day=day,
        defaults={"rows": rows.rows, "rows_hash": rows.hash, "previous_hash": previous_hash, "hash": hash_},
    )
    if is_new:
        log.info("The audit log of %s is sealed: %s rows, %s", day, row.rows, row.hash)
    return row


def seal_due() -> int:
    """Seal every day up to yesterday that has no seal, the oldest first; return how many there were."""
    day = _first_unsealed()
    number = 0
    while day and day <= last_settled():
        seal(day)
        day, number = day + DAY, number + 1
    return number


def _first_unsealed() -> date | None:
    if newest := AuditSeal.objects.order_by("day").last():
        return newest.day + DAY
    moments = [model.objects.aggregate(at=Min("at"))["at"] for model in (Event, AccessEvent)]
    return min((at.astimezone(UTC).date() for at in moments if at), default=None)


def is_behind() -> bool:
    """Whether the seals of two nights are missing."""
    day = _first_unsealed()
    return day is not None and day < last_settled()


@transaction.atomic
def verify() -> list[Fault]:
    """Compute every day anew that still has its rows, and the chain of all seals; return what is wrong, by day."""
    seals = list(AuditSeal.objects.select_related("removal").order_by("day"))
    if not seals:
        return [Fault(day, FaultKind.SEAL_MISSING)] if (day := _first_unsealed()) and is_behind() else []
    faults = _faults_of_chain(seals)
    standing = [row for row in seals if not hasattr(row, "removal")]
    removed = [row for row in seals if hasattr(row, "removal")]
    faults += _faults_of_removals(removed)
    if standing:
        by_day = {row.day: row for row in standing}
        for day, rows in audit_hashes.days(standing[0].day, standing[-1].day):
            if day in by_day:
                faults += _faults_of_rows(by_day[day], rows)
    return sorted(faults)


def _faults_of_chain(seals: list[AuditSeal]) -> list[Fault]:
    faults = []
    previous_hash, expected = FIRST, seals[0].day
    for row in seals:
        while expected < row.day:
            faults.append(Fault(expected, FaultKind.SEAL_MISSING))
            expected += DAY
        if row.hash != audit_hashes.of_seal(row.day, row.rows, row.rows_hash, row.previous_hash):
            faults.append(Fault(row.day, FaultKind.SEAL_CHANGED))
        if row.previous_hash != previous_hash:
            faults.append(Fault(row.day, FaultKind.CHAIN_BROKEN))
        previous_hash, expected = row.hash, row.day + DAY
    while expected < last_settled():
        faults.append(Fault(expected, FaultKind.SEAL_MISSING))
        expected += DAY
    return faults


def _faults_of_removals(removed: list[AuditSeal]) -> list[Fault]:
    faults = [
        Fault(row.day, FaultKind.REMOVED_EARLY)
        for row in removed
        if row.removal.removed_at < begins(row.day + DAY) + timedelta(days=KEPT_DAYS)
    ]
    if removed:
        last = removed[-1].day
        left = sum(
            model.objects.filter(at__lt=begins(last + DAY)).exclude(pk__in=_late_ids()).count()
            for model in (Event, AccessEvent)
        )
        faults += [Fault(last, FaultKind.ROWS_LEFT, f"{left} rows up to this day")] if left else []
    return faults


def _faults_of_rows(row: AuditSeal, now: audit_hashes.Day) -> list[Fault]:
    if (now.rows, now.hash) == (row.rows, row.rows_hash):
        return []
    numbers = f"{row.rows} were sealed, {now.rows} are there"
    if now.rows == row.rows:
        return [Fault(row.day, FaultKind.ROWS_CHANGED, numbers)]
    return [Fault(row.day, FaultKind.ROWS_MISSING if now.rows < row.rows else FaultKind.ROWS_ADDED, numbers)]


def check() -> list[Fault]:
    """Verify, log each fault, and keep how many there were, so that the alert begins or ends."""
    faults = verify()
    for fault in faults:
        log.error("The audit log is at fault: %s", fault)
    AuditCheck.objects.create(faults=len(faults))
    return faults


def late_rows() -> list[tuple[date, int]]:
    """Return the days (UTC) on which rows came whose own day was sealed, and how many; no fault in itself."""
    by_day = LateAuditRow.objects.annotate(day=TruncDate("at", tzinfo=UTC)).order_by("day").values_list("day")
    return list(by_day.annotate(number=Count("pk")))


def remove_before(day: date) -> int:
    """Remove the audit rows of whole sealed days before ``day`` (UTC), the oldest first; return how many days went.

    The seals stay, and note that it was done. Days that are not sealed or younger than ``KEPT_DAYS`` stay as well.
    """
    youngest = timezone.now().astimezone(UTC).date() - timedelta(days=KEPT_DAYS)
    due = AuditSeal.objects.filter(day__lt=min(day, youngest), removal=None).order_by("day")
    number = 0
    for row in due.iterator():
        rows = _remove(row)
        number += 1
        log.info("The audit rows of %s are removed: %s rows; the seal stays", row.day, rows)
    return number


@transaction.atomic
def _remove(row: AuditSeal) -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT requests_remove_sealed_day(%s)", [row.day])
            return int(cursor.fetchone()[0])
    ends = begins(row.day + DAY)
    late = LateAuditRow.objects.filter(at__lt=ends)
    number = 0
    for model in (Event, AccessEvent):
        number += model.objects.filter(at__lt=ends).exclude(pk__in=_late_ids()).delete()[0]
        number += model.objects.filter(pk__in=late.values("row_id")).delete()[0]
    late.delete()
    AuditRemoval.objects.create(seal=row, rows=number)
    return number


def _late_ids() -> QuerySet[LateAuditRow, Any]:
    return LateAuditRow.objects.order_by().values("row_id")
