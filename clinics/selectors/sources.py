"""Reads of sources cited for clinics, and of those of which nobody noted what they say against the clinic."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from clinics.models import (
    Accreditation,
    Clinic,
    ClinicFact,
    ClinicLanguage,
    ClinicResearch,
    ClinicService,
    ClinicSource,
    OfferedTreatment,
)

# An accreditation cites its register.
_REGISTERS = {"source": F("issuer"), "source_url": F("url")}


def source_key(source: str, url: str) -> str:
    """Return what a source is known by: its address, else its title."""
    return url or source


def without_words(clinic: Clinic) -> dict[str, str]:
    """Return the titles of the sources of a clinic that lack words against it, by their keys; six queries."""
    rows = (row for queryset in unread() for row in queryset.filter(clinic=clinic).values_list("source", "source_url"))
    return {source_key(source, url): source for source, url in rows}


def unread() -> Iterator[QuerySet[Any]]:
    """Yield the rows of each model that cite a source without words against their clinic."""
    for model in (ClinicFact, ClinicLanguage, ClinicService, ClinicResearch, OfferedTreatment):
        yield _unread(model._default_manager.exclude(source=""))
    yield _unread(Accreditation.objects.annotate(**_REGISTERS))


def _unread(rows: QuerySet[Any]) -> QuerySet[Any]:
    read = ClinicSource.objects.filter(clinic=OuterRef("clinic"), source_url=OuterRef("source_url"))
    return rows.exclude(Exists(read.filter(~Q(source_url="") | Q(source=OuterRef("source"))))).order_by()
