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

from portal.core.bulk.batches import Progress, in_batches
from portal.core.encryption.primitives import first_key_id, key_id, key_ring, rewrap

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


def rekey() -> Iterator[Progress]:
    """Wrap everything that the ring opens under its first key, batch after batch."""
    for column in _columns:
        total, done = column.model._base_manager.count(), 0
        for rows in _batches(column):
            with transaction.atomic():
                for row in rows:
                    _rekey_row(column, row)
            done += len(rows)
            yield Progress(column.model, done, max(done, total))


def in_use() -> dict[Column, Counter[str]]:
    """Return how many rows of each column need which key."""
    return {
        column: Counter(
            name for rows in _batches(column) for row in rows for name in set(column.key_ids(getattr(row, column.name)))
        )
        for column in _columns
    }


def _rekey_row(column: Column, row: models.Model) -> None:
    value = getattr(row, column.name)
    needed = set(column.key_ids(value))
    if needed - {first_key_id()} and needed <= set(key_ring()):
        unchanged = column.model._base_manager.filter(pk=row.pk, **{column.name: value})
        unchanged.update(**{column.name: column.rewrap(value)})


def _batches(column: Column) -> Iterator[list[models.Model]]:
    """Return all rows, with their key and the column alone; those that come meanwhile are under the first key."""
    return in_batches(column.model._base_manager.only(column.name), BATCH)
