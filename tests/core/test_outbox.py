"""The outbox delivers each effect once, retries what may pass, and gives up in the open."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.core.delivery import outbox
from portal.core.models import OutboxItem

pytestmark = pytest.mark.django_db
State = OutboxItem.State
KIND = outbox.Kind("test.effect")


class Recorder:
    """A handler that remembers what it delivered and fails as told."""

    def __init__(self) -> None:
        self.delivered: list[uuid.UUID] = []
        self.refused: list[uuid.UUID] = []
        self.error: Exception | None = None

    def deliver(self, item: OutboxItem) -> None:
        if self.error is not None:
            raise self.error
        self.delivered.append(item.pk)

    def on_refused(self, item: OutboxItem) -> None:
        self.refused.append(item.pk)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    outbox.handles(KIND, label="Test", on_refused=recorder.on_refused)(recorder.deliver)
    yield recorder
    del outbox._handlers[KIND]


def make_item(**fields: object) -> OutboxItem:
    item = outbox.new(KIND, uuid.uuid4(), dedupe_key=uuid.uuid4().hex)
    for name, value in fields.items():
        setattr(item, name, value)
    item.save()
    return item


def state_of(item: OutboxItem) -> str:
    item.refresh_from_db()
    return item.state


def test_an_item_is_delivered_once(recorder: Recorder) -> None:
    item = make_item()
    assert outbox.deliver(item.pk) is True
    assert outbox.deliver(item.pk) is False
    assert recorder.delivered == [item.pk]
    assert state_of(item) == State.SENT


def test_a_claimed_item_is_not_delivered_by_another(recorder: Recorder) -> None:
    item = make_item()
    assert outbox.claim(item.pk) is not None
    assert outbox.deliver(item.pk) is False
    assert recorder.delivered == []


def test_an_item_of_a_dead_sender_is_due_again_after_its_lease(recorder: Recorder) -> None:
    item = make_item()
    outbox.claim(item.pk)
    OutboxItem.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert outbox.deliver(item.pk) is True
    assert state_of(item) == State.SENT


def test_a_sender_that_lost_its_lease_records_nothing(recorder: Recorder) -> None:
    item = make_item()
    first = outbox.claim(item.pk)
    OutboxItem.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    outbox.claim(item.pk)
    assert first is not None
    assert outbox._record(first, state=State.SENT) is False
    assert state_of(item) == State.IN_FLIGHT


def test_a_failure_waits_longer_each_time(recorder: Recorder) -> None:
    item = make_item()
    recorder.error = TimeoutError()
    waits = []
    for _attempt in range(12):
        OutboxItem.objects.update(not_before=timezone.now())
        outbox.deliver(item.pk)
        item.refresh_from_db()
        waits.append(round((item.not_before - timezone.now()).total_seconds()))
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800, 1800]
    assert (item.state, item.error, item.attempts) == (State.QUEUED, "TimeoutError", 12)


def test_a_failure_is_given_up_after_48_hours(recorder: Recorder) -> None:
    young, old = make_item(), make_item(created_at=timezone.now() - timedelta(hours=48))
    recorder.error = TimeoutError()
    outbox.deliver(young.pk)
    outbox.deliver(old.pk)
    assert (state_of(young), state_of(old)) == (State.QUEUED, State.FAILED)


def test_an_effect_that_this_release_does_not_know_waits_for_one_that_does() -> None:
    item = make_item(kind="kind.of_another_release")
    assert outbox.deliver(item.pk) is False
    item.refresh_from_db()
    assert (item.state, item.error) == (State.QUEUED, "KeyError")


def test_a_refusal_fails_at_once_and_is_told(recorder: Recorder) -> None:
    item = make_item()
    recorder.error = outbox.Refused("SMTP 550")
    outbox.deliver(item.pk)
    assert state_of(item) == State.FAILED
    assert item.error == "SMTP 550"
    assert recorder.refused == [item.pk]


def test_a_failed_item_can_be_sent_again(recorder: Recorder) -> None:
    item = make_item(state=State.FAILED, attempts=9, created_at=timezone.now() - timedelta(days=3))
    assert outbox.send_again(item) is True
    assert outbox.deliver(item.pk) is True
    assert outbox.send_again(item) is False


def test_a_held_item_waits_for_its_release(recorder: Recorder) -> None:
    item = make_item(state=State.HELD, reference="MR-AAAA-BBBB")
    assert outbox.deliver(item.pk) is False
    assert outbox.release("MR-AAAA-BBBB") == 1
    assert outbox.deliver(item.pk) is True


def test_the_same_effect_is_written_once() -> None:
    twins = [outbox.new(KIND, uuid.uuid4(), dedupe_key="same") for _ in range(2)]
    outbox.add(twins)
    outbox.add([outbox.new(KIND, uuid.uuid4(), dedupe_key="same")])
    assert OutboxItem.objects.count() == 1


def test_old_sent_items_are_pruned() -> None:
    now = timezone.now()
    make_item(state=State.SENT, sent_at=now - timedelta(days=31))
    young = make_item(state=State.SENT, sent_at=now - timedelta(days=29))
    failed = make_item(state=State.FAILED, created_at=now - timedelta(days=90))
    assert outbox.prune(now - timedelta(days=30)) == 1
    assert set(OutboxItem.objects.values_list("pk", flat=True)) == {young.pk, failed.pk}
