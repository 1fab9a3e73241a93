"""Audit log: who did and who read what; append-only, ids and times only.

The rows point at cases by reference, without a foreign key, and outlive them.
"""

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from portal.core.models import WrittenOnce
from requests.enums import AccessKind, ActorKind, EventKind, Fact, Status


class AppendOnly(WrittenOnce):
    """A row that is written once; in PostgreSQL neither the portal's role nor anybody else changes or deletes it."""

    is_append_only = True  # `manage.py grant_database` grants no more than that

    class Meta:
        abstract = True


class TrailRow(AppendOnly):
    """Base of the audit rows of a case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, db_index=True)
    actor_kind = models.CharField(max_length=8, choices=ActorKind)
    actor_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    object_id = models.UUIDField(null=True, blank=True)
    kind: Any  # a field of each, with choices of its own

    class Meta:
        abstract = True
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.reference} {self.kind}"


class Event(TrailRow):
    """An event in a case: a move, a message, a correction."""

    kind = models.CharField(max_length=20, choices=EventKind)
    from_status = models.CharField(max_length=20, choices=Status, blank=True)
    to_status = models.CharField(max_length=20, choices=Status, blank=True)
    fact = models.CharField("corrected fact", max_length=10, choices=Fact, blank=True)


class AccessEvent(TrailRow):
    """Somebody read a case or an estimate."""

    kind = models.CharField(max_length=10, choices=AccessKind)
