"""A case in the hands of patient, relative and coordinator at once: whatever they do in any order, these hold.

Turn: a patient with something to do has the turn, else we while she waits, and nobody in a case that is over for good.
Clock: a case waits exactly since the oldest thing that has no answer. Ownership: what happens in one case changes no
other. Key: every text of the case opens with its key, and with no other. Ends: a case that ended asks nothing of her.
"""

import datetime
from itertools import count
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from portal.accounts.enums import Role
from portal.core.encryption.fields import EncryptedTextField
from portal.core.encryption.primitives import DecryptionError, unseal
from portal.core.models import OutboxItem
from requests.enums import NEEDED_PURPOSES, ActorKind, ForWhom, Outcome, Purpose, StatedBy, Status, Turn
from requests.models import Case, Message, PatientLink, Task, TaskKind
from requests.models.cases import OfCase
from requests.selectors.progress import next_action, road, turn
from requests.services import clock, consents, desk, effects, holds, links, messages, patients, tasks, wishes
from requests.workflow import ENDINGS, HOLDABLE, MOVES, OPEN, outcomes_from
from tests.factories import make_pack, make_staff, submit

KINDS = ("answer", "papers", "promise", "follow-up")
OF_CASE = [model for model in apps.get_app_config("requests").get_models() if issubclass(model, OfCase)]
_number = count()


class TheCase(RuleBasedStateMachine):
    """One case and a neighbour; a rule is what one of the three may do now."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.coordinator = make_staff(Role.COORDINATOR, email=f"c{next(_number)}@example.org")
        self.other = submit(email=f"n{next(_number)}@example.org")
        messages.write_to_desk(case=self.other, body="Words of the neighbour.", form_token="n")
        self.before = self.rows_of(self.other)
        self.case = submit(email=f"p{next(_number)}@example.org", for_whom=ForWhom.SOMEONE_ELSE)
        # What the patient sent and nobody answered, by its moments.
        self.unanswered = clock.incoming(self.case)
        self.texts: dict[Any, str] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def rows_of(self, case: Case) -> dict[str, int]:
        """Return how many rows of each kind a case has."""
        return {model.__name__: model._default_manager.filter(case=case).count() for model in OF_CASE}

    def token(self) -> str:
        return f"token {next(_number)}"

    def fresh(self) -> Case:
        self.case = Case.objects.get(pk=self.case.pk)
        return self.case

    # ── The patient ──

    @precondition(lambda self: not self.case.is_spam)
    @rule(words=st.text("abc дж ع", min_size=1, max_size=20), urgent=st.booleans())
    def writes(self, words: str, urgent: bool) -> None:
        message = messages.write_to_desk(
            case=self.case, body=words, form_token=self.token(), is_urgent=urgent, language="en"
        )
        self.texts[message.pk] = words
        self.unanswered.append(message.created_at)

    @precondition(
        lambda self: not self.case.is_spam and Task.objects.open().filter(case=self.case, for_desk=False).exists()
    )
    @rule(late=st.booleans())
    def answers_a_task(self, late: bool) -> None:
        task = Task.objects.open().filter(case=self.case, for_desk=False).select_related("case")[0]
        if late:  # it was withdrawn in the same moment
            tasks.withdraw(task=task, by=self.coordinator)
        wishes.answer(task=task, body="Here it is.", form_token=self.token(), language="en")
        task.refresh_from_db()
        assert (task.done_at is None) == late
        self.unanswered.append(Message.objects.filter(case=self.case).latest("created_at").created_at)

    @precondition(lambda self: not self.case.is_spam and not self.case.has_died)
    @rule(code=st.sampled_from(wishes.WISHES))
    def complains(self, code: str) -> None:
        task = wishes.wish(case=self.case, code=code, body="Not right.", form_token=self.token(), language="en")
        assert task.is_open
        self.unanswered.append(Message.objects.filter(case=self.case).latest("created_at").created_at)

    @rule(words=st.sampled_from(["", "half"]))
    def keeps_a_draft(self, words: str) -> None:
        messages.keep_draft(case=self.case, body=words)

    @rule()
    def reads(self) -> None:
        messages.mark_read(self.case)

    @rule()
    def ends_every_way_in(self) -> None:
        links.end_all(case=self.case)
        assert not self.case.links.filter(revoked_at=None).exists()

    @rule(purpose=st.sampled_from(NEEDED_PURPOSES))
    def takes_a_consent_back(self, purpose: Purpose) -> None:
        consents.withdraw(case=self.case, purpose=purpose, by=ActorKind.PATIENT)
        assert not consents.withdraw(case=self.case, purpose=purpose, by=ActorKind.PATIENT)
        assert not patients.has_agreed(self.fresh())

    @rule()
    def agrees_again(self) -> None:
        consents.give_again(case=self.case, language="en")
        is_over = self.fresh().is_spam or self.case.has_died
        assert is_over or self.case.consent_withdrawn_at is None

    # ── The relative ──

    @rule(number=st.integers(0, 1))
    def is_asked(self, number: int) -> None:
        patients.ask(case=self.case, email=f"zahra{number}@example.org")

    @precondition(lambda self: PatientLink.objects.filter(case=self.case, answered_at=None).exists())
    @rule()
    def agrees(self) -> None:
        link = PatientLink.objects.filter(case=self.case, answered_at=None).select_related("case")[0]
        born = datetime.date(1968, 3, 27)
        if self.fresh().is_spam or self.case.has_died or self.case.consent_withdrawn_at:
            with pytest.raises(patients.NotAsked):
                patients.answer(link=link, name="Zahra", birth_date=born, language="en")
            return
        patients.answer(link=link, name="Zahra", birth_date=born, language="en")
        assert patients.has_agreed(self.fresh())

    @rule()
    def agrees_as_guardian(self) -> None:
        born = datetime.date(1968, 3, 27)
        patients.state(case=self.case, name="Zahra", birth_date=born, stated_by=StatedBy.GUARDIAN, language="en")

    # ── The coordinator ──

    @precondition(lambda self: not self.case.is_spam)
    @rule(unseen=st.integers(0, 2))
    def answers(self, unseen: int) -> None:
        seen = max(len(clock.incoming(self.case)) - unseen, 0)
        message = messages.write_to_patient(
            case=self.case, body="Our answer.", by=self.coordinator, form_token=self.token(), seen=seen
        )
        self.texts[message.pk] = "Our answer."
        late = clock.incoming(self.case)[seen:]
        self.unanswered = [moment for moment in self.unanswered if moment in late]

    @rule()
    def needs_no_answer(self) -> None:
        clock.no_answer_needed(case=self.case, by=self.coordinator, seen=len(clock.incoming(self.case)))
        self.unanswered = []

    @precondition(lambda self: not self.case.is_spam and not self.case.has_died)
    @rule(code=st.sampled_from(KINDS))
    def asks(self, code: str) -> None:
        kind = TaskKind.objects.get(code=code)
        if self.fresh().consent_withdrawn_at and not kind.for_desk:
            with pytest.raises(tasks.TaskRefused):
                tasks.ask(case=self.case, kind=kind, details="", due_at=None, by=self.coordinator, form_token="x")
            return
        task = tasks.ask(
            case=self.case,
            kind=kind,
            details="For her eyes.",
            due_at=None,
            by=self.coordinator,
            form_token=self.token(),
        )
        self.texts[task.pk] = "For her eyes."

    @precondition(lambda self: not self.case.is_spam and not self.case.has_died)
    @rule(hours=st.integers(1, 100))
    def promises_a_call(self, hours: int) -> None:
        tasks.arrange_call(
            case=self.case, starts_at=timezone.now() + datetime.timedelta(hours=hours), minutes=30, channel="phone",
            details="", by=self.coordinator, form_token=self.token(),
        )  # fmt: skip

    @precondition(lambda self: Task.objects.open().filter(case=self.case).exists())
    @rule(verb=st.sampled_from([tasks.finish, tasks.withdraw]), place=st.integers(0, 3))
    def ends_a_task(self, verb: Any, place: int) -> None:
        rows = list(Task.objects.open().filter(case=self.case).select_related("case"))
        task = rows[place % len(rows)]
        verb(task=task, by=self.coordinator)
        with pytest.raises(tasks.TaskRefused):
            verb(task=task, by=self.coordinator)

    @rule(place=st.integers(0, 20), outcome=st.integers(0, 5))
    def moves(self, place: int, outcome: int) -> None:
        old = Status(self.fresh().status)
        to = MOVES[old][place % len(MOVES[old])] if MOVES[old] else None
        if to is None or to == Status.DUPLICATE:
            return
        details: dict[str, Any] = {}
        if to == Status.CLOSED:
            outcomes = outcomes_from(old)
            details["outcome"] = outcomes[outcome % len(outcomes)]
            if details["outcome"] == Outcome.TREATED:
                make_pack(self.case, by=self.coordinator)
        is_refused = to == Status.WITH_CLINICS and not patients.has_agreed(self.case)
        if is_refused or (to in OPEN and self.case.consent_withdrawn_at):
            with pytest.raises(desk.MoveRefused):
                desk.move(case=self.case, to=to, by=self.coordinator)
            return
        answered = set(clock.incoming(self.case)) - set(self.unanswered)
        desk.move(case=self.case, to=to, by=self.coordinator, **details)
        if to in ENDINGS:
            left = Task.objects.open().filter(case=self.case)
            assert not left.filter(for_desk=False).exists()
            assert not left.filter(call__isnull=False).exists()
        if to == Status.SPAM:
            self.unanswered = []
        elif old == Status.SPAM:
            # What came after our last answer waits again.
            self.case = self.fresh()
            self.unanswered = [
                moment
                for moment in clock.incoming(self.case)
                if self.case.waiting_since is not None and moment >= self.case.waiting_since
            ]
            assert self.unanswered or answered

    @precondition(
        lambda self: (
            self.fresh().status in HOLDABLE
            and not (self.unanswered or self.case.on_hold_until or self.case.consent_withdrawn_at)
        )
    )
    @rule()
    def puts_on_hold(self) -> None:
        until = timezone.now().date() + datetime.timedelta(days=9)
        holds.put_on_hold(case=self.case, until=until, reason="She waits for her visa.", by=self.coordinator)

    @precondition(lambda self: self.fresh().is_open and not self.case.is_quarantined)
    @rule()
    def notes_a_death(self) -> None:
        desk.move(case=self.case, to=Status.CLOSED, by=self.coordinator, outcome=Outcome.DIED)

    # ── What always holds ──

    @invariant()
    def the_clock_runs_since_the_oldest_unanswered(self) -> None:
        case = self.fresh()
        assert (case.waiting_since is not None) == bool(self.unanswered)
        assert (case.waiting_since is None) == (case.answer_by is None)
        if case.is_on_hold:
            assert case.waiting_since is None

    @invariant()
    def the_turn_is_of_who_has_something_to_do(self) -> None:
        case = self.fresh()
        shown = list(case.tasks.shown().open().select_related("kind", "case"))
        whose, mine = turn(case, shown), [task for task in shown if not task.for_desk]
        if case.has_died or case.is_spam:
            assert whose == Turn.NOBODY
        elif case.consent_withdrawn_at and case.is_open:
            assert (whose, mine) == (Turn.US, [])
        elif mine:
            assert whose == Turn.PATIENT
            assert next_action(case, shown, 0).url == mine[0].get_absolute_url()
        elif case.waiting_since:
            assert whose == Turn.US
        else:
            assert whose == case.turn
        assert next_action(case, shown, 0).sentence
        assert len(road(case)) in (0, 7)

    @invariant()
    def a_case_that_ended_asks_nothing_of_her(self) -> None:
        case = self.fresh()
        if case.outcome == Outcome.DIED:
            assert not case.tasks.open().exists()
            kinds = ("case.task", "case.call", "message.out", "case.patient")
            owed = OutboxItem.objects.filter(reference=case.reference, kind__in=kinds)
            assert not owed.filter(state=OutboxItem.State.QUEUED).exists()

    @invariant()
    def nothing_about_the_work_leaves_while_a_consent_is_taken_back(self) -> None:
        case = self.fresh()
        if case.consent_withdrawn_at:
            owed = OutboxItem.objects.filter(reference=case.reference, kind__in=effects.OF_WORK)
            assert not owed.filter(state=OutboxItem.State.QUEUED).exists()
            assert not case.is_on_hold

    @invariant()
    def a_call_tells_its_newest_change_alone(self) -> None:
        for task in self.case.tasks.filter(call__isnull=False).select_related("call"):
            items = OutboxItem.objects.filter(kind="case.call", object_id=task.pk)
            numbers = sorted(int(item.dedupe_key.rpartition(":")[2]) for item in items)
            assert numbers == list(range(task.call.sequence + 1))

    @invariant()
    def every_text_opens_with_the_key_of_its_case_alone(self) -> None:
        for model in OF_CASE:
            fields = [field for field in model._meta.fields if isinstance(field, EncryptedTextField)]
            for row in model._default_manager.filter(case=self.case).select_related("case"):
                for field in fields:
                    text = getattr(row, field.name)
                    if row.pk in self.texts and field.name in ("body", "details"):
                        assert text == self.texts[row.pk]
                    sealed = _stored(model, field.attname, row.pk)
                    if text:
                        with pytest.raises(DecryptionError):
                            unseal(self.other.data_key(), sealed, field.aad(row))

    @invariant()
    def the_neighbour_is_untouched(self) -> None:
        assert self.rows_of(self.other) == self.before
        assert Case.objects.get(pk=self.other.pk).status == Status.NEW


def _stored(model: Any, column: str, pk: Any) -> bytes:
    """Return a value as it stands in the database."""
    with connection.cursor() as cursor:
        key = model._meta.pk.get_db_prep_value(pk, connection)
        cursor.execute(f'SELECT "{column}" FROM "{model._meta.db_table}" WHERE id = %s', [key])
        return bytes(cursor.fetchone()[0])


def _run(examples: int) -> None:
    run_state_machine_as_test(
        TheCase,
        settings=settings(
            max_examples=examples,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_three_at_once_break_nothing() -> None:
    assert {*OPEN, *ENDINGS} == set(Status)
    _run(40)


@pytest.mark.long
@pytest.mark.django_db
def test_three_at_once_break_nothing_in_two_thousand_lives() -> None:
    _run(2_000)
