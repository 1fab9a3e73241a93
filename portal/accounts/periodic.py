"""Celery beat tasks of the accounts app."""

from celery import shared_task
from django.utils import timezone

from portal.accounts.services import email_change, patients


@shared_task
def forget_unconfirmed_accounts() -> None:
    """Delete accounts of patients that nobody confirmed with a code, and changes of address that nobody finished."""
    patients.forget_unconfirmed(timezone.now())
    email_change.prune(timezone.now())
