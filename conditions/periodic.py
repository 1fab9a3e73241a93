"""Celery beat tasks of the conditions app."""

from celery import shared_task
from django.utils import timezone

from conditions.services import feedback


@shared_task
def prune_feedback() -> None:
    """Delete feedback that is a year old."""
    feedback.prune(timezone.now())
