"""Range of prices, as typed into the filter of a list."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Nobody types more; somebody who writes more into an address is no visitor.
MAX_TYPED = 40
# Digits of any script, with or without a sign between thousands.
_AMOUNT = re.compile(r"\d+|\d{1,3}(?:[\s,٬]\d{3})+")
_NEGATIVE = re.compile(r"[-−–]\s*\d.*")


@dataclass(frozen=True)
class PriceRange:
    """A range in US dollars, both ends included; ``None`` is no end.

    ``typed`` is what stands in the fields, by their names. What cannot be read narrows nothing, and
    ``errors`` says why beside its field.
    """

    typed: Mapping[str, str] = field(default_factory=dict)
    low: Decimal | None = None
    high: Decimal | None = None
    errors: Mapping[str, Promise] = field(default_factory=dict)

    @classmethod
    def of(cls, data: QueryDict) -> "PriceRange":
        """Read the two fields of a query."""
        typed = {name: str(data.get(name, "")).strip()[:MAX_TYPED] for name in ("price_from", "price_to")}
        typed = {name: text for name, text in typed.items() if text}
        amounts = {name: amount for name, text in typed.items() if (amount := _amount(text)) is not None}
        errors = {name: _error(text) for name, text in typed.items() if name not in amounts}
        low, high = amounts.get("price_from"), amounts.get("price_to")
        if low is not None and high is not None and low > high:
            low = high = None
            errors["price_to"] = _("Enter a price that is not lower than “From”, or leave one of the two empty.")
        return cls({**typed, **{name: f"{amount:f}" for name, amount in amounts.items()}}, low, high, errors)

    @property
    def narrows(self) -> bool:
        """Whether there is an end at all."""
        return self.low is not None or self.high is not None


def _amount(text: str) -> Decimal | None:
    return Decimal("".join(re.findall(r"\d", text))) if _AMOUNT.fullmatch(text) else None


def _error(text: str) -> Promise:
    if _NEGATIVE.fullmatch(text):
        return _("Enter a price of 0 or more.")
    return _("Enter the price as a whole number, for example 3000.")
