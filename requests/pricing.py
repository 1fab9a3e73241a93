"""Price of a line of an estimate: the clinic's own where it holds, else the typical one."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from modeltranslation.utils import get_translation_fields

from clinics.models import IS_OFFERED, Clinic, OfferedTreatment
from conditions.models import Condition, Price, PriceTerms, Procedure
from portal.core.content.translated_columns import untranslated
from requests.enums import PriceOrigin

PRICE = ("procedure", "amount_from", "amount_to", "currency", "checked_on", "valid_until")
WORDS = (*get_translation_fields("included"), *get_translation_fields("excluded"))
PROCEDURE = ("code", *get_translation_fields("name"), *get_translation_fields("unit"))


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
    typical = untranslated(Price).filter(condition=condition, **only)
    prices = _that_hold(typical, day, PriceOrigin.TYPICAL, chosen)
    if clinic is not None:
        offered = untranslated(OfferedTreatment).filter(IS_OFFERED, clinic=clinic, conditions=condition, **only)
        prices |= _that_hold(offered, day, PriceOrigin.CLINIC, chosen)
    return prices


def _that_hold(
    prices: QuerySet[Any], day: datetime.date, origin: PriceOrigin, chosen: Collection[Procedure]
) -> dict[int, PricedProcedure]:
    # Whoever chose procedures has them, in an order of their own: no join, and none to sort.
    columns = () if chosen else tuple(f"procedure__{name}" for name in PROCEDURE)
    prices = prices.order_by() if chosen else prices.select_related("procedure")
    known = {procedure.pk: procedure for procedure in chosen}
    return {
        row.procedure_id: PricedProcedure(known.get(row.procedure_id) or row.procedure, row, origin)
        for row in prices.only(*PRICE, *WORDS, *columns)
        if row.holds_on(day)
    }


def price_chosen(prices: dict[int, PricedProcedure], chosen: Iterable[Procedure]) -> list[PricedProcedure]:
    """Return the chosen procedures with their prices; those without one stay in, unpriced."""
    return [prices.get(procedure.pk, PricedProcedure(procedure, None, PriceOrigin.TYPICAL)) for procedure in chosen]
