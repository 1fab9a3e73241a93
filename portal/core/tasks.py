"""The Celery task that delivers an outbox row."""

from uuid import UUID

from celery import shared_task

from portal.core import outbox


@shared_task(name="portal.core.tasks.deliver")
def deliver(item_id: str) -> None:
    """Deliver one outbox row; the argument is its id and nothing else."""
    outbox.deliver(UUID(item_id))
