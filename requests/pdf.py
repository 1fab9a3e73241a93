"""The estimate as a document: one frozen context, for the page and for the PDF."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _

from portal.core import formats, pages
from portal.core.context import HTML_LANG
from portal.core.pdf import engine
from requests.models import Estimate

RUSSIAN = "ru"


@dataclass(frozen=True)
class Words:
    """A piece of text in the patient's language, and in Russian where that is another one."""

    own: str
    russian: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the document; amounts are written out, empty where there is none."""

    name: Words
    unit: Words
    quantity: int
    amount: Words
    included: str
    excluded: str
    is_clinic_price: bool


@dataclass(frozen=True)
class EstimateContext:
    """Everything that the estimate's template prints."""

    reference: str
    version: int
    language: str
    html_lang: str
    direction: str
    is_bilingual: bool
    is_preliminary: bool
    is_superseded: bool
    has_total: bool
    misses_a_price: bool
    condition: Words
    clinic: Words
    package: Words
    lines: tuple[Line, ...]
    totals: tuple[Words, ...]
    included: str
    excluded: str
    how_we_are_paid: str
    issued_on: date
    checked_on: date | None
    valid_until: date
    operator: dict[str, str]

    @classmethod
    def of(cls, estimate: Estimate) -> "EstimateContext":
        """Return the document of an estimate; its lines are read from the database."""
        language = estimate.language
        two = language != RUSSIAN

        def words(own: str, russian: str) -> Words:
            return Words(own, russian if two and russian != own else "")

        def amount(lower: Decimal | None, upper: Decimal | None, currency: str) -> Words:
            return words(_amount(lower, upper, currency, language), _amount(lower, upper, currency, RUSSIAN))

        lines = list(estimate.lines.all())
        checked = [line.checked_on for line in lines if line.checked_on]
        return cls(
            reference=estimate.case.reference,
            version=estimate.version,
            language=language,
            html_lang=HTML_LANG.get(language, language),
            direction="rtl" if get_language_info(language)["bidi"] else "ltr",
            is_bilingual=two,
            is_preliminary=estimate.is_preliminary,
            is_superseded=estimate.superseded_at is not None,
            has_total=estimate.has_total,
            misses_a_price=estimate.misses_a_price(),
            condition=words(estimate.condition_name, estimate.condition_name_ru),
            clinic=words(estimate.clinic_name, estimate.clinic_name_ru),
            package=words(estimate.package_name, estimate.package_name_ru),
            lines=tuple(
                Line(
                    name=words(line.name, line.name_ru),
                    unit=words(line.unit, line.unit_ru),
                    quantity=line.quantity,
                    amount=amount(line.sum_from, line.sum_to, line.currency),
                    included=line.included,
                    excluded=line.excluded,
                    is_clinic_price=line.origin == "clinic",
                )
                for line in lines
            ),
            totals=tuple(amount(total.amount_from, total.amount_to, total.currency) for total in estimate.totals()),
            included=estimate.included,
            excluded=estimate.excluded,
            how_we_are_paid=estimate.how_we_are_paid,
            issued_on=estimate.issued_at.date(),
            checked_on=min(checked) if checked else None,
            valid_until=estimate.valid_until,
            operator=pages.operator(),
        )


def _amount(lower: Decimal | None, upper: Decimal | None, currency: str, language: str) -> str:
    """Write an amount: "from 100", "100 to 200", "100", or "price on request"."""
    with override(language):
        if lower is None:
            return _("price on request")
        low = formats.money(lower, currency, language)
        if upper is None:
            return _("from %(amount)s") % {"amount": low}
        if upper == lower:
            return low
        return _("%(low)s to %(high)s") % {"low": low, "high": formats.money(upper, currency, language)}


def render(estimate: Estimate) -> bytes:
    """Return the estimate as a tagged PDF; raises ``ResourceRefused``."""
    context = EstimateContext.of(estimate)
    with override(context.language):
        html = render_to_string("requests/estimate_pdf.html", {"document": context, "site_url": settings.SITE_URL})
    return engine("estimate.css").render(html)
