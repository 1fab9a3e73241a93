"""Celery beat tasks of the requests app."""

from celery import shared_task
from django.utils import timezone

from requests.services import absences, documents, family, handover, holds, links, quarantine, queue, virus_scans


@shared_task
def hand_over_absences() -> None:
    """Hand cases of who is away soon on to the substitutes, and give back those of who is here again."""
    absences.end_due()
    absences.hand_over_due()


@shared_task
def prune_handover_notes() -> None:
    """Delete the handover notes of a month ago."""
    handover.prune()


@shared_task
def discard_unfinished_documents() -> None:
    """Delete what came of papers that were begun and never finished, a week after the last of it."""
    documents.discard_unfinished()


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


@shared_task
def scan_papers() -> None:
    """Have the virus scanner look at papers that it has said nothing of."""
    virus_scans.catch_up()
