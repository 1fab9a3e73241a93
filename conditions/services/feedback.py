"""Feedback of readers: recording it, telling the editors, settling it, deleting it after a year."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from conditions.enums import FeedbackFlag, Verdict
from conditions.models import Edition, Feedback
from conditions.permissions import check_can_publish
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem

FEEDBACK = outbox.kind("page.feedback")


@transaction.atomic
def send(
    *, edition_id: int, language: str, verdict: Verdict, text: str, form_token: str, flags: Sequence[FeedbackFlag]
) -> Feedback:
    """Keep what a reader says about an edition, and owe the editors a mail.

    The same form token is the same feedback: sent again, its newer words count. What looks odd or
    comes in a flood is kept without a mail.
    """
    edition = Edition.objects.get(pk=edition_id)
    values = {"edition": edition, "language": language, "verdict": verdict, "text": text}
    flags = [*flags, *([FeedbackFlag.FLOOD] if _is_flooded(edition) else [])]
    feedback, _is_new = Feedback.objects.update_or_create(
        form_token=form_token,
        defaults={**values, "handled_at": None, "handled_by": None},
        create_defaults={**values, "flags": flags},
    )
    if not feedback.flags:
        outbox.add(_mails(feedback))
    return feedback


def settle(*, feedback: Feedback, is_handled: bool, by: User) -> None:
    """Mark feedback as dealt with, or open it again. Raises ``PermissionDenied``."""
    check_can_publish(by)
    feedback.handled_at = timezone.now() if is_handled else None
    feedback.handled_by = by if is_handled else None
    feedback.save(update_fields=["handled_at", "handled_by"])


def older(limit: datetime) -> QuerySet[Feedback]:
    """Return the feedback that was sent before a moment."""
    return Feedback.objects.filter(created_at__lt=limit)


def prune(limit: datetime) -> int:
    """Delete the feedback that was sent before a moment, and return how much there was."""
    return older(limit).delete()[0]


def _is_flooded(edition: Edition) -> bool:
    hour_ago = timezone.now() - timedelta(hours=1)
    recent = Feedback.objects.filter(edition__condition=edition.condition_id, created_at__gt=hour_ago)
    return bool(recent.count() >= settings.FEEDBACK_LIMIT)


def _mails(feedback: Feedback) -> list[OutboxItem]:
    """Return one row for each active editor; with nobody there, for the address of the environment."""
    editors: list[int | None] = list(User.objects.active_in(Role.EDITOR).values_list("pk", flat=True)) or [None]
    return [
        outbox.new(FEEDBACK, feedback.pk, dedupe_key=f"{FEEDBACK}:{feedback.pk}:{pk or 'desk'}", recipient_id=pk)
        for pk in editors
    ]
