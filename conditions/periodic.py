"""What the clock does for the pages."""

from celery import shared_task
from django.utils import timezone

from conditions.services import feedback


@shared_task
def prune_feedback() -> None:
    """Delete feedback that is a year old."""
    feedback.prune(timezone.now())
