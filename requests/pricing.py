"""Which price a line of an estimate carries: the clinic's own where it holds, else the typical one."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from clinics.models import Clinic, OfferedTreatment
from conditions.models import Condition, Price, PriceTerms, Procedure
from requests.enums import PriceOrigin


@dataclass(frozen=True)
class PricedProcedure:
    """A procedure with the price that holds for it, or without one ("price on request")."""

    procedure: Procedure
    terms: PriceTerms | None
    origin: PriceOrigin


def price_list(condition: Condition, clinic: Clinic | None, day: datetime.date) -> dict[int, PricedProcedure]:
    """Return what holds on ``day`` for a condition, by the id of the procedure, in list order."""
    typical = Price.objects.filter(condition=condition).select_related("procedure")
    prices = {
        price.procedure_id: PricedProcedure(price.procedure, price, PriceOrigin.TYPICAL)
        for price in typical
        if price.holds_on(day)
    }
    if clinic is not None:
        offered = OfferedTreatment.objects.filter(clinic=clinic, conditions=condition).select_related("procedure")
        prices |= {
            offer.procedure_id: PricedProcedure(offer.procedure, offer, PriceOrigin.CLINIC)
            for offer in offered
            if offer.holds_on(day)
        }
    return prices


def price_chosen(prices: dict[int, PricedProcedure], chosen: Iterable[Procedure]) -> list[PricedProcedure]:
    """Return the chosen procedures with their prices; those without one stay in, unpriced."""
    return [prices.get(one.pk, PricedProcedure(one, None, PriceOrigin.TYPICAL)) for one in chosen]
