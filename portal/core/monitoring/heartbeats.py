"""Heartbeats: when each kind of process last did something."""

import logging
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import Error
from django.utils import timezone

from portal.core.models import Heartbeat

log = logging.getLogger(__name__)

NAMES = ("relay", "worker", "beat")
# A process writes no more often than this, however busy it is.
PAUSE_SECONDS = 5

_started_at = time.monotonic()
_written_at: dict[str, float] = {}


def beat(name: str) -> None:
    """Write that a process of this kind lives; a database that is away is no reason to stop."""
    now = time.monotonic()
    if now - _written_at.get(name, -PAUSE_SECONDS) < PAUSE_SECONDS:
        return
    # First, without the database: a container is not to be restarted because that is away.
    sign_of_life(name)
    try:
        Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})
    except Error as error:
        log.warning("The heartbeat of %s could not be written: %s", name, type(error).__name__)
    else:
        _written_at[name] = now


def sign_of_life(name: str) -> None:
    """Touch a file for whoever watches this one process: the health check of its container."""
    if settings.HEARTBEAT_DIR:
        Path(settings.HEARTBEAT_DIR, f"{name}.alive").touch()


def silent(now: datetime, names: Iterable[str] = NAMES) -> list[str]:
    """Return which of these kinds of processes gave no sign of life for HEARTBEAT_SILENT."""
    alive = Heartbeat.objects.filter(at__gt=now - settings.HEARTBEAT_SILENT).values_list("name", flat=True)
    return [name for name in names if name not in set(alive)]


def may_judge() -> bool:
    """Whether this process runs for long enough to call another one silent: all may have started together."""
    return time.monotonic() - _started_at > settings.HEARTBEAT_SILENT.total_seconds()
