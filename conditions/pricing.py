"""What a choice of typical prices adds up to."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from conditions.selectors.costs import CostRow


@dataclass(frozen=True)
class PriceTotal:
    """The sum of chosen lines; ``amount_to`` is there only when every line has an upper bound."""

    amount_from: Decimal
    amount_to: Decimal | None
    currency: str


def total(lines: Iterable[CostRow]) -> PriceTotal | None:
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
