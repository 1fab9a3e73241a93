"""The profile of a clinic."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Prefetch
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinics.enums import FactKind, SourceFinding
from clinics.models import IS_OFFERED, Accreditation, Clinic, ClinicFact, ClinicSource, OfferedTreatment
from clinics.selectors import people, photos
from clinics.selectors.people import PersonCard
from clinics.selectors.photos import Picture
from conditions.selectors import editions
from conditions.selectors.editions import ListedCondition
from portal.core.localisation import money
from portal.core.text.markdown import first_sentence, to_html, without_citations

# What the part about the way there shows; everything else stands under what we know.
WAY_THERE = (FactKind.ADDRESS, FactKind.AIRPORT)


@dataclass(frozen=True)
class Profile:
    """What the page of a clinic shows besides the row itself.

    ``licence_questions`` are the sources that leave open if its licence holds, ``against`` those that say
    something else against it; ``facts`` by what they are called, ``missing`` what nobody confirmed.
    """

    clinic: Clinic
    about: str
    summary: str
    licence_questions: list[ClinicSource]
    against: list[ClinicSource]
    facts: list[tuple[str, list[ClinicFact]]]
    addresses: list[ClinicFact]
    distances: list[ClinicFact]
    accreditations: list[Accreditation]
    missing: list[str]
    conditions: list[ListedCondition]
    offered: list[tuple[OfferedTreatment, str]]
    doctors: list[PersonCard]
    pictures: list[Picture]


def profile(slug: str, language: str) -> Profile:
    """Return a published clinic with all that is known of it; raises ``Http404``."""
    offered = OfferedTreatment.objects.filter(IS_OFFERED).select_related("procedure")
    published = (
        Clinic.objects.filter(is_published=True)
        .select_related("city")
        .prefetch_related("facts", "areas", "conditions", "accreditations", "other_cities", "spoken", "services")
        .prefetch_related("sources", "research", "city__airports", Prefetch("offered_treatments", offered))
    )
    clinic: Clinic = get_object_or_404(published, slug=slug)
    facts = list(clinic.facts.all())
    today = timezone.now().date()
    return Profile(
        clinic=clinic,
        about=to_html(without_citations(clinic.about or ""), language),
        summary=first_sentence(clinic.about or ""),
        licence_questions=_saying(clinic, SourceFinding.LICENCE),
        against=_saying(clinic, SourceFinding.AGAINST),
        facts=_by_label(fact for fact in facts if fact.kind not in WAY_THERE),
        addresses=[fact for fact in facts if fact.kind == FactKind.ADDRESS],
        distances=[fact for fact in facts if fact.kind == FactKind.AIRPORT],
        accreditations=[row for row in clinic.accreditations.all() if row.valid_until >= today],
        missing=_missing(clinic, {fact.kind for fact in facts}),
        conditions=editions.listing(language, [condition.slug for condition in clinic.conditions.all()]),
        offered=[
            (offer, money.in_words(offer.amount, language, holds=offer.holds))
            for offer in clinic.offered_treatments.all()
        ],
        doctors=people.doctors_of(clinic, language),
        pictures=photos.all_of("clinic", clinic.pk, language),
    )


def in_sitemap() -> list[tuple[str, datetime.date | None]]:
    """Return the slug of each published clinic, and the last day that one of its facts was checked."""
    clinics = Clinic.objects.filter(is_published=True).order_by("slug")
    return list(clinics.annotate(checked_on=Max("facts__checked_on")).values_list("slug", "checked_on"))


def _saying(clinic: Clinic, finding: SourceFinding) -> list[ClinicSource]:
    return [source for source in clinic.sources.all() if source.finding == finding]


def _by_label(facts: Iterable[ClinicFact]) -> list[tuple[str, list[ClinicFact]]]:
    """Return facts under what they are called, in the order of the first of each."""
    by_label: dict[str, list[ClinicFact]] = {}
    for fact in facts:
        by_label.setdefault(fact.label or fact.get_kind_display(), []).append(fact)
    return list(by_label.items())


def _missing(clinic: Clinic, kinds: set[str]) -> list[str]:
    """Return the names of what every profile speaks of and this one cannot."""
    expected = {
        FactKind.LICENCE.label: FactKind.LICENCE in kinds or clinic.has_open_licence_question,
        FactKind.FOUNDED.label: FactKind.FOUNDED in kinds,
        FactKind.BEDS.label: FactKind.BEDS in kinds,
        _("Languages spoken"): clinic.spoken.all(),
        _("Services for patients from abroad"): clinic.services.all(),
        _("Accreditation"): clinic.accreditations.all(),
    }
    return [str(label) for label, is_known in expected.items() if not is_known]
