"""Celery beat tasks of the requests app."""

from celery import shared_task
from django.utils import timezone

from requests.services import family, holds, links, quarantine, queue


@shared_task
def prune_case_links() -> None:
    """Delete links that stopped opening anything, those of families among them."""
    links.prune()
    family.prune()


@shared_task
def release_held_mails() -> None:
    """Let mails leave that waited for 24 working hours without a verdict."""
    quarantine.release_by_age(timezone.now())


@shared_task
def renew_queue_figures() -> None:
    """Count the six figures above the queue."""
    queue.renew_figures()


@shared_task
def resume_cases() -> None:
    """Bring the cases back whose hold is over."""
    holds.resume_due()
