"""The costs table in words: everything that does not depend on a row is asked for once."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conditions.pricing import PriceLine, PriceTotal
from portal.core import formats
from portal.core.templatetags.portal import bdi


@dataclass(frozen=True)
class CostRow:
    """One row of the table: ready words, with values isolated. Only a price that holds can be chosen."""

    code: str
    name: str
    unit: str
    price: str
    included: str
    excluded: str
    source: str
    source_url: str
    dates: SafeString
    can_choose: bool
    is_chosen: bool


def rows(lines: Iterable[PriceLine], language: str) -> list[CostRow]:
    """Return the rows of the table in a language."""
    words = _Words(language)
    return [
        CostRow(
            code=line.code,
            name=line.name,
            unit=line.unit,
            price=words.price(line),
            included=line.included or (words.not_stated if line.is_stated else ""),
            excluded=words.excluded(line.excluded),
            source=line.source,
            source_url=line.source_url,
            dates=words.dates(line.checked_on, line.valid_until if line.holds else None),
            can_choose=line.holds,
            is_chosen=line.is_chosen,
        )
        for line in lines
    ]


def total_in_words(total: PriceTotal, language: str) -> str:
    """Return the sum of a choice: "from US$2,930"."""
    return _Words(language).amounts(total.amount_from, total.amount_to, total.currency)


class _Words:
    """The sentences of the table in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.lower_bound = _("from %(low)s")
        self.range = _("%(low)s to %(high)s")
        self.on_request = _("on request")
        self.being_checked = _("being checked")
        self.not_stated = _("not stated")
        self.not_included = _("Not included: %(excluded)s")
        self.read_on = _("read on %(day)s")
        self.valid_until = _("valid until %(day)s")
        # Most prices were read on the same day.
        self.dates = cache(self._dates)

    def price(self, line: PriceLine) -> str:
        if line.amount_from is None:
            return self.being_checked if line.is_stated else self.on_request
        return self.amounts(line.amount_from, line.amount_to, line.currency)

    def amounts(self, low: Decimal, high: Decimal | None, currency: str) -> str:
        sentence = self.lower_bound if high is None else self.range
        return _filled(sentence, low=self._money(low, currency), high=self._money(high, currency))

    def excluded(self, text: str) -> str:
        return _filled(self.not_included, excluded=text) if text else ""

    def _money(self, amount: Decimal | None, currency: str) -> str:
        return "" if amount is None else formats.money(amount, currency, self.language)

    def _dates(self, checked_on: datetime.date | None, valid_until: datetime.date | None) -> SafeString:
        pairs = ((self.read_on, checked_on), (self.valid_until, valid_until))
        sentences = [(_filled(sentence, day=formats.day(day, self.language)),) for sentence, day in pairs if day]
        return format_html_join(SafeString("<br>"), "{}", sentences)


def _filled(sentence: str, **values: str) -> SafeString:
    """Put isolated values into a translated sentence."""
    return SafeString(escape(sentence) % {name: bdi(value) for name, value in values.items()})
