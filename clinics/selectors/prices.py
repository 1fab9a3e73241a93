"""Prices that hold today, by which the list of clinics narrows and sorts."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import itemgetter

from clinics.models import IS_OFFERED, OfferedTreatment
from portal.core.content.translated_columns import untranslated
from portal.core.localisation.money import Amount

# Prices are compared in one currency; those in others are known, and shown as they are stated.
CURRENCY = "USD"
ANYTHING = ""

# Amounts with their rows, the lowest first.
type Amounts = Sequence[tuple[Decimal, int]]
_amount = itemgetter(0)


@dataclass(frozen=True)
class Prices:
    """Lower bounds of the prices that hold today, by row.

    ``known`` are the rows with a price in any currency, by procedure; ``compared`` the rows by their
    amount in ``CURRENCY``. Under ``ANYTHING`` are those with any price, by the lowest of each.
    ``shown`` is what a card prints.
    """

    known: Mapping[str, set[int]] = field(default_factory=dict)
    compared: Mapping[str, Amounts] = field(default_factory=dict)
    shown: Mapping[int, Amount] = field(default_factory=dict)

    def rows(self, procedures: Iterable[str], low: Decimal | None, high: Decimal | None) -> set[int]:
        """Return the rows with a price of any of these procedures, or of anything; in a range if one is given."""
        codes = list(procedures) or [ANYTHING]
        if low is None and high is None:
            return set[int]().union(*(self.known.get(code, ()) for code in codes))
        return set[int]().union(*(between(self.compared.get(code, ()), low, high) for code in codes))

    @cached_property
    def lowest(self) -> dict[int, Decimal]:
        """Return the lowest amount in ``CURRENCY`` by row."""
        return {row: amount for amount, row in self.compared[ANYTHING]}


def between(amounts: Amounts, low: Decimal | None, high: Decimal | None) -> set[int]:
    """Return the rows in a range, both ends included; ``None`` is no end."""
    first = 0 if low is None else bisect_left(amounts, low, key=_amount)
    last = len(amounts) if high is None else bisect_right(amounts, high, key=_amount)
    return {row for _amount, row in amounts[first:last]}


def read(row_of: Mapping[int, int], today: date) -> Prices:
    """Read what holds today of the clinics that have a row; one query."""
    known: dict[str, set[int]] = {}
    compared: dict[str, list[tuple[Decimal, int]]] = {}
    lowest: dict[tuple[int, str], Decimal] = {}
    held = untranslated(OfferedTreatment).filter(IS_OFFERED, amount_from__isnull=False, valid_until__gte=today)
    rows = held.order_by("amount_from").values_list("procedure__code", "clinic", "amount_from", "currency")
    for code, clinic, amount, currency in rows.iterator():
        row = row_of.get(clinic)
        if row is None or amount is None:
            continue
        known.setdefault(code, set()).add(row)
        lowest.setdefault((row, currency), amount)
        if currency == CURRENCY:
            compared.setdefault(code, []).append((amount, row))
    known[ANYTHING] = {row for row, _currency in lowest}
    compared[ANYTHING] = [(amount, row) for (row, currency), amount in lowest.items() if currency == CURRENCY]
    return Prices(known, compared, _shown(lowest))


def _shown(lowest: Mapping[tuple[int, str], Decimal]) -> dict[int, Amount]:
    """Return the lowest price of each row: in the currency of comparison if there is one, else in another."""
    prices: dict[int, Amount] = {}
    for (row, currency), amount in sorted(lowest.items()):
        if currency == CURRENCY or row not in prices:
            prices[row] = Amount(amount, None, currency)
    return prices
