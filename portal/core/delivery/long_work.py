"""Long work: effects that take minutes or hours, in a Celery queue and in workers of their own.

Its rows are outbox rows like all others. Whoever does the work renews the lease for as long as it lives,
so that nobody takes a row that is being worked on, and anybody takes that of a worker who died.
"""

import logging
import mmap
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import Error, connection, transaction

from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from portal.core.monitoring import heartbeats

log = logging.getLogger(__name__)

# The Celery queue, and the name of the process that serves it.
QUEUE = "long"
RENEWALS_PER_LEASE = 4
PROGRESS_SECONDS = 1
# So many workers may die of one row: the next one refuses it, before it dies as well.
MOST_WORKERS_LOST = 3

# A byte that the processes of one worker share: the main one sets it when it is told to stop, its children read it.
_stopping = mmap.mmap(-1, 1)

type Handler = Callable[[OutboxItem, "Work"], None]


class Work:
    """Long work under way: its lease, renewed by a thread, and what its handler says and asks.

    A handler works in pieces and commits each; run again, it goes on behind the last piece::

        @long_work.handles(INSPECTION, label=gettext_lazy("Paper inspected"))
        def inspect(item: OutboxItem, work: Work) -> None:
            parts = Part.objects.filter(document_id=item.object_id)
            for number, part in enumerate(parts, start=1):
                if not part.is_inspected:
                    inspect_and_save(part)
                work.progress(number, len(parts))
    """

    def __init__(self, item: OutboxItem) -> None:
        self._item = item
        self._is_lost = False
        self._told_at = float("-inf")
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._renew_until_over, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_over.set()
        self._thread.join()

    @property
    def is_stopping(self) -> bool:
        """Whether the work has to end at the next piece, and to go on elsewhere: then raise ``Interrupted``."""
        return self._is_lost or is_stopping()

    def progress(self, done: int, total: int) -> None:
        """Say after each piece, outside a transaction, how much of the whole is done, in whatever unit.

        Raises ``Interrupted`` when the worker stops or another process has the row. Cheap: it writes once a second.
        """
        now = time.monotonic()
        if not self.is_stopping and (done >= total or now - self._told_at >= PROGRESS_SECONDS):
            self._told_at = now
            self._renew(progress_done=done, progress_total=total)
        if self.is_stopping:
            raise outbox.Interrupted

    def _renew(self, **changes: int) -> None:
        # Durable: in the transaction of a handler it would hold the row, and the thread could not renew the lease.
        with transaction.atomic(durable=True):
            if not outbox.renew(self._item, **changes):
                self._is_lost = True
                log.warning("Outbox item %s (%s) is in the hands of another process.", self._item.pk, self._item.kind)

    def _renew_until_over(self) -> None:
        pause = settings.OUTBOX_LEASE.total_seconds() / RENEWALS_PER_LEASE
        # What hangs is ended by Celery; where that cannot be, in one process without children, its lease ends.
        latest = time.monotonic() + settings.LONG_WORK_LIMIT.total_seconds()
        try:
            while not self._is_over.wait(pause) and not self._is_lost and time.monotonic() < latest:
                heartbeats.beat(QUEUE)
                try:
                    self._renew()
                except Error as error:
                    log.warning("The lease of %s could not be renewed: %s", self._item.pk, type(error).__name__)
                    connection.close()
        finally:
            connection.close()


def handles(
    kind: outbox.Kind, *, label: Any, on_refused: outbox.Handler | None = None, case_list: str = ""
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the one that does the long work of ``kind``; see ``outbox.handles``.

    ``on_refused`` is called too for a row of which one worker after the other died.
    """

    def register(handler: Handler) -> Handler:
        def deliver(item: OutboxItem) -> None:
            if item.workers_lost >= MOST_WORKERS_LOST:
                raise outbox.Refused(f"{item.workers_lost} workers died")
            with Work(item) as work:
                handler(item, work)

        outbox.handles(kind, label=label, on_refused=on_refused, case_list=case_list, is_long=True)(deliver)
        return handler

    return register


def is_stopping() -> bool:
    """Whether the worker that this process belongs to was told to stop."""
    return bool(_stopping[0])


def stop() -> None:
    """Have the work of this worker end at its next piece."""
    _stopping[0] = 1


def silent(now: datetime) -> list[str]:
    """Return the name of the long workers when work has been due for HEARTBEAT_SILENT and none showed life since.

    Where there is no long work, nobody needs a worker for it.
    """
    is_due = outbox.due(now - settings.HEARTBEAT_SILENT, is_long=True).exists()
    return heartbeats.silent(now, [QUEUE]) if is_due else []
