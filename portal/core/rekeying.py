"""Rotation of the wrapping key (FIELD_KEYS): everything under an old key is wrapped under the first one.

Apps register their columns. A value carries the id of its key, so a run that was killed goes on where
it was. A value is replaced only while it is what was read: a key that is erased meanwhile stays erased.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction

from portal.core.encryption import first_key_id, key_id, key_ring, rewrap

BATCH = 500


@dataclass(frozen=True)
class Column:
    """A column whose values depend on the key ring.

    ``key_ids`` returns the ids of the keys that a value needs, none for an erased one; ``rewrap``
    returns the same value under the first key.
    """

    model_label: str
    name: str
    key_ids: Callable[[Any], Collection[str]]
    rewrap: Callable[[Any], Any]

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.model_label)


@dataclass(frozen=True)
class Progress:
    """How many rows of a column were looked at."""

    column: Column
    done: int
    total: int


_columns: list[Column] = []


def _key_ids_of_wrapped(value: Any) -> list[str]:
    wrapped = bytes(value)
    return [key_id(wrapped)] if wrapped else []


def _rewrap_wrapped(value: Any) -> bytes:
    return rewrap(bytes(value))


def register(
    model_label: str,
    column: str,
    *,
    key_ids: Callable[[Any], Collection[str]] = _key_ids_of_wrapped,
    rewrap: Callable[[Any], Any] = _rewrap_wrapped,
) -> None:
    """Have a column (``"app.Model"``, name) rotated; without functions it holds wrapped data keys."""
    _columns.append(Column(model_label, column, key_ids, rewrap))


def columns() -> list[Column]:
    """Return what was registered."""
    return list(_columns)


def rekey() -> Iterator[Progress]:
    """Wrap everything that the ring opens under its first key, batch after batch."""
    for column in _columns:
        total, done = column.model._base_manager.count(), 0
        for rows in _batches(column):
            with transaction.atomic():
                for pk, value in rows:
                    _rekey_row(column, pk, value)
            done += len(rows)
            yield Progress(column, done, max(done, total))


def in_use() -> dict[Column, Counter[str]]:
    """Return how many rows of each column need which key."""
    return {
        column: Counter(name for rows in _batches(column) for _pk, value in rows for name in set(column.key_ids(value)))
        for column in _columns
    }


def _rekey_row(column: Column, pk: Any, value: Any) -> None:
    needed = set(column.key_ids(value))
    if needed - {first_key_id()} and needed <= set(key_ring()):
        unchanged = column.model._base_manager.filter(pk=pk, **{column.name: value})
        unchanged.update(**{column.name: column.rewrap(value)})


def _batches(column: Column) -> Iterator[list[tuple[Any, Any]]]:
    """Return key and value of all rows in the order of their keys; rows that come meanwhile have the first key."""
    rows = column.model._base_manager.order_by("pk").values_list("pk", column.name)
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1][0])[:BATCH])
