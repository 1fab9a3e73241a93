"""Price of a line of an estimate: the clinic's own where it holds, else the typical one."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from clinics.models import IS_OFFERED, Clinic, OfferedTreatment
from conditions.models import Condition, Price, PriceTerms, Procedure
from requests.enums import PriceOrigin

COLUMNS = (
    "amount_from", "amount_to", "currency", "included", "excluded", "checked_on", "valid_until",
    "procedure__code", "procedure__name", "procedure__unit",
)  # fmt: skip


@dataclass(frozen=True)
class PricedProcedure:
    """A procedure with the price that holds for it, or without one ("price on request")."""

    procedure: Procedure
    terms: PriceTerms | None
    origin: PriceOrigin


def price_list(
    condition: Condition, clinic: Clinic | None, day: datetime.date, chosen: Collection[Procedure] = ()
) -> dict[int, PricedProcedure]:
    """Return what holds on ``day`` for a condition, by the id of the procedure, in list order.

    With some ``chosen``, only their prices; at most two queries.
    """
    only = {"procedure__in": chosen} if chosen else {}
    typical = Price.objects.filter(condition=condition, **only)
    prices = _that_hold(typical, day, PriceOrigin.TYPICAL)
    if clinic is not None:
        offered = OfferedTreatment.objects.filter(IS_OFFERED, clinic=clinic, conditions=condition, **only)
        prices |= _that_hold(offered, day, PriceOrigin.CLINIC)
    return prices


def _that_hold(rows: QuerySet[Any], day: datetime.date, origin: PriceOrigin) -> dict[int, PricedProcedure]:
    return {
        row.procedure_id: PricedProcedure(row.procedure, row, origin)
        for row in rows.select_related("procedure").only(*COLUMNS)
        if row.holds_on(day)
    }


def price_chosen(prices: dict[int, PricedProcedure], chosen: Iterable[Procedure]) -> list[PricedProcedure]:
    """Return the chosen procedures with their prices; those without one stay in, unpriced."""
    return [prices.get(procedure.pk, PricedProcedure(procedure, None, PriceOrigin.TYPICAL)) for procedure in chosen]
