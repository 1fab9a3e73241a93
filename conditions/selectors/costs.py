"""Costs table of a condition in a language, with values isolated."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conditions.models import Price
from portal.core.content.translated_columns import CompiledQuery, columns, parameter, texts, untranslated
from portal.core.localisation import formats, money
from portal.core.localisation.money import Amount

WORDS = ("procedure__name", "procedure__unit", "included", "excluded")
FIELDS = (
    "procedure__code", "amount_from", "amount_to", "currency", "source", "source_url", "checked_on", "valid_until",
)  # fmt: skip


@dataclass(frozen=True)
class CostRow:
    """The typical price of a procedure as one row of the table.

    Only a price that holds can be chosen; ``is_stated`` without ``holds`` is a price past its date: it is being
    checked. No amount at all means "on request".
    """

    code: str
    name: str
    unit: str
    is_stated: bool
    holds: bool
    is_chosen: bool
    amount: Amount
    price: str
    included: str
    excluded: str
    source: str
    source_url: str
    dates: SafeString


def rows(condition_id: int, language: str, day: datetime.date, chosen: Collection[str] = ()) -> list[CostRow]:
    """Return the table of a condition on ``day``, in list order; ``chosen`` are codes of ticked procedures. One query.

    The active language is the one asked for.
    """
    sentences = _Sentences(language)
    prices = _prices(language).rows(condition=condition_id)
    return [_row(price, sentences, language, day, chosen) for price in prices]


@cache
def _prices(language: str) -> CompiledQuery:
    prices = untranslated(Price).filter(condition=parameter("condition"))
    return CompiledQuery(prices.values(*FIELDS, *columns(language, *WORDS)))


def _row(
    price: dict[str, Any], sentences: "_Sentences", language: str, day: datetime.date, chosen: Collection[str]
) -> CostRow:
    code, low, high, currency, source, source_url, checked_on, valid_until = (price[name] for name in FIELDS)
    name, unit, included, excluded = texts(price, language, WORDS).values()
    amount = Amount(low, high, currency)
    holds = low is not None and valid_until >= day
    return CostRow(
        code=code,
        name=name,
        unit=unit,
        is_stated=low is not None,
        holds=holds,
        is_chosen=holds and code in chosen,
        amount=amount,
        price=money.in_words(amount, language, holds=holds),
        included=included or (sentences.not_stated if low is not None else ""),
        excluded=_filled(sentences.not_included, excluded=excluded) if excluded else "",
        source=source,
        source_url=source_url,
        dates=sentences.dates(checked_on, valid_until if holds else None),
    )


class _Sentences:
    """The sentences of the table in one language, each asked for once."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.not_stated = _("not stated")
        self.not_included = _("Not included: %(excluded)s")
        self.read_on = _("read on %(day)s")
        self.valid_until = _("valid until %(day)s")
        # Most prices were read on the same day.
        self.dates = cache(self._dates)

    def _dates(self, checked_on: datetime.date | None, valid_until: datetime.date | None) -> SafeString:
        pairs = ((self.read_on, checked_on), (self.valid_until, valid_until))
        return SafeString(
            "<br>".join(_filled(sentence, day=formats.day(day, self.language)) for sentence, day in pairs if day)
        )


def _filled(sentence: str, **values: str) -> SafeString:
    """Put isolated values into a translated sentence."""
    return SafeString(escape(sentence) % {name: f"<bdi>{escape(value)}</bdi>" for name, value in values.items()})
