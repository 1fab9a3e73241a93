"""Offers of clinics for a case: which stand, which was chosen, and all of them side by side.

Nothing here knows what a clinic pays us: clinics stand in the order of their answers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, override

from clinics.models import Clinic
from portal.core.localisation import formats, money
from portal.core.localisation.money import Amount
from portal.core.worktime import team_today
from requests.models import AskedLine, Case, Offer
from requests.offer_content import OfferContent, OfferLine
from requests.selectors import offer_differences
from requests.selectors.briefs import RUSSIAN
from requests.selectors.offer_totals import Rates, rates_for
from requests.workflow import OPEN, S

# An offer is chosen before the first estimate is issued, and again when the case comes back from one.
CHOOSABLE = OPEN[: OPEN.index(S.ESTIMATE_SENT)]

TREATMENT = gettext_noop("Treatment that the clinic proposes")
STAY = gettext_noop("How long you stay")
EARLIEST = gettext_noop("The clinic can begin on")
DOCTOR = gettext_noop("Doctor")
INCLUDED = gettext_noop("Included in the whole")
RAISES = gettext_noop("What could raise the price")
VALID = gettext_noop("The offer is valid until")
TOTAL = gettext_noop("Together")


@dataclass(frozen=True)
class Cell:
    """What a clinic says in a row: ``text`` is ours, in the reader's language, ``words`` are the clinic's own."""

    text: str = ""
    words: str = ""
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A line of the comparison; ``cells`` are in the order of the clinics, None is "not stated".

    ``name_ru`` is the name in Russian, empty for a reader of Russian; ``name_language`` that of the name where it is
    not the reader's.
    """

    name: str
    name_ru: str
    cells: tuple[Cell | None, ...]
    name_language: str = ""
    is_total: bool = False
    is_heading: bool = False  # the name is ours, and no person's words


@dataclass(frozen=True)
class Comparison:
    """Offers side by side. ``currencies_differ`` says that totals stay in their currencies, for want of a rate."""

    offers: tuple[Offer, ...]
    rows: tuple[Row, ...]
    totals: tuple[Amount | None, ...]
    rates: tuple[str, ...]
    currencies_differ: bool
    differences: tuple[str, ...]

    @property
    def lines(self) -> list[tuple[Row, list[tuple[Offer, Cell | None]]]]:
        """Return each row with the offers and what they say in it."""
        return [(row, list(zip(self.offers, row.cells, strict=True))) for row in self.rows]


def of_case(case: Case) -> QuerySet[Offer]:
    """Return all offers for a case and for those merged into it, replaced ones too, in the order of their answers."""
    offers = Offer.objects.filter(case__in=case.whole()).order_by("created_at")
    return offers.select_related(
        "case", "clinic__city", "referral__contact", "brief__case", "entered_by", "note_by", "choice_noted_by"
    )


def standing(case: Case) -> list[Offer]:
    """Return the newest offer of each clinic, in the order of their answers."""
    newest = {offer.clinic_id: offer for offer in of_case(case).filter(superseded_at=None)}
    return sorted(newest.values(), key=lambda offer: offer.created_at)


def shown(case: Case) -> list[Offer]:
    """Return the standing offers that the patient sees."""
    return [offer for offer in standing(case) if offer.shown_at is not None]


def chosen(case: Case) -> Offer | None:
    """Return the standing offer that the patient chose."""
    return next((offer for offer in standing(case) if offer.chosen_at is not None), None)


def replaced(case: Case) -> list[Offer]:
    """Return the standing offers that took the place of one that the patient saw, and that she does not see yet."""
    seen = set(of_case(case).exclude(shown_at=None).values_list("clinic_id", flat=True))
    return [offer for offer in standing(case) if offer.shown_at is None and offer.clinic_id in seen]


def may_choose(case: Case) -> bool:
    """Whether the case is where an offer is chosen: open, and no estimate is issued."""
    return case.status in CHOOSABLE and not (case.is_quarantined or case.is_erased or case.has_died)


def comparison(case: Case, language: str, *, for_patient: bool) -> Comparison:
    """Return the standing offers side by side, for a reader of a language; the patient sees those that are shown to her."""
    return side_by_side(case, shown(case) if for_patient else standing(case), language)


def versions(case: Case, clinic: Clinic, language: str) -> Comparison:
    """Return all that a clinic answered side by side, the oldest first."""
    return side_by_side(case, list(of_case(case).filter(clinic=clinic)), language)


def side_by_side(case: Case, offers: Sequence[Offer], language: str) -> Comparison:
    """Set offers side by side, for a reader of a language.

    Rows are the treatment, the asked lines, the lines that a clinic added, and what holds for the whole.
    """
    contents = [offer.content for offer in offers]
    amounts = [line.amount for content in contents for line in content.lines]
    rates = rates_for(amounts)
    with override(language):
        names = [f"\u2068{offer.clinic.name}\u2069" for offer in offers]
        asked = _asked(case, contents)
        rows = [
            _row(contents, TREATMENT, language, lambda content: _words(content.treatment)),
            *(_asked_row(case, line, contents, language) for line in asked),
            *_added_rows(offers, contents, {line.pk for line in asked}, language),
            _row(contents, STAY, language, _stay),
            _row(contents, EARLIEST, language, lambda content: _day(content.earliest_on, language)),
            _row(contents, DOCTOR, language, lambda content: _words(content.doctor)),
            _row(contents, INCLUDED, language, lambda content: _words(content.included)),
            _row(contents, RAISES, language, lambda content: _words(content.raises)),
            _row(contents, VALID, language, lambda content: _day(content.valid_until, language)),
        ]
        unpriced = [_unpriced(content, asked) for content in contents]
        totals = [_total(content, rates) for content in contents]
        sums = [_sum(content, rates, left_out, language) for content, left_out in zip(contents, unpriced, strict=True)]
        facts = [
            offer_differences.Facts(name, content, total, left_out)
            for name, content, total, left_out in zip(names, contents, totals, unpriced, strict=True)
        ]
        # Two answers of one clinic are not compared in words: both have its name.
        is_of_clinics = len({offer.clinic_id for offer in offers}) == len(offers)
        named = [(formats.inside(row.name) if row.is_heading else row.name, row.cells) for row in rows]
        differences = offer_differences.sentences(facts, named, language) if is_of_clinics else []
        label, label_ru = _label(TOTAL, language)
    used = {amount.currency for amount in amounts if amount.amount_from is not None}
    return Comparison(
        offers=tuple(offers),
        rows=(*rows, Row(label, label_ru, tuple(sums), is_total=True)),
        totals=tuple(totals),
        rates=tuple(rates.in_words(language)) if rates else (),
        currencies_differ=len(used) > 1 and rates is None,
        differences=tuple(differences),
    )


def _asked(case: Case, contents: Sequence[OfferContent]) -> list[AskedLine]:
    """Return the lines that are asked for, and those that were until a clinic had answered them."""
    answered = {line.asked for content in contents for line in content.lines}
    rows = AskedLine.objects.filter(case__in=case.whole()).select_related("case", "procedure")
    return [row for row in rows if row.removed_at is None or row.pk in answered]


def _label(name: str, language: str) -> tuple[str, str]:
    """Return the name of a row in the reader's language, and in Russian beside it."""
    with override(RUSSIAN):
        in_russian = _(name)
    return _(name), "" if in_russian == _(name) else in_russian


def _row(
    contents: Sequence[OfferContent], name: str, language: str, cell: Callable[[OfferContent], Cell | None]
) -> Row:
    return Row(*_label(name, language), cells=tuple(cell(content) for content in contents), is_heading=True)


def _asked_row(case: Case, line: AskedLine, contents: Sequence[OfferContent], language: str) -> Row:
    answers = [next((said for said in content.lines if said.asked == line.pk), None) for content in contents]
    cells = tuple(_price(said, language) for said in answers)
    if language == RUSSIAN and line.name_ru:
        return Row(_with_unit(line.name_ru, line.unit_ru), "", cells)
    name, other = _with_unit(line.name, line.unit), "" if language == case.language else case.language
    if line.procedure is not None and other:
        name, other = str(line.procedure), ""
    return Row(name, _with_unit(line.name_ru, line.unit_ru), cells, other)


def _with_unit(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name


def _added_rows(
    offers: Sequence[Offer], contents: Sequence[OfferContent], asked: set[UUID], language: str
) -> list[Row]:
    """Return a row for each line that clinics added; two that call it the same share one."""
    names: dict[str, tuple[str, str]] = {}
    added: list[dict[str, OfferLine]] = []
    for offer, content in zip(offers, contents, strict=True):
        lines = {}
        for line in content.lines:
            if line.asked not in asked:
                key = " ".join(line.name.casefold().split())
                names.setdefault(key, (line.name, offer.language))
                lines[key] = line
        added.append(lines)
    return [
        Row(name, "", tuple(_price(lines.get(key), language) for lines in added), spoken)
        for key, (name, spoken) in names.items()
    ]


def _price(line: OfferLine | None, language: str) -> Cell | None:
    """Return what a line costs; None when the clinic says neither a price nor a word."""
    if line is None:
        return None
    words = "\n".join(filter(None, (line.name if line.asked else "", line.included)))
    if not line.is_offered:
        return Cell(_("not offered"), words)
    if line.amount_from is None:
        return Cell(_("price not stated"), words) if words else None
    each = ""
    if line.quantity > 1:
        price = money.in_words(Amount(line.amount_from, line.amount_to, line.currency), language)
        each = _("%(number)s times %(price)s") % {"number": line.quantity, "price": price}
    return Cell(money.in_words(line.amount, language), words, (each,) if each else ())


def _words(text: str) -> Cell | None:
    return Cell(words=text) if text else None


def _stay(content: OfferContent) -> Cell | None:
    first, last = content.stay_from, content.stay_to
    if first is None:
        return None
    if last is None:
        text = ngettext("%(number)s day or more", "%(number)s days or more", first) % {"number": first}
    elif first == last:
        text = ngettext("%(number)s day", "%(number)s days", last) % {"number": last}
    else:
        text = ngettext("%(first)s to %(last)s day", "%(first)s to %(last)s days", last) % {
            "first": first,
            "last": last,
        }
    return Cell(text)


def _day(value: date | None, language: str) -> Cell | None:
    if value is None:
        return None
    return Cell(formats.day(value, language), more=(_("This day is past."),) if value < team_today() else ())


def _unpriced(content: OfferContent, asked: Sequence[AskedLine]) -> int:
    """Return how many lines an offer gives no price for: those that were asked, and its own."""
    priced = {line.asked for line in content.lines if line.amount_from is not None}
    own = sum(line.asked is None and line.amount_from is None for line in content.lines)
    return own + sum(line.pk not in priced and line.removed_at is None for line in asked)


def _total(content: OfferContent, rates: Rates | None) -> Amount | None:
    """Return the total of an offer in one currency; None without a price, or where its currencies stay apart."""
    amounts = [line.amount for line in content.lines]
    if rates is not None:
        return rates.convert(amounts)
    totals = money.totals(amounts)
    return totals[0] if len(totals) == 1 else None


def _sum(content: OfferContent, rates: Rates | None, unpriced: int, language: str) -> Cell | None:
    own = money.totals(line.amount for line in content.lines)
    if not own:
        return None
    in_own = [money.in_words(total, language) for total in own]
    total = _total(content, rates)
    more = []
    if total is None:
        text = "; ".join(in_own)
    else:
        text = money.in_words(total, language)
        if {amount.currency for amount in own} != {total.currency}:
            more.append(_("In the currency of the clinic: %(amounts)s.") % {"amounts": "; ".join(in_own)})
    if unpriced:
        sentence = ngettext(
            "%(number)s line has no price and is not in this sum.",
            "%(number)s lines have no price and are not in this sum.",
            unpriced,
        )
        more.append(sentence % {"number": unpriced})
    return Cell(text, more=tuple(more))
