"""Uploaded files between their check and the confirmation: nobody uploads twice, and nothing stays for long."""

import secrets
from datetime import timedelta
from typing import Any

from django.utils import timezone

from portal.core.models import PendingImport

LIFETIME = timedelta(hours=1)


def keep(data: bytes, *, table: str, by: Any) -> str:
    """Keep a file for an hour and return its token; an earlier one of the same person and table goes."""
    prune()
    PendingImport.objects.filter(table=table, user_id=by.pk).delete()
    return PendingImport.objects.create(token=secrets.token_urlsafe(24), table=table, user_id=by.pk, content=data).token


def find(token: str, *, table: str, by: Any) -> PendingImport | None:
    """Return a file that this person uploaded for this table less than an hour ago."""
    fresh = PendingImport.objects.filter(created_at__gt=timezone.now() - LIFETIME)
    return fresh.filter(token=token, table=table, user_id=by.pk).first()


def prune() -> None:
    """Throw away what waited for an hour."""
    PendingImport.objects.filter(created_at__lte=timezone.now() - LIFETIME).delete()
