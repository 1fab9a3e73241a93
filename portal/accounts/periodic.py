"""Celery beat tasks of the accounts app."""

from celery import shared_task
from django.utils import timezone

from portal.accounts.services import email_change, patients, security_log


@shared_task
def prune_security_log() -> None:
    """Delete lines of the security log that are older than SECURITY_LOG_KEEP."""
    security_log.prune(timezone.now())


@shared_task
def forget_unconfirmed_accounts() -> None:
    """Delete accounts of patients that nobody confirmed with a code, and changes of address that nobody finished."""
    patients.forget_unconfirmed(timezone.now())
    email_change.prune(timezone.now())
