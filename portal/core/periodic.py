"""What the clock does for the core."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from portal.core import kept, outbox
from portal.core.exchange import waiting


@shared_task
def prune_outbox() -> None:
    """Delete rows that were sent 30 days ago."""
    outbox.prune(timezone.now())


@shared_task
def prune_kept() -> None:
    """Throw away pictures and documents that were made a month ago."""
    kept.prune()


@shared_task
def prune_waiting_files() -> None:
    """Throw away spreadsheets that nobody confirmed."""
    waiting.prune()


@shared_task
def clear_sessions() -> None:
    """Delete expired sessions."""
    call_command("clearsessions")
