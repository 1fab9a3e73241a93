"""A planted bug: effects go straight to the broker with ``on_commit`` and ``.delay()``, no outbox.

This is the delivery that the portal does not use. The storm runs it to prove that it would see
a loss. Started as ``granian … tests.faults.naive:application`` and ``celery -A tests.faults.naive``.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.db import transaction

from portal.celery import app
from portal.core.delivery import outbox
from portal.core.models import OutboxItem

app.conf.task_acks_late = False
app.conf.task_reject_on_worker_lost = False
app.conf.worker_prefetch_multiplier = 4


@app.task(name="tests.faults.naive.deliver")
def deliver(kind: str, **names: Any) -> None:
    """Deliver one effect, and forget it if that fails."""
    ids = {name: UUID(names[name]) for name in ("id", "object_id")}
    outbox._handlers[kind][0].deliver(OutboxItem(kind=kind, **{**names, **ids}))


def add(items: Iterable[OutboxItem]) -> None:
    """Hand each effect to the broker once the transaction is through; keep no record of it."""
    for item in items:
        names = {name: str(getattr(item, name)) for name in ("id", "object_id", "reference")}
        names["recipient_id"] = item.recipient_id  # type: ignore[assignment]  # JSON takes a number
        transaction.on_commit(partial(deliver.delay, item.kind, **names))


outbox.add = add
