"""Hand due outbox rows to workers until told to stop."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from portal.core.delivery.relay import Relay


class Command(BaseCommand):
    help = "Hands due outbox rows to Celery workers and delivers what is overdue."

    def handle(self, *args: Any, **options: Any) -> None:
        relay = Relay()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: relay.stop.set())
        relay.run()
