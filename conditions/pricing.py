"""Typical prices of a condition: which hold, and what a choice of them adds up to."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from conditions.models.prices import holds
from conditions.selectors.prices import TypicalPrice


@dataclass(frozen=True)
class PriceLine(TypicalPrice):
    """One row of the costs table. Only a price that holds carries amounts and can be chosen.

    ``is_stated`` without ``holds`` is a price past its date: it is being checked.
    """

    is_stated: bool
    holds: bool
    is_chosen: bool


@dataclass(frozen=True)
class PriceTotal:
    """The sum of chosen lines; ``amount_to`` is there only when every line has an upper bound."""

    amount_from: Decimal
    amount_to: Decimal | None
    currency: str


def price_lines(prices: Iterable[TypicalPrice], day: datetime.date, chosen: Collection[str] = ()) -> list[PriceLine]:
    """Return the rows of the costs table on ``day``; ``chosen`` holds codes of procedures."""
    return [_line(price, day, chosen) for price in prices]


def _line(price: TypicalPrice, day: datetime.date, chosen: Collection[str]) -> PriceLine:
    is_held = holds(price.amount_from, price.valid_until, day)
    shown = price if is_held else replace(price, amount_from=None, amount_to=None)
    return PriceLine(
        **vars(shown),
        is_stated=price.amount_from is not None,
        holds=is_held,
        is_chosen=is_held and price.code in chosen,
    )


def total(lines: Iterable[PriceLine]) -> PriceTotal | None:
    """Add up the chosen lines; ``None`` when nothing is chosen or the currencies differ."""
    chosen = [line for line in lines if line.is_chosen]
    currencies = {line.currency for line in chosen}
    if len(currencies) != 1:
        return None
    amounts_to = [line.amount_to for line in chosen]
    amount_from = sum((line.amount_from for line in chosen if line.amount_from is not None), Decimal(0))
    amount_to = None
    if any(amount is not None for amount in amounts_to):
        # A line with one amount is only a lower bound, so the sum has no upper one either.
        known = [amount for amount in amounts_to if amount is not None]
        amount_to = sum(known, Decimal(0)) if len(known) == len(amounts_to) else None
    return PriceTotal(amount_from, amount_to, currencies.pop())
