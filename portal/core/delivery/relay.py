"""The relay: hands due outbox rows to Celery workers and delivers by itself what they leave, but for long work."""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from portal.core.delivery import long_work, outbox
from portal.core.delivery.tasks import deliver, pulse, work
from portal.core.models import OutboxItem
from portal.core.monitoring import heartbeats, watch

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
BATCH = 200
BROKER_REST = timedelta(seconds=30)
# Nobody else takes long work whose message got lost, so it is published again, and a message is good for as long.
PUBLISH_AGAIN = timedelta(minutes=5)
# So many rows stand ready for each thread, so that none waits for the next look.
ROWS_PER_THREAD = 8


class Relay:
    """One loop that looks once a second, publishes what is due, and gives what is overdue to its threads."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.broker_rests_until: datetime | None = None
        self.pulse_due_at = timezone.now()
        self.threads = ThreadPoolExecutor(settings.RELAY_THREADS, thread_name_prefix="relay")
        self.capacity = settings.RELAY_THREADS * ROWS_PER_THREAD
        self.delivering: dict[UUID, Future[None]] = {}

    def run(self) -> None:
        """Work until ``stop`` is set, then finish what the threads have begun; a database that is away is waited for."""
        watch.start()
        while not self.stop.is_set():
            try:
                self.step()
            except Error as error:
                log.warning("The database is away: %s", type(error).__name__)
                connection.close()
            self.rest()
        self.threads.shutdown(cancel_futures=True)

    def step(self) -> None:
        """Look once."""
        now = timezone.now()
        heartbeats.beat("relay")
        self.ask_for_pulse(now)
        if not self.broker_rests(now):
            brief, long = outbox.due(now).filter(handed_over_at=None), _unpublished_long(now)
            for item in chain(brief[:BATCH], long[:BATCH]):
                if self.stop.is_set() or not self.publish(item, now):
                    break
        self.take_overdue(now)

    def rest(self) -> None:
        """Wait a second, or less when there are more rows than the threads could take."""
        if len(self.delivering) < self.capacity:
            self.stop.wait(POLL_SECONDS)
        else:
            wait(list(self.delivering.values())[: self.capacity // 2], timeout=POLL_SECONDS)

    def ask_for_pulse(self, now: datetime) -> None:
        """Have a worker show that it lives; one that does not come to it is not asked twice."""
        if now < self.pulse_due_at or self.broker_rests(now):
            return
        self.pulse_due_at = now + settings.PULSE_EVERY
        self.tell_broker(pulse, [], now, expires=settings.PULSE_EVERY.total_seconds())

    def broker_rests(self, now: datetime) -> bool:
        """Whether the broker failed a moment ago."""
        return self.broker_rests_until is not None and now < self.broker_rests_until

    def publish(self, item: OutboxItem, now: datetime) -> bool:
        """Tell a worker of one row; False when the broker is away."""
        is_long = item.kind in outbox.long_kinds()
        long_options = {"queue": long_work.QUEUE, "expires": PUBLISH_AGAIN.total_seconds()}
        task, options = (work, long_options) if is_long else (deliver, {})
        if not self.tell_broker(task, [str(item.pk)], now, **options):
            return False
        # Only now: a row that is handed over twice is delivered once.
        OutboxItem.objects.filter(pk=item.pk).update(handed_over_at=now)
        return True

    def tell_broker(self, task: Any, arguments: list[str], now: datetime, **options: Any) -> bool:
        """Publish one task; after a failure leave the broker alone for a while."""
        try:
            # Without retries: a broker that hangs would hold up what the relay delivers by itself.
            task.apply_async(arguments, ignore_result=True, retry=False, **options)
        except Exception as error:  # noqa: BLE001 – a broker fails in many ways, and none may stop the relay
            log.warning("The broker is away: %s", type(error).__name__)
            self.broker_rests_until = now + BROKER_REST
            return False
        return True

    def take_overdue(self, now: datetime) -> None:
        """Give the threads as many overdue rows as they have room for."""
        self.delivering = {pk: future for pk, future in self.delivering.items() if not future.done()}
        room = self.capacity - len(self.delivering)
        if not room:
            return
        overdue = outbox.due(now).filter(not_before__lte=now - settings.OUTBOX_OVERDUE)
        for pk in overdue.exclude(pk__in=self.delivering).values_list("pk", flat=True)[:room]:
            self.delivering[pk] = self.threads.submit(_deliver, pk)


def _unpublished_long(now: datetime) -> QuerySet[OutboxItem]:
    """Due long work that no message speaks of: new, left by a dead worker, or published long ago."""
    is_new = Q(handed_over_at=None)
    is_left = Q(handed_over_at__lt=F("lease_until"))
    is_old = Q(handed_over_at__lte=now - PUBLISH_AGAIN)
    return outbox.due(now, is_long=True).filter(is_new | is_left | is_old)


def _deliver(item_id: UUID) -> None:
    """Deliver one row in a thread; whatever happens, the thread lives on and the row's lease runs out."""
    try:
        outbox.deliver(item_id)
    except Exception as error:  # noqa: BLE001 – the database above all, with the mark of a row in its hands
        log.error("Outbox item %s was left in flight: %s", item_id, type(error).__name__)
    finally:
        # No request ends in this thread, and only the end of one closes a connection that broke.
        close_old_connections()
