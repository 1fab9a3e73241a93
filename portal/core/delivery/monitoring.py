"""Alerts about silent processes and about the outbox."""

from django.utils import timezone

from portal.core.delivery import long_work, outbox
from portal.core.models import OutboxItem
from portal.core.monitoring import alerts, heartbeats


@alerts.check(
    "process.silent",
    wrong="No sign of life from: {}. (Workers are also silent when Redis is away.)",
    over="A sign of life again from: {}.",
)
def silent_processes() -> list[str] | None:
    """Relay, workers and beat, and long workers where long work waits; unknown while this process is young."""
    now = timezone.now()
    return [*heartbeats.silent(now), *long_work.silent(now)] if heartbeats.may_judge() else None


@alerts.check(
    "outbox.late",
    wrong="Mails, documents or long work have waited in the outbox for too long.",
    over="Nothing waits in the outbox for too long any more.",
)
def late_rows() -> list[str]:
    """The outbox as a whole: many rows are one problem."""
    return [""] if outbox.late(timezone.now()).exists() else []


@alerts.check(
    "outbox.failing",
    wrong="Mails or documents fail and are tried again. Is the mail server away?",
    over="Mails and documents leave again.",
)
def failing_rows() -> list[str]:
    """Rows that were tried in vain; the mail server is the usual reason."""
    return [""] if outbox.failing().exists() else []


@alerts.check(
    "outbox.failed",
    wrong="Refused for good or given up: {}. Send again from the case, or reach the patient in another way.",
    over="No longer failed: {}.",
)
def failed_rows() -> set[str]:
    """Each row that nobody will try again unless a person says so."""
    failed = OutboxItem.objects.filter(state=OutboxItem.State.FAILED)
    return {f"{kind} {reference}".strip() for kind, reference in failed.values_list("kind", "reference")}
