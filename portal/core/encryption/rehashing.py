"""Rotation of LOOKUP_KEY: every keyed hash of a stored value is computed anew under the first key.

A hash does not say which key made it, so a run compares all of them; one that was killed starts from
the first row again and finds the rows that are done unchanged.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction

from portal.core.bulk.batches import Progress, in_batches
from portal.core.encryption.fields import KeyedHashField
from portal.core.encryption.primitives import KeyErased

BATCH = 500


@dataclass(frozen=True)
class Compared(Progress):
    """How many rows of a model were looked at, and how many of those had an old hash."""

    old: int


def rehash(*, write: bool = True) -> Iterator[Compared]:
    """Compare batch after batch, and write what differs; raises ``DecryptionError`` when the ring lacks a key."""
    for model in apps.get_models():
        if _fields(model):
            yield from _rehash_model(model, write)


def _fields(model: type[models.Model]) -> list[KeyedHashField]:
    return [field for field in model._meta.fields if isinstance(field, KeyedHashField)]


def _rehash_model(model: type[models.Model], write: bool) -> Iterator[Compared]:
    rows = model._base_manager.all().fetch_mode(models.FETCH_PEERS)
    total, done, old = rows.count(), 0, 0
    for batch in in_batches(rows, BATCH):
        with transaction.atomic():
            old += sum(_rehash_row(row, write) for row in batch)
        done += len(batch)
        yield Compared(model, done, max(done, total), old)


def _rehash_row(row: models.Model, write: bool) -> bool:
    """Say whether a row had an old hash; one that changed meanwhile was written under the first key."""
    stored = {field: getattr(row, field.attname) for field in _fields(type(row))}
    changed = {field.attname: new for field, old in stored.items() if (new := _hash(field, row)) != old}
    if changed and write:
        unchanged = {field.attname: old for field, old in stored.items()}
        type(row)._base_manager.filter(pk=row.pk, **unchanged).update(**changed)
    return bool(changed)


def _hash(field: KeyedHashField, row: models.Model) -> str:
    """Return the hash of a row's value; nobody is found by what was erased."""
    try:
        return field.hash_of(getattr(row, field.source))
    except KeyErased:
        return ""
