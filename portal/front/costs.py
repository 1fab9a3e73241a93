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
from conditions.selectors.prices import ElsewherePrice
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


@dataclass(frozen=True)
class Comparison:
    """A typical price beside what a source states of another country, in words."""

    name: str
    here: str
    there: str
    place: str
    source: str
    source_url: str
    dates: SafeString


def comparisons(lines: Iterable[PriceLine], stated: Iterable[ElsewherePrice], language: str) -> list[Comparison]:
    """Return what can be compared: only where the typical price holds."""
    words = _Words(language)
    held = {line.code: line for line in lines if line.holds}
    return [
        Comparison(
            name=held[one.code].name,
            here=words.price(held[one.code]),
            there=words.amount_or_range(one.amount_from, one.amount_to, one.currency),
            place=one.place,
            source=one.source,
            source_url=one.source_url,
            dates=words.stated(one.stated_on, one.checked_on),
        )
        for one in stated
        if one.code in held
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
        self.stated_on = _("stated on %(day)s")
        # Most prices were read on the same day.
        self.dates = cache(self._dates)

    def price(self, line: PriceLine) -> str:
        if line.amount_from is None:
            return self.being_checked if line.is_stated else self.on_request
        return self.amounts(line.amount_from, line.amount_to, line.currency)

    def amounts(self, low: Decimal, high: Decimal | None, currency: str) -> str:
        sentence = self.lower_bound if high is None else self.range
        return _filled(sentence, low=self._money(low, currency), high=self._money(high, currency))

    def amount_or_range(self, low: Decimal, high: Decimal, currency: str) -> str:
        return bdi(self._money(low, currency)) if low == high else self.amounts(low, high, currency)

    def excluded(self, text: str) -> str:
        return _filled(self.not_included, excluded=text) if text else ""

    def _money(self, amount: Decimal | None, currency: str) -> str:
        return "" if amount is None else formats.money(amount, currency, self.language)

    def stated(self, stated_on: datetime.date, checked_on: datetime.date) -> SafeString:
        return self._days((self.stated_on, stated_on), (self.read_on, checked_on))

    def _dates(self, checked_on: datetime.date | None, valid_until: datetime.date | None) -> SafeString:
        return self._days((self.read_on, checked_on), (self.valid_until, valid_until))

    def _days(self, *pairs: tuple[str, datetime.date | None]) -> SafeString:
        sentences = [(_filled(sentence, day=formats.day(day, self.language)),) for sentence, day in pairs if day]
        return format_html_join(SafeString("<br>"), "{}", sentences)


def _filled(sentence: str, **values: str) -> SafeString:
    """Put isolated values into a translated sentence."""
    return SafeString(escape(sentence) % {name: bdi(value) for name, value in values.items()})
