"""Messages between a patient and the desk."""

import hashlib
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from requests.enums import ActorKind, Direction, EventKind
from requests.models import Case, Message
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, effects, holds, quarantine


class MessageRefused(Exception):
    """A message to the patient that cannot leave; the text says why, for the desk."""


@transaction.atomic
def write_to_patient(*, case: Case, body: str, by: User, form_token: str, seen: int | None = None) -> Message:
    """Answer a patient; a mail with a link tells of it. Raises ``PermissionDenied`` or ``MessageRefused``.

    ``seen`` is how many things of the patient the writer had seen, None for all that came until now:
    what is newer still waits for an answer. The same words under the same form token count once.
    """
    check_can_work_cases(by)
    locked = clock.lock(case)
    if locked.is_quarantined:
        raise MessageRefused("Release the case from quarantine first.")
    if locked.is_spam:
        raise MessageRefused("Reopen the case first: no mail of a spam case leaves.")
    message, is_new = _write_once(locked, body, form_token, direction=Direction.TO_PATIENT, author=by)
    if is_new:
        audit.record(locked, EventKind.MESSAGE_OUT, by=by, object_id=message.pk)
        quarantine.let_go_of_known(locked, by=by)
        clock.stop(locked, seen=seen)
        locked.answered_at = locked.answered_at or message.created_at
        locked.save(update_fields=[*clock.FIELDS, "answered_at"])
        effects.add(locked, [effects.owed(locked, effects.MESSAGE_OUT, message.pk)])
    return message


class NotARequest(Exception):
    """The case was marked as spam: what is written there reaches nobody, and the page says where to write."""


@transaction.atomic
def write_to_desk(*, case: Case, body: str, form_token: str) -> Message:
    """Record a patient's message, start the clock of its answer and tell the desk, whatever the case's state.

    The same words under the same form token count once; other words are another message. A case
    on hold comes back. Raises ``NotARequest``.
    """
    locked = clock.lock(case)
    if locked.is_spam:
        raise NotARequest
    message, is_new = _write_once(locked, body, form_token, direction=Direction.FROM_PATIENT)
    if is_new:
        audit.record(locked, EventKind.MESSAGE_IN, by=ActorKind.PATIENT, object_id=message.pk)
        # First: the database refuses a case that is on hold and whose patient waits.
        holds.resume(case=locked, by=ActorKind.PATIENT)
        clock.start(locked, message.created_at)
        locked.save(update_fields=clock.FIELDS)
        effects.add(locked, effects.for_desk(locked, effects.MESSAGE_IN, message.pk))
    return message


def _write_once(locked: Case, body: str, form_token: str, **fields: Any) -> tuple[Message, bool]:
    """Write a message of a locked case, or return the one that is there; True when it is new.

    Its time is taken under the lock, so that messages of a case stand in the order of their commits.
    """
    # Other words under the token of the same form are another message (decision 0012).
    key = hashlib.sha256(f"{locked.pk}|{form_token}|{body}".encode()).hexdigest()
    return Message.objects.get_or_create(
        form_token=key, defaults={"case": locked, "body": body, "created_at": timezone.now(), **fields}
    )
