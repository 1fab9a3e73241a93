"""Amounts of money: their words in a language, their totals, and the one place where they are rounded."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from babel.numbers import get_currency_precision
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from portal.core.localisation import formats

ON_REQUEST = gettext_noop("price on request")


class Amount(NamedTuple):
    """What something costs: a range, or a lower bound without ``amount_to``; on request without either.

    Below 0 it is taken off.
    """

    amount_from: Decimal | None
    amount_to: Decimal | None
    currency: str


@lru_cache(maxsize=formats.CACHE_SIZE)
def in_words(amount: Amount, language: str, *, holds: bool = True) -> str:
    """Write an amount: "from US$100", "US$100 to US$200", "US$100"; past its day it is being checked."""
    with override(language):
        if amount.amount_from is None:
            return _(ON_REQUEST)
        if not holds:
            return _("price being checked")
        amount = rounded(amount)
        low = formats.money(amount.amount_from, amount.currency, language)
        if amount.amount_to is None:
            return _("from %(low)s") % {"low": low}
        if amount.amount_to == amount.amount_from:
            return low
        return _("%(low)s to %(high)s") % {
            "low": low,
            "high": formats.money(amount.amount_to, amount.currency, language),
        }


def patterns(language: str) -> dict[str, str]:
    """Return the sentences of an amount for a script that fills in ``{low}`` and ``{high}``."""
    with override(language):
        return {
            "lower_bound": _("from %(low)s") % {"low": "{low}"},
            "span": _("%(low)s to %(high)s") % {"low": "{low}", "high": "{high}"},
            "on_request": _(ON_REQUEST),
        }


def rounded(amount: Amount, *, to_whole: bool = False) -> Amount:
    """Round an amount to the smallest unit of its currency (ISO 4217, by the locale data); a half goes away from 0.

    ``to_whole`` units is for what was converted, which is no price.
    """
    unit = Decimal(1) if to_whole else Decimal(1).scaleb(-get_currency_precision(amount.currency))
    low, high, currency = amount
    return Amount(_to(unit, low), _to(unit, high), currency)


def totals(amounts: Iterable[Amount]) -> list[Amount]:
    """Return one total for each currency, in the order of the amounts; nothing is converted.

    What is taken off, below 0, lessens its total. What is on request is left out. One lower bound without an upper one makes the total a lower bound.
    """
    by_currency: dict[str, list[Amount]] = {}
    for amount in amounts:
        if amount.amount_from is not None:
            by_currency.setdefault(amount.currency, []).append(amount)
    return [
        Amount(_sum(amount.amount_from for amount in group), _sum(amount.amount_to for amount in group), currency)
        for currency, group in by_currency.items()
    ]


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """Add up, to nothing when one of the values is not known."""
    known = list(values)
    return None if None in known else sum((value for value in known if value is not None), Decimal(0))


def _to(unit: Decimal, value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(unit, rounding=ROUND_HALF_UP)
