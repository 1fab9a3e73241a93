"""The relay: hands due outbox rows to Celery workers and delivers by itself what they leave."""

import logging
import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from portal.core import outbox
from portal.core.models import OutboxItem
from portal.core.tasks import deliver

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
BATCH = 200
BROKER_REST = timedelta(seconds=30)


class Relay:
    """One loop: look once a second, publish what is due, deliver what is overdue."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.broker_rests_until: datetime | None = None

    def run(self) -> None:
        """Work until ``stop`` is set; a database that is away is waited for."""
        while not self.stop.is_set():
            try:
                busy = self.step()
            except OperationalError as error:
                log.warning("The database is away: %s", type(error).__name__)
                close_old_connections()
                busy = False
            if not busy:
                self.stop.wait(POLL_SECONDS)

    def step(self) -> bool:
        """Look once; True when there may be more to do at once."""
        now = timezone.now()
        for item in self.to_publish(now):
            if self.stop.is_set() or not self.publish(item, now):
                break
        overdue = list(outbox.due(now).filter(not_before__lte=now - settings.OUTBOX_OVERDUE)[:1])
        for item in overdue:
            outbox.deliver(item.pk)
        return bool(overdue)

    def to_publish(self, now: datetime) -> list[OutboxItem]:
        """Rows that no worker was told of; none while the broker rests."""
        if self.broker_rests_until and now < self.broker_rests_until:
            return []
        return list(outbox.due(now).filter(handed_over_at=None)[:BATCH])

    def publish(self, item: OutboxItem, now: datetime) -> bool:
        """Tell a worker of one row; after a failure leave the broker alone for a while."""
        try:
            deliver.apply_async([str(item.pk)], ignore_result=True, retry=False)
        except Exception as error:  # noqa: BLE001 – a broker fails in many ways, and none may stop the relay
            log.warning("The broker is away: %s", type(error).__name__)
            self.broker_rests_until = now + BROKER_REST
            return False
        OutboxItem.objects.filter(pk=item.pk).update(handed_over_at=now)
        return True
