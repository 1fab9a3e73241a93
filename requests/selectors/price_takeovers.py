"""Prices of answered estimates and of standing offers that no editor has looked at yet, without the people they were made for.

A row names a procedure, a condition, an amount, a month and whose price it was, and of an offer the clinic. No case
is named, and nothing is listed of a condition that fewer than five people have asked about.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from clinics.models import Clinic, OfferedTreatment
from conditions.models import Condition, Price, PriceTerms, Procedure
from portal.core.encryption.primitives import DecryptionError
from portal.core.localisation.money import Amount
from portal.core.worktime import team_today
from requests.enums import EstimateKind, LineKind, Outcome, PriceOrigin, Status
from requests.models import AskedLine, Case, EstimateDecision, EstimateLine, Offer, PriceTakeover

# With fewer people of one condition, its price and month might say who was treated.
FEWEST = 5
# An older price says nothing about today's.
OLDEST = timedelta(days=365)
HOLDS = timedelta(days=180)
ON_A_PAGE = 50


@dataclass(frozen=True)
class SeenPrice:
    """A price that somebody got, for one unit, on a day; ``clinic`` is the clinic of an offer, ``standing`` what the list says now.

    ``key`` names it on the page: the line of an estimate, or an offer and the line that it answers.
    """

    key: str
    condition: Condition
    procedure: Procedure
    amount: Amount
    on: date
    origin: PriceOrigin
    clinic: Clinic | None
    standing: PriceTerms | None

    @property
    def seen(self) -> str:
        """What the list says now, so that nobody replaces what they did not see."""
        return fingerprint(self.standing)

    @property
    def is_older(self) -> bool:
        """Whether what the list says was checked on a later day."""
        checked_on = self.standing.checked_on if self.standing and self.standing.is_stated else None
        return checked_on is not None and checked_on > self.on

    def holds_until(self, today: date) -> date:
        """The day that is proposed: half a year from now, at most a year after the price was made."""
        return min(today + HOLDS, self.on + OLDEST)


def fingerprint(terms: PriceTerms | None) -> str:
    """Return what a price of the list says, as a page posts it back."""
    if terms is None:
        return ""
    amounts = ("" if value is None else f"{value:.2f}" for value in (terms.amount_from, terms.amount_to))
    return "|".join([*amounts, terms.currency, str(terms.checked_on or ""), str(terms.valid_until or ""), terms.source])


def of_estimates(**only: Any) -> list[SeenPrice]:
    """Return the prices of answered estimates, newest first.

    Typical prices that an estimate repeats are left out: they would confirm themselves.
    """
    lines = estimate_lines().filter(**only).order_by("-estimate__issued_at", "pk")
    prices = Price.objects.filter(condition__in={line.estimate.case.condition_id for line in lines})
    known: dict[tuple[Any, Any], Price] = {(price.condition_id, price.procedure_id): price for price in prices}
    return [_of_line(line, known.get((line.estimate.case.condition_id, line.procedure_id))) for line in lines]


def _of_line(line: EstimateLine, standing: Price | None) -> SeenPrice:
    condition, procedure = line.estimate.case.condition, line.procedure
    if condition is None or procedure is None:
        raise TypeError("A line without a condition or a procedure is none of these.")
    amount = Amount(line.amount_from, line.amount_to, line.currency)
    origin = PriceOrigin(line.origin)
    return SeenPrice(str(line.pk), condition, procedure, amount, line.estimate.issued_on, origin, None, standing)


def estimate_lines() -> QuerySet[EstimateLine]:
    """Return the lines of answered estimates that may become typical prices and that nobody has looked at."""
    answered = EstimateDecision.objects.filter(estimate=OuterRef("estimate"))
    return (
        EstimateLine.objects.filter(
            Exists(answered),
            estimate__kind__in=[EstimateKind.FINAL, EstimateKind.SUPPLEMENT],
            estimate__issued_at__gt=timezone.now() - OLDEST + timedelta(days=1),
            estimate__case__in=usable_cases(),
            kind=LineKind.TREATMENT,
            procedure__isnull=False,
            amount_from__gt=0,
            takeover=None,
        )
        .exclude(origin=PriceOrigin.TYPICAL)
        .select_related("estimate__case__condition", "procedure")
    )


def of_offers(**only: Any) -> list[SeenPrice]:
    """Return the prices that clinics offered for a procedure of the list, newest first; of offers that stand.

    An offer is opened only while one of its lines waits.
    """
    offers = list(standing_offers().filter(**only).order_by("-created_at", "pk"))
    asked = _asked_lines(offers)
    looked_at = set(PriceTakeover.objects.filter(offer__in=offers).values_list("offer", "asked_line"))
    treatments = OfferedTreatment.objects.filter(clinic__in={offer.clinic_id for offer in offers})
    known: dict[tuple[Any, Any], OfferedTreatment] = {(row.clinic_id, row.procedure_id): row for row in treatments}
    prices = [
        _of_offer(offer, line, amount, known.get((offer.clinic_id, line.procedure_id)))
        for offer in offers
        if (waiting := {line.pk: line for line in asked[offer.case_id] if (offer.pk, line.pk) not in looked_at})
        for line, amount in _priced(offer, waiting)
    ]
    # What was said on the phone may be older than its row.
    return [price for price in prices if price.on + OLDEST > team_today()]


def standing_offers() -> QuerySet[Offer]:
    """Return the offers whose prices may go into the directory."""
    recent = Offer.objects.filter(superseded_at=None, created_at__gte=timezone.now() - OLDEST)
    return recent.filter(case__in=usable_cases()).select_related("case__condition", "clinic")


def _asked_lines(offers: Iterable[Offer]) -> dict[UUID, list[AskedLine]]:
    """Return the asked lines of the cases of offers that are a procedure of the list, by case."""
    lines: dict[UUID, list[AskedLine]] = {offer.case_id: [] for offer in offers}
    of_list = AskedLine.objects.filter(case__in=[*lines], procedure__isnull=False).select_related("procedure")
    for line in of_list:
        lines[line.case_id].append(line)
    return lines


def _priced(offer: Offer, asked: dict[UUID, AskedLine]) -> Iterable[tuple[AskedLine, Amount]]:
    """Return the asked lines that an offer has a price for, each once; nothing else of it is read."""
    try:
        lines = offer.content.lines
    except DecryptionError:
        return []
    priced: dict[UUID, tuple[AskedLine, Amount]] = {}
    for line in lines:
        if line.asked in asked and line.amount_from and line.asked is not None:
            amount = Amount(line.amount_from, line.amount_to, line.currency)
            priced.setdefault(line.asked, (asked[line.asked], amount))
    return priced.values()


def _of_offer(offer: Offer, line: AskedLine, amount: Amount, standing: OfferedTreatment | None) -> SeenPrice:
    condition, procedure = offer.case.condition, line.procedure
    if condition is None or procedure is None:
        raise TypeError("An offer without a condition or a procedure is none of these.")
    on = offer.said_on or _day(offer.created_at)
    key = f"{offer.pk}:{line.pk}"
    return SeenPrice(key, condition, procedure, amount, on, PriceOrigin.OFFER, offer.clinic, standing)


def _day(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(settings.TEAM_TIME_ZONE)).date()


def usable_cases() -> QuerySet[Case]:
    """Return the cases whose prices may be looked at: of real people who live, with a condition that enough have."""
    # Who comes again with the same address is one person.
    known = Count("email_hash", distinct=True, filter=~Q(email_hash=""))
    people = known + Count("pk", filter=Q(email_hash=""))
    common = _real_cases().values("condition").annotate(people=people).filter(people__gte=FEWEST)
    return _real_cases().filter(condition__in=common.values("condition"))


def _real_cases() -> QuerySet[Case]:
    cases = Case.objects.filter(condition__isnull=False, is_quarantined=False).order_by()
    # A merged case goes on in another one, and a person counts once.
    return (
        cases.exclude(status__in=[Status.SPAM, Status.DUPLICATE]).exclude(outcome=Outcome.DIED).exclude(wrapped_key=b"")
    )
