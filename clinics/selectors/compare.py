"""Comparison of clinics, side by side on the same lines."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.enums import FactKind, ServiceKind
from clinics.models import IS_OFFERED, Clinic, OfferedTreatment
from conditions.models import Procedure
from conditions.selectors import editions
from portal.core.localisation import formats, money

# What a slug column can hold: nothing else is looked for.
SLUG = re.compile(r"[-\w]{1,50}", re.ASCII)
# The facts that have a line, in their order.
FACTS = (FactKind.FOUNDED, FactKind.BEDS, FactKind.LICENCE, FactKind.ADDRESS, FactKind.AIRPORT)


@dataclass(frozen=True)
class Cell:
    """What one clinic says on a line; ``name`` is the clinic. Nothing said is nothing known."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One line of the comparison."""

    label: str
    cells: list[Cell]

    @property
    def verdict(self) -> str:
        """Whether the clinics say the same, in words; what is not known of one is no difference."""
        known = [cell.values for cell in self.cells if cell.values]
        if len(set(known)) > 1:
            return _("they differ")
        if len(known) < len(self.cells):
            return _("not known of all")
        return _("the same for all")

    @property
    def is_known(self) -> bool:
        """Whether anybody says anything."""
        return any(cell.values for cell in self.cells)


@dataclass(frozen=True)
class ClinicComparison:
    """The clinics in the order they were asked for; ``unknown`` are the labels of lines that nobody fills."""

    clinics: list[Clinic]
    lines: list[Line]
    unknown: list[str]


def published(slugs: Iterable[str]) -> list[str]:
    """Return those of the slugs that are published clinics, each once, in the same order; one query."""
    asked = [slug for slug in dict.fromkeys(slugs) if SLUG.fullmatch(slug)]
    existing = set(Clinic.objects.filter(slug__in=asked, is_published=True).values_list("slug", flat=True))
    return [slug for slug in asked if slug in existing]


def name_of(slug: str) -> str:
    """Return the name of a published clinic, else nothing."""
    clinic = Clinic.objects.filter(slug=slug, is_published=True).first() if SLUG.fullmatch(slug) else None
    return clinic.name if clinic else ""


def comparison(slugs: Sequence[str], language: str) -> ClinicComparison:
    """Return published clinics side by side; the number of queries does not depend on how many."""
    offered = OfferedTreatment.objects.filter(IS_OFFERED).select_related("procedure")
    read = ("conditions", "facts", "spoken", "services", "accreditations", "other_cities", "sources")
    published = Clinic.objects.filter(is_published=True).select_related("city").prefetch_related(*read)
    by_slug = published.prefetch_related(Prefetch("offered_treatments", offered)).in_bulk(slugs, field_name="slug")
    clinics = [by_slug[slug] for slug in slugs if slug in by_slug]
    lines = _lines(clinics, language)
    return ClinicComparison(
        clinics,
        [line for line in lines if line.is_known],
        [line.label for line in lines if not line.is_known],
    )


def _lines(clinics: list[Clinic], language: str) -> list[Line]:
    listed = {condition.slug: condition.name for condition in editions.listing(language)}
    offered = {offer.procedure for clinic in clinics for offer in clinic.offered_treatments.all()}
    procedures = sorted(offered, key=lambda procedure: (procedure.order, procedure.code))
    columns = [list(_stated(clinic, listed, procedures, language)) for clinic in clinics]
    return [
        Line(
            row[0][0], [Cell(clinic.name, tuple(values)) for clinic, (_label, values) in zip(clinics, row, strict=True)]
        )
        for row in zip(*columns, strict=True)
    ]


def _stated(
    clinic: Clinic, listed: dict[str, str], procedures: list[Procedure], language: str
) -> Iterator[tuple[str, list[str]]]:
    """Yield the label of each line, the same for all clinics, with what is stated of one of them."""
    today = timezone.now().date()
    yield _("Kind"), [clinic.get_kind_display()] if clinic.kind else []
    yield _("City"), [clinic.city.name, *(city.name for city in clinic.other_cities.all())]
    treated = sorted(listed[condition.slug] for condition in clinic.conditions.all() if condition.slug in listed)
    yield _("Conditions it treats"), treated
    for kind in FACTS:
        is_open = kind == FactKind.LICENCE and clinic.has_open_licence_question
        question = [_("open question, see its page")] if is_open else []
        yield str(kind.label), [*question, *(fact.value for fact in clinic.facts.all() if fact.kind == kind)]
    valid = [row for row in clinic.accreditations.all() if row.valid_until >= today]
    yield _("Accreditation"), [f"{row.issuer} {row.number}" for row in valid]
    spoken = sorted(formats.language_name(spoken.code, language) for spoken in clinic.spoken.all())
    yield _("Languages spoken"), spoken
    for service in ServiceKind:
        rows = [row for row in clinic.services.all() if row.service == service]
        names = [formats.language_name(row.language, language) if row.language else _("yes") for row in rows]
        yield str(service.label), names
    for procedure in procedures:
        offers = [offer for offer in clinic.offered_treatments.all() if offer.procedure == procedure]
        yield procedure.name, [_price(offer, language) for offer in offers]


def _price(offer: OfferedTreatment, language: str) -> str:
    """Return what a treatment costs, in words; without a price that holds, also that it is offered."""
    price = money.in_words(offer.amount, language, holds=offer.holds)
    return price if offer.holds else _("offered, %(price)s") % {"price": price}
