"""Messages between a patient and the desk."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import outbox
from requests.enums import ActorKind, Direction, EventKind, Status
from requests.models import Case, Message
from requests.permissions import check_can_work_cases
from requests.services import audit, deadlines, desk, effects


def write_to_patient(*, case: Case, body: str, by: User) -> Message:
    """Answer a patient; a mail with a link tells of it. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        message = Message.objects.create(case=case, direction=Direction.TO_PATIENT, body=body, author=by)
        audit.record(case, EventKind.MESSAGE_OUT, by=by, object_id=message.pk)
        desk.answered(case, timezone.now())
        outbox.add([effects.for_message_out(case, message)])
    return message


def write_to_desk(*, case: Case, body: str, form_token: str) -> Message:
    """Record a patient's message and tell the desk; the same form token gives the same message."""
    try:
        with transaction.atomic():
            message = Message.objects.create(
                case=case, direction=Direction.FROM_PATIENT, body=body, form_token=form_token
            )
            audit.record(case, EventKind.MESSAGE_IN, by=ActorKind.PATIENT, object_id=message.pk)
            _owe_an_answer(case)
            outbox.add(effects.for_message_in(case, message))
            return message
    except IntegrityError:
        return Message.objects.get(case=case, form_token=form_token)


def _owe_an_answer(case: Case) -> None:
    """Start the clock of an answer, unless one is owed already."""
    if case.is_open and case.due_at is None:
        case.due_at = deadlines.due_at(Status.NEW, timezone.now())
        case.save(update_fields=["due_at"])
