"""The estimate as a document: one context beside the row, for the page and for the PDF."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
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
from requests.enums import LineKind, PriceOrigin
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
    "quantity": gettext_noop("Number and price of one"),
    "price": gettext_noop("Price"),
    "total": gettext_noop("Total"),
    "misses_a_price": gettext_noop("The total leaves out what has no price yet."),
    "included": gettext_noop("Included"),
    "excluded": gettext_noop("Not included"),
    "on_top": gettext_noop("Flights, the visa fee, insurance, your stay outside hospital and the support package."),
    # Where the estimate says what the support package costs.
    "on_top_of_package": gettext_noop("Flights, the visa fee, insurance and your stay outside hospital."),
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
    "patient": gettext_noop("Patient"),
    "issuer": gettext_noop("Issued by"),
    "bar": gettext_noop(
        "Solid: the lowest price. Striped: up to the highest price. Dashed: what could change the price, see below."
    ),
    "ask": gettext_noop("Ask about this"),
    "fee": gettext_noop("Service fee"),
    "discount": gettext_noop("Discount"),
}

# What a line is that is no treatment.
KIND_LABELS = {LineKind.PACKAGE: "package", LineKind.FEE: "fee", LineKind.DISCOUNT: "discount"}


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
    """One line of the document; the amount is written out.

    ``kind`` is empty for a treatment, and for a line that is named after its kind.
    """

    order: int
    is_treatment: bool
    name: Words
    kind: Words
    unit: Words
    quantity: Words
    amount: Words
    origin: Words
    included: str
    excluded: str


@dataclass(frozen=True)
class Bar:
    """A total drawn on a line of ``WIDTH`` units: solid up to ``low``, striped up to ``high``, dashed to the end.

    A total without an upper price has no striped part.
    """

    WIDTH = 400
    OPEN_END = Decimal("1.25")

    amount: Words
    low: int
    high: int
    is_mirrored: bool

    @classmethod
    def of(cls, total: Amount, amount: Words, direction: str) -> "Bar | None":
        """Return the bar of a total; None for one that is not more than nothing."""
        low = max(total.amount_from or Decimal(0), Decimal(0))
        high = max(total.amount_to or low, low)
        if not high:
            return None
        scale = cls.WIDTH / (high * cls.OPEN_END)
        return cls(amount, round(low * scale), round(high * scale), is_mirrored=direction == "rtl")

    @property
    def striped(self) -> int:
        """How long the striped part is."""
        return self.high - self.low

    @property
    def dashed(self) -> int:
        """How long the dashed part is."""
        return self.WIDTH - self.high


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
    bars: tuple[Bar, ...]
    prices_checked: Words
    operator: dict[str, str]
    # The page on which she asks about a line; empty where nobody can ask.
    ask_url: str = ""

    @classmethod
    def of(cls, estimate: Estimate, *, ask_url: str = "") -> "EstimateContext":
        """Return the document of an estimate; its lines are read from the database."""
        bilingual = Bilingual(estimate.language)
        direction = LANGUAGES[estimate.language].direction
        lines = estimate.lines_by_kind()
        totals = [(total, bilingual.amount(total)) for total in estimate.totals()]
        bars = [Bar.of(total, words, direction) for total, words in totals if estimate.has_total]
        checked = [line.checked_on for line in lines if line.checked_on]
        return cls(
            html_lang=LANGUAGES[estimate.language].html_lang,
            direction=direction,
            labels=bilingual.labels(),
            condition=bilingual.pair(estimate.condition_name, estimate.condition_name_ru),
            clinic=bilingual.pair(estimate.clinic_name, estimate.clinic_name_ru),
            package=bilingual.pair(estimate.package_name, estimate.package_name_ru),
            lines=tuple(bilingual.line(line) for line in lines),
            totals=tuple(words for _total, words in totals),
            bars=tuple(bar for bar in bars if bar is not None),
            issued_on=bilingual.day(estimate.issued_on),
            valid_until=bilingual.day(estimate.valid_until),
            prices_checked=bilingual.prices_checked(min(checked)) if checked else Words(""),
            operator=markdown_files.operator(),
            ask_url=ask_url,
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
        return self.each(lambda language: self._in(language, message))

    def each(self, write: Callable[[str], str]) -> Words:
        """Return what a function writes in each of the two languages."""
        return self.pair(write(self.language), write(RUSSIAN))

    def in_russian(self, message: str) -> str:
        """Return a translated sentence of ours in Russian alone."""
        return self._in(RUSSIAN, message)

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

    def quantity(self, line: EstimateLine) -> Words:
        """Return how many there are, with the price of one where there is one."""
        if not line.is_treatment and line.quantity == 1:
            return Words("")
        one = Amount(line.amount_from, line.amount_to, line.currency)
        if one.amount_from is None:
            return Words(str(line.quantity))
        languages = (self.language, RUSSIAN)
        return self.pair(*(f"{line.quantity} × {money.in_words(one, language)}" for language in languages))

    def line(self, line: EstimateLine) -> Line:
        """Return one line, written out."""
        origins = {
            PriceOrigin.TYPICAL: LABELS["typical"],
            PriceOrigin.CLINIC: LABELS["of_clinic"],
            PriceOrigin.OFFER: LABELS["of_clinic"],
        }
        origin = origins.get(PriceOrigin(line.origin)) if line.amount_from is not None else None
        return Line(
            order=line.order,
            is_treatment=line.is_treatment,
            name=self.pair(line.name, line.name_ru),
            kind=self.kind(line),
            unit=self.pair(line.unit, line.unit_ru),
            quantity=self.quantity(line),
            amount=self.amount(line.charge),
            origin=self.both(origin) if origin else Words(""),
            included=line.included,
            excluded=line.excluded,
        )

    def kind(self, line: EstimateLine) -> Words:
        """Return what a line is, unless it is treatment or its name says it."""
        label = kind_label(line, self.language)
        return self.both(label) if label else Words("")

    @staticmethod
    def _in(language: str, message: str) -> str:
        with override(language):
            return _(message)


def kind_label(line: EstimateLine, language: str) -> str:
    """Return the untranslated label of what a line is; empty for treatment, and where its name is that label."""
    kind = KIND_LABELS.get(LineKind(line.kind))
    if kind is None:
        return ""
    with override(language):
        return "" if line.name.strip().casefold() == _(LABELS[kind]).casefold() else LABELS[kind]


def document(estimate: Estimate) -> str:
    """Return the estimate as HTML to print, in the patient's language and in Russian."""
    context = {"document": EstimateContext.of(estimate), "estimate": estimate, "site_url": settings.SITE_URL}
    with override(estimate.language):
        return render_to_string("requests/estimate_pdf.html", context)


def render(estimate: Estimate) -> bytes:
    """Return the estimate as a tagged PDF; raises ``ResourceRefused``."""
    return engine("estimate.css").render(document(estimate))
