"""Totals of offers in one currency: which one, at the rates of which day."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import override

from conditions.models import ExchangeRate
from portal.core.localisation import formats, money
from portal.core.localisation.money import Amount
from portal.core.worktime import team_today

ROUBLE, DOLLAR = "RUB", "USD"


@dataclass(frozen=True)
class Rate:
    """How many units of the currency of a comparison one unit of another ``currency`` is worth, and who says so."""

    currency: str
    factor: Decimal
    source: str


@dataclass(frozen=True)
class Rates:
    """Rates of one ``day``, which convert the amounts of a comparison to one currency."""

    currency: str
    day: date
    rates: tuple[Rate, ...]

    def convert(self, amounts: Iterable[Amount]) -> Amount | None:
        """Add amounts up in the currency; rounded once, to a whole unit. None when no amount is stated.

        One lower bound without an upper one makes the total a lower bound.
        """
        factors = {self.currency: Decimal(1), **{rate.currency: rate.factor for rate in self.rates}}
        converted = [
            Amount(_times(low, factors[currency]), _times(high, factors[currency]), self.currency)
            for low, high, currency in amounts
        ]
        return next((money.rounded(total, to_whole=True) for total in money.totals(converted)), None)

    def in_words(self, language: str) -> list[str]:
        """Say each rate, the day and the source."""
        with override(language):
            return [
                _("%(rate)s by the rate of %(day)s, %(source)s.")
                % {
                    "rate": f"\u2066{_in_numbers(rate, self.currency, language)}\u2069",
                    "day": f"\u2068{formats.day(self.day, language)}\u2069",
                    "source": f"\u2068{rate.source}\u2069",
                }
                for rate in self.rates
            ]


def rates_for(amounts: Sequence[Amount]) -> Rates | None:
    """Return the rates of the newest day that has all that these amounts need; None when no day has, or none is needed."""
    used = Counter(amount.currency for amount in amounts if amount.amount_from is not None)
    if len(used) < 2:
        return None
    target = _target(used)
    needed = {target, *used} - {ROUBLE}
    days: dict[date, dict[str, ExchangeRate]] = {}
    for row in ExchangeRate.objects.filter(currency__in=needed, day__lte=team_today()):
        days.setdefault(row.day, {})[row.currency] = row
    day = max((day for day, rows in days.items() if rows.keys() == needed), default=None)
    if day is None:
        return None
    rows = days[day]
    rubles = {ROUBLE: Decimal(1), **{currency: row.rubles for currency, row in rows.items()}}
    return Rates(
        target,
        day,
        tuple(
            Rate(currency, rubles[currency] / rubles[target], _sources(rows, currency, target))
            for currency in used
            if currency != target
        ),
    )


def _target(used: Counter[str]) -> str:
    """Return the currency that most lines use, dollars when no other has more."""
    (first, number), *others = used.most_common()
    return DOLLAR if used[DOLLAR] == number or any(count == number for _code, count in others) else first


def _sources(rows: dict[str, ExchangeRate], *currencies: str) -> str:
    return ", ".join(dict.fromkeys(rows[currency].source for currency in currencies if currency in rows))


def _times(value: Decimal | None, factor: Decimal) -> Decimal | None:
    return None if value is None else value * factor


def _in_numbers(rate: Rate, target: str, language: str) -> str:
    """Write what one unit of the stronger of two currencies is worth: 1 EUR = 1.1587 USD."""
    stronger, weaker, factor = rate.currency, target, rate.factor
    if factor < 1:
        stronger, weaker, factor = target, rate.currency, 1 / factor
    number = format_decimal(factor, "#,##0.####", locale=formats.locale(language), numbering_system="latn")
    return f"1 {stronger} = {number} {weaker}"
