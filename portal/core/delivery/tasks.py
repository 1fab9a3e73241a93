"""Celery tasks that the relay asks for, under the names by which the release before queues them."""

from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import heartbeat_sent, worker_shutting_down
from django.conf import settings

from portal.core.delivery import long_work, outbox
from portal.core.monitoring import heartbeats

# Seconds for long work, until it is told to end; a minute later its process is killed.
LONG_LIMIT = int(settings.LONG_WORK_LIMIT.total_seconds())


@shared_task(name="portal.core.tasks.deliver")
def deliver(item_id: str) -> None:
    """Deliver one outbox row; the argument is its id and nothing else."""
    outbox.deliver(UUID(item_id))


@shared_task(name="portal.core.tasks.work", soft_time_limit=LONG_LIMIT, time_limit=LONG_LIMIT + 60)
def work(item_id: str) -> None:
    """Do the long work of one outbox row; the argument is its id and nothing else."""
    outbox.deliver(UUID(item_id), is_long=True)


@worker_shutting_down.connect
def stop_long_work(**_about: Any) -> None:
    """A worker that is told to stop does not wait for hours."""
    long_work.stop()


@heartbeat_sent.connect
def long_worker_lives(sender: Any, **_about: Any) -> None:
    """Show that the main process of a long worker lives, for the health check of its container: no pulse comes to it."""
    if sender.eventer.hostname.startswith(long_work.QUEUE):
        heartbeats.sign_of_life(long_work.QUEUE)


@shared_task(name="portal.core.periodic.pulse")
def pulse() -> None:
    """Do nothing: a worker that did it lives, and so does the queue. Relay and beat both ask for it."""
