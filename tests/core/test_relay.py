"""The relay delivers in several threads what no worker took, each row once, whatever one of them meets."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import wait
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import InterfaceError
from django.utils import timezone
from pytest_django import Settings

from portal.core.delivery import outbox
from portal.core.delivery.relay import ROWS_PER_THREAD, Relay
from portal.core.models import OutboxItem
from tests.core.test_outbox import KIND, make_item, state_of

pytestmark = pytest.mark.django_db(transaction=True)
State = OutboxItem.State
PATIENCE = 20


class Deliveries:
    """Counts deliveries, and holds each one until as many are under way at once as wanted."""

    def __init__(self) -> None:
        self.done: list[UUID] = []
        self.together = threading.Barrier(1)
        self.error: Exception | None = None

    def deliver(self, item: OutboxItem) -> None:
        self.together.wait(PATIENCE)
        if self.error is not None:
            raise self.error
        self.done.append(item.pk)


@pytest.fixture
def deliveries() -> Iterator[Deliveries]:
    deliveries = Deliveries()
    outbox.handles(KIND, label="Test")(deliveries.deliver)
    yield deliveries
    del outbox._handlers[KIND]


@pytest.fixture
def relay(settings: Settings) -> Iterator[Relay]:
    settings.RELAY_THREADS = 3
    relay = Relay()
    relay.broker_rests_until = timezone.now() + timedelta(hours=1)
    yield relay
    relay.threads.shutdown()


def overdue(count: int) -> list[OutboxItem]:
    past = timezone.now() - timedelta(minutes=1)
    return [make_item(not_before=past, handed_over_at=past) for _number in range(count)]


def work(relay: Relay) -> None:
    """Have the relay look once, and wait until its threads are done."""
    relay.step()
    wait(relay.delivering.values(), timeout=PATIENCE)


def test_it_delivers_what_no_worker_took(deliveries: Deliveries, relay: Relay) -> None:
    [late], fresh = overdue(1), make_item(handed_over_at=timezone.now())
    work(relay)
    assert (state_of(late), state_of(fresh)) == (State.SENT, State.QUEUED)


def test_its_threads_deliver_at_the_same_time_and_each_row_once(deliveries: Deliveries, relay: Relay) -> None:
    deliveries.together = threading.Barrier(3)
    items = overdue(6)
    relay.step()
    relay.step()  # what is under way is not begun again
    work(relay)
    assert sorted(deliveries.done) == sorted(item.pk for item in items)
    assert {state_of(item) for item in items} == {State.SENT}


def test_it_takes_no_more_than_its_threads_can_do(deliveries: Deliveries, relay: Relay) -> None:
    items = overdue(3 * ROWS_PER_THREAD + 1)
    work(relay)
    assert len(deliveries.done) == len(items) - 1
    work(relay)
    assert len(deliveries.done) == len(items)


def test_a_database_that_breaks_under_a_delivery_ends_neither_thread_nor_relay(
    deliveries: Deliveries, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(item_id: UUID) -> bool:
        raise InterfaceError("connection already closed")

    [item] = overdue(1)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "claim", broken)
        work(relay)
    assert state_of(item) == State.QUEUED
    work(relay)
    assert state_of(item) == State.SENT


def test_the_mark_of_what_was_delivered_is_tried_until_the_database_is_back(
    deliveries: Deliveries, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    [item], failures = overdue(1), [InterfaceError("connection already closed")] * 2
    record = outbox._record

    def record_late(item: OutboxItem, **changes: object) -> bool:
        if failures:
            raise failures.pop()
        return record(item, **changes)

    monkeypatch.setattr(outbox, "_record", record_late)
    monkeypatch.setattr(outbox, "MARK_PAUSE_SECONDS", 0.01)
    work(relay)
    item.refresh_from_db()
    assert (item.state, item.attempts, deliveries.done) == (State.SENT, 1, [item.pk])


def test_on_the_embedded_default_one_thread_writes(tmp_path: Path) -> None:
    code = "from portal import settings; print(settings.EMBEDDED, settings.RELAY_THREADS)"
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "RELAY_THREADS": "8"}
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=env)
    assert printed.stdout.split() == ["True", "1"]
