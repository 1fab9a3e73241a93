"""The prices that hold today, as the list of clinics narrows and sorts by them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from clinics.facets import Ladder, bits_of
from clinics.models import IS_OFFERED, OfferedTreatment
from clinics.selectors.rows import plain
from portal.core.money import Amount

# Prices are compared in one currency; those in others are known, and shown as they are stated.
CURRENCY = "USD"
ANYTHING = ""


@dataclass(frozen=True)
class Prices:
    """Lower bounds of the prices that hold today, by row.

    ``known`` are the bits of the rows with a price in any currency, by procedure; ``compared`` the rows
    by their amount in ``CURRENCY``. Under ``ANYTHING`` are those with any price, by the lowest of each.
    ``shown`` is what a card prints.
    """

    known: Mapping[str, int] = field(default_factory=dict)
    compared: Mapping[str, Ladder] = field(default_factory=dict)
    shown: Mapping[int, Amount] = field(default_factory=dict)

    def bits(self, procedures: Iterable[str], low: Decimal | None, high: Decimal | None) -> int:
        """Return the rows with a price of any of these procedures, or of anything; in a range if one is given."""
        found = 0
        for code in list(procedures) or [ANYTHING]:
            if low is None and high is None:
                found |= self.known.get(code, 0)
            elif code in self.compared:
                found |= self.compared[code].between(low, high)
        return found

    def compared_bits(self) -> int:
        """Return the rows that can be sorted by price."""
        return self.compared[ANYTHING].between(None, None)

    def lowest(self) -> dict[int, Decimal]:
        """Return the lowest amount in ``CURRENCY`` by row."""
        anything = self.compared[ANYTHING]
        return dict(zip(anything.rows, anything.amounts, strict=True))


def read(row_of: Mapping[int, int], today: date) -> Prices:
    """Read what holds today of the clinics that have a row; one query."""
    known: dict[str, list[int]] = {}
    compared: dict[str, list[tuple[Decimal, int]]] = {}
    lowest: dict[tuple[int, str], Decimal] = {}
    held = plain(OfferedTreatment).filter(IS_OFFERED, amount_from__isnull=False, valid_until__gte=today)
    rows = held.order_by("amount_from").values_list("procedure__code", "clinic", "amount_from", "currency")
    for code, clinic, amount, currency in rows.iterator():
        row = row_of.get(clinic)
        if row is None or amount is None:
            continue
        known.setdefault(code, []).append(row)
        lowest.setdefault((row, currency), amount)
        if currency == CURRENCY:
            compared.setdefault(code, []).append((amount, row))
    known[ANYTHING] = [row for row, _currency in lowest]
    compared[ANYTHING] = [(amount, row) for (row, currency), amount in lowest.items() if currency == CURRENCY]
    size = len(row_of)
    return Prices(
        {code: bits_of(found, size) for code, found in known.items()},
        {code: Ladder(size, steps) for code, steps in compared.items()},
        _shown(lowest),
    )


def _shown(lowest: Mapping[tuple[int, str], Decimal]) -> dict[int, Amount]:
    """Return the lowest price of each row: in the currency of comparison if there is one, else in another."""
    found: dict[int, Amount] = {}
    for (row, currency), amount in sorted(lowest.items()):
        if currency == CURRENCY or row not in found:
            found[row] = Amount(amount, None, currency)
    return found
