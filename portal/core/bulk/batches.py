"""Batches: work through a whole table while the portal serves, with progress."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True)
class Progress:
    """How many rows of a model are done, of how many."""

    model: type[models.Model]
    done: int
    total: int


def in_batches[M: models.Model](rows: models.QuerySet[M], size: int) -> Iterator[list[M]]:
    """Yield all rows in the order of their keys; a row that comes meanwhile is yielded if its key is higher."""
    ordered = rows.order_by("pk")
    batch = list(ordered[:size])
    while batch:
        yield batch
        batch = list(ordered.filter(pk__gt=batch[-1].pk)[:size])
