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
    """A row that is written once; the database refuses to change or delete it (``requests.append_only``)."""

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

    class Meta(TrailRow.Meta):
        # Days are read in this order to be sealed and verified.
        indexes = [models.Index(fields=["at", "id"], name="event_by_day")]


class AccessEvent(TrailRow):
    """Somebody read a case or a part of it; ``actor_id`` is a colleague's or a clinic's, as ``actor_kind`` says.

    A clinic read by the link of the referral that ``referral_id`` names. The report of who saw what, where it is of
    no one case, has no ``reference``.
    """

    kind = models.CharField(max_length=10, choices=AccessKind)
    referral_id = models.UUIDField(null=True, blank=True)

    class Meta(TrailRow.Meta):
        indexes = [
            models.Index(fields=["at", "id"], name="access_by_day"),
            models.Index(fields=["actor_id", "at"], name="access_by_actor"),
        ]
