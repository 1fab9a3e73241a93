"""Sealing of text that the release before stored readable, while the portal serves.

A row counts as not sealed while the sealed column is NULL; that is all that is remembered, so a run
that was killed goes on where it was. A batch is one transaction.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import models, transaction

from portal.core.bulk.batches import Progress
from portal.core.encryption.fields import EncryptedTextField, Sealed
from portal.core.encryption.primitives import KeyErased

BATCH = 500


def unsealed() -> dict[type[models.Model], int]:
    """Return how many rows of each model still have a readable column, models without any left out."""
    counts = {model: _unsealed(model).count() for model in apps.get_models() if _fields(model)}
    return {model: count for model, count in counts.items() if count}


def seal() -> Iterator[Progress]:
    """Seal batch after batch, of the rows that are not when this begins; raises ``DecryptionError`` when the ring lacks a key."""
    for model, total in unsealed().items():
        done = 0
        while sealed := _seal_batch(model):
            done += sealed
            yield Progress(model, done, max(total, done))


def _fields(model: type[models.Model]) -> list[EncryptedTextField]:
    return [field for field in model._meta.fields if isinstance(field, EncryptedTextField) and field.plain]


def _unsealed(model: type[models.Model]) -> models.QuerySet[models.Model]:
    is_plain = models.Q()
    for field in _fields(model):
        is_plain |= models.Q(**{f"{field.name}__isnull": True})
    return model._base_manager.filter(is_plain)


@transaction.atomic
def _seal_batch(model: type[models.Model]) -> int:
    # The key hangs on a row that this one points to: those of a batch are read together.
    rows = list(_unsealed(model).fetch_mode(models.FETCH_PEERS).order_by("pk")[:BATCH])
    for row in rows:
        values: dict[str, object] = {}
        for field in _fields(model):
            if row.__dict__[field.attname] is None:
                values |= {field.name: _sealed(field, row), field.plain: ""}
        model._base_manager.filter(pk=row.pk).update(**values)
    return len(rows)


def _sealed(field: EncryptedTextField, row: models.Model) -> Sealed:
    """Return the readable text of a row sealed; nothing is left of it when the key is destroyed."""
    try:
        return field.close(row, getattr(row, field.plain))
    except KeyErased:
        return Sealed(b"")
