"""Version of the public content, which changes with every change of a row that a public page shows.

Each change adds a row in its own transaction, and the version is what rows there are. Nothing is ever updated, so
that no writer waits for another, and whoever commits later makes another version.
"""

import time
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, Model
from django.db.models.signals import m2m_changed, post_delete, post_save

from portal.core.bulk import bulk_changes
from portal.core.models import ContentVersion

READ_EVERY_SECONDS = 1.0
KEEP = timedelta(days=1)

_public: dict[str, type[Model]] = {}
_bulk: ContextVar[list[bool] | None] = ContextVar("bulk", default=None)
# What was read last, and when on the monotonic clock.
_known = ("", float("-inf"))


def follow(*models: type[Model]) -> None:
    """Make rows of these models, and what they link to many to many, part of the public content."""
    for model in models:
        _public[model._meta.db_table] = model
        for signal in (post_save, post_delete):
            signal.connect(renew, sender=model, dispatch_uid=f"content {model.__name__} {id(signal)}")
        for field in model._meta.local_many_to_many:
            through: Any = field.remote_field.through
            _public[through._meta.db_table] = through
            m2m_changed.connect(renew, sender=through, dispatch_uid=f"content {through.__name__}")


def tables() -> set[str]:
    """Return the tables that are followed."""
    return set(_public)


def renew(**_about: Any) -> None:
    """Say, in the transaction of a change, that the public content is another one.

    Signals call it. Call it yourself after ``QuerySet.update`` and other writes that send none.
    """
    if (changes := _bulk.get()) is not None:
        changes.append(True)
        return
    ContentVersion.objects.create()
    transaction.on_commit(_forget)


def current() -> str:
    """Return the version; at most one query a second, and one after each change made in this process."""
    global _known  # noqa: PLW0603 – one fact of the whole process
    version, read_at = _known
    now = time.monotonic()
    if now - read_at >= READ_EVERY_SECONDS:
        version = _read()
        _known = (version, now)
    return version


def prune(now: datetime) -> int:
    """Delete old rows, never the newest: without it a version could come back. Return how many they were."""
    newest = ContentVersion.objects.aggregate(newest=Max("pk"))["newest"]
    return ContentVersion.objects.filter(changed_at__lt=now - KEEP).exclude(pk=newest).delete()[0]


def _read() -> str:
    versions = ContentVersion.objects.aggregate(first=Min("pk"), last=Max("pk"), count=Count("pk"))
    return f"{versions['first']}-{versions['last']}-{versions['count']}"


def _forget() -> None:
    global _known  # noqa: PLW0603 – as above
    _known = ("", float("-inf"))


bulk_changes.register("content version", partial(bulk_changes.once, _bulk, renew))
