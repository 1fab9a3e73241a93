"""Handover notes: written at the end of a shift, marked as read by those who come next, deleted when they are old."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from portal.accounts.models import User
from requests.models import HandoverNote, HandoverRead
from requests.permissions import check_can_work_cases
from requests.selectors.handover import own_cases
from requests.services import form_tokens


def write(*, body: str, by: User, form_token: str) -> HandoverNote:
    """Write a note for the next shift; the cases of its author that wait or are promised today go along.

    The same form counts once. Raises ``PermissionDenied``.
    """
    check_can_work_cases(by)
    key = form_tokens.key(by.pk, form_token)
    with transaction.atomic():
        note, is_new = HandoverNote.objects.get_or_create(form_token=key, defaults={"author": by, "body": body})
        if is_new:
            note.cases.set(own_cases(by))
    return note


def mark_read(*, note: HandoverNote, by: User) -> None:
    """Note that a colleague has read a note; once. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    HandoverRead.objects.get_or_create(note=note, user=by)


def older(limit: datetime) -> QuerySet[HandoverNote]:
    """Return the notes that were written before a moment."""
    return HandoverNote.objects.filter(created_at__lt=limit)


def prune(limit: datetime) -> int:
    """Delete notes that were written before a moment; returns how many."""
    _rows, by_model = older(limit).delete()
    return by_model.get(HandoverNote._meta.label, 0)
