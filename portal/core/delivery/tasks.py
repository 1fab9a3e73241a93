"""Celery tasks that the relay asks for, under the names by which the release before queues them."""

from uuid import UUID

from celery import shared_task

from portal.core.delivery import outbox


@shared_task(name="portal.core.tasks.deliver")
def deliver(item_id: str) -> None:
    """Deliver one outbox row; the argument is its id and nothing else."""
    outbox.deliver(UUID(item_id))


@shared_task(name="portal.core.periodic.pulse")
def pulse() -> None:
    """Do nothing: a worker that did it lives, and so does the queue. Relay and beat both ask for it."""
