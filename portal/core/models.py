"""The outbox: one row for each effect that the portal owes to somebody."""

import uuid

from django.db import models
from django.utils import timezone


class OutboxItem(models.Model):
    """One effect to deliver (a mail, a PDF): ids and times only, no personal data.

    ``object_id`` and ``recipient_id`` name what the handler of ``kind`` works on; ``reference`` is
    the public reference of the case, for the desk.
    """

    class State(models.TextChoices):
        HELD = "held", "waits for release"
        QUEUED = "queued", "queued"
        IN_FLIGHT = "in_flight", "in flight"
        SENT = "sent", "sent"
        FAILED = "failed", "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    recipient_id = models.BigIntegerField(null=True, blank=True)
    reference = models.CharField(max_length=12, blank=True, db_index=True)
    dedupe_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        verbose_name = "outbox item"
        indexes = [
            models.Index(
                fields=["not_before"],
                name="outbox_due",
                condition=models.Q(state__in=["queued", "in_flight"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
