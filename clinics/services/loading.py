"""Loading of cities, clinics and facts for travellers from content files."""

from pathlib import Path
from typing import Any

from django.db.models import TextChoices

from clinics.enums import ClinicKind, FactKind, OfferBasis, ServiceKind, SourceFinding, TravelKind
from clinics.models import (
    Accreditation,
    Airport,
    City,
    Clinic,
    ClinicFact,
    ClinicLanguage,
    ClinicResearch,
    ClinicService,
    ClinicSource,
    OfferedTreatment,
    TravelFact,
)
from clinics.services import publishing
from conditions.models import LoadedContent, Procedure
from conditions.services.loading import PRICE, fill_price, link, row_of
from portal.core.content.content_files import Entry, fill, read_list, read_yaml, save
from portal.core.content.loader import Loader, Say

FOLDER = Path(__file__).parent.parent / "content"
TRAVEL_PATH = FOLDER / "travel.yaml"
CLINIC = (
    "slug", "name", "kind", "city", "other_cities", "areas", "conditions", "website", "about", "facts",
    "languages", "services", "accreditations", "offered_treatments", "research", "sources",
)  # fmt: skip
FACT = ("kind", "label", "value", "source", "url", "checked_on")
ACCREDITATION = ("issuer", "number", "valid_until", "checked_on", "url")
RESEARCH = ("text", "year", "source", "url", "checked_on")
SOURCE = ("source", "url", "checked_on", "finding", "against")
OFFERED = (*PRICE, "conditions", "basis", "cases_a_year", "cases_stated_by")
TRAVEL_FACT = (
    "slug", "kind", "topic", "text", "citizenships", "stay_from", "stay_to", "source", "url", "stated_on",
    "checked_on", "next_check_on",
)  # fmt: skip
# The rows that belong to a clinic.
CHILDREN = ("facts", "spoken", "services", "accreditations", "offered_treatments")
# Those that older versions did not have.
LATER = ("research", "sources")


def load_all(say: Say, *, folder: Path = FOLDER, force: bool = False) -> None:
    """Load the cities with their airports, then each clinic from a file of its own; ``say`` gets a line for each."""
    loader = Loader(LoadedContent.objects, say, force=force)
    for entry in read_list(folder / "cities.yaml", ("slug", "name", "airports")):
        load_city(entry, loader)
    for path in sorted((folder / "clinics").glob("*.yaml")):
        load_clinic(Entry(read_yaml(path), path, "", CLINIC), loader)


def load_travel(say: Say, *, path: Path = TRAVEL_PATH, force: bool = False) -> None:
    """Load what travellers should know; ``say`` gets a line for each fact."""
    loader = Loader(LoadedContent.objects, say, force=force)
    for order, entry in enumerate(read_list(path, TRAVEL_FACT), start=1):
        with loader.row(TravelFact, {"slug": entry.text("slug")}, entry.row) as fact:
            if fact is None:
                continue
            fill(
                fact,
                order=order,
                kind=_choice(entry, "kind", TravelKind),
                citizenships=entry.text("citizenships", ""),
                stay_from=entry.row.get("stay_from"),
                stay_to=entry.row.get("stay_to"),
                source=entry.text("source"),
                source_url=entry.text("url"),
                stated_on=entry.day("stated_on", is_needed=False),
                checked_on=entry.day("checked_on"),
                next_check_on=entry.day("next_check_on"),
                **entry.texts("topic"),
                **entry.texts("text"),
            )
            save(fact, entry)


def load_city(entry: Entry, loader: Loader) -> None:
    """Load one city with its airports."""
    with loader.row(City, {"slug": entry.text("slug")}, entry.row, ("airports",)) as city:
        if city is None:
            return
        fill(city, **entry.texts("name"))
        save(city, entry)
        for airport in entry.entries("airports", ("code", "name")):
            code = airport.text("code")
            row = Airport.objects.filter(code=code).first() or Airport(code=code)
            fill(row, city=city, **airport.texts("name"))
            save(row, airport)


def load_clinic(entry: Entry, loader: Loader) -> None:
    """Load one clinic with all that belongs to it; one that could not be published is refused."""
    with loader.row(Clinic, {"slug": entry.text("slug")}, entry.row, CHILDREN, LATER) as clinic:
        if clinic is None:
            return
        _write_clinic(clinic, entry)
        # They have no key by which to find them again, so those of the file take their place.
        for name in (*CHILDREN, *LATER):
            getattr(clinic, name).all().delete()
        _write_facts(clinic, entry)
        _write_languages(clinic, entry)
        _write_services(clinic, entry)
        _write_accreditations(clinic, entry)
        _write_offered_treatments(clinic, entry)
        _write_research(clinic, entry)
        _write_sources(clinic, entry)
        # Last, because it compares what the rows cite with the sources that were read.
        if clinic.is_published and (faults := publishing.clinic_faults(clinic)):
            raise entry.fault(" ".join(faults))


def _write_clinic(clinic: Clinic, entry: Entry) -> None:
    fill(
        clinic,
        kind=_choice(entry, "kind", ClinicKind) if entry.text("kind", "") else "",
        city=row_of(entry, City, "slug", entry.text("city")),
        website=entry.text("website", ""),
        **entry.texts("name"),
        **entry.texts("about", is_needed=False),
    )
    save(clinic, entry)
    link(clinic, entry, "other_cities", "areas", "conditions")


def _write_facts(clinic: Clinic, entry: Entry) -> None:
    for order, fact in enumerate(entry.entries("facts", FACT), start=1):
        row = ClinicFact(clinic=clinic, kind=_choice(fact, "kind", FactKind), order=order)
        fill(row, **_read(fact), **fact.texts("label", is_needed=False), **fact.texts("value"))
        save(row, fact)


def _write_languages(clinic: Clinic, entry: Entry) -> None:
    for language in entry.entries("languages", ("code", "source", "url", "checked_on")):
        save(ClinicLanguage(clinic=clinic, code=language.text("code"), **_read(language)), language)


def _write_services(clinic: Clinic, entry: Entry) -> None:
    for service in entry.entries("services", ("service", "language", "source", "url", "checked_on")):
        kind, language = _choice(service, "service", ServiceKind), service.text("language", "")
        save(ClinicService(clinic=clinic, service=kind, language=language, **_read(service)), service)


def _read(entry: Entry) -> dict[str, Any]:
    """Return where something was read, and on which day."""
    return {"source": entry.text("source"), "source_url": entry.text("url", ""), "checked_on": entry.day("checked_on")}


def _write_accreditations(clinic: Clinic, entry: Entry) -> None:
    for accreditation in entry.entries("accreditations", ACCREDITATION):
        row = Accreditation(clinic=clinic, url=accreditation.text("url", ""))
        fill(row, issuer=accreditation.text("issuer"), number=accreditation.text("number"))
        fill(row, valid_until=accreditation.day("valid_until"), checked_on=accreditation.day("checked_on"))
        save(row, accreditation)


def _write_offered_treatments(clinic: Clinic, entry: Entry) -> None:
    for offer in entry.entries("offered_treatments", OFFERED):
        row = OfferedTreatment(clinic=clinic, procedure=row_of(offer, Procedure, "code", offer.text("procedure")))
        fill_price(row, offer)
        if not row.source or row.checked_on is None:
            raise offer.fault("“source” and “checked_on” say where and when it was read that the clinic offers it.")
        row.basis = _choice(offer, "basis", OfferBasis)
        row.cases_a_year, row.cases_stated_by = offer.row.get("cases_a_year"), offer.text("cases_stated_by", "")
        if (row.cases_a_year is None) == bool(row.cases_stated_by):
            raise offer.fault("“cases_a_year” and “cases_stated_by” stand together.")
        save(row, offer)
        link(row, offer, "conditions")


def _write_research(clinic: Clinic, entry: Entry) -> None:
    for order, research in enumerate(entry.entries("research", RESEARCH), start=1):
        row = ClinicResearch(clinic=clinic, order=order, year=research.row.get("year"))
        fill(row, **_read(research), **research.texts("text"))
        save(row, research)


def _write_sources(clinic: Clinic, entry: Entry) -> None:
    for source in entry.entries("sources", SOURCE):
        row = ClinicSource(clinic=clinic, finding=_choice(source, "finding", SourceFinding))
        fill(row, **_read(source), **source.texts("against", is_needed=False))
        if (row.finding == SourceFinding.NOTHING) == bool(row.against):
            raise source.fault("“against” has the words of a source that says something, and only of such a one.")
        save(row, source)


def _choice(entry: Entry, name: str, choices: type[TextChoices]) -> str:
    value = entry.text(name)
    if value not in choices.values:
        raise entry.fault(f"unknown {name} “{value}”; known are {', '.join(choices.values)}.")
    return value
