"""The rows of one model as lines of a spreadsheet, on top of django-import-export."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.results import RowResult
from tablib import Dataset

from portal.core.exchange.cells import Cell
from portal.core.exchange.columns import BadCell, Column, Links, Lookup

EMPTY = "This may not be empty."

type Key = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """What a cell of a row shows now, and what it would show."""

    field: str
    old: str
    new: str


class ChangedRow(RowResult):  # type: ignore[misc]  # the library has no types
    """What became of a row; the library's own would ask for its name, row by row."""

    changes: tuple[Change, ...] = ()

    def add_instance_info(self, instance: Model) -> None:
        self.object_id = instance.pk


class SheetResource(Resource):  # type: ignore[misc]  # the library has no types
    """Lines of a spreadsheet for one model. Subclasses name the model, its columns, and which columns are the key.

    Keys and ``required`` columns may not be empty; ``faults`` says what else must be right. Only rows
    that change are looked at, and a dry run writes nothing at all.
    """

    columns: tuple[Column, ...] = ()
    keys: tuple[str, ...] = ()
    required: tuple[str, ...] = ()

    class Meta:
        instance_loader_class = BaseInstanceLoader
        skip_diff = True
        store_instance = True

    def __init__(self) -> None:
        super().__init__()
        # Copies: a lookup remembers its rows for one import only.
        self.fields = {column.column_name: deepcopy(column) for column in self.columns}
        self.existing: dict[Key, Model] = {}
        self.before: dict[str, Any] = {}
        self.changes: tuple[Change, ...] = ()

    def faults(self, row: Any) -> Iterator[tuple[str, str]]:
        """Yield the column and the sentence for what is wrong with a row as a whole."""
        yield from ()

    # ── Reading ──────────────────────────────────────────────────────────────────────────────

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return rows with all that their columns show, in the order of their keys."""
        lookups = [name for name, column in self.fields.items() if isinstance(column.widget, Lookup)]
        links = [column for column in self.fields.values() if isinstance(column, Links)]
        single = [name for name in lookups if not isinstance(self.fields[name], Links)]
        order = [f"{name}__{self.fields[name].widget.key}" if name in single else name for name in self.keys]
        return rows.select_related(*single).prefetch_related(*(one.prefetch() for one in links)).order_by(*order)

    def key_of_cells(self, row: dict[str, Cell]) -> Key | None:
        """Return the key that a line names; ``None`` where it cannot be read or lacks a part."""
        columns = [self.fields[name] for name in self.keys]
        try:
            key = tuple(column.widget.render(column.clean(row)) for column in columns)
        except BadCell:
            return None
        return key if all(key) else None

    def key_of(self, instance: Model) -> Key:
        """Return the key of a row that exists."""
        return tuple(self.fields[name].export(instance) for name in self.keys)

    # ── What the library calls for a whole file ──────────────────────────────────────────────

    def get_import_id_fields(self) -> list[str]:
        return list(self.keys)

    def before_import(self, dataset: Dataset, *, lock: bool = False, **kwargs: Any) -> None:
        """Read the rows that the file may change with a few queries; ``lock`` keeps others from changing them."""
        first = self.fields[self.keys[0]]
        wanted = {key[0] for line in dataset.dict if (key := self.key_of_cells(line))}
        path = f"{self.keys[0]}__{first.widget.key}" if isinstance(first.widget, Lookup) else self.keys[0]
        rows = self.of(self._meta.model._default_manager.filter(**{f"{path}__in": wanted}))
        rows = rows.select_for_update(of=("self",)) if lock else rows
        self.existing = {self.key_of(row): row for row in rows}

    # ── What the library calls for each line, in this order ──────────────────────────────────

    def get_instance(self, instance_loader: Any, row: dict[str, Cell]) -> Model | None:
        key = self.key_of_cells(row)
        return self.existing.get(key) if key else None

    def init_instance(self, row: dict[str, Cell] | None = None) -> Model:
        made: Model = self._meta.model()
        return made

    def after_init_instance(self, instance: Model, new: bool, row: Any, **kwargs: Any) -> None:
        self.before = {} if new else {name: column.export(instance) for name, column in self.fields.items()}

    def skip_row(self, instance: Model, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        now = {name: column.export(instance) for name, column in self.fields.items()}
        self.changes = tuple(
            Change(name, _shown(self.before.get(name)), _shown(value))
            for name, value in now.items()
            if value != self.before.get(name, "") and name in row
        )
        return bool(self.before) and not self.changes and not import_validation_errors

    def validate_instance(
        self, instance: Model, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        errors = dict(import_validation_errors or {})
        is_read = not errors
        for name in (*self.keys, *self.required):
            if name not in errors and not self.fields[name].export(instance):
                errors[name] = ValidationError(EMPTY)
        # Relations were looked up, and of a translated field only the column of each language is ours.
        fields = instance._meta.fields
        exclude = [one.name for one in fields if one.name not in self.fields or one.is_relation or one.name in errors]
        try:
            instance.clean_fields(exclude=exclude)
        except ValidationError as refusal:
            errors = refusal.update_error_dict(errors)
        if is_read:  # a cell that cannot be read leaves the old value, which would only confuse
            for name, sentence in self.faults(instance):
                errors.setdefault(name, ValidationError(sentence))
        if errors:
            raise ValidationError(errors)

    def save_instance(self, instance: Model, is_create: bool, row: Any, **kwargs: Any) -> None:
        if self._is_dry_run(kwargs):
            return
        instance.save(force_insert=is_create)
        for column in self.fields.values():
            if isinstance(column, Links):
                column.link(instance)

    def after_import_row(self, row: Any, row_result: ChangedRow, **kwargs: Any) -> None:
        row_result.changes = self.changes

    @classmethod
    def get_row_result_class(cls) -> type[ChangedRow]:
        return ChangedRow


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
