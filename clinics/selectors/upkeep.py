"""Facts of the directory that are out of date, or will be within a month."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from clinics import ranking
from clinics.enums import FactKind, PhotoState, ServiceKind
from clinics.models import (
    Accreditation,
    CareAssistant,
    Clinic,
    ClinicFact,
    ClinicLanguage,
    ClinicService,
    ClinicSource,
    Doctor,
    OfferedTreatment,
    Photo,
    TravelFact,
)
from clinics.selectors import sources
from conditions.models import Price
from portal.core.content.translated_columns import columns, texts
from portal.core.localisation import formats

SOON = datetime.timedelta(days=30)
# The admin is in English.
ENGLISH = "en"
CLINIC, DOCTOR, CARE_ASSISTANT = "clinics_clinic", "clinics_doctor", "clinics_careassistant"

type Row = dict[str, Any]


@dataclass(frozen=True)
class Stale:
    """Something to look at again.

    ``day`` is the last day on which it holds; what has none says in ``why`` what is wrong. ``owner`` names the
    admin of what it belongs to, ``owner_id`` the row to change there.
    """

    what: str
    whose: str
    day: datetime.date | None
    owner: str
    owner_id: int
    why: str = ""

    def days_late(self, today: datetime.date) -> int | None:
        """How many days ago it ceased to hold; below zero while it still does."""
        return None if self.day is None else (today - self.day).days

    def is_late(self, today: datetime.date) -> bool:
        """Whether it holds no more."""
        return self.day is None or self.day < today


def stale(today: datetime.date) -> list[Stale]:
    """Return what holds no more or ceases to within a month, what has no day first and then the oldest day.

    Only clinics and people that are public count, and of people only real ones. 18 queries.
    """
    until = today + SOON
    stale_rows = [
        *_failed_photos(),
        *_sources_without_words(),
        *_unconfirmed_offers(),
        *_prices(until),
        *_typical_prices(until),
        *_accreditations(until),
        *_facts(until),
        *_languages(until),
        *_services(until),
        *_read_sources(until),
        *_people(Doctor, "doctor", DOCTOR, until),
        *_people(CareAssistant, "care assistant", CARE_ASSISTANT, until),
        *_travel_facts(until),
    ]
    return sorted(stale_rows, key=lambda row: (row.day or datetime.date.min, row.whose, row.what))


def without_licence() -> int:
    """Return how many public clinics say "not yet confirmed" where their licence should stand; one query."""
    licensed = ClinicFact.objects.filter(kind=FactKind.LICENCE).values("clinic")
    return Clinic.objects.filter(is_published=True).exclude(pk__in=licensed).count()


def _failed_photos() -> Iterator[Stale]:
    owners = {"clinic": CLINIC, "doctor": DOCTOR, "care_assistant": CARE_ASSISTANT}
    names = columns(ENGLISH, "alternative_text", *(f"{owner}__name" for owner in owners))
    for row in Photo.objects.exclude(problem="", state__in=[PhotoState.READY, PhotoState.WAITING]).values(
        *owners, *names
    ):
        translated = texts(row, ENGLISH, ["alternative_text"])
        owner = next(name for name in owners if row[name])
        whose = texts(row, ENGLISH, [f"{owner}__name"])[f"{owner}__name"]
        what = f"photograph: {translated['alternative_text']}"
        yield Stale(what, whose, None, owners[owner], row[owner], "could not be prepared")


def _sources_without_words() -> Iterator[Stale]:
    """Sources of which nobody noted what they say against the clinic, each once for a clinic."""
    first = {
        (row["clinic"], sources.source_key(row["source"], row["source_url"])): (row, whose)
        for cited in sources.unread()
        for row, whose in _of_clinics(cited, "source", "source_url")
    }
    for row, whose in first.values():
        yield Stale(f"source: {row['source']}", whose, None, CLINIC, row["clinic"], "no words against the clinic yet")


def _unconfirmed_offers() -> Iterator[Stale]:
    offers = OfferedTreatment.objects.filter(basis="")
    for row, whose in _of_clinics(offers, *columns(ENGLISH, "procedure__name")):
        name = texts(row, ENGLISH, ["procedure__name"])["procedure__name"]
        why = "not public: no source in which the clinic offers it"
        yield Stale(f"treatment offered: {name}", whose, None, CLINIC, row["clinic"], why)


def _prices(until: datetime.date) -> Iterator[Stale]:
    """Prices of clinics by the day they hold until; what is offered without a price by the day it was read."""
    offered = OfferedTreatment.objects.filter(clinic__is_published=True)
    dated = offered.filter(amount_from__isnull=False, valid_until__lte=until)
    undated = offered.filter(amount_from=None, checked_on__lte=until - ranking.FRESH)
    fields = (
        "clinic",
        "amount_from",
        "valid_until",
        "checked_on",
        *columns(ENGLISH, "clinic__name", "procedure__name"),
    )
    for row in (dated | undated).values(*fields):
        translated = texts(row, ENGLISH, ["clinic__name", "procedure__name"])
        is_price = row["amount_from"] is not None
        day = row["valid_until"] if is_price else row["checked_on"] + ranking.FRESH
        what = f"{'price' if is_price else 'treatment offered'}: {translated['procedure__name']}"
        yield Stale(what, translated["clinic__name"], day, CLINIC, row["clinic"])


def _typical_prices(until: datetime.date) -> Iterator[Stale]:
    names = ("condition__name", "procedure__name")
    prices = Price.objects.filter(amount_from__isnull=False, valid_until__lte=until)
    for row in prices.values("condition", "valid_until", *columns(ENGLISH, *names)):
        translated = texts(row, ENGLISH, names)
        what = f"typical price: {translated['procedure__name']}"
        yield Stale(what, translated["condition__name"], row["valid_until"], "conditions_condition", row["condition"])


def _accreditations(until: datetime.date) -> Iterator[Stale]:
    accreditations = Accreditation.objects.filter(valid_until__lte=until)
    for row, whose in _of_clinics(accreditations, "issuer", "number", "valid_until"):
        what = f"accreditation: {row['issuer']} {row['number']}"
        yield Stale(what, whose, row["valid_until"], CLINIC, row["clinic"])


def _facts(until: datetime.date) -> Iterator[Stale]:
    for row, whose in _read_long_ago(ClinicFact, until, "kind", *columns(ENGLISH, "label")):
        label = texts(row, ENGLISH, ["label"])["label"] or FactKind(row["kind"]).label
        yield _read(f"fact: {label}", whose, row)


def _languages(until: datetime.date) -> Iterator[Stale]:
    for row, whose in _read_long_ago(ClinicLanguage, until, "code"):
        yield _read(f"language: {formats.language_name(row['code'], ENGLISH)}", whose, row)


def _services(until: datetime.date) -> Iterator[Stale]:
    for row, whose in _read_long_ago(ClinicService, until, "service", "language"):
        spoken = f", {formats.language_name(row['language'], ENGLISH)}" if row["language"] else ""
        yield _read(f"service: {ServiceKind(row['service']).label}{spoken}", whose, row)


def _read_sources(until: datetime.date) -> Iterator[Stale]:
    for row, whose in _read_long_ago(ClinicSource, until, "source"):
        yield _read(f"words against the clinic: {row['source']}", whose, row)


def _people(model: Any, what: str, owner: str, until: datetime.date) -> Iterator[Stale]:
    real = model._default_manager.filter(is_published=True, is_sample=False, checked_on__lte=until - ranking.FRESH)
    for row in real.values("pk", "checked_on", *columns(ENGLISH, "name")):
        name = texts(row, ENGLISH, ["name"])["name"]
        yield Stale(f"source of the {what}", name, row["checked_on"] + ranking.FRESH, owner, row["pk"])


def _travel_facts(until: datetime.date) -> Iterator[Stale]:
    facts = TravelFact.objects.filter(next_check_on__lte=until)
    for row in facts.values("pk", "next_check_on", *columns(ENGLISH, "topic")):
        topic = texts(row, ENGLISH, ["topic"])["topic"]
        yield Stale(f"travel fact: {topic}", "Travellers", row["next_check_on"], "clinics_travelfact", row["pk"])


def _read_long_ago(model: Any, until: datetime.date, *fields: str) -> Iterable[tuple[Row, str]]:
    return _of_clinics(model.objects.filter(checked_on__lte=until - ranking.FRESH), "checked_on", *fields)


def _of_clinics(rows: Any, *fields: str) -> Iterator[tuple[Row, str]]:
    """Yield the rows of public clinics with the name of the clinic."""
    published = rows.filter(clinic__is_published=True).order_by()
    for row in published.values("clinic", *fields, *columns(ENGLISH, "clinic__name")):
        yield row, texts(row, ENGLISH, ["clinic__name"])["clinic__name"]


def _read(what: str, whose: str, row: Row) -> Stale:
    return Stale(what, whose, row["checked_on"] + ranking.FRESH, CLINIC, row["clinic"])
