"""What an estimate may start from: the price list of today, an offer of a clinic, or an earlier version."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from portal.core.localisation.money import Amount
from portal.core.worktime import team_today
from requests import pricing
from requests.enums import AccessKind, EstimateKind, LineKind, PriceOrigin
from requests.models import AskedLine, Case, Estimate, EstimateLine, Offer
from requests.offer_content import OfferContent, OfferLine
from requests.selectors import money_rules
from requests.services import estimates
from requests.services.estimates import translated

PRICE_LIST = "list"
# A price that is older is marked.
OLD_PRICE = datetime.timedelta(days=90)
# Those that a price list states.
LISTED = (PriceOrigin.TYPICAL, PriceOrigin.CLINIC)
OWN_LINES = {LineKind.FEE: gettext_noop("Service fee"), LineKind.DISCOUNT: gettext_noop("Discount")}


class UnknownSource(Exception):
    """The case has no such offer or version."""


@dataclass(frozen=True)
class SourceLine:
    """A line to start from. ``key`` names its controls; no procedure has a code with a dot.

    ``today`` is what the price list says of one of it today, where that is another amount; ``said`` are the words of
    the clinic that the estimate does not print.
    """

    key: str
    line: EstimateLine
    is_included: bool = False
    today: Amount | None = None
    said: str = ""

    @property
    def is_old(self) -> bool:
        """Whether its price was checked too long ago."""
        return self.line.checked_on is not None and team_today() - self.line.checked_on > OLD_PRICE


@dataclass(frozen=True)
class Source:
    """The lines that an estimate starts with, the day until which it holds, and its words for the whole.

    ``words`` are in the patient's language, ``said`` is what a clinic wrote in another one; both by the name of the
    column. ``clinic`` is whose prices they are, where it is not the one that the case names. ``read`` is the row that
    was opened.
    """

    code: str
    lines: list[SourceLine]
    valid_until: datetime.date
    words: dict[str, str]
    said: dict[str, str] = field(default_factory=dict)
    said_in: str = ""
    clinic: str = ""
    is_superseded: bool = False
    read: tuple[AccessKind, UUID] | None = None


@dataclass(frozen=True)
class Choice:
    """Something to start from, and its code in the address."""

    code: str
    offer: Offer | None = None
    estimate: Estimate | None = None


def choices(case: Case, kind: EstimateKind) -> list[Choice]:
    """Return everything that an estimate of a case may start from; a supplement repeats no version."""
    offers = Offer.objects.filter(case__in=case.whole(), superseded_at=None).select_related("clinic")
    versions = case.estimates.filter(version__gt=0).order_by("-version") if kind == EstimateKind.FINAL else []
    return [
        Choice(PRICE_LIST),
        *(Choice(f"offer:{offer.pk}", offer=offer) for offer in offers.order_by("created_at")),
        *(Choice(f"version:{estimate.version}", estimate=estimate) for estimate in versions),
    ]


def usual(case: Case, issued: Sequence[Estimate]) -> str:
    """Return what the next whole estimate starts from: the offer that was chosen since the last version, else that one.

    ``issued`` are the estimates of the case.
    """
    versions = [estimate for estimate in issued if estimate.case_id == case.pk and estimate.version]
    last = max(versions, key=lambda estimate: estimate.version, default=None)
    chosen = Offer.objects.filter(case=case, chosen_at__isnull=False, superseded_at=None).first()
    if chosen is not None and chosen.chosen_at and (last is None or chosen.chosen_at > last.issued_at):
        return f"offer:{chosen.pk}"
    return f"version:{last.version}" if last else ""


def of(case: Case, kind: EstimateKind, code: str) -> Source:
    """Return what a code of the address stands for; raises ``UnknownSource``.

    An offer that a newer one has replaced still counts: a page may have started from it.
    """
    name, _colon, number = code.partition(":")
    if name in ("", PRICE_LIST):
        return _of_price_list(case, kind)
    if name == "offer":
        return _of_offer(case, kind, _offer(case, number))
    # At most four digits: PostgreSQL refuses a larger small integer.
    if name == "version" and number.isdecimal() and len(number) < 5 and kind == EstimateKind.FINAL:
        estimate = case.estimates.filter(version=int(number), version__gt=0).first()
        if estimate is not None:
            return _of_version(case, estimate)
    raise UnknownSource


def _offer(case: Case, pk: str) -> Offer:
    try:
        key = UUID(pk)
    except ValueError:
        raise UnknownSource from None
    offer = Offer.objects.filter(case__in=case.whole(), pk=key).select_related("case", "clinic").first()
    if offer is None:
        raise UnknownSource
    return offer


def _of_price_list(case: Case, kind: EstimateKind) -> Source:
    included = estimates.procedures_to_include(case, kind)
    offered = estimates.procedures_to_offer(case)
    lines = [
        SourceLine(
            priced.procedure.code,
            estimates.line_from_price_list(case=case, priced=priced),
            priced.procedure.pk in included,
        )
        for priced in offered
    ]
    return Source(PRICE_LIST, [*lines, *_own_lines(case, lines)], estimates.usual_end(offered), _paid(case))


def _of_offer(case: Case, kind: EstimateKind, offer: Offer) -> Source:
    content = offer.content
    is_read_by_her = offer.language == case.language
    asked = {line.pk: line for line in AskedLine.objects.filter(case=offer.case).select_related("case", "procedure")}
    lines = [
        _offered(
            case,
            offer,
            f"offer.{number}",
            line,
            asked.get(line.asked) if line.asked else None,
            is_whole=kind == EstimateKind.FINAL,
        )
        for number, line in enumerate(content.lines)
    ]
    words = {
        "included": [content.treatment, content.included],
        "excluded": [content.raises],
    }
    said = {name: "\n".join(filter(None, texts)) for name, texts in words.items()}
    stay = _stay(content, case.language)
    end = estimates.usual_end([])
    if content.valid_until and content.valid_until > team_today():
        end = min(end, content.valid_until)
    own = {name: text if is_read_by_her else "" for name, text in said.items()}
    return Source(
        f"offer:{offer.pk}",
        [*lines, *_own_lines(case, lines)],
        end,
        {**_paid(case), **own, "included": "\n".join(filter(None, [own["included"], stay]))},
        said={} if is_read_by_her else said,
        said_in=offer.language,
        clinic="" if offer.clinic_id == case.clinic_id else str(offer.clinic),
        is_superseded=offer.superseded_at is not None,
        read=(AccessKind.OFFER, offer.pk),
    )


def _offered(
    case: Case, offer: Offer, key: str, offered: OfferLine, asked: AskedLine | None, *, is_whole: bool
) -> SourceLine:
    """Return a line of an offer under the names that were asked for; a line of the clinic's own has its word for it.

    What the clinic wrote in a language that the patient does not read is not printed.
    """
    is_read_by_her = offer.language == case.language
    own, russian = (offered.name if offer.language == language else "" for language in (case.language, "ru"))
    line = EstimateLine(
        name=asked.name if asked else own,
        name_ru=asked.name_ru if asked else russian,
        unit=asked.unit if asked else "",
        unit_ru=asked.unit_ru if asked else "",
        procedure=asked.procedure if asked else None,
        quantity=offered.quantity,
        amount_from=offered.amount_from,
        amount_to=offered.amount_to,
        currency=offered.currency,
        included=offered.included if is_read_by_her else "",
        origin=PriceOrigin.OFFER,
        checked_on=offer.said_on or timezone.localdate(offer.created_at),
    )
    untold = [
        "" if offered.name in (line.name, line.name_ru) else offered.name,
        "" if is_read_by_her else offered.included,
    ]
    return SourceLine(
        key, line, is_whole and offered.amount_from is not None, said=". ".join(text for text in untold if text)
    )


def _stay(content: OfferContent, language: str) -> str:
    """Say how long she stays, in her language. Without a dash, which turns a range round in Arabic."""
    low, high = content.stay_from, content.stay_to
    if low is None:
        return ""
    with override(language):
        if high is None:
            return _("Days in hospital: %(low)s or more.") % {"low": low}
        if low == high:
            return _("Days in hospital: %(days)s.") % {"days": low}
        return _("Days in hospital: %(low)s to %(high)s.") % {"low": low, "high": high}


def _of_version(case: Case, estimate: Estimate) -> Source:
    prices = pricing.price_list(case.condition, case.clinic, timezone.now().date()).values() if case.condition else ()
    # Lines of the releases before name no procedure.
    by_name = {translated(priced.procedure, "name", "ru"): priced for priced in prices}
    by_procedure = {priced.procedure.pk: priced for priced in prices}
    rows = estimate.lines.select_related("procedure")
    lines = []
    for number, line in enumerate(rows):
        today = by_procedure.get(line.procedure_id or 0) or by_name.get(line.name_ru)
        lines.append(_copied(f"version.{number}", line, today if line.kind == LineKind.TREATMENT else None))
    words = {name: getattr(estimate, name) for name in ("how_we_are_paid", "included", "excluded")}
    is_read_by_her = estimate.language == case.language
    return Source(
        f"version:{estimate.version}",
        [*lines, *_own_lines(case, lines)],
        estimates.usual_end([]),
        words if is_read_by_her else _paid(case),
        said={} if is_read_by_her else words,
        said_in=estimate.language,
        clinic="" if estimate.clinic_name_ru == translated(case.clinic, "name", "ru") else estimate.clinic_name,
        read=(AccessKind.ESTIMATE, estimate.pk),
    )


def _copied(key: str, old: EstimateLine, today: pricing.PricedProcedure | None) -> SourceLine:
    """Return a copy of a line, beside what the price list says today; the same price is as old as the list says."""
    names = ("name", "name_ru", "unit", "unit_ru", "included", "excluded", "kind", "quantity", "amount_from")
    columns: dict[str, Any] = {name: getattr(old, name) for name in (*names, "amount_to", "currency", "origin")}
    line = EstimateLine(**columns, procedure=today.procedure if today else old.procedure, checked_on=old.checked_on)
    if today is None or today.terms is None or old.origin not in LISTED:
        return SourceLine(key, line, is_included=True)
    price = Amount(old.amount_from, old.amount_to, old.currency)
    if today.terms.amount != price:
        return SourceLine(key, line, is_included=True, today=today.terms.amount)
    line.origin, line.checked_on = today.origin, today.terms.checked_on
    return SourceLine(key, line, is_included=True)


def _own_lines(case: Case, lines: Iterable[SourceLine]) -> list[SourceLine]:
    """Return what we add ourselves and the lines do not have yet: support package, service fee, discount."""
    rows = list(lines)
    present = {row.line.kind for row in rows}
    currency = next((row.line.currency for row in rows), "USD")
    names = {kind: tuple(_own_name(name, code) for code in (case.language, "ru")) for kind, name in OWN_LINES.items()}
    if case.package is not None:
        own, russian = (translated(case.package, "name", code) for code in (case.language, "ru"))
        names = {LineKind.PACKAGE: (own, russian), **names}
    return [
        SourceLine(
            f"own.{kind}",
            EstimateLine(kind=kind, name=own, name_ru=russian, currency=currency, origin=PriceOrigin.OPERATOR),
        )
        for kind, (own, russian) in names.items()
        if kind not in present
    ]


def _own_name(name: str, language: str) -> str:
    with override(language):
        return _(name)


def _paid(case: Case) -> dict[str, str]:
    """Return how we are paid, as the operator says it in the patient's language; empty where nobody wrote that yet."""
    words = money_rules.rules(case.language).how_we_are_paid
    return {"how_we_are_paid": words.text if words.language == case.language else ""}
