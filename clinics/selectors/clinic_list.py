"""The list of clinics: its facets, its orders and its cards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from clinics import ranking
from clinics.enums import FactKind, ServiceKind, Sort, SourceFinding
from clinics.facets import FacetIndex
from clinics.models import (
    IS_OFFERED,
    Accreditation,
    City,
    Clinic,
    ClinicFact,
    ClinicLanguage,
    ClinicService,
    ClinicSource,
    OfferedTreatment,
)
from clinics.selectors import cards, photos, prices
from clinics.selectors.cards import ClinicCard
from clinics.selectors.directory import Kind
from clinics.selectors.index import (
    DirectoryIndex,
    by_name,
    cached,
    name_columns,
    names_of,
    names_of_choices,
    names_of_conditions,
    names_of_languages,
)
from clinics.selectors.photos import Picture
from clinics.selectors.prices import Prices
from clinics.selectors.rows import Rows, rows_by_link, rows_by_value
from conditions.models import Area, Procedure
from portal.core.content.translated_columns import untranslated
from portal.core.localisation import money


@dataclass(frozen=True)
class ListedClinic:
    """A clinic of the list with its lowest known price in words, empty when none is known."""

    card: ClinicCard
    price: str
    picture: Picture | None


def _build(today: date) -> DirectoryIndex:
    """Read everything about clinics that the list needs; a fixed number of queries."""
    published = untranslated(Clinic).filter(is_published=True).order_by("pk")
    clinics = list(published.values_list("pk", "city__slug", *name_columns()))
    row_of = {pk: row for row, (pk, *_rest) in enumerate(clinics)}
    accredited = untranslated(Accreditation).filter(valid_until__gte=today)
    rows = {
        "area": rows_by_link(row_of, Clinic.areas, "area__slug", "clinic"),
        "condition": rows_by_link(row_of, Clinic.conditions, "condition__slug", "clinic"),
        "procedure": rows_by_value(
            row_of, untranslated(OfferedTreatment).filter(IS_OFFERED), "procedure__code", "clinic"
        ),
        "city": rows_by_link(row_of, Clinic.other_cities, "city__slug", "clinic"),
        "speaks": rows_by_value(row_of, untranslated(ClinicLanguage), "code", "clinic"),
        "service": rows_by_value(row_of, untranslated(ClinicService), "service", "clinic"),
        "accreditation": rows_by_value(row_of, accredited, "issuer", "clinic"),
    }
    for row, (_pk, city, *_names) in enumerate(clinics):
        rows["city"].setdefault(city, set()).add(row)
    names = {
        "area": names_of(Area, "slug"),
        "condition": names_of_conditions(),
        "procedure": names_of(Procedure, "code"),
        "city": names_of(City, "slug"),
        "speaks": names_of_languages(rows["speaks"]),
        "service": names_of_choices(ServiceKind),
    }
    held = prices.read(row_of, today)
    return DirectoryIndex(
        ids=list(row_of),
        facets=FacetIndex.of(len(clinics), rows, names),
        names=names,
        orders=_orders(by_name(clinics), _points(row_of, rows, held, today), held.lowest),
        prices=held,
    )


def _orders(
    named: dict[str, list[int]], points: list[int], lowest: Mapping[int, Decimal]
) -> dict[str, dict[str, list[int]]]:
    """Return all rows by sort and language; between equals, names decide."""
    # Whose price is unknown comes last.
    unknown = Decimal("Infinity")
    return {
        Sort.NAME: named,
        Sort.RELEVANCE: {code: sorted(rows, key=lambda row: -points[row]) for code, rows in named.items()},
        Sort.PRICE: {code: sorted(rows, key=lambda row: lowest.get(row, unknown)) for code, rows in named.items()},
    }


def _points(row_of: Mapping[int, int], rows: Mapping[str, Rows], held: Prices, today: date) -> list[int]:
    """Return the points of each row, by what is known of it."""
    facts = untranslated(ClinicFact)
    kinds = rows_by_value(row_of, facts, "kind", "clinic")
    fresh = rows_by_value(row_of, facts.filter(checked_on__gte=today - ranking.FRESH), "kind", "clinic")
    findings = rows_by_value(row_of, untranslated(ClinicSource), "finding", "clinic")
    factors = {
        "licence": kinds.get(FactKind.LICENCE, set()) - findings.get(SourceFinding.LICENCE, set()),
        "accreditation": _any(rows["accreditation"]),
        "price": held.shown.keys(),
        "services": _any(rows["service"]),
        "languages": _any(rows["speaks"]),
        "fresh": _any(fresh),
        "facts": _any(kinds),
    }
    return [ranking.score([code for code, known in factors.items() if row in known]) for row in range(len(row_of))]


def _any(rows: Rows) -> set[int]:
    return set().union(*rows.values())


def _cards(index: DirectoryIndex, rows: list[int], language: str) -> list[ListedClinic]:
    ids = {index.ids[row]: row for row in rows}
    published = cards.of_clinics(ids, language)
    pictures = photos.first_of("clinic", ids, language)
    return [
        ListedClinic(
            published[pk],
            money.in_words(index.prices.shown[row], language) if row in index.prices.shown else "",
            pictures.get(pk),
        )
        for pk, row in ids.items()
        if pk in published
    ]


def best_known(language: str, count: int) -> list[ClinicCard]:
    """Return the first clinics in the usual order."""
    index = CLINICS.index()
    rows = index.orders[Sort.RELEVANCE][language][:count]
    return [listed.card for listed in _cards(index, rows, language)]


CLINICS = Kind(
    facets={
        "area": _("Area"),
        "condition": _("Condition"),
        "procedure": _("Treatment"),
        "city": _("City"),
        "speaks": _("Language spoken"),
        "service": _("Services for patients from abroad"),
        "accreditation": _("Accreditation"),
    },
    sorts=(Sort.RELEVANCE, Sort.PRICE, Sort.NAME),
    index=cached(_build),
    cards=_cards,
    has_prices=True,
)
