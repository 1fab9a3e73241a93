"""Content of an offer: what a clinic answers on the lines that it was asked, as it is sealed.

Money is a Decimal with the three-letter currency of its line; days are whole days.
"""

import datetime
import json
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from uuid import UUID

from portal.core.localisation.money import Amount


@dataclass(frozen=True)
class OfferLine:
    """What a clinic says of one line: ``asked`` is the id of the asked line, None for one that the clinic adds.

    ``name`` is the clinic's own word for it, empty where it answers the asked line as it stands. Without
    ``amount_from`` the price is not stated; without ``amount_to`` it is a lower bound. A line that is not
    ``is_offered`` is one that the clinic says it does not offer: it has no price.
    """

    asked: UUID | None = None
    name: str = ""
    quantity: int = 1
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    currency: str = "USD"
    included: str = ""
    is_offered: bool = True

    @property
    def price(self) -> Amount:
        """The price of one."""
        return Amount(self.amount_from, self.amount_to, self.currency)

    @property
    def amount(self) -> Amount:
        """Quantity times the price."""
        low, high = (None if value is None else self.quantity * value for value in (self.amount_from, self.amount_to))
        return Amount(low, high, self.currency)


@dataclass(frozen=True)
class OfferContent:
    """What a clinic offers; an empty text, or None, is "not stated"."""

    treatment: str = ""
    doctor: str = ""
    stay_from: int | None = None
    stay_to: int | None = None
    earliest_on: datetime.date | None = None
    valid_until: datetime.date | None = None
    included: str = ""
    raises: str = ""
    lines: list[OfferLine] = field(default_factory=list)

    def to_json(self) -> str:
        """Return it as JSON: amounts and days as text."""
        return json.dumps(asdict(self), default=str, ensure_ascii=False)


def from_json(text: str) -> OfferContent:
    """Read what ``to_json`` wrote."""
    columns = json.loads(text)
    columns["lines"] = [_line(line) for line in columns["lines"]]
    for name in ("earliest_on", "valid_until"):
        columns[name] = datetime.date.fromisoformat(columns[name]) if columns[name] else None
    return OfferContent(**columns)


def _line(columns: dict[str, object]) -> OfferLine:
    money = {
        name: None if columns[name] is None else Decimal(str(columns[name])) for name in ("amount_from", "amount_to")
    }
    asked = UUID(str(columns["asked"])) if columns["asked"] else None
    return OfferLine(**{**columns, **money, "asked": asked})  # type: ignore[arg-type]  # as to_json wrote them
