"""Loads cities, clinics and facts for travellers from content files."""

from pathlib import Path

from django.db import models

from clinics.enums import ClinicKind, FactKind
from clinics.models import Accreditation, Airport, City, Clinic, ClinicFact, OfferedTreatment, TravelFact
from conditions.models import Area, Condition, Procedure
from conditions.services.content_files import Entry, read_list, read_yaml, save
from conditions.services.loader import Loader, Say
from conditions.services.loading import PRICE, fill, fill_price

PATH = Path(__file__).parent / "content" / "clinics.yaml"
TRAVEL_PATH = PATH.with_name("travel.yaml")
CLINIC = (
    "slug", "name", "kind", "city", "other_cities", "areas", "conditions", "website", "about", "facts",
    "languages", "licence", "airport", "accreditations", "offered_treatments",
)  # fmt: skip
FACT = ("kind", "label", "value", "source", "url", "checked_on")
ACCREDITATION = ("issuer", "number", "valid_until", "checked_on", "url")
TRAVEL_FACT = ("slug", "topic", "text", "source", "url", "stated_on", "checked_on", "next_check_on")
# The rows that belong to a clinic.
CHILDREN = ("facts", "accreditations", "offered_treatments")


def load_all(say: Say, *, path: Path = PATH, force: bool = False) -> None:
    """Load cities with their airports, then clinics; ``say`` gets a line for each."""
    if not path.exists():
        say("clinics: there is no content file")
        return
    whole = Entry(read_yaml(path), path, "", ("cities", "clinics"))
    loader = Loader(say, force=force)
    for entry in whole.entries("cities", ("slug", "name", "airports")):
        load_city(entry, loader)
    for entry in whole.entries("clinics", CLINIC):
        load_clinic(entry, loader)


def load_travel(say: Say, *, path: Path = TRAVEL_PATH, force: bool = False) -> None:
    """Load what travellers should know; ``say`` gets a line for each fact."""
    if not path.exists():
        say("travel facts: there is no content file")
        return
    loader = Loader(say, force=force)
    for order, entry in enumerate(read_list(path, TRAVEL_FACT), start=1):
        with loader.row(TravelFact, {"slug": entry.text("slug")}, entry.row) as fact:
            if fact is not None:
                _write_travel_fact(fact, entry, order)


def _write_travel_fact(fact: TravelFact, entry: Entry, order: int) -> None:
    fill(
        fact,
        order=order,
        source=entry.text("source"),
        source_url=entry.text("url"),
        stated_on=entry.day("stated_on", is_needed=False),
        checked_on=entry.day("checked_on"),
        next_check_on=entry.day("next_check_on"),
        **entry.words("topic"),
        **entry.words("text"),
    )
    save(fact, entry)


def load_city(entry: Entry, loader: Loader) -> None:
    """Load one city with its airports."""
    with loader.row(City, {"slug": entry.text("slug")}, entry.row, ("airports",)) as city:
        if city is None:
            return
        fill(city, **entry.words("name"))
        save(city, entry)
        for one in entry.entries("airports", ("code", "name")):
            airport = Airport.objects.filter(code=one.text("code")).first() or Airport(code=one.text("code"))
            fill(airport, city=city, **one.words("name"))
            save(airport, one)


def load_clinic(entry: Entry, loader: Loader) -> None:
    """Load one clinic with its facts, accreditations and treatments offered."""
    with loader.row(Clinic, {"slug": entry.text("slug")}, entry.row, CHILDREN) as clinic:
        if clinic is None:
            return
        _write_clinic(clinic, entry)
        _write_facts(clinic, entry)
        _write_accreditations(clinic, entry)
        _write_offered_treatments(clinic, entry)


def _write_clinic(clinic: Clinic, entry: Entry) -> None:
    kind = entry.text("kind", "")
    if kind and kind not in ClinicKind.values:
        raise entry.fault(f"unknown kind “{kind}”; known are {', '.join(ClinicKind.values)}.")
    airport = entry.row.get("airport")
    fill(
        clinic,
        kind=kind,
        city=_row(entry, City, "slug", entry.text("city")),
        nearest_airport=_row(entry, Airport, "code", str(airport)) if airport else None,
        website=entry.text("website", ""),
        licence=entry.text("licence", ""),
        languages=[str(code) for code in entry.rows("languages")],
        **entry.words("name"),
        **entry.words("about", is_needed=False),
    )
    save(clinic, entry)
    clinic.other_cities.set([_row(entry, City, "slug", slug) for slug in entry.rows("other_cities")])
    clinic.areas.set([_row(entry, Area, "slug", slug) for slug in entry.rows("areas")])
    clinic.conditions.set([_row(entry, Condition, "slug", slug) for slug in entry.rows("conditions")])


def _write_facts(clinic: Clinic, entry: Entry) -> None:
    clinic.facts.all().delete()
    for order, one in enumerate(entry.entries("facts", FACT), start=1):
        kind = one.text("kind")
        if kind not in FactKind.values:
            raise one.fault(f"unknown kind “{kind}”; known are {', '.join(FactKind.values)}.")
        fact = ClinicFact(
            clinic=clinic, kind=kind, order=order, source=one.text("source"), source_url=one.text("url", "")
        )
        fill(fact, checked_on=one.day("checked_on"), **one.words("label", is_needed=False), **one.words("value"))
        save(fact, one)


def _write_accreditations(clinic: Clinic, entry: Entry) -> None:
    clinic.accreditations.all().delete()
    for one in entry.entries("accreditations", ACCREDITATION):
        row = Accreditation(
            clinic=clinic, issuer=one.text("issuer"), number=one.text("number"), url=one.text("url", "")
        )
        fill(row, valid_until=one.day("valid_until"), checked_on=one.day("checked_on"))
        save(row, one)


def _write_offered_treatments(clinic: Clinic, entry: Entry) -> None:
    clinic.offered_treatments.all().delete()
    for one in entry.entries("offered_treatments", (*PRICE, "conditions")):
        row = OfferedTreatment(clinic=clinic, procedure=_row(one, Procedure, "code", one.text("procedure")))
        fill_price(row, one)
        save(row, one)
        row.conditions.set([_row(one, Condition, "slug", slug) for slug in one.rows("conditions")])


def _row[M: models.Model](entry: Entry, model: type[M], field: str, value: str) -> M:
    found = model._default_manager.filter(**{field: value}).first()
    if found is None:
        raise entry.fault(f"there is no {model._meta.verbose_name} “{value}”.")
    return found
