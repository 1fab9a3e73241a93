"""One process that delivers backlogs of mails and says how long each took: ours, or as it was before.

Started as ``python -m tests.load.backlog ours`` or ``… before``; it reads a number of mails a line.
"""

import os
import sys
import threading
import time
import uuid
from datetime import timedelta

import django
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.conf import settings

from portal.core.delivery import outbox
from portal.core.delivery.relay import Relay
from portal.core.models import OutboxItem
from requests.models import Case
from requests.services import effects
from tests.factories import submit


def fill(case: Case, count: int) -> None:
    """Write so many receipts that no worker took."""
    past = timezone.now() - timedelta(minutes=1)
    submission = case.submissions.get()
    items = [
        outbox.new(effects.RECEIPT, submission.pk, dedupe_key=uuid.uuid4().hex, reference=case.reference)
        for _number in range(count)
    ]
    for item in items:
        item.created_at = item.not_before = item.handed_over_at = past
    outbox.add(items)


def ours() -> None:
    """Deliver with the relay as it is."""
    relay = Relay()
    loop = threading.Thread(target=relay.run)
    loop.start()
    while OutboxItem.objects.exclude(state=OutboxItem.State.SENT).exists():
        time.sleep(0.05)
    relay.stop.set()
    loop.join()


def before() -> None:
    """Deliver as the relay did until November 2026: one row at a time, a connection for each mail."""
    is_busy = True
    while is_busy:
        now = timezone.now()
        list(outbox.due(now).filter(handed_over_at=None)[:200])
        overdue = list(outbox.due(now).filter(not_before__lte=now - settings.OUTBOX_OVERDUE)[:1])
        for item in overdue:
            outbox.deliver(item.pk)
        is_busy = bool(overdue)


def main() -> None:
    """Answer each number with the seconds that so many mails took."""
    if sys.argv[1] == "before":
        settings.MAILERS["default"]["BACKEND"] = "django.core.mail.backends.smtp.EmailBackend"
    deliver = {"ours": ours, "before": before}[sys.argv[1]]
    case = submit()
    OutboxItem.objects.all().delete()
    for line in sys.stdin:
        fill(case, int(line))
        start = time.perf_counter()
        deliver()
        seconds = time.perf_counter() - start
        assert not OutboxItem.objects.exclude(state=OutboxItem.State.SENT).exists(), "some mails were not sent"
        print(seconds, flush=True)
        OutboxItem.objects.all().delete()


if __name__ == "__main__":
    main()
