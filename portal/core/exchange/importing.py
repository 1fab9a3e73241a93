"""Checks a spreadsheet against the rows that there are, and writes all of it or nothing."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from import_export.exceptions import ImportError as RowRefused
from import_export.results import RowResult
from openpyxl.utils import get_column_letter
from tablib import Dataset

from portal.core.bulk_changes import bulk_changes
from portal.core.exchange.reading import Sheet
from portal.core.exchange.resource import Change, SheetResource

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
KINDS = {
    RowResult.IMPORT_TYPE_NEW: NEW,
    RowResult.IMPORT_TYPE_UPDATE: CHANGED,
    RowResult.IMPORT_TYPE_SKIP: UNCHANGED,
}


class Outdated(Exception):
    """The rows are not any more what the report was made of; nothing was written."""


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: the number of the row as the spreadsheet shows it, the name of the column."""

    row: int
    field: str
    sentence: str


@dataclass(frozen=True)
class Outcome:
    """What writing would make of one row."""

    row: int
    name: str
    kind: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Report:
    """What is wrong with a file, or what it would change. With a problem nothing is written."""

    rows: int
    problems: list[Problem]
    outcomes: list[Outcome]
    note: str = ""

    def of(self, kind: str) -> list[Outcome]:
        """Return what would become new, changed or unchanged."""
        return [one for one in self.outcomes if one.kind == kind]

    @property
    def summary(self) -> str:
        """One line on the whole file."""
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        if self.problems:
            count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems):,} problems"
            return f"{rows}, {count}."
        parts = [f"{len(self.of(kind)):,} {kind}" for kind in (NEW, CHANGED, UNCHANGED)]
        return f"{rows}: {', '.join(parts)}."

    @property
    def writes(self) -> bool:
        """Whether there is something to write, and it may be written."""
        return not self.problems and any(one.kind != UNCHANGED for one in self.outcomes)

    @property
    def fingerprint(self) -> str:
        """The same for two reports that say the same of every row."""
        return hashlib.sha256(repr((self.problems, self.outcomes)).encode()).hexdigest()


def check(resource_class: type[SheetResource], sheet: Sheet) -> Report:
    """Say what is wrong with a file and what it would change; writes nothing."""
    resource = resource_class()
    names, problems = _columns(resource, sheet)
    if not set(resource.keys) <= set(names):
        return Report(len(sheet.lines), problems, [], sheet.note)
    table = _table(names, sheet)
    problems += _twice(resource, table, sheet)
    result = resource.import_data(table, dry_run=True)
    for error in (*result.base_errors, *(error for row in result.rows for error in row.errors)):
        raise error.error
    for line, row in zip(sheet.lines, result.rows, strict=True):
        if row.validation_error is not None:
            said = row.validation_error.message_dict
            problems += [Problem(line.number, field, text) for field, texts in said.items() for text in texts]
    order = {name: place for place, name in enumerate(names)}
    problems.sort(key=lambda one: (one.row, order.get(one.field, len(order))))
    outcomes = [] if problems else _outcomes(resource, table, sheet, result)
    return Report(len(sheet.lines), problems, outcomes, sheet.note)


def write(resource_class: type[SheetResource], sheet: Sheet, *, seen: str, by: AbstractBaseUser) -> Report:
    """Write every row in one transaction, if the file still means what the editor saw.

    ``seen`` is the fingerprint of that report. Raises ``Outdated``; nothing is written then.
    """
    with transaction.atomic():
        report = check(resource_class, sheet)
        if report.fingerprint != seen or report.problems:
            raise Outdated
        resource = resource_class()
        table = _table(_columns(resource, sheet)[0], sheet)
        try:
            with bulk_changes():
                # An error ends it all, so that rows need no savepoints of their own.
                result = resource.import_data(table, raise_errors=True, use_transactions=False, lock=True)
        except RowRefused as refusal:
            # Somebody else wrote the same row just now.
            if isinstance(refusal.error, IntegrityError | ValidationError):
                raise Outdated from refusal
            raise
        if _outcomes(resource, table, sheet, result) != report.outcomes:
            raise Outdated
        _log(report, [row.instance for row in result.rows], by)
    return report


def _outcomes(resource: SheetResource, table: Dataset, sheet: Sheet, result: Any) -> list[Outcome]:
    return [
        Outcome(line.number, ", ".join(resource.key_of_cells(cells) or ()), KINDS[row.import_type], row.changes)
        for line, cells, row in zip(sheet.lines, table.dict, result.rows, strict=True)
    ]


def _columns(resource: SheetResource, sheet: Sheet) -> tuple[dict[str, int], list[Problem]]:
    """Return the place of each known column, and what is wrong with the names of the columns."""
    row, names, problems = sheet.header.number, dict[str, int](), list[Problem]()
    for place, cell in enumerate(sheet.header.cells):
        name = cell.casefold() if isinstance(cell, str) else ""
        if not name:
            problems += _nameless(sheet, place)
        elif name in names:
            problems.append(Problem(row, name, f"The column “{name}” stands here twice."))
        elif name in resource.fields:
            names[name] = place
        else:
            near = get_close_matches(name, resource.fields, n=1, cutoff=0.7)
            advice = f"Did you mean “{near[0]}”?" if near else "Delete it, or take the names from an export."
            problems.append(Problem(row, name, f"There is no column “{name}”. {advice}"))
    problems += [
        Problem(row, name, f"The column “{name}” is missing. It says which row is meant.")
        for name in resource.keys
        if name not in names
    ]
    width = len(sheet.header.cells)
    problems += [
        one for place in range(width, max(len(line.cells) for line in sheet.lines)) for one in _nameless(sheet, place)
    ]
    return names, problems


def _nameless(sheet: Sheet, place: int) -> Iterator[Problem]:
    """Yield a problem where a column has no name and is not empty."""
    for line in sheet.lines:
        if place < len(line.cells) and line.cells[place] is not None:
            letter = get_column_letter(place + 1)
            yield Problem(line.number, letter, f"Column {letter} has no name, but this cell is not empty.")
            return


def _table(names: dict[str, int], sheet: Sheet) -> Dataset:
    table = Dataset(headers=list(names))
    for line in sheet.lines:
        table.append([line.cells[place] if place < len(line.cells) else None for place in names.values()])
    return table


def _twice(resource: SheetResource, table: Dataset, sheet: Sheet) -> Iterator[Problem]:
    first: dict[Any, int] = {}
    for line, cells in zip(sheet.lines, table.dict, strict=True):
        key = resource.key_of_cells(cells)
        if key in first:
            name = ", ".join(key or ())
            yield Problem(line.number, resource.keys[0], f"“{name}” stands in row {first[key]} already.")
        elif key:
            first[key] = line.number


def _log(report: Report, rows: list[Any], by: AbstractBaseUser) -> None:
    """Write to the admin's log which rows and columns the import wrote; no contents."""
    model = type(rows[0])
    kind = ContentType.objects.get_for_model(model)
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=by.pk,
            content_type=kind,
            object_id=str(row.pk),
            object_repr=outcome.name[:200],
            action_flag=ADDITION if outcome.kind == NEW else CHANGE,
            change_message=f"Imported: {', '.join(change.field for change in outcome.changes)}.",
        )
        for outcome, row in zip(report.outcomes, rows, strict=True)
        if outcome.kind != UNCHANGED
    )
