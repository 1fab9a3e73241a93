"""The rows of a model as a spreadsheet and back: a file is checked against the rows that there are, then written whole."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from typing import Any, NamedTuple

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core.bulk.bulk_changes import bulk_changes
from portal.core.spreadsheets.files import MAX_COLUMNS, Cell, Table, Value, plain

# The thousands may be set apart by spaces, also by those that do not break.
NUMBER = re.compile(r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:[.,]\d{1,2})?")
DOTTED_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
YES_OR_NO = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}

# The number of the row as the spreadsheet shows it, the name of the column, a sentence.
type Problem = tuple[int, str, str]


class Outdated(Exception):
    """The rows are not any more what the report was made of; nothing was written."""


class Change(NamedTuple):
    """What a cell of a row shows now, and what it would show; ``value`` is what that means."""

    field: str
    old: str
    new: str
    value: Any


class Outcome(NamedTuple):
    """A row of a file, by its number there and its key, and what it changes on a row of the database."""

    row: int
    name: str
    changes: list[Change]
    instance: Any


class Report(NamedTuple):
    """What is wrong with a file, or what it would change. With a problem nothing is written."""

    rows: int
    note: str
    problems: list[Problem]
    new: list[Outcome]
    changed: list[Outcome]
    unchanged: list[Outcome]

    @property
    def written(self) -> list[Outcome]:
        """What writing would make new or change."""
        return [] if self.problems else [*self.new, *self.changed]

    @property
    def summary(self) -> str:
        """One line on the whole file."""
        rows = ngettext("%(number)s row", "%(number)s rows", self.rows) % {"number": f"{self.rows:,}"}
        if count := len(self.problems):
            sentence = ngettext("%(rows)s, %(number)s problem.", "%(rows)s, %(number)s problems.", count)
            return sentence % {"rows": rows, "number": f"{count:,}"}
        counts = {"new": self.new, "changed": self.changed, "unchanged": self.unchanged}
        numbers = {name: f"{len(outcomes):,}" for name, outcomes in counts.items()}
        sentence = _("%(rows)s: %(new)s new, %(changed)s changed, %(unchanged)s unchanged.")
        return sentence % {"rows": rows, **numbers}

    @property
    def fingerprint(self) -> str:
        """The same for two reports that say the same of every row."""
        said = [(row.row, row.name, [change[:3] for change in row.changes]) for row in [*self.written, *self.unchanged]]
        return hashlib.sha256(repr(said).encode()).hexdigest()


class ModelSheet:
    """The spreadsheet of a model. Subclasses name the model, its columns, and which of them say what row is meant.

    An instance serves one import or export: it remembers the rows that cells may name.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    keys: dict[str, str]  # the names of columns and their paths for queries

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {name: self.model._meta.get_field(name) for name in self.columns}
        self.relations = {name: field.related_model for name, field in self.fields.items() if field.is_relation}

    def faults(self, row: Any, before: dict[str, Value]) -> Iterable[tuple[bool, str, str]]:
        """Return what may be wrong with a row whose cells can be read: whether it is, the column, the sentence."""
        return ()

    def export(self, rows: models.QuerySet[Any]) -> list[list[Value]]:
        """Return the names of the columns, and what the cells of each row show, in the order of the keys."""
        rows = rows.prefetch_related(*self.relations).order_by(*self.keys.values())
        return [list(self.columns), *(list(self._shown(row).values()) for row in rows)]

    def check(self, table: Table, *, lock: bool = False) -> Report:
        """Say what is wrong with a file and what it would change; writes nothing.

        ``lock`` keeps others from changing the rows.
        """
        names = [str(cell).casefold() for cell in table.rows[0][1]]
        places = {name: names.index(name) for name in names if name in self.fields}
        problems = list(self._header_problems(table, names))
        report = Report(len(table.rows) - 1, table.note, problems, [], [], [])
        if not {*self.keys} <= {*places}:
            return report
        lines = {number: {name: cells[place] for name, place in places.items()} for number, cells in table.rows[1:]}
        existing, first = self._existing(lines.values(), lock=lock), dict[tuple[str, ...], int]()
        for number, cells in lines.items():
            key = self._key(cells)
            name = ", ".join(key)
            if all(key) and first.setdefault(key, number) != number:
                sentence = _("“%(name)s” stands in row %(row)d already.") % {"name": name, "row": first[key]}
                problems.append((number, next(iter(self.keys)), sentence))
            row = existing.get(key) or self.model()
            changes, errors = self._change(row, cells)
            problems += [(number, column, sentence) for column, found in errors.items() for sentence in found]
            outcomes = report.new if not row.pk else report.changed if changes else report.unchanged
            outcomes.append(Outcome(number, name, changes, row))
        problems.sort(key=lambda problem: (problem[0], places.get(problem[1], MAX_COLUMNS)))
        return report

    @bulk_changes()
    def write(self, table: Table, *, seen: str, by: Any) -> Report:
        """Write every row in one transaction, if the file still means what the editor saw.

        ``seen`` is the fingerprint of that report. Raises ``Outdated``, or ``IntegrityError`` when somebody else wrote
        the same row at this moment; nothing is written then.
        """
        report = self.check(table, lock=True)
        if report.problems or report.fingerprint != seen:
            raise Outdated
        kind, entries = ContentType.objects.get_for_model(self.model), list[LogEntry]()
        for outcome in report.written:
            row, flag = outcome.instance, CHANGE if outcome.instance.pk else ADDITION
            row.save()
            for change in outcome.changes:
                if self.fields[change.field].many_to_many:
                    getattr(row, change.field).set(change.value)
            said = f"Imported: {', '.join(change.field for change in outcome.changes)}."  # no contents
            about = {"object_id": str(row.pk), "object_repr": outcome.name[:200], "change_message": said}
            entries.append(LogEntry(user_id=by.pk, content_type=kind, action_flag=flag, **about))
        LogEntry.objects.bulk_create(entries)
        return report

    def _header_problems(self, table: Table, names: list[str]) -> Iterator[Problem]:
        """Yield what is wrong with the names of the columns."""
        from openpyxl.utils import get_column_letter  # noqa: PLC0415 – slow import, as in the module of files

        (row, _header), *lines = table.rows
        for place, name in enumerate(names):
            if not name:
                letter = get_column_letter(place + 1)
                if filled := [number for number, cells in lines if cells[place] != ""]:
                    sentence = _("Column %(letter)s has no name, but this cell is not empty.") % {"letter": letter}
                    yield filled[0], letter, sentence
            elif name not in self.fields:
                near = get_close_matches(name, self.fields, n=1, cutoff=0.7)
                yield row, name, self._unknown(name, near)
            elif name in names[:place]:
                yield row, name, _("The column “%(name)s” stands here twice.") % {"name": name}
        for name in self.keys:
            if name not in names:
                sentence = _("The column “%(name)s” is missing. It says which row is meant.")
                yield row, name, sentence % {"name": name}

    def _unknown(self, name: str, near: list[str]) -> str:
        if near:
            about = {"name": name, "near": near[0]}
            return _("There is no column “%(name)s”. Did you mean “%(near)s”?") % about
        sentence = _("There is no column “%(name)s”. Delete it, or take the names from an export.")
        return sentence % {"name": name}

    def _existing(self, lines: Iterable[dict[str, Cell]], *, lock: bool) -> dict[tuple[str, ...], models.Model]:
        """Return the rows that lines may mean, and a few more, by key."""
        first = f"{next(iter(self.keys.values()))}__in"
        rows = self.model._default_manager.filter(**{first: {self._key(cells)[0] for cells in lines}})
        rows = (rows.select_for_update(of=("self",)) if lock else rows).prefetch_related(*self.relations)
        return {self._key(self._shown(row)): row for row in rows}

    def _key(self, cells: Mapping[str, Cell | Value]) -> tuple[str, ...]:
        return tuple(cell if isinstance(cell := cells[name], str) else "" for name in self.keys)

    def _shown(self, row: models.Model) -> dict[str, Value]:
        return {name: shown(getattr(row, name)) for name in self.columns}

    def _change(self, row: models.Model, cells: dict[str, Cell]) -> tuple[list[Change], dict[str, list[str]]]:
        """Set on a row what its cells say otherwise; return that, and what is wrong with the row by column.

        A change is what a cell shows, so that an export which comes back changes nothing. Rows that stay may hold anything.
        """
        before, changes, errors = self._shown(row) if row.pk else {}, list[Change](), dict[str, list[str]]()
        if not row.pk:  # a column that is not in the file is empty or has its default
            cells = {name: "" for name, field in self.fields.items() if not field.has_default()} | cells
        for name, cell in cells.items():
            try:
                value = self._meaning(self.fields[name], cell)
            except ValidationError as refusal:
                errors[name] = refusal.messages
                continue
            old, new = before.get(name, ""), shown(value)
            if old != new:
                changes.append(Change(name, str(old), str(new), value))
                if not self.fields[name].many_to_many:
                    setattr(row, name, value)
        if changes or errors or not row.pk:
            self._validate(row, before, errors)
        return changes, errors

    def _validate(self, row: models.Model, before: dict[str, Value], errors: dict[str, list[str]]) -> None:
        # Relations were looked up, and of a translated field only the column of each language is ours.
        checked = {*self.fields} - {*self.relations, *errors}
        try:
            row.clean_fields(exclude={field.name for field in row._meta.fields} - checked)
        except ValidationError as refusal:
            errors |= refusal.message_dict
        if not errors:  # a cell that cannot be read leaves the old value, which would only confuse
            for is_wrong, name, sentence in self.faults(row, before):
                if is_wrong:
                    errors.setdefault(name, [sentence])

    def _meaning(self, field: Any, cell: Cell) -> Any:
        text, is_english = str(cell), getattr(field, "language", "en") == "en"
        if isinstance(cell, ValidationError):
            raise cell
        if not text and is_english and not getattr(field, "translated_field", field).blank:
            raise ValidationError(_("This may not be empty."))
        if field.is_relation:
            names = [name.strip() for name in (text.split(",") if field.many_to_many else [text])]
            if unknown := [name for name in names if name and name not in self._named[field.related_model]]:
                about = {"kind": field.related_model._meta.verbose_name, "name": unknown[0]}
                raise ValidationError(_("There is no %(kind)s “%(name)s”.") % about)
            rows = [self._named[field.related_model][name] for name in dict.fromkeys(names) if name]
            return rows if field.many_to_many else rows[0]
        if isinstance(field, models.CharField | models.TextField) and not isinstance(cell, str):
            raise ValidationError(_("Text is wanted here. Format the cell as text and enter it again."))
        return field.to_python(_parsed(field, text) if text or field.empty_strings_allowed else None)

    @cached_property
    def _named(self) -> dict[type[models.Model], dict[str, models.Model]]:
        """The rows that cells may name, read once."""
        related = set(self.relations.values())
        return {model: {str(shown(row)): row for row in model._default_manager.all()} for model in related}


def shown(value: Any) -> Any:
    """Return what a cell shows for the value of a field: of other rows their slugs or codes."""
    if isinstance(value, models.Manager):
        value = list(value.all())
    if isinstance(value, list):
        return ", ".join(sorted(shown(row) for row in value))
    if isinstance(value, models.Model):
        return getattr(value, "slug", None) or value.code  # type: ignore[attr-defined]  # a procedure
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(value or "") if value is None or isinstance(value, str) else value


def _parsed(field: Any, text: str) -> Any:
    known = YES_OR_NO if isinstance(field, models.BooleanField) else {value: value for value, _ in field.choices or ()}
    if text and known and text.casefold() not in known:
        about = {"text": text, "known": ", ".join(known)}
        raise ValidationError(_("“%(text)s” is not known here. Known are %(known)s.") % about)
    if isinstance(field, models.DecimalField | models.IntegerField):
        if not NUMBER.fullmatch(text):
            sentence = _("“%(text)s” is no number of 0 or more. Write it like 1500 or 1500.50.")
            raise ValidationError(sentence % {"text": text})
        return re.sub(r"\s", "", text).replace(",", ".")
    if isinstance(field, models.DateField):
        return DOTTED_DAY.sub(r"\3-\2-\1", text)
    return known.get(text.casefold(), text)
