"""Clinics side by side, on the same lines."""

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
from portal.core import formats, money

SLUG = re.compile(r"[-\w]{1,50}", re.ASCII)
# The facts that have a line, in their order.
FACTS = (FactKind.FOUNDED, FactKind.BEDS, FactKind.LICENCE, FactKind.ADDRESS, FactKind.AIRPORT)


@dataclass(frozen=True)
class Cell:
    """What one clinic says on a line; ``name`` is the clinic. Nothing said is nothing known."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One line of the comparison."""

    label: str
    cells: list[Cell]

    @property
    def verdict(self) -> str:
        """Whether the clinics say the same, in words; what is not known of one is no difference."""
        known = [cell.words for cell in self.cells if cell.words]
        if len(set(known)) > 1:
            return _("they differ")
        if len(known) < len(self.cells):
            return _("not known of all")
        return _("the same for all")

    @property
    def is_known(self) -> bool:
        """Whether anybody says anything."""
        return any(cell.words for cell in self.cells)


@dataclass(frozen=True)
class Comparison:
    """The clinics in the order they were asked for; ``unknown`` are the labels of lines that nobody fills."""

    clinics: list[ClinicCard]
    lines: list[Line]
    unknown: list[str]


def published(slugs: Iterable[str]) -> list[str]:
    """Return those of the slugs that are published clinics, each once, in the same order; one query."""
    asked = [slug for slug in dict.fromkeys(slugs) if SLUG.fullmatch(slug)]
    found = set(Clinic.objects.filter(slug__in=asked, is_published=True).values_list("slug", flat=True))
    return [slug for slug in asked if slug in found]


def name_of(slug: str) -> str:
    """Return the name of a published clinic, else nothing."""
    found = Clinic.objects.filter(slug=slug, is_published=True).first() if SLUG.fullmatch(slug) else None
    return found.name if found else ""


def comparison(slugs: Sequence[str], language: str) -> Comparison:
    """Return published clinics side by side; the number of queries does not depend on how many."""
    offered = OfferedTreatment.objects.filter(IS_OFFERED).select_related("procedure")
    found = {
        one.slug: one
        for one in Clinic.objects.filter(slug__in=slugs, is_published=True)
        .select_related("city")
        .prefetch_related("areas", "conditions", "facts", "spoken", "services", "accreditations", "other_cities")
        .prefetch_related("sources", Prefetch("offered_treatments", offered))
    }
    clinics = [found[slug] for slug in slugs if slug in found]
    lines = [*_of_facts(clinics, language), *_of_services(clinics, language), *_of_treatments(clinics, language)]
    return Comparison(
        [cards.card(one, language, [area.name for area in one.areas.all()]) for one in clinics],
        [line for line in lines if line.is_known],
        [line.label for line in lines if not line.is_known],
    )


type Say = Callable[[Clinic], Iterable[str]]


def _line(label: str, clinics: Iterable[Clinic], say: Say) -> Line:
    return Line(label, [Cell(one.name, tuple(say(one))) for one in clinics])


def _of_facts(clinics: list[Clinic], language: str) -> list[Line]:
    listed = {one.slug: one.name for one in editions.listing(language)}
    today = timezone.now().date()

    def stated(kind: FactKind) -> Say:
        return lambda one: [
            *([_("open question, see its page")] if kind == FactKind.LICENCE and one.has_open_licence_question else []),
            *(fact.value for fact in one.facts.all() if fact.kind == kind),
        ]

    return [
        _line(_("Kind"), clinics, lambda one: [one.get_kind_display()] if one.kind else []),
        _line(_("City"), clinics, lambda one: [one.city.name, *(city.name for city in one.other_cities.all())]),
        _line(
            _("Conditions it treats"),
            clinics,
            lambda one: sorted(listed[each.slug] for each in one.conditions.all() if each.slug in listed),
        ),
        *(_line(str(kind.label), clinics, stated(kind)) for kind in FACTS),
        _line(
            _("Accreditation"),
            clinics,
            lambda one: [
                f"{each.issuer} {each.number}" for each in one.accreditations.all() if each.valid_until >= today
            ],
        ),
        _line(
            _("Languages spoken"),
            clinics,
            lambda one: sorted(formats.language_name(each.code, language) for each in one.spoken.all()),
        ),
    ]


def _of_services(clinics: list[Clinic], language: str) -> list[Line]:
    def stated(kind: ServiceKind) -> Say:
        return lambda one: [
            formats.language_name(each.language, language) if each.language else _("yes")
            for each in one.services.all()
            if each.service == kind
        ]

    return [_line(str(kind.label), clinics, stated(kind)) for kind in ServiceKind]


def _of_treatments(clinics: list[Clinic], language: str) -> list[Line]:
    procedures: dict[str, Procedure] = {}
    for one in clinics:
        procedures.update((offer.procedure.code, offer.procedure) for offer in one.offered_treatments.all())

    def stated(code: str) -> Say:
        return lambda one: [
            _price(each, language) for each in one.offered_treatments.all() if each.procedure.code == code
        ]

    ordered = sorted(procedures.values(), key=lambda each: (each.order, each.code))
    return [_line(each.name, clinics, stated(each.code)) for each in ordered]


def _price(offer: OfferedTreatment, language: str) -> str:
    """Return what a treatment costs, in words; without a price that holds, also that it is offered."""
    price = money.in_words(offer.amount, language, holds=offer.holds)
    return price if offer.holds else _("offered, %(price)s") % {"price": price}
