"""Clinics, their sources, and the treatments that they offer, as spreadsheets."""

from collections.abc import Iterator
from typing import Any

from clinics.enums import ClinicKind, OfferBasis, SourceFinding
from clinics.models import City, Clinic, ClinicSource, OfferedTreatment
from clinics.selectors.sources import source_key
from clinics.services import publishing
from conditions.models import Area, Condition, Procedure
from conditions.services.exchange import PRICE_COLUMNS, price_faults
from portal.core.exchange.columns import Choice, Column, Day, Links, Lookup, Text, Whole, YesNo, per_language
from portal.core.exchange.resource import SheetResource


class ClinicResource(SheetResource):
    """Clinics without their facts."""

    columns = (
        Column("slug", Text()),
        *per_language("name"),
        Column("kind", Choice(ClinicKind.values)),
        Column("city", Lookup(City)),
        Links("other_cities", City),
        Links("areas", Area),
        Links("conditions", Condition),
        *per_language("about"),
        Column("website", Text()),
        Column("is_published", YesNo()),
    )
    keys = ("slug",)
    required = ("name_en", "city")

    class Meta:
        model = Clinic

    def faults(self, row: Clinic) -> Iterator[tuple[str, str]]:
        if row.pk and row.is_published and self.before.get("is_published") != self.fields["is_published"].export(row):
            for sentence in publishing.clinic_faults(row):
                yield "is_published", sentence


class ClinicSourceResource(SheetResource):
    """What the sources of clinics say against them; one line for each source."""

    columns = (
        Column("clinic", Lookup(Clinic)),
        Column("source", Text()),
        Column("source_url", Text()),
        Column("checked_on", Day()),
        Column("finding", Choice(SourceFinding.values)),
        *per_language("against"),
    )
    keys = ("clinic", "source")
    required = ("checked_on", "finding")

    class Meta:
        model = ClinicSource

    def faults(self, row: ClinicSource) -> Iterator[tuple[str, str]]:
        if (row.finding == SourceFinding.NOTHING) == bool(row.against):
            yield "against_en", "Write what the source says against the clinic, or nothing where it says nothing."


class OfferedTreatmentResource(SheetResource):
    """What clinics offer, with their own prices."""

    columns = (
        Column("clinic", Lookup(Clinic)),
        Column("procedure", Lookup(Procedure, "code")),
        Links("conditions", Condition),
        Column("basis", Choice(OfferBasis.values)),
        *PRICE_COLUMNS,
        Column("cases_a_year", Whole()),
        Column("cases_stated_by", Text()),
    )
    keys = ("clinic", "procedure")
    required = ("currency",)

    class Meta:
        model = OfferedTreatment

    def faults(self, row: OfferedTreatment) -> Iterator[tuple[str, str]]:
        if not row.source:
            yield "source", "Say where it was read that the clinic offers this."
        if row.checked_on is None:
            yield "checked_on", "Say on which day it was read that the clinic offers this."
        if not row.basis:
            yield "basis", f"Say how the clinic offers this: {', '.join(OfferBasis.values)}."
        if self._is_newly_cited(row) and not self._is_read(row):
            yield "source", publishing.without_words(row.source)
        yield from price_faults(row)
        if row.cases_a_year is None and row.cases_stated_by:
            yield "cases_a_year", "Somebody states the cases, but their number is missing."
        if row.cases_a_year is not None and not row.cases_stated_by:
            yield "cases_stated_by", "Say who states the cases, and of which year."

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        self.read: dict[int, set[str]] = {}

    def _is_newly_cited(self, row: OfferedTreatment) -> bool:
        """Whether a public clinic would cite a source that this row did not cite before."""
        was = source_key(self.before.get("source", ""), self.before.get("source_url", ""))
        return bool(row.source) and row.clinic.is_published and source_key(row.source, row.source_url) != was

    def _is_read(self, row: OfferedTreatment) -> bool:
        """Whether somebody noted what the source says against the clinic; one query for each clinic."""
        if row.clinic_id not in self.read:
            known = ClinicSource.objects.filter(clinic=row.clinic_id).values_list("source", "source_url")
            self.read[row.clinic_id] = {source_key(*citation) for citation in known}
        return source_key(row.source, row.source_url) in self.read[row.clinic_id]
