"""Reads of typical prices."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from conditions.models import Price
from conditions.selectors.wording import columns, texts

WORDS = ("procedure__name", "procedure__unit", "included", "excluded")
FIELDS = ("amount_from", "amount_to", "currency", "source", "source_url", "checked_on", "valid_until")


@dataclass(frozen=True)
class TypicalPrice:
    """The typical price of a procedure for a condition; no amounts mean "on request"."""

    code: str
    name: str
    unit: str
    amount_from: Decimal | None
    amount_to: Decimal | None
    currency: str
    included: str
    excluded: str
    source: str
    source_url: str
    checked_on: datetime.date | None
    valid_until: datetime.date | None


def typical(condition_id: int, language: str) -> list[TypicalPrice]:
    """Return the typical prices of a condition in a language, in list order; one query."""
    rows = Price.objects.filter(condition_id=condition_id).values(
        "procedure__code", *FIELDS, *columns(language, *WORDS)
    )
    found = []
    for row in rows:
        name, unit, included, excluded = texts(row, language, WORDS).values()
        found.append(
            TypicalPrice(
                code=row["procedure__code"],
                name=name,
                unit=unit,
                included=included,
                excluded=excluded,
                **{field: row[field] for field in FIELDS},
            )
        )
    return found
