"""Private files that no row names: a process was killed between file and row, or a store was away when one was deleted.

Apps register the columns that name private files. What is listed nowhere would be taken for an orphan, so
tests/core/test_sweeping.py compares the list with what writes files and with what rows hold.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from typing import Any

from django.apps import apps
from django.core.files.storage import Storage, storages
from django.db.models import QuerySet
from django.utils import timezone

from portal.core.storage.folder import FolderStorage
from portal.core.storage.stored_file import StoredFile

# A file is written before the row that names it, seconds before; clocks of stores may differ.
YOUNG = timedelta(days=1)
# What portal.core.files and a killed FolderStorage leave; a bucket may hold other things.
OURS = re.compile(r"[0-9a-f]{32}(\.part)?")
# So many names are in memory, and compared with the rows, at once.
BATCH = 10_000

# Returns the names of files in the value of a column that holds more than one.
type Names = Callable[[Any], Iterable[str]]


@dataclass(frozen=True)
class Column:
    """A column (``"app.Model"``, name) whose value is the name of a file, or holds those that ``names`` returns."""

    model_label: str
    name: str
    names: Names | None

    def between(self, first: str, last: str) -> Iterator[str]:
        """Yield the names of files from one to another in their order, and maybe others."""
        rows: QuerySet[Any] = apps.get_model(self.model_label)._base_manager.order_by()
        if self.names is None:
            rows = rows.filter(**{f"{self.name}__gte": first, f"{self.name}__lte": last})
            yield from rows.values_list(self.name, flat=True).iterator()
            return
        for value in rows.values_list(self.name, flat=True).iterator():
            yield from self.names(value)


_columns: list[Column] = []


def register(model_label: str, column: str, *, names: Names | None = None) -> None:
    """Say that a column names private files."""
    _columns.append(Column(model_label, column, names))


def columns() -> list[Column]:
    """Return the columns that name private files."""
    return list(_columns)


@dataclass
class Counts:
    """How many files of a day ago and more there are, and which of them no row names, with their bytes."""

    files: int = 0
    orphans: int = 0
    bytes: int = 0


def look() -> Counts:
    """Count the files that no row names. Raises ``StoreAway``."""
    counts = Counts()
    for file, is_named in _files():
        counts.files += 1
        if not is_named:
            counts.orphans += 1
            counts.bytes += file.size
    return counts


def delete() -> Iterator[StoredFile]:
    """Delete the files that no row names and yield each that is gone. Raises ``StoreAway``."""
    for file, is_named in _files():
        if not is_named:
            for store in _stores():
                store.delete(file.name)
            yield file


def _files() -> Iterator[tuple[StoredFile, bool]]:
    """Yield each file that is not young, and whether a row names it; one that is being moved comes twice."""
    limit = timezone.now() - YOUNG
    for store in _stores():
        listed: Iterator[StoredFile] = store.listing()  # type: ignore[attr-defined]  # both of ours have it
        old = (file for file in listed if file.modified_at < limit and OURS.fullmatch(file.name))
        # Listed before the rows are read, and hex digits have the same order in a store and in every database.
        for batch in batched(old, BATCH, strict=False):
            first, last = batch[0].name[:32], batch[-1].name[:32]
            named = {name for column in _columns for name in column.between(first, last)}
            yield from ((file, file.name in named) for file in batch)


def _stores() -> list[Storage]:
    """Return the folder, where files are deleted first (``portal.core.files.delete``), and the bucket, if there is one."""
    store = storages["private"]
    return [store] if isinstance(store, FolderStorage) else [FolderStorage(), store]
