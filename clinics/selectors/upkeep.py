"""Facts of the directory that are out of date, or will be within a month."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

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
from clinics.models.photos import IS_PORTRAIT
from clinics.selectors import sources
from conditions.models import Price
from conditions.selectors import exchange_rates
from portal.core.content.translated_columns import columns, texts
from portal.core.localisation import desk_formats, formats

SOON = datetime.timedelta(days=30)
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

    Only clinics and people that are public count, and of people only real ones. 19 queries.
    """
    until = today + SOON
    stale_rows = [
        *_failed_photos(),
        *_sources_without_words(),
        *_unconfirmed_offers(),
        *_prices(until),
        *_typical_prices(until),
        *_accreditations(until),
        *_read_long_ago(until),
        *_people(Doctor, DOCTOR, until),
        *_people(CareAssistant, CARE_ASSISTANT, until),
        *_travel_facts(until),
        *_exchange_rates(today),
    ]
    return sorted(stale_rows, key=lambda row: (row.day or datetime.date.min, row.whose, row.what))


def without_licence() -> int:
    """Return how many public clinics say "not yet confirmed" where their licence should stand; one query."""
    licensed = ClinicFact.objects.filter(kind=FactKind.LICENCE).values("clinic")
    return Clinic.objects.filter(is_published=True).exclude(pk__in=licensed).count()


def _failed_photos() -> Iterator[Stale]:
    owners = {"clinic": CLINIC, "doctor": DOCTOR, "care_assistant": CARE_ASSISTANT}
    # Of a portrait the page of the coordinator says it.
    failed = Photo.objects.exclude(IS_PORTRAIT).exclude(problem="", state__in=[PhotoState.READY, PhotoState.WAITING])
    for row in failed.values(*owners, *_columns("alternative_text", *(f"{owner}__name" for owner in owners))):
        owner = next(name for name in owners if row[name])
        what = _("photograph: %(name)s") % {"name": _text(row, "alternative_text")}
        whose = _text(row, f"{owner}__name")
        yield Stale(what, whose, None, owners[owner], row[owner], _("could not be prepared"))


def _sources_without_words() -> Iterator[Stale]:
    """Sources of which nobody noted what they say against the clinic, each once for a clinic."""
    first = {
        (row["clinic"], sources.source_key(row["source"], row["source_url"])): row
        for cited in sources.unread()
        for row in _of_clinics(cited, "source", "source_url")
    }
    for row in first.values():
        what = _("source: %(name)s") % {"name": row["source"]}
        yield _of_clinic(row, what, None, _("no words against the clinic yet"))


def _unconfirmed_offers() -> Iterator[Stale]:
    offers = OfferedTreatment.objects.filter(basis="")
    for row in _of_clinics(offers, *_columns("procedure__name")):
        why = _("not public: no source in which the clinic offers it")
        yield _of_clinic(row, _("treatment offered: %(name)s") % {"name": _text(row, "procedure__name")}, None, why)


def _prices(until: datetime.date) -> Iterator[Stale]:
    """Prices of clinics by the day they hold until; what is offered without a price by the day it was read."""
    dated = OfferedTreatment.objects.filter(amount_from__isnull=False, valid_until__lte=until)
    undated = OfferedTreatment.objects.filter(amount_from=None, checked_on__lte=until - ranking.FRESH)
    for row in _of_clinics(dated | undated, "amount_from", "valid_until", "checked_on", *_columns("procedure__name")):
        is_price = row["amount_from"] is not None
        day = row["valid_until"] if is_price else row["checked_on"] + ranking.FRESH
        what = _("price: %(name)s") if is_price else _("treatment offered: %(name)s")
        yield _of_clinic(row, what % {"name": _text(row, "procedure__name")}, day)


def _typical_prices(until: datetime.date) -> Iterator[Stale]:
    prices = Price.objects.filter(amount_from__isnull=False, valid_until__lte=until)
    for row in prices.values("condition", "valid_until", *_columns("condition__name", "procedure__name")):
        what = _("typical price: %(name)s") % {"name": _text(row, "procedure__name")}
        whose = _text(row, "condition__name")
        yield Stale(what, whose, row["valid_until"], "conditions_condition", row["condition"])


def _accreditations(until: datetime.date) -> Iterator[Stale]:
    accreditations = Accreditation.objects.filter(valid_until__lte=until)
    for row in _of_clinics(accreditations, "issuer", "number", "valid_until"):
        yield _of_clinic(row, _("accreditation: %(issuer)s %(number)s") % row, row["valid_until"])


def _read_long_ago(until: datetime.date) -> Iterator[Stale]:
    """What is stated of clinics, by the day that it is a year since it was read."""
    language = desk_formats.language()
    for row in _read(ClinicFact, until, "kind", *_columns("label")):
        name = _text(row, "label") or FactKind(row["kind"]).label
        yield _year_old(row, _("fact: %(name)s") % {"name": name})
    for row in _read(ClinicLanguage, until, "code"):
        yield _year_old(row, _("language: %(name)s") % {"name": formats.language_name(row["code"], language)})
    for row in _read(ClinicService, until, "service", "language"):
        spoken = f", {formats.language_name(row['language'], language)}" if row["language"] else ""
        yield _year_old(row, _("service: %(name)s") % {"name": f"{ServiceKind(row['service']).label}{spoken}"})
    for row in _read(ClinicSource, until, "source"):
        yield _year_old(row, _("words against the clinic: %(name)s") % {"name": row["source"]})


def _people(model: Any, owner: str, until: datetime.date) -> Iterator[Stale]:
    real = model.objects.filter(is_published=True, is_sample=False, checked_on__lte=until - ranking.FRESH)
    what = _("source of the %(kind)s") % {"kind": model._meta.verbose_name}
    for row in real.values("pk", "checked_on", *_columns("name")):
        yield Stale(what, _text(row, "name"), row["checked_on"] + ranking.FRESH, owner, row["pk"])


def _travel_facts(until: datetime.date) -> Iterator[Stale]:
    facts = TravelFact.objects.filter(next_check_on__lte=until)
    for row in facts.values("pk", "next_check_on", *_columns("topic")):
        what = _("travel fact: %(name)s") % {"name": _text(row, "topic")}
        yield Stale(what, _("Travellers"), row["next_check_on"], "clinics_travelfact", row["pk"])


def _exchange_rates(today: datetime.date) -> Iterator[Stale]:
    """Currencies whose newest rate is older than 30 days; nobody is told ahead, for rates are entered as they are needed."""
    for rate in exchange_rates.stale(today):
        what = _("exchange rate: %(currency)s") % {"currency": rate.currency}
        last_day = rate.day + exchange_rates.FRESH
        yield Stale(what, _("Exchange rates"), last_day, "conditions_exchangerate", rate.pk)


def _read(model: Any, until: datetime.date, *fields: str) -> Iterable[Row]:
    return _of_clinics(model.objects.filter(checked_on__lte=until - ranking.FRESH), "checked_on", *fields)


def _year_old(row: Row, what: str) -> Stale:
    return _of_clinic(row, what, row["checked_on"] + ranking.FRESH)


def _of_clinics(rows: Any, *fields: str) -> Iterable[Row]:
    """Return the rows of public clinics, with what ``_of_clinic`` reads of the clinic."""
    published = rows.filter(clinic__is_published=True).order_by()
    values: Iterable[Row] = published.values("clinic", *_columns("clinic__name"), *fields)
    return values


def _of_clinic(row: Row, what: str, day: datetime.date | None, why: str = "") -> Stale:
    return Stale(what, _text(row, "clinic__name"), day, CLINIC, row["clinic"], why)


def _columns(*fields: str) -> tuple[str, ...]:
    """Return the columns of translated fields in the language of the desk, and in English."""
    return columns(desk_formats.language(), *fields)


def _text(row: Row, field: str) -> str:
    return texts(row, desk_formats.language(), [field])[field]
