"""Celery beat tasks of the core, and the heartbeats of workers and beat."""

import logging
from typing import Any

from celery import shared_task
from celery.signals import beat_init, task_postrun
from django.core.management import call_command
from django.utils import timezone

from portal.core.caching import content_version
from portal.core.delivery import long_work, tasks
from portal.core.monitoring import alerts, heartbeats, watch
from portal.core.spreadsheets import waiting
from portal.core.storage import sweeping

log = logging.getLogger(__name__)


@task_postrun.connect
def worker_lives(task: Any, **_about: Any) -> None:
    """Any finished task is a sign of life, so that a long queue before the pulse is none of death."""
    heartbeats.beat(long_work.QUEUE if task.name in (tasks.work.name, report_orphaned_files.name) else "worker")


@beat_init.connect
def watch_beside_beat(**_about: Any) -> None:
    """Beat checks the relay, and shows that it lives itself."""
    watch.start("beat")


@shared_task
def prune_alerts() -> None:
    """Delete alerts that were over long ago."""
    alerts.prune(timezone.now())


@shared_task
def prune_content_versions() -> None:
    """Delete the traces of changes of the content that are a day old."""
    content_version.prune(timezone.now())


@shared_task
def prune_waiting_files() -> None:
    """Throw away spreadsheets that nobody confirmed."""
    waiting.prune()


@shared_task
def clear_sessions() -> None:
    """Delete expired sessions."""
    call_command("clearsessions")


@shared_task(soft_time_limit=3600, time_limit=3660)
def report_orphaned_files() -> None:
    """Tell the log of private files that no row names. Nothing is deleted: a wrong database would cost papers."""
    counts = sweeping.look()
    if counts.orphans:
        log.warning(
            "%s private files with %s bytes are named by no row. See manage.py sweep_files.",
            counts.orphans,
            counts.bytes,
        )
