"""What was said to be done outside of the database: test alerts, backups, texts that a lawyer read."""

import hashlib
import logging
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.core.models import Attestation

log = logging.getLogger(__name__)


def fingerprint(*parts: object) -> str:
    """Return the hash of what somebody attests, 64 hex digits."""
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()


def alert_channels() -> str:
    """Return the fingerprint of who is told of trouble: a test says nothing of other channels.

    It is made with the secret key, for a webhook and a password are among them.
    """
    channels = (settings.ALERT_WEBHOOK, settings.ALERT_SMTP_URL, *settings.ALERT_EMAIL)
    return salted_hmac("alert channels", "\n".join(channels), algorithm="sha256").hexdigest()


def record(
    kind: Attestation.Kind, *, print_of: str = "", by: int | None = None, lawyer: str = "", done_on: date | None = None
) -> Attestation:
    """Record that something was done; by a user's id, or by a command."""
    today = timezone.localdate(timezone=ZoneInfo(settings.TEAM_TIME_ZONE))
    return Attestation.objects.create(
        kind=kind, fingerprint=print_of, actor_id=by, lawyer=lawyer, done_on=done_on or today
    )


def record_end(kind: Attestation.Kind, *, print_of: str = "") -> None:
    """Record that a command ended well; one that did its work does not fail for a database that is away."""
    try:
        with transaction.atomic():
            record(kind, print_of=print_of)
    except DatabaseError:
        log.warning("That %s ended well could not be recorded.", kind)


def newest() -> dict[tuple[str, str], Attestation]:
    """Return the newest attestation of each kind and fingerprint; one query."""
    last = Attestation.objects.order_by().values("kind", "fingerprint").annotate(last=Max("pk")).values("last")
    return {(row.kind, row.fingerprint): row for row in Attestation.objects.filter(pk__in=last)}
