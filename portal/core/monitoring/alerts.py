"""Alerts: problems that are told outside the portal, once, and once more when they are over.

A check says what is wrong now; ``look`` compares that with the open rows of ``Alert``; ``tell`` sends
what a channel was not told yet. Rows make once mean once, whichever process looks and however often
one starts anew.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from portal.core.models import Alert, AlertNotice
from portal.core.monitoring import alert_channels

log = logging.getLogger(__name__)

# So many subjects are named in one sentence.
NAMED = 20
LONGEST_WAIT = timedelta(minutes=15)
# Longer than a channel takes to fail: within it, the notice belongs to whoever is telling it.
CLAIM = timedelta(seconds=45)
GIVE_UP = timedelta(days=2)

# Returns the subjects that have the problem now, or None when that cannot be known.
type Check = Callable[[], Iterable[str] | None]


@dataclass(frozen=True)
class Registration:
    """A check with its sentences; ``{}`` in them becomes the subjects."""

    check: Check
    wrong: str
    over: str


_checks: dict[str, Registration] = {}


def check[F: Check](kind: str, *, wrong: str, over: str) -> Callable[[F], F]:
    """Register the decorated function as the one that finds problems of ``kind``.

    Its subjects are ids, names and references: nothing of a patient. A problem without a subject is ``[""]``.
    """

    def register(function: F) -> F:
        _checks[kind] = Registration(function, wrong, over)
        return function

    return register


def look() -> None:
    """Run every check and write what began and what is over; one that fails leaves the others be."""
    for kind, registration in _checks.items():
        try:
            subjects = registration.check()
            if subjects is not None:
                _compare(kind, set(subjects))
        except Exception as error:  # noqa: BLE001 – one broken check must not silence the others
            log.error("The check %s failed: %s", kind, type(error).__name__)


def tell() -> None:
    """Tell what is owed on each channel; what fails is tried again later, and holds up that channel alone."""
    for channel, send in alert_channels.configured():
        _owe(channel)
        for kind, is_over in dict.fromkeys(_owed(channel).values_list("alert__kind", "is_over")):
            notices = [notice for notice in _owed(channel).filter(alert__kind=kind, is_over=is_over) if _claim(notice)]
            subjects = [notice.alert.subject for notice in notices]
            if not notices:
                continue
            try:
                send(sentence(kind, subjects, is_over=is_over))
            except Exception as error:  # noqa: BLE001 – a channel fails in many ways
                log.error("An alert could not be told by %s: %s", channel, type(error).__name__)
                break
            AlertNotice.objects.filter(pk__in=[notice.pk for notice in notices]).update(told_at=timezone.now())


def sentence(kind: str, subjects: list[str], *, is_over: bool) -> str:
    """Return what is told of some alerts of one kind."""
    registration = _checks[kind]
    names = ", ".join(subjects[:NAMED])
    if len(subjects) > NAMED:
        names += f" and {len(subjects) - NAMED} more"
    return (registration.over if is_over else registration.wrong).format(names)


def prune(now: datetime) -> int:
    """Delete alerts that were over long ago and return how many rows went."""
    return Alert.objects.filter(over_at__lt=now - settings.ALERT_KEEP).delete()[0]


def _compare(kind: str, subjects: set[str]) -> None:
    """Open an alert for each new subject, and end those of subjects that are well again."""
    known = Alert.objects.filter(kind=kind, over_at=None)
    known_subjects = set(known.values_list("subject", flat=True))
    for subject in sorted(subjects - known_subjects):
        try:
            with transaction.atomic():
                Alert.objects.create(kind=kind, subject=subject)
        except IntegrityError:
            continue  # another process saw it at the same moment
        log.warning("Alert: %s", sentence(kind, [subject], is_over=False))
    known.filter(subject__in=known_subjects - subjects).update(over_at=timezone.now())


def _owe(channel: str) -> None:
    """Write the notices that a channel lacks: of open alerts, and of the end of those that it told."""
    notices = AlertNotice.objects.filter(alert=OuterRef("pk"), channel=channel)
    untold = Alert.objects.filter(~Exists(notices), over_at=None)
    ended = Alert.objects.filter(
        Exists(notices.filter(is_over=False, told_at__isnull=False)),
        ~Exists(notices.filter(is_over=True)),
        over_at__isnull=False,
    )
    new = [AlertNotice(alert=alert, channel=channel, is_over=False) for alert in untold]
    new += [AlertNotice(alert=alert, channel=channel, is_over=True) for alert in ended]
    AlertNotice.objects.bulk_create(new, ignore_conflicts=True)


def _owed(channel: str) -> QuerySet[AlertNotice]:
    """Return what is to be told on a channel now; of what was over two days ago nobody needs to hear."""
    now = timezone.now()
    is_news = Q(alert__over_at=None) | Q(alert__over_at__gt=now - GIVE_UP)
    owed = AlertNotice.objects.filter(is_news, channel=channel, told_at=None, not_before__lte=now)
    return owed.filter(alert__kind__in=_checks).select_related("alert").order_by("pk")


def _claim(notice: AlertNotice) -> bool:
    """Keep a notice for this process while it tells it; after a failure it waits longer each time."""
    # The power is bounded by itself: a timedelta overflows before it can be compared.
    wait = min(CLAIM * 2 ** min(notice.attempts, 10), LONGEST_WAIT)
    mine = AlertNotice.objects.filter(pk=notice.pk, attempts=notice.attempts, told_at=None)
    return bool(mine.update(attempts=F("attempts") + 1, not_before=timezone.now() + wait))
