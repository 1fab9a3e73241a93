"""Long work waits in a queue of its own, keeps its lease while somebody works on it, and goes on where it was."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.enums import Role
from portal.celery import app
from portal.core import periodic
from portal.core.delivery import long_work, monitoring, outbox, tasks
from portal.core.delivery.relay import PUBLISH_AGAIN, Relay
from portal.core.health import readiness
from portal.core.models import Heartbeat, OutboxItem
from portal.core.monitoring import heartbeats
from tests.accounts.cast import staff_client
from tests.core.test_outbox import make_item, state_of
from tests.factories import make_staff
from tests.services.process import wait_until

pytestmark = pytest.mark.django_db
State = OutboxItem.State
KIND = outbox.Kind("test.long")
PIECES = 4
MINUTE = timedelta(minutes=1)


class Worker:
    """Does work of some pieces, one after the other, remembers each, and goes on where it was."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.each: Callable[[], object] = lambda: None

    def work(self, item: OutboxItem, work: long_work.Work) -> None:
        while len(self.done) < PIECES:
            self.each()
            self.done.append(len(self.done))
            work.progress(len(self.done), PIECES)


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    long_work.handles(KIND, label="Long test")(worker.work)
    yield worker
    del outbox._handlers[KIND]


@pytest.fixture
def relay(settings: Settings) -> Iterator[Relay]:
    if settings.EMBEDDED:  # the folders that `manage.py serve` makes
        for folder in settings.CELERY_BROKER_TRANSPORT_OPTIONS.values():
            Path(folder).mkdir(parents=True, exist_ok=True)
    published()
    relay = Relay()
    yield relay
    relay.threads.shutdown()
    published()


def long_item(**fields: object) -> OutboxItem:
    return make_item(kind=KIND, **fields)


def deliver(item: OutboxItem) -> bool:
    return outbox.deliver(item.pk, is_long=True)


def closing_connection(function: Callable[[OutboxItem], bool], item: OutboxItem) -> bool:
    """Call a function in a thread, whose connection to the database nobody else would close."""
    try:
        return function(item)
    finally:
        connection.close()


def published() -> list[str]:
    """Take what stands in the queue of long work, and return the ids of the rows."""
    ids: list[str] = []
    with app.connection_for_read() as broker, broker.SimpleQueue(long_work.QUEUE) as queue:
        while True:
            try:
                message = queue.get_nowait()
            except queue.Empty:
                return ids
            assert message.headers["task"] == "portal.core.tasks.work"
            assert message.headers["timelimit"] == [6 * 3600 + 60, 6 * 3600]
            ids.append(message.payload[0][0])
            message.ack()


class TestWhoTakesIt:
    def test_only_a_long_worker(self, worker: Worker) -> None:
        item, brief = long_item(), make_item()
        assert outbox.deliver(item.pk) is False
        assert deliver(brief) is False
        tasks.deliver(str(item.pk))
        tasks.work(str(brief.pk))
        assert (state_of(item), state_of(brief), worker.done) == (State.QUEUED, State.QUEUED, [])
        tasks.work(str(item.pk))
        assert (state_of(item), worker.done) == (State.SENT, [0, 1, 2, 3])

    @pytest.mark.django_db(transaction=True)
    def test_the_relay_publishes_it_and_never_does_it_however_overdue(self, worker: Worker, relay: Relay) -> None:
        past = timezone.now() - timedelta(hours=1)
        item = long_item(not_before=past, created_at=past)
        for _look in range(3):
            relay.step()
        assert (relay.delivering, worker.done, state_of(item)) == ({}, [], State.QUEUED)
        assert published() == [str(item.pk)]

    @pytest.mark.django_db(transaction=True)
    def test_the_relay_publishes_again_what_a_dead_worker_left_and_what_got_lost(
        self, worker: Worker, relay: Relay
    ) -> None:
        item = long_item()
        relay.step()
        outbox.claim(item.pk, is_long=True)
        relay.step()
        assert published() == [str(item.pk)]
        moment = timezone.now()
        OutboxItem.objects.update(handed_over_at=moment - MINUTE, lease_until=moment)
        relay.step()
        relay.step()
        assert published() == [str(item.pk)], "its worker died: once more"
        OutboxItem.objects.update(handed_over_at=moment - PUBLISH_AGAIN)
        relay.step()
        assert published() == [str(item.pk)], "the message got lost"
        outbox.claim(item.pk, is_long=True)
        OutboxItem.objects.update(handed_over_at=moment - PUBLISH_AGAIN)
        relay.step()
        assert published() == [], "somebody works on it"

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.postgresql(reason="SQLite has one writer")
    def test_one_of_two_who_come_at_once(self, worker: Worker) -> None:
        item, together, worker.each = long_item(), threading.Barrier(2), lambda: time.sleep(0.05)

        def come() -> bool:
            together.wait(10)
            return closing_connection(deliver, item)

        with ThreadPoolExecutor(2) as threads:
            came = [threads.submit(come) for _ in range(2)]
        assert sorted(future.result() for future in came) == [False, True]
        item.refresh_from_db()
        assert (worker.done, item.attempts, item.state) == ([0, 1, 2, 3], 1, State.SENT)


class TestLease:
    @pytest.mark.django_db(transaction=True)
    def test_it_is_renewed_while_a_piece_takes_longer_than_it(self, worker: Worker, settings: Settings) -> None:
        settings.OUTBOX_LEASE = timedelta(seconds=1)
        is_over = threading.Event()
        item, worker.each = long_item(), lambda: is_over.wait(20)
        with ThreadPoolExecutor(1) as thread:
            working = thread.submit(closing_connection, deliver, item)
            wait_until(lambda: state_of(item) == State.IN_FLIGHT, seconds=10, what="it is taken")
            time.sleep(2.2)
            taken = outbox.claim(item.pk, is_long=True)
            is_over.set()
            assert working.result() is True
        item.refresh_from_db()
        assert (taken, item.state, item.attempts) == (None, State.SENT, 1)
        assert Heartbeat.objects.get(name="long").at > timezone.now() - MINUTE

    @pytest.mark.django_db(transaction=True)
    def test_it_is_not_renewed_past_the_limit(self, worker: Worker, settings: Settings) -> None:
        settings.OUTBOX_LEASE, settings.LONG_WORK_LIMIT = timedelta(seconds=0.4), timedelta(0)
        item, worker.each = long_item(), lambda: time.sleep(0.2)
        assert deliver(item) is True, "nobody else was there"
        hanging, worker.done = long_item(), []

        def hang_until_another_takes_it() -> None:
            time.sleep(0.6)
            outbox.claim(hanging.pk, is_long=True)

        worker.each = hang_until_another_takes_it
        assert deliver(hanging) is False
        assert (state_of(hanging), worker.done) == (State.IN_FLIGHT, [0]), "it is another's now"

    def test_who_lost_the_row_ends_at_the_next_piece_and_records_nothing(self, worker: Worker) -> None:
        item = long_item()

        def another_takes_it() -> None:
            OutboxItem.objects.update(lease_until=timezone.now())
            assert outbox.claim(item.pk, is_long=True) is not None

        worker.each = another_takes_it
        assert deliver(item) is False
        item.refresh_from_db()
        assert (worker.done, item.state, item.attempts, item.progress_done) == ([0], State.IN_FLIGHT, 2, None)


class TestEnds:
    def test_a_worker_that_stops_leaves_the_rest_to_another_at_once(
        self, worker: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(long_work, "_stopping", bytearray(1))
        item = long_item(handed_over_at=timezone.now())
        worker.each = lambda: tasks.stop_long_work() if len(worker.done) == 2 else None
        assert deliver(item) is False
        item.refresh_from_db()
        assert (item.state, item.handed_over_at, item.error) == (State.QUEUED, None, "")
        assert item in outbox.due(timezone.now(), is_long=True)
        long_work._stopping[0] = 0
        assert deliver(item) is True
        assert worker.done == [0, 1, 2, 3]

    def test_a_failure_waits_longer_each_time_and_goes_on_where_it_was(self, worker: Worker) -> None:
        item = long_item()

        def fail_at_the_second() -> None:
            if len(worker.done) == 1:
                raise TimeoutError

        worker.each = fail_at_the_second
        for wait in (2, 4, 8):
            OutboxItem.objects.update(not_before=timezone.now())
            assert deliver(item) is False
            item.refresh_from_db()
            assert round((item.not_before - timezone.now()).total_seconds()) == wait
        assert (item.state, item.error, worker.done) == (State.QUEUED, "TimeoutError", [0])
        OutboxItem.objects.update(not_before=timezone.now(), created_at=timezone.now() - timedelta(hours=48))
        deliver(item)
        assert state_of(item) == State.FAILED
        assert monitoring.failed_rows() == {"test.long"}

    def test_a_refusal_fails_at_once(self, worker: Worker) -> None:
        def refuse() -> None:
            raise outbox.Refused("broken")

        item, worker.each = long_item(), refuse
        deliver(item)
        assert state_of(item) == State.FAILED

    def test_what_kills_one_worker_after_the_other_is_given_up_and_told(self, worker: Worker) -> None:
        item = long_item()
        for _lost in range(long_work.MOST_WORKERS_LOST):
            assert outbox.claim(item.pk, is_long=True) is not None
            assert deliver(item) is False, "somebody works on it"
            OutboxItem.objects.update(lease_until=timezone.now())
        assert deliver(item) is False
        item.refresh_from_db()
        assert (item.state, item.error, worker.done) == (State.FAILED, "3 workers died", [])
        assert monitoring.failed_rows() == {"test.long"}
        assert outbox.send_again(item)
        assert deliver(item) is True

    def test_failures_and_stops_kill_nobody(self, worker: Worker) -> None:
        item = long_item()
        for end in (TimeoutError, outbox.Interrupted, TimeoutError, outbox.Interrupted):

            def stop(error: type[Exception] = end) -> None:
                raise error

            worker.each = stop
            OutboxItem.objects.update(not_before=timezone.now())
            assert deliver(item) is False
        item.refresh_from_db()
        assert (item.attempts, item.workers_lost) == (4, 0)


class TestProgress:
    def test_it_is_written_once_a_second_and_at_the_end(self, worker: Worker) -> None:
        item, seen = long_item(), []

        def look() -> None:
            item.refresh_from_db()
            seen.append(item.percent)

        worker.each = look
        deliver(item)
        look()
        assert seen == [None, 25, 25, 25, 100]

    @pytest.mark.parametrize(("language", "words"), [("en", "25 percent done"), ("ru", "Готово: 25 %")])
    def test_the_desk_reads_it_in_words(self, worker: Worker, language: str, words: str) -> None:
        long_item(state=State.IN_FLIGHT, progress_done=3_000_000_001, progress_total=12_000_000_000)
        client = staff_client(make_staff(Role.ADMINISTRATOR, language=language))
        assert words in client.get("/admin/core/outboxitem/").content.decode()

    def test_what_says_nothing_has_none(self) -> None:
        assert [
            OutboxItem(progress_done=done, progress_total=total).percent
            for done, total in ((None, None), (0, 0), (9, 3))
        ] == [None, None, 100]


class TestTold:
    def test_that_no_long_worker_shows_life_only_where_long_work_waits(
        self, worker: Worker, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now, start = timezone.now(), heartbeats._started_at
        monkeypatch.setattr(heartbeats.time, "monotonic", lambda: start + 61)
        for name in heartbeats.NAMES:
            Heartbeat.objects.create(name=name, at=now)
        item = long_item()
        assert monitoring.silent_processes() == []
        OutboxItem.objects.update(not_before=now - MINUTE)
        assert monitoring.silent_processes() == ["long"]
        assert readiness.processes() == "silent: long"
        Heartbeat.objects.create(name="long", at=now)
        assert monitoring.silent_processes() == []
        assert readiness.processes() == "ok"
        Heartbeat.objects.filter(name="long").delete()
        outbox.claim(item.pk, is_long=True)
        assert monitoring.silent_processes() == []
        OutboxItem.objects.update(lease_until=now - MINUTE)
        assert monitoring.silent_processes() == ["long"]

    def test_that_it_waits_too_long_and_not_that_it_takes_long(self, worker: Worker) -> None:
        past = timezone.now() - timedelta(minutes=29)
        item = long_item(created_at=past, not_before=past)
        assert monitoring.late_rows() == []
        OutboxItem.objects.update(not_before=past - MINUTE)
        assert monitoring.late_rows() == [""]
        assert readiness.outbox_age() == "late"
        outbox.claim(item.pk, is_long=True)
        assert monitoring.late_rows() == []

    def test_a_long_worker_does_not_pass_for_one_of_mails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(heartbeats, "_written_at", {})
        periodic.worker_lives(task=tasks.work)
        assert set(Heartbeat.objects.values_list("name", flat=True)) == {"long"}
        periodic.worker_lives(task=tasks.pulse)
        assert set(Heartbeat.objects.values_list("name", flat=True)) == {"long", "worker"}
