"""Reads of the directory of clinics. The order is by name and nothing else."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Prefetch
from django.urls import reverse

from clinics.enums import ClinicKind, FactKind
from clinics.models import Clinic, ClinicFact, OfferedTreatment, TravelFact
from conditions.models import Area
from conditions.scripts import foreign_language
from conditions.selectors import editions
from conditions.selectors.areas import areas
from conditions.selectors.editions import ListedCondition
from conditions.selectors.wording import columns, texts
from portal.core.markdown import to_html, without_citations

# What every profile speaks of, known or not.
EXPECTED_FACTS = (FactKind.LICENCE, FactKind.LANGUAGES, FactKind.SERVICES, FactKind.AIRPORT)

CARD_WORDS = ("name", "city__name", "about")
TRAVEL_WORDS = ("topic", "text")


@dataclass(frozen=True)
class ClinicCard:
    """A clinic in a list; ``name_lang`` is set when the name is in another script than the page."""

    slug: str
    name: str
    name_lang: str
    city: str
    kind: str
    summary: str
    areas: tuple[str, ...]
    url: str


@dataclass(frozen=True)
class TravelRow:
    """A fact for travellers; one past its next check is shown as being checked."""

    topic: str
    text: str
    source: str
    source_url: str
    source_lang: str
    stated_on: datetime.date | None
    checked_on: datetime.date
    is_overdue: bool


@dataclass(frozen=True)
class Directory:
    """The list with its filters; an unknown filter value counts as none."""

    clinics: list[ClinicCard]
    areas: list[Area]
    conditions: list[ListedCondition]
    area: Area | None
    condition: ListedCondition | None


@dataclass(frozen=True)
class Profile:
    """Everything that the page of a clinic shows. ``missing`` are kinds of facts that nobody confirmed."""

    clinic: Clinic
    name_lang: str
    about: str
    summary: str
    facts: list[ClinicFact]
    missing: list[str]
    areas: list[Area]
    conditions: list[ListedCondition]
    offered: list[OfferedTreatment]


def directory(language: str, *, area: str = "", condition: str = "") -> Directory:
    """Return the published clinics, narrowed by slugs of an area and a condition."""
    all_areas = areas()
    all_conditions = editions.listing(language)
    chosen_area = next((one for one in all_areas if one.slug == area), None)
    chosen_condition = next((one for one in all_conditions if one.slug == condition), None)
    found = Clinic.objects.filter(is_published=True)
    if chosen_area:
        found = found.filter(areas=chosen_area)
    if chosen_condition:
        found = found.filter(conditions=chosen_condition.id)
    clinics = found.select_related("city").prefetch_related("areas")
    return Directory(
        [card(one, language, [area.name for area in one.areas.all()]) for one in by_name(clinics)],
        all_areas,
        all_conditions,
        chosen_area,
        chosen_condition,
    )


def cards(language: str, *, area: Area | None = None, condition_id: int | None = None) -> list[ClinicCard]:
    """Return the published clinics, of an area or for a condition if one is given; one query."""
    found = Clinic.objects.filter(is_published=True)
    if area is not None:
        found = found.filter(areas=area)
    if condition_id is not None:
        found = found.filter(conditions=condition_id)
    rows = found.values("slug", "kind", *columns(language, *CARD_WORDS))
    return sorted((_card(row, language) for row in rows), key=lambda one: one.name.casefold())


def by_name(clinics: Iterable[Clinic]) -> list[Clinic]:
    """Sort clinics by their name in the active language."""
    return sorted(clinics, key=lambda clinic: clinic.name.casefold())


def card(clinic: Clinic, language: str, area_names: list[str]) -> ClinicCard:
    """Return what a list shows of a clinic."""
    return ClinicCard(
        slug=clinic.slug,
        name=clinic.name,
        name_lang=foreign_language(clinic.name, language),
        city=clinic.city.name,
        kind=clinic.get_kind_display() if clinic.kind else "",
        summary=first_sentence(clinic.about or ""),
        areas=tuple(area_names),
        url=clinic.get_absolute_url(),
    )


def _card(row: dict[str, str], language: str) -> ClinicCard:
    words = texts(row, language, CARD_WORDS)
    return ClinicCard(
        slug=row["slug"],
        name=words["name"],
        name_lang=foreign_language(words["name"], language),
        city=words["city__name"],
        kind=str(ClinicKind(row["kind"]).label) if row["kind"] else "",
        summary=first_sentence(words["about"]),
        areas=(),
        url=reverse("clinics:clinic", args=[row["slug"]]),
    )


def profile(slug: str, language: str) -> Profile | None:
    """Return a published clinic with all that is known of it."""
    clinic = (
        Clinic.objects.filter(slug=slug, is_published=True)
        .select_related("city", "nearest_airport")
        .prefetch_related("facts", "areas", "conditions", "accreditations", "other_cities")
        .prefetch_related(Prefetch("offered_treatments", OfferedTreatment.objects.select_related("procedure")))
        .first()
    )
    if clinic is None:
        return None
    facts = list(clinic.facts.all())
    known = {fact.kind for fact in facts} | _known_from_fields(clinic)
    slugs = [condition.slug for condition in clinic.conditions.all()]
    return Profile(
        clinic=clinic,
        name_lang=foreign_language(clinic.name, language),
        about=to_html(without_citations(clinic.about or "")),
        summary=first_sentence(clinic.about or ""),
        facts=facts,
        missing=[str(kind.label) for kind in EXPECTED_FACTS if kind not in known],
        areas=list(clinic.areas.all()),
        conditions=editions.listing(language, slugs) if slugs else [],
        offered=list(clinic.offered_treatments.all()),
    )


def travel_facts(language: str, day: datetime.date) -> list[TravelRow]:
    """Return what travellers should know, as a language has it; ``day`` decides what is overdue. One query."""
    fields = ("source", "source_url", "stated_on", "checked_on", "next_check_on")
    rows = TravelFact.objects.values(*fields, *columns(language, *TRAVEL_WORDS))
    return [
        TravelRow(
            **texts(row, language, TRAVEL_WORDS),
            source=row["source"],
            source_url=row["source_url"],
            source_lang=foreign_language(row["source"], language),
            stated_on=row["stated_on"],
            checked_on=row["checked_on"],
            is_overdue=row["next_check_on"] < day,
        )
        for row in rows
    ]


def in_sitemap() -> list[tuple[str, datetime.date | None]]:
    """Return the slug of each published clinic, and the last day that one of its facts was checked."""
    found = Clinic.objects.filter(is_published=True).order_by("slug")
    return list(found.annotate(checked_on=Max("facts__checked_on")).values_list("slug", "checked_on"))


def first_sentence(markdown: str) -> str:
    """Return the first sentence of a text, without citations."""
    plain = without_citations(markdown).strip().partition("\n\n")[0]
    for end in (". ", "؟ ", "。"):
        plain, mark, _rest = plain.partition(end)
        plain += mark.strip()
    return plain


def _known_from_fields(clinic: Clinic) -> set[str]:
    fields = {
        FactKind.LICENCE: clinic.licence,
        FactKind.LANGUAGES: clinic.languages,
        FactKind.AIRPORT: clinic.nearest_airport,
    }
    return {kind for kind, value in fields.items() if value}
