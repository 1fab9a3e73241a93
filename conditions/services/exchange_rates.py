"""Entering the exchange rates of a day."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from conditions.models import ExchangeRate


class RatesRefused(Exception):
    """Nothing is saved; ``errors`` holds the sentences of each field by currency ("" for what all rates share)."""

    def __init__(self, errors: dict[str, dict[str, list[str]]]) -> None:
        super().__init__(errors)
        self.errors = errors


@transaction.atomic
def enter(*, day: date, rates: Mapping[str, Decimal], source: str, source_url: str = "") -> list[ExchangeRate]:
    """Save the rates of a day (roubles for one unit, by currency) and return the new ones; one that stands already is left.

    Raises ``RatesRefused`` and then saves none.
    """
    standing = dict(ExchangeRate.objects.filter(day=day, currency__in=rates).values_list("currency", "rubles"))
    new = [
        ExchangeRate(currency=currency, rubles=rubles, day=day, source=source, source_url=source_url)
        for currency, rubles in rates.items()
        if standing.get(currency) != rubles
    ]
    errors = {rate.currency: sentences for rate in new if (sentences := _faults(rate))}
    if errors:
        raise RatesRefused(errors)
    for rate in new:
        rate.save(force_insert=True)
    return new


def _faults(rate: ExchangeRate) -> dict[str, list[str]]:
    try:
        rate.full_clean()
    except ValidationError as error:
        return dict(error.message_dict)
    return {}
