"""Hashes of audit rows by day (UTC), streamed: what a seal holds.

A row is one line of JSON: the fields of ``FIELDS`` in their order, without spaces, not escaped beyond what JSON asks,
ids with hyphens, moments in UTC with microseconds ("2026-11-30T23:59:59.000001+00:00"), nothing as null; a late row
has the moment at which it came behind them. Lines end with a line feed and stand by ``at`` and id. The rows' hash of
a day is the SHA-256 of four lines, "<name> <number of rows> <SHA-256 of its lines>", in the order of ``STREAMS``.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery

from requests.models import AccessEvent, Event, LateAuditRow

FIELDS = {
    Event: ("id", "reference", "kind", "actor_kind", "actor_id", "at", "object_id", "from_status", "to_status", "fact"),
    AccessEvent: ("id", "reference", "kind", "actor_kind", "actor_id", "at", "object_id", "referral_id"),
}
STREAMS = ((Event, False), (AccessEvent, False), (Event, True), (AccessEvent, True))
# Rows that are in memory at a time.
CHUNK = 2000
NOTHING = hashlib.sha256().hexdigest()

type Trail = type[Event | AccessEvent]


class Day(NamedTuple):
    """How many rows a day has, and their hash."""

    rows: int
    hash: str


def begins(day: date) -> datetime:
    """Return the first moment of a day in UTC."""
    return datetime.combine(day, time.min, UTC)


def days(since: date, until: date) -> Iterator[tuple[date, Day]]:
    """Yield each day from ``since`` to ``until``, both of them counted, with its rows; one statement for each stream.

    In a transaction, the rows come from PostgreSQL as they are asked for.
    """
    streams = [_stream(model, since, until, is_late=is_late) for model, is_late in STREAMS]
    heads = [next(stream, None) for stream in streams]
    for place in range((until - since).days + 1):
        day = since + timedelta(days=place)
        parts = []
        for number, (model, is_late) in enumerate(STREAMS):
            head = heads[number]
            rows, digest = head[1:] if head and head[0] == day else (0, NOTHING)
            if head and head[0] == day:
                heads[number] = next(streams[number], None)
            parts.append((f"{model._meta.model_name}{'-late' if is_late else ''}", rows, digest))
        lines = "".join(f"{name} {rows} {digest}\n" for name, rows, digest in parts)
        yield day, Day(sum(rows for _name, rows, _digest in parts), hashlib.sha256(lines.encode()).hexdigest())


def of_seal(day: date, rows: int, rows_hash: str, previous_hash: str) -> str:
    """Return the hash of a seal: of one line with its day, number of rows, their hash and the hash of the seal before."""
    return hashlib.sha256(f"{day.isoformat()} {rows} {rows_hash} {previous_hash}\n".encode()).hexdigest()


def _stream(model: Trail, since: date, until: date, *, is_late: bool) -> Iterator[tuple[date, int, str]]:
    """Yield the days that have rows, with their number and hash."""
    came = LateAuditRow.objects.filter(row_id=OuterRef("pk")).values("at")
    late_ids = LateAuditRow.objects.order_by().values("row_id")
    rows = model.objects.annotate(came_at=Subquery(came))
    span = (begins(since), begins(until + timedelta(days=1)))
    if is_late:
        late_ids = late_ids.filter(at__gte=span[0], at__lt=span[1])
        rows = rows.filter(pk__in=late_ids).order_by("came_at", "at", "pk")
    else:
        rows = rows.filter(at__gte=span[0], at__lt=span[1], came_at=None).order_by("at", "pk")
    values = rows.values_list(*FIELDS[model], "came_at").iterator(chunk_size=CHUNK)
    for day, group in groupby(values, key=lambda row: _day(row, model, is_late=is_late)):
        total, number = hashlib.sha256(), 0
        for number, row in enumerate(group, 1):  # noqa: B007 – the number of rows is read after the loop
            total.update(_line(row if is_late else row[:-1]))
        yield day, number, total.hexdigest()


def _day(row: tuple[Any, ...], model: Trail, *, is_late: bool) -> date:
    moment: datetime = row[-1] if is_late else row[FIELDS[model].index("at")]
    return moment.astimezone(UTC).date()


def _line(row: tuple[Any, ...]) -> bytes:
    values = [_plain(value) for value in row]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value if value is None or isinstance(value, int | str) else str(value)
