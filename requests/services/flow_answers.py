"""What a patient does with the questions of a task: answers one, and sends them all."""

import json
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core.worktime import team_today
from requests.enums import ActorKind, AnswerState, EventKind, Status
from requests.flows import Flow, FlowKind, FlowStep, package, passport
from requests.models import Answer, AnswerSending, Case, Event
from requests.permissions import check_can_work_cases
from requests.selectors import answers as selected
from requests.selectors import trips
from requests.selectors.consents import check_standing
from requests.services import audit, clock, effects, facts, form_tokens, holds, tasks
from requests.services.audit import Actor
from requests.workflow import EARLY_OUTCOMES, ENDINGS, URGENT

# The desk looks at what was sent.
REVIEW = "review-answers"
PASSPORT_OVER = (Status.RECOVERY, *ENDINGS)


class FlowClosed(Exception):
    """The task cannot be answered any more: the case went on, ended or is no request."""


class AnswerChanged(Exception):
    """The answer is another one than the page showed; nothing is written. ``answer`` is the one that stands."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class NotComplete(Exception):
    """A question that is asked has no answer, or the answers are others than the page showed; nothing is sent."""


def save(
    *,
    case: Case,
    kind: FlowKind,
    step: FlowStep,
    state: AnswerState,
    given: Any,
    seen: str,
    form_token: str,
    language: str,
    by: User | None = None,
) -> None:
    """Save one answer as its next version; the same answer again writes nothing.

    ``seen`` is the id of the answer that the page showed, empty for none; ``given`` is what ``requests.flows`` stores
    for the kind of the question, ``by`` somebody of the desk who noted it. Raises ``FlowClosed``, ``AnswerChanged`` or
    ``PermissionDenied``.
    """
    if by is not None:
        check_can_work_cases(by)
    with transaction.atomic():
        locked = _lock(case, kind)
        current = selected.current(locked, kind.task).get(step.code)
        key = form_tokens.key(locked.pk, kind.task, step.code, form_token)
        if current is not None:
            if (current.state, current.given) == (state, given):
                return
            # The same form, sent again with other words, has seen its own.
            if str(current.pk) != seen and current.form_token != key:
                raise AnswerChanged(current)
        content = {"state": state} if state != AnswerState.ANSWERED else {"state": state, "value": given}
        earlier = locked.answers.filter(task=kind.task, code=step.code).order_by("-number").first()
        Answer.objects.create(
            case=locked,
            task=kind.task,
            code=step.code,
            number=earlier.number + 1 if earlier else 1,
            value=json.dumps(content, ensure_ascii=False),
            edition=step.edition,
            language=language,
            answered_by=by,
            form_token=key,
            created_at=timezone.now(),
        )


def send(*, case: Case, kind: FlowKind, flow: Flow, seen: str) -> bool:
    """Send the answers of a task to the desk, which is told once; False when the same ones were sent already.

    ``seen`` is the ``digest`` of the answers that the page showed. Raises ``FlowClosed`` or ``NotComplete``.
    """
    with transaction.atomic():
        locked = _lock(case, kind)
        answers = selected.current(locked, kind.task)
        if digest(flow, answers) != seen or flow.to_answer(answers) is not None:
            raise NotComplete
        earlier = next(iter(selected.sendings(locked, kind.task)), None)
        if earlier is not None and sent_digest(locked, flow, earlier) == seen:
            return False
        number = locked.answer_sendings.filter(task=kind.task).count() + 1
        sending = AnswerSending.objects.create(case=locked, task=kind.task, number=number, sent_at=timezone.now())
        audit.record(locked, EventKind.ANSWERS_SENT, by=ActorKind.PATIENT, object_id=sending.pk)
        for task in locked.tasks.open().of_patient().filter(kind__code=kind.task):
            tasks.finish_locked(locked, task, by=ActorKind.PATIENT)
        if kind.task == package.TASK:
            facts.choose_package(locked, slug=answers[package.STEP].given)
        effects.add(locked, effects.for_desk(locked, effects.ANSWERS_IN, sending.pk))
        holds.resume(case=locked, by=ActorKind.PATIENT)
        if not locked.tasks.open().filter(kind__code=REVIEW).exists():
            tasks.follow(locked, REVIEW, by=ActorKind.PATIENT)
        if not locked.is_open:
            # The queue shows an ended case only while its patient waits.
            clock.start(locked, timezone.now())
            locked.save(update_fields=clock.FIELDS)
    return True


def delete(*, case: Case, kind: FlowKind, by: Actor) -> bool:
    """Delete the rows of the answers to a confidential task, also in the cases merged into this one, and note that.

    False when there are none.
    """
    assert kind.is_confidential
    with transaction.atomic():
        locked = clock.lock(case)
        whole = locked.whole()
        number, _models = Answer.objects.filter(case__in=whole, task=kind.task).delete()
        AnswerSending.objects.filter(case__in=whole, task=kind.task).delete()
        if number:
            audit.record(locked, EventKind.PASSPORT_DELETED, by=by)
    return bool(number)


def passports_due(days: int) -> list[Case]:
    """Return the living cases with passport answers whose trip is over, or that ended, for so many days."""
    holding = Answer.objects.filter(task=passport.TASK).order_by().values("case").distinct()
    living = dict.fromkeys(row.living for row in Case.objects.filter(pk__in=holding))
    return [case for case in living if _is_over(case, timedelta(days=days))]


def delete_passport(case: Case) -> None:
    """Delete the passport answers of a case that needs them no more."""
    delete(case=case, kind=passport.KIND, by=ActorKind.SYSTEM)


def _is_over(case: Case, days: timedelta) -> bool:
    """Whether nobody needs the passport of a case any more: so long after the day home, the recovery or the end.

    A day home counts once the patient has arrived: before that the journey may be put off. Until that day nothing is
    deleted, unless the patient is too ill to travel or died.
    """
    today = team_today()
    home_on = trips.of(case).home_on
    if home_on is not None and case.status in (*URGENT, Status.CLOSED) and case.outcome not in EARLY_OUTCOMES:
        if home_on + days <= today:
            return True
        if today <= home_on:
            return False
    if case.status not in PASSPORT_OVER:
        return False
    moves = Event.objects.filter(reference=case.reference, kind=EventKind.MOVED, to_status__in=PASSPORT_OVER)
    # From recovery to the end is no new beginning.
    last = moves.exclude(from_status__in=PASSPORT_OVER).order_by("-at").values_list("at", flat=True).first()
    return last is None or last <= timezone.now() - days


def digest(flow: Flow, answers: dict[str, Answer]) -> str:
    """Return what tells whether the answers that are asked for are still those that a page showed."""
    return form_tokens.key(*(answers[step.code].pk for step in flow.asked(answers) if step.code in answers))


def sent_digest(case: Case, flow: Flow, sending: AnswerSending) -> str:
    """Return the ``digest`` of the answers as they were sent."""
    return digest(flow, selected.sent_with(selected.history(case, flow.task), sending))


def _lock(case: Case, kind: FlowKind) -> Case:
    locked = clock.lock(case)
    check_standing(locked)
    if locked.is_spam or locked.has_died or not kind.is_open(locked):
        raise FlowClosed
    return locked
