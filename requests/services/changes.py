"""Changes of a case by colleagues, and decisions of its patient, while somebody had a page of it open.

Every page of a case carries how many deeds of the desk it knows of (``KNOWN``, a part of the query
that reads the case, so that page and number are of one moment). Who acts from it is stopped, under
the lock of the case, when a colleague did something since.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from portal.accounts.models import User
from requests.enums import ActorKind, EventKind
from requests.models import Case, Event
from requests.services import clock

# Deeds that another one may contradict; each is written under the lock of its case, so they count in order.
# A note contradicts nothing.
DEEDS = (
    EventKind.MOVED,
    EventKind.ASSIGNED,
    EventKind.SECOND_OWNER,
    EventKind.MESSAGE_OUT,
    EventKind.MESSAGE_TAKEN_BACK,
    EventKind.CONTACT_ANSWERED,
    EventKind.NO_ANSWER_NEEDED,
    EventKind.ESTIMATE_ISSUED,
    EventKind.FACT_CORRECTED,
    EventKind.PUT_ON_HOLD,
    EventKind.RESUMED,
    EventKind.RELEASED,
)
# A patient who decides moves the case too.
DECISIONS = (EventKind.ESTIMATE_ACCEPTED, EventKind.ESTIMATE_DECLINED)
_deeds = Event.objects.filter(
    Q(kind__in=DEEDS, actor_kind=ActorKind.STAFF) | Q(kind__in=DECISIONS, actor_kind=ActorKind.PATIENT)
)
KNOWN = Coalesce(
    Subquery(
        _deeds.filter(reference=OuterRef("reference"))
        .order_by()
        .values("reference")
        .annotate(number=Count("pk"))
        .values("number"),
        output_field=IntegerField(),
    ),
    0,
)


class ChangedMeanwhile(Exception):
    """Colleagues did something in the case since the page was opened; nothing is written."""

    def __init__(self, events: list[Event]) -> None:
        super().__init__(events)
        self.events = events


def since(case: Case, *, known: int, by: User) -> list[Event]:
    """Return what colleagues of ``by`` did in a locked case after the first ``known`` deeds, oldest first."""
    deeds = _deeds.filter(reference=case.reference).order_by("at")
    return [event for event in deeds[known:] if event.actor_id != by.pk]


@contextmanager
def unchanged(*, case: Case, known: int, by: User, joins: Case | None = None) -> Iterator[None]:
    """Lock a case, and the one that it ``joins``, for what is done inside, in one transaction. Raises ``ChangedMeanwhile``."""
    with transaction.atomic():
        locked = clock.lock_all(case, joins)[0] if joins else clock.lock(case)
        events = since(locked, known=known, by=by)
        if events:
            raise ChangedMeanwhile(events)
        yield
