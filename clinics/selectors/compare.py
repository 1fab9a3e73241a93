"""Comparison of clinics, side by side on the same lines."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.enums import FactKind, ServiceKind
from clinics.models import IS_OFFERED, Clinic, OfferedTreatment
from clinics.selectors import cards
from clinics.selectors.cards import ClinicCard
from conditions.models import Procedure
from conditions.selectors import editions
from portal.core.localisation import formats, money

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

    clinics: list[ClinicCard]
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
    by_slug = {
        clinic.slug: clinic
        for clinic in Clinic.objects.filter(slug__in=slugs, is_published=True)
        .select_related("city")
        .prefetch_related("areas", "conditions", "facts", "spoken", "services", "accreditations", "other_cities")
        .prefetch_related("sources", Prefetch("offered_treatments", offered))
    }
    clinics = [by_slug[slug] for slug in slugs if slug in by_slug]
    lines = [*_of_facts(clinics, language), *_of_services(clinics, language), *_of_treatments(clinics, language)]
    return ClinicComparison(
        [cards.card(clinic, language, [area.name for area in clinic.areas.all()]) for clinic in clinics],
        [line for line in lines if line.is_known],
        [line.label for line in lines if not line.is_known],
    )


type Say = Callable[[Clinic], Iterable[str]]


def _line(label: str, clinics: Iterable[Clinic], say: Say) -> Line:
    return Line(label, [Cell(clinic.name, tuple(say(clinic))) for clinic in clinics])


def _of_facts(clinics: list[Clinic], language: str) -> list[Line]:
    listed = {condition.slug: condition.name for condition in editions.listing(language)}
    today = timezone.now().date()

    def stated(kind: FactKind) -> Say:
        return lambda clinic: [
            *(
                [_("open question, see its page")]
                if kind == FactKind.LICENCE and clinic.has_open_licence_question
                else []
            ),
            *(fact.value for fact in clinic.facts.all() if fact.kind == kind),
        ]

    return [
        _line(_("Kind"), clinics, lambda clinic: [clinic.get_kind_display()] if clinic.kind else []),
        _line(
            _("City"), clinics, lambda clinic: [clinic.city.name, *(city.name for city in clinic.other_cities.all())]
        ),
        _line(
            _("Conditions it treats"),
            clinics,
            lambda clinic: sorted(listed[row.slug] for row in clinic.conditions.all() if row.slug in listed),
        ),
        *(_line(str(kind.label), clinics, stated(kind)) for kind in FACTS),
        _line(
            _("Accreditation"),
            clinics,
            lambda clinic: [
                f"{row.issuer} {row.number}" for row in clinic.accreditations.all() if row.valid_until >= today
            ],
        ),
        _line(
            _("Languages spoken"),
            clinics,
            lambda clinic: sorted(formats.language_name(spoken.code, language) for spoken in clinic.spoken.all()),
        ),
    ]


def _of_services(clinics: list[Clinic], language: str) -> list[Line]:
    def stated(kind: ServiceKind) -> Say:
        return lambda clinic: [
            formats.language_name(service.language, language) if service.language else _("yes")
            for service in clinic.services.all()
            if service.service == kind
        ]

    return [_line(str(kind.label), clinics, stated(kind)) for kind in ServiceKind]


def _of_treatments(clinics: list[Clinic], language: str) -> list[Line]:
    procedures: dict[str, Procedure] = {}
    for clinic in clinics:
        procedures.update((offer.procedure.code, offer.procedure) for offer in clinic.offered_treatments.all())

    def stated(code: str) -> Say:
        return lambda clinic: [
            _price(offer, language) for offer in clinic.offered_treatments.all() if offer.procedure.code == code
        ]

    ordered = sorted(procedures.values(), key=lambda procedure: (procedure.order, procedure.code))
    return [_line(procedure.name, clinics, stated(procedure.code)) for procedure in ordered]


def _price(offer: OfferedTreatment, language: str) -> str:
    """Return what a treatment costs, in words; without a price that holds, also that it is offered."""
    price = money.in_words(offer.amount, language, holds=offer.holds)
    return price if offer.holds else _("offered, %(price)s") % {"price": price}
