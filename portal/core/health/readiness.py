"""Readiness check for a monitor outside: whether everything that patients need is there, part by part."""

import shutil
from collections.abc import Callable

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from portal.core import files
from portal.core.delivery import long_work, outbox
from portal.core.monitoring import heartbeats

OK = "ok"

# A process never runs older code than at its start, and a database goes back only by hand.
_migrated: set[str] = set()


def report() -> dict[str, str]:
    """Return "ok", or in a few words what is wrong, for each part; names only, nothing secret."""
    parts = {
        "database": database,
        "migrations": migrations,
        "outbox": outbox_age,
        "disk": disk,
        "files": file_store,
        "processes": processes,
    }
    return {name: _result(part) for name, part in parts.items()}


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def migrations() -> str:
    """Whether the database is as new as this code."""
    name = str(connection.settings_dict["NAME"])
    if name not in _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "not applied"
        _migrated.add(name)
    return OK


def outbox_age() -> str:
    return "late" if outbox.late(timezone.now()).exists() else OK


def disk() -> str:
    """Whether there is room in the folder of private files, where caches lie too."""
    # The folder of private files comes with the first of them.
    usage = shutil.disk_usage(settings.PRIVATE_FILES_DIR if settings.PRIVATE_FILES_DIR.exists() else settings.VAR_DIR)
    return OK if 100 * usage.free / usage.total >= settings.DISK_MIN_FREE_PERCENT else "nearly full"


def file_store() -> str:
    """Whether private files can be written and read."""
    files.check()
    return OK


def processes() -> str:
    now = timezone.now()
    silent = [*heartbeats.silent(now), *long_work.silent(now)]
    return f"silent: {', '.join(silent)}" if silent else OK


def _result(part: Callable[[], str]) -> str:
    try:
        return part()
    except Error:
        return "database away"
    except OSError:
        return "away"
