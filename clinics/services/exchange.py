"""Clinics, and the treatments that they offer, as spreadsheets."""

from collections.abc import Iterator

from clinics.enums import ClinicKind
from clinics.models import City, Clinic, OfferedTreatment
from conditions.models import Area, Condition, Procedure
from conditions.services.exchange import PRICE_COLUMNS, price_faults
from portal.core.exchange.columns import Choice, Column, Links, Lookup, Text, Whole, YesNo, per_language
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


class OfferedTreatmentResource(SheetResource):
    """What clinics offer, with their own prices."""

    columns = (
        Column("clinic", Lookup(Clinic)),
        Column("procedure", Lookup(Procedure, "code")),
        Links("conditions", Condition),
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
        yield from price_faults(row)
        if row.cases_a_year is None and row.cases_stated_by:
            yield "cases_a_year", "Somebody states the cases, but their number is missing."
        if row.cases_a_year is not None and not row.cases_stated_by:
            yield "cases_stated_by", "Say who states the cases, and of which year."
