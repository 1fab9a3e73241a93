"""Watch thread beside the work of a process: looks for problems and sends alerts.

Relay and beat have one each, so that either tells when the other is dead, whatever Redis, the workers
and the mail server do.
"""

import logging
import threading
import time

from django.conf import settings
from django.db import close_old_connections

from portal.core.monitoring import alerts, heartbeats

log = logging.getLogger(__name__)


def start(name: str = "") -> None:
    """Start the thread, which ends with its process; with a ``name`` it shows that this process lives."""
    threading.Thread(target=_run, args=(name,), name="watch", daemon=True).start()


def _run(name: str) -> None:
    while True:
        if name:
            heartbeats.beat(name)
        try:
            alerts.look()
            alerts.tell()
        except Exception as error:  # noqa: BLE001 – the watch goes on, whatever it met
            log.error("The watch could not look: %s", type(error).__name__)
        finally:
            # No request ends in this thread, and only the end of one closes a connection that broke.
            close_old_connections()
        time.sleep(settings.WATCH_SECONDS)
