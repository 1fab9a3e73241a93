"""The journey of a case: who travels, what holds for them, and everything that has a day, in its order."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from clinics.enums import TravelKind
from clinics.selectors.cards import TravelRow
from clinics.selectors.travel import that_hold
from requests.enums import PlanKind
from requests.models import Answer, Case, PlanItem, Task, Trip
from requests.selectors import answers, trips

PASSPORT, COMPANION = "passport", "companion"


class FactGroup(NamedTuple):
    """The facts of one kind that hold for somebody."""

    kind: TravelKind
    rows: list[TravelRow]


@dataclass(frozen=True)
class Traveller:
    """Who travels. ``citizenship`` is an ISO 3166-1 code, empty where nobody said; ``is_from_passport`` where it was.

    Without a passport it is the country of the case. ``facts`` are empty for a companion for whom the same holds as for
    the patient, and for one whose citizenship nobody knows.
    """

    name: str
    citizenship: str
    is_from_passport: bool
    facts: list[FactGroup]


@dataclass(frozen=True)
class Entry:
    """One thing on the journey: a line of the plan, a task or a call. ``at`` is empty where only the day is known.

    A task is due then: ``for_desk`` says whose it is. ``is_new`` marks what the patient has not seen yet, and
    ``is_removed`` what is not planned any more.
    """

    id: UUID
    day: datetime.date
    at: datetime.datetime | None
    title: str
    words: str = ""
    words_ru: str = ""
    where: str = ""
    url: str = ""
    kind: PlanKind | None = None
    for_desk: bool = False
    is_call: bool = False
    is_new: bool = False
    is_removed: bool = False


class JourneyDay(NamedTuple):
    """A day with what happens on it, in the order of time."""

    day: datetime.date
    entries: list[Entry]


@dataclass(frozen=True)
class Journey:
    """All of it. ``news_until`` is the moment of the last change that the patient has not seen; None without one."""

    trip: Trip
    patient: Traveller
    companion: Traveller | None
    days: list[JourneyDay]
    are_dates_new: bool
    news_until: datetime.datetime | None


def journey(case: Case, language: str) -> Journey:
    """Return the journey of a case in a language, the active one."""
    trip = trips.of(case)
    items = _items(trip)
    tasks = Task.objects.filter(case__in=case.whole()).shown().open().select_related("kind", "case", "call")
    patient = _patient(case, trip, language)
    entries = [*(_of_plan(item, trip) for item in items), *(_of_task(case, task) for task in tasks if task.due_at)]
    changes = [trip.changed_at, *(item.changed_at for item in items)]
    unseen = [changed_at for changed_at in changes if changed_at is not None and not trip.has_seen(changed_at)]
    return Journey(
        trip=trip,
        patient=patient,
        companion=_companion(case, trip, language, patient),
        days=_by_day(entries),
        are_dates_new=not trip.has_seen(trip.changed_at),
        news_until=max(unseen, default=None),
    )


def name_on_passport(case: Case) -> str:
    """Return the name of the patient as her passport has it, else as the case has it."""
    passport = answers.current(case, PASSPORT)
    parts = [_given(passport, code) for code in ("given-names", "family-name")]
    return " ".join(parts).upper() if all(parts) else case.patient_name or case.name


def _patient(case: Case, trip: Trip, language: str) -> Traveller:
    stated = _given(answers.current(case, PASSPORT), "citizenship")
    citizenship = stated or case.country
    return Traveller(
        case.patient_name or case.name, citizenship, bool(stated), _facts(language, citizenship, trip.days)
    )


def _companion(case: Case, trip: Trip, language: str, patient: Traveller) -> Traveller | None:
    """Return who comes with the patient, when she said that somebody does."""
    stated = answers.current(case, COMPANION)
    if _given(stated, "comes") != "yes":
        return None
    citizenship = _given(answers.current(case, PASSPORT), "companion-citizenship")
    is_other = bool(citizenship) and citizenship != patient.citizenship
    facts = _facts(language, citizenship, trip.days) if is_other else []
    return Traveller(_given(stated, "name"), citizenship, bool(citizenship), facts)


def _given(stated: dict[str, Answer], code: str) -> str:
    """Return what was answered to a question, empty where that is nothing."""
    return str(stated[code].given or "") if code in stated else ""


def _facts(language: str, citizenship: str, days: int | None) -> list[FactGroup]:
    rows = that_hold(language, timezone.now().date(), citizenship=citizenship, days=days)
    return [FactGroup(kind, list(group)) for kind, group in groupby(rows, key=lambda row: row.kind)]


def _items(trip: Trip) -> list[PlanItem]:
    """Return the lines of the plan, and those that were taken out since the patient has seen it last."""
    items = trip.case.plan_items.select_related("case").order_by(*trips.ORDER)
    # What came and went before she saw it never was her plan.
    return [
        item
        for item in items
        if item.removed_at is None or (trip.has_seen(item.created_at) and not trip.has_seen(item.removed_at))
    ]


def _of_plan(item: PlanItem, trip: Trip) -> Entry:
    kind = PlanKind(item.kind)
    return Entry(
        id=item.pk,
        day=item.on,
        at=item.starts_at,
        # Her words say it better than "something else".
        title=item.words if kind == PlanKind.OTHER else str(kind.label),
        words="" if kind == PlanKind.OTHER else item.words,
        words_ru=item.words_ru,
        where=item.where,
        kind=kind,
        is_new=not trip.has_seen(item.changed_at),
        is_removed=item.removed_at is not None,
    )


def _of_task(case: Case, task: Task) -> Entry:
    assert task.due_at is not None
    is_call = hasattr(task, "call")
    # A promise of a case that was merged has no page any more.
    page = task.get_absolute_url() if task.case_id == case.pk else ""
    return Entry(
        id=task.pk,
        day=task.due_at.astimezone(ZoneInfo(case.zones[0])).date(),
        at=task.due_at,
        title=str(task.kind),
        url=task.call.get_absolute_url() if is_call else page,
        for_desk=task.for_desk,
        is_call=is_call,
    )


def _by_day(entries: Iterable[Entry]) -> list[JourneyDay]:
    """Return the entries by day; what has no time comes first on its day."""
    first = datetime.datetime.min.replace(tzinfo=datetime.UTC)
    in_order = sorted(entries, key=lambda entry: (entry.day, entry.at or first))
    return [JourneyDay(day, list(group)) for day, group in groupby(in_order, key=lambda entry: entry.day)]
