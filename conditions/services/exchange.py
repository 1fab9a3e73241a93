"""Typical prices as a spreadsheet; what every price has in common."""

from collections.abc import Iterator

from conditions.models import Condition, Price, PriceTerms, Procedure
from portal.core.exchange.columns import Amount, Column, Day, Lookup, Text, per_language
from portal.core.exchange.resource import SheetResource

PRICE_COLUMNS = (
    Column("amount_from", Amount()),
    Column("amount_to", Amount()),
    Column("currency", Text()),
    *per_language("included"),
    *per_language("excluded"),
    Column("source", Text()),
    Column("source_url", Text()),
    Column("checked_on", Day()),
    Column("valid_until", Day()),
)


class PriceResource(SheetResource):
    """What a procedure typically costs for a condition."""

    columns = (
        Column("condition", Lookup(Condition)),
        Column("procedure", Lookup(Procedure, "code")),
        *PRICE_COLUMNS,
    )
    keys = ("condition", "procedure")
    required = ("currency",)

    class Meta:
        model = Price

    def faults(self, row: Price) -> Iterator[tuple[str, str]]:
        yield from price_faults(row)


def price_faults(row: PriceTerms) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a price: the column and a sentence."""
    if row.amount_from is None:
        if row.amount_to is not None:
            yield "amount_from", "There is an amount_to, but no amount_from."
        return
    if row.amount_to is not None and row.amount_to < row.amount_from:
        yield "amount_to", f"{row.amount_to} is below amount_from, which is {row.amount_from}."
    for name, sentence in (
        ("source", "A price needs its source."),
        ("checked_on", "A price needs the day on which it was checked."),
        ("valid_until", "A price needs the day until which it holds."),
    ):
        if not getattr(row, name):
            yield name, sentence
