"""Messages between a patient and the desk."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import outbox
from requests.enums import ActorKind, Direction, EventKind, Status
from requests.models import Case, Message
from requests.permissions import check_can_work_cases
from requests.services import audit, deadlines, desk, effects


def write_to_patient(*, case: Case, body: str, by: User, form_token: str) -> Message:
    """Answer a patient; a mail with a link tells of it. Raises ``PermissionDenied``.

    The same words under the same form token count once: a second click sends nothing.
    """
    check_can_work_cases(by)

    def effects_of(message: Message) -> None:
        audit.record(case, EventKind.MESSAGE_OUT, by=by, object_id=message.pk)
        desk.answered(case, timezone.now())
        outbox.add([effects.for_message_out(case, message)])

    return _write_once(case, body, form_token, effects_of, direction=Direction.TO_PATIENT, author=by)


def write_to_desk(*, case: Case, body: str, form_token: str) -> Message:
    """Record a patient's message and tell the desk.

    The same words under the same form token count once; other words are another message.
    """

    def effects_of(message: Message) -> None:
        audit.record(case, EventKind.MESSAGE_IN, by=ActorKind.PATIENT, object_id=message.pk)
        _owe_an_answer(case)
        outbox.add(effects.for_message_in(case, message))

    return _write_once(case, body, form_token, effects_of, direction=Direction.FROM_PATIENT)


def _write_once(
    case: Case, body: str, form_token: str, effects_of: Callable[[Message], None], **fields: Any
) -> Message:
    """Write a message and what it sets off in one transaction, or return the one that is there."""
    key = hashlib.sha256(f"{case.pk}|{form_token}|{body}".encode()).hexdigest()
    try:
        with transaction.atomic():
            message = Message.objects.create(case=case, body=body, form_token=key, **fields)
            effects_of(message)
            return message
    except IntegrityError:
        return Message.objects.get(form_token=key)


def _owe_an_answer(case: Case) -> None:
    """Start the clock of an answer, unless one is owed already."""
    if case.is_open and case.due_at is None:
        case.due_at = deadlines.due_at(Status.NEW, timezone.now())
        case.save(update_fields=["due_at"])
