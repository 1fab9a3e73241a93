"""Celery beat tasks of the accounts app."""

from celery import shared_task
from django.utils import timezone

from portal.accounts.services import security_log


@shared_task
def prune_security_log() -> None:
    """Delete lines of the security log that are older than SECURITY_LOG_KEEP."""
    security_log.prune(timezone.now())
