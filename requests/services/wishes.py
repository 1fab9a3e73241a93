"""What a patient does with tasks: answers one, complains, asks for a refund."""

from django.db import transaction

from requests.enums import ActorKind
from requests.models import Case, Task
from requests.services import clock, tasks
from requests.services.messages import write_in

# Tasks of the desk that a form of the patient sets off; each is open once at most.
WISHES = ("complaint", "refund")


@transaction.atomic
def answer(*, task: Task, body: str, form_token: str, language: str) -> None:
    """Answer a task of the patient, with a message to the desk; it is done then. Raises ``NotARequest``.

    A task that was withdrawn meanwhile stays so; the words reach the desk all the same.
    """
    locked = clock.lock(task.case)
    message, is_new = write_in(locked, body=body, form_token=form_token, language=language)
    fresh = Task.objects.select_related("case").get(pk=task.pk)
    # A call that she wants at another time is ours to move.
    if is_new and fresh.is_open and not fresh.for_desk:
        fresh.message = message
        tasks.finish_locked(locked, fresh, by=ActorKind.PATIENT)


@transaction.atomic
def wish(*, case: Case, code: str, body: str, form_token: str, language: str) -> Task:
    """Complain or ask for a refund: the words are a message, and the desk has a task with a day. Raises ``NotARequest``.

    While one of the kind is open, more words belong to it.
    """
    locked = clock.lock(case)
    message, _is_new = write_in(locked, body=body, form_token=form_token, language=language)
    known = message.tasks.first() or locked.tasks.open().filter(kind__code=code).first()
    return known or tasks.follow(locked, code, by=ActorKind.PATIENT, message=message)
