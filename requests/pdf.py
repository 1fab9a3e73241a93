"""The estimate as a document: one context beside the row, for the page and for the PDF."""

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from portal.core.content import markdown_files
from portal.core.localisation import formats, money
from portal.core.localisation.languages import LANGUAGES
from portal.core.localisation.money import Amount
from portal.core.pdf import engine
from requests.enums import PriceOrigin
from requests.models import Estimate, EstimateLine

RUSSIAN = "ru"

# Everything that the document says by itself.
LABELS = {
    "title": gettext_noop("Cost estimate"),
    "not_an_offer": gettext_noop("This is a preliminary estimate. It is not an offer."),
    "supplement": gettext_noop("Supplement to your cost estimate"),
    "adds": gettext_noop("This adds to the estimate that you accepted. It does not replace it."),
    "why": gettext_noop("Why it is needed"),
    "superseded": gettext_noop("A newer estimate replaces this one."),
    "reference": gettext_noop("Reference"),
    "version": gettext_noop("Version"),
    "condition": gettext_noop("Illness"),
    "clinic": gettext_noop("Clinic"),
    "package": gettext_noop("Support package"),
    "issued_on": gettext_noop("Date"),
    "valid_until": gettext_noop("Holds until"),
    "costs": gettext_noop("What it costs"),
    "alternatives": gettext_noop("Treatments that may come into question"),
    "no_sum": gettext_noop("These are alternatives. Hardly anybody needs all of them, so there is no sum."),
    "treatment": gettext_noop("Treatment"),
    "quantity": gettext_noop("Number"),
    "price": gettext_noop("Price"),
    "total": gettext_noop("Total"),
    "misses_a_price": gettext_noop("The total leaves out what has no price yet."),
    "included": gettext_noop("Included"),
    "excluded": gettext_noop("Not included"),
    "on_top": gettext_noop("Flights, the visa fee, insurance, your stay outside hospital and the support package."),
    "changes": gettext_noop("What could change the price"),
    "reasons": gettext_noop(
        "More treatment or a longer stay than planned, further tests, and another plan after doctors have seen you. "
        "“From” is the lowest price. The final price depends on your plan and the clinic."
    ),
    "how_we_are_paid": gettext_noop("How we are paid"),
    "no_advice": gettext_noop("This estimate does not replace advice from a doctor."),
    "not_stated": gettext_noop("not stated"),
    "typical": gettext_noop("Typical price in Russia"),
    "of_clinic": gettext_noop("Price of the clinic"),
    "on_request": money.ON_REQUEST,
}


@dataclass(frozen=True)
class Words:
    """Words in the patient's language, and in Russian beside them where that is another one."""

    own: str
    russian: str = ""

    def __bool__(self) -> bool:
        return bool(self.own)

    def __str__(self) -> SafeString:
        """Both as HTML, the Russian ones marked as Russian; this is what a template prints."""
        if not self.russian:
            return format_html("{}", self.own)
        return format_html('{} <span class="russian" lang="ru" dir="ltr">{}</span>', self.own, self.russian)


@dataclass(frozen=True)
class Line:
    """One line of the document; the amount is written out."""

    name: Words
    unit: Words
    quantity: int
    amount: Words
    origin: Words
    included: str
    excluded: str


@dataclass(frozen=True)
class EstimateContext:
    """What the estimate's template prints besides the row itself."""

    html_lang: str
    direction: str
    labels: SimpleNamespace
    condition: Words
    clinic: Words
    package: Words
    lines: tuple[Line, ...]
    totals: tuple[Words, ...]
    issued_on: Words
    valid_until: Words
    prices_checked: Words
    operator: dict[str, str]

    @classmethod
    def of(cls, estimate: Estimate) -> "EstimateContext":
        """Return the document of an estimate; its lines are read from the database."""
        bilingual = Bilingual(estimate.language)
        lines = list(estimate.lines.all())
        checked = [line.checked_on for line in lines if line.checked_on]
        return cls(
            html_lang=LANGUAGES[estimate.language].html_lang,
            direction=LANGUAGES[estimate.language].direction,
            labels=bilingual.labels(),
            condition=bilingual.pair(estimate.condition_name, estimate.condition_name_ru),
            clinic=bilingual.pair(estimate.clinic_name, estimate.clinic_name_ru),
            package=bilingual.pair(estimate.package_name, estimate.package_name_ru),
            lines=tuple(bilingual.line(line) for line in lines),
            totals=tuple(bilingual.amount(total) for total in estimate.totals()),
            issued_on=bilingual.day(estimate.issued_on),
            valid_until=bilingual.day(estimate.valid_until),
            prices_checked=bilingual.prices_checked(min(checked)) if checked else Words(""),
            operator=markdown_files.operator(),
        )


class Bilingual:
    """Writes things in the patient's language and in Russian."""

    def __init__(self, language: str) -> None:
        self.language = language

    def pair(self, own: str, russian: str) -> Words:
        """Return both, without the Russian where it says the same."""
        return Words(own, russian if self.language != RUSSIAN and russian != own else "")

    def both(self, message: str) -> Words:
        """Return a translated sentence of ours in both languages."""
        return self.pair(*(self._in(language, message) for language in (self.language, RUSSIAN)))

    def labels(self) -> SimpleNamespace:
        """Return everything that the document says by itself."""
        return SimpleNamespace(**{name: self.both(message) for name, message in LABELS.items()})

    def day(self, value: date) -> Words:
        """Return a day, written out."""
        return self.pair(formats.day(value, self.language), formats.day(value, RUSSIAN))

    def prices_checked(self, value: date) -> Words:
        """Say when the prices were checked."""
        message = gettext_noop("Prices as stated by MARUS, checked on %(day)s.")
        # Isolated: the patient's language may be written from right to left.
        own = self._in(self.language, message) % {"day": f"\u2068{formats.day(value, self.language)}\u2069"}
        return self.pair(own, self._in(RUSSIAN, message) % {"day": formats.day(value, RUSSIAN)})

    def amount(self, amount: Amount) -> Words:
        """Return an amount, written out."""
        return self.pair(*(money.in_words(amount, language) for language in (self.language, RUSSIAN)))

    def line(self, line: EstimateLine) -> Line:
        """Return one line, written out."""
        origins = {PriceOrigin.TYPICAL: LABELS["typical"], PriceOrigin.CLINIC: LABELS["of_clinic"]}
        origin = origins.get(PriceOrigin(line.origin)) if line.amount_from is not None else None
        return Line(
            name=self.pair(line.name, line.name_ru),
            unit=self.pair(line.unit, line.unit_ru),
            quantity=line.quantity,
            amount=self.amount(line.amount),
            origin=self.both(origin) if origin else Words(""),
            included=line.included,
            excluded=line.excluded,
        )

    @staticmethod
    def _in(language: str, message: str) -> str:
        with override(language):
            return _(message)


def document(estimate: Estimate) -> str:
    """Return the estimate as HTML to print, in the patient's language and in Russian."""
    context = {"document": EstimateContext.of(estimate), "estimate": estimate, "site_url": settings.SITE_URL}
    with override(estimate.language):
        return render_to_string("requests/estimate_pdf.html", context)


def render(estimate: Estimate) -> bytes:
    """Return the estimate as a tagged PDF; raises ``ResourceRefused``."""
    return engine("estimate.css").render(document(estimate))
