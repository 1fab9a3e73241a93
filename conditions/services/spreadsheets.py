"""Typical prices as a spreadsheet; what every price has in common."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from modeltranslation.utils import get_translation_fields

from conditions.models import Price, PriceTerms
from portal.core.spreadsheets.files import Value
from portal.core.spreadsheets.sheets import ModelSheet

PRICE_COLUMNS = (
    *("amount_from", "amount_to", "currency"),
    *get_translation_fields("included", "excluded"),
    *("source", "source_url", "checked_on", "valid_until"),
)


class PriceSheet(ModelSheet):
    """What a procedure typically costs for a condition."""

    model = Price
    columns = ("condition", "procedure", *PRICE_COLUMNS)
    keys = {"condition": "condition__slug", "procedure": "procedure__code"}

    def faults(self, row: Price, before: dict[str, Value]) -> Iterator[tuple[bool, str, str]]:
        return price_faults(row)


def price_faults(row: PriceTerms) -> Iterator[tuple[bool, str, str]]:
    """Yield what may be wrong with a price: whether it is, the column, the sentence."""
    low, high = row.amount_from, row.amount_to
    if low is None:
        yield high is not None, "amount_from", _("There is an amount_to, but no amount_from.")
        return
    yield (
        high is not None and high < low,
        "amount_to",
        _("%(high)s is below amount_from, which is %(low)s.") % {"high": high, "low": low},
    )
    yield not row.source, "source", _("A price needs its source.")
    yield not row.checked_on, "checked_on", _("A price needs the day on which it was checked.")
    yield not row.valid_until, "valid_until", _("A price needs the day until which it holds.")
