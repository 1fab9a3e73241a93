"""Taking over a price of an answered estimate or an offer into the price lists, and leaving it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import pgettext, pgettext_lazy

from clinics.enums import OfferBasis, SourceFinding
from clinics.models import Clinic, ClinicSource, OfferedTreatment
from conditions.models import Price, PriceTerms
from portal.accounts.models import User
from portal.core.localisation import formats
from portal.core.localisation.money import Amount
from portal.core.worktime import team_today
from requests.models import PriceTakeover
from requests.permissions import check_can_take_over_prices
from requests.selectors import price_takeovers as selectors
from requests.selectors.price_takeovers import SeenPrice

# The price list states its sources in one language.
ENGLISH = "en"
CHANGED = pgettext_lazy("desk", "The price in the list changed since you opened the page. Look at it again.")


class TakeoverRefused(Exception):
    """A price is not taken over; the message is a sentence for the editor, ``field`` what to change."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Taken:
    """A row of a price list as it stands now, with the amount that it stated before, if it did."""

    row: Price | OfferedTreatment
    before: Amount | None
    is_new: bool


def find(key: str) -> SeenPrice:
    """Return the price that a page named; it may have been looked at, or its case erased, since."""
    offer, _colon, asked = key.partition(":")
    try:
        prices = selectors.of_offers(pk=offer) if asked else selectors.of_estimates(pk=offer)
    except (ValidationError, ValueError):
        prices = []
    for price in prices:
        if price.key == key:
            return price
    raise TakeoverRefused(
        pgettext(
            "desk", "This price is not in the list any more: a colleague looked at it, or its case is closed to it."
        )
    )


@transaction.atomic
def take(*, key: str, valid_until: date, seen: str, by: User) -> Taken:
    """Write a price into the list: of an estimate as typical price, of an offer as price of its clinic.

    ``seen`` is the ``SeenPrice.seen`` of the page. Raises ``TakeoverRefused`` and then writes nothing.
    """
    check_can_take_over_prices(by)
    price = find(key)
    if valid_until <= team_today() or valid_until > price.on + selectors.OLDEST:
        sentence = pgettext("desk", "Choose a day after today, at most a year after the price was made.")
        raise TakeoverRefused(sentence, "valid_until")
    _note(key, by=by, is_taken=True)
    standing = _lock(price)
    row = standing or _new(price)
    # What stands is compared under its lock: the page may be older.
    if selectors.fingerprint(standing) != seen:
        raise TakeoverRefused(str(CHANGED))
    before = standing.amount if standing is not None and standing.is_stated else None
    _fill(row, price, valid_until)
    _save(row, price)
    return Taken(row, before, is_new=standing is None)


@transaction.atomic
def leave(*, key: str, by: User) -> None:
    """Note that a price is not taken over, so that nobody is asked again; raises ``TakeoverRefused``."""
    check_can_take_over_prices(by)
    find(key)
    _note(key, by=by, is_taken=False)


def _note(key: str, *, by: User, is_taken: bool) -> None:
    offer, _colon, asked = key.partition(":")
    about: dict[str, Any] = {"offer_id": offer, "asked_line_id": asked} if asked else {"estimate_line_id": offer}
    try:
        with transaction.atomic():
            PriceTakeover.objects.create(by=by, is_taken=is_taken, **about)
    except IntegrityError as error:
        raise TakeoverRefused(pgettext("desk", "A colleague looked at this price a moment ago.")) from error


def _lock(price: SeenPrice) -> Price | OfferedTreatment | None:
    """Return the row of the list under a lock, if there is one."""
    if price.clinic is None:
        prices = Price.objects.select_for_update()
        return prices.filter(condition=price.condition, procedure=price.procedure).first()
    # The clinic first: what is published and what its sources say belong together.
    Clinic.objects.select_for_update().get(pk=price.clinic.pk)
    treatments = OfferedTreatment.objects.select_for_update()
    return treatments.filter(clinic=price.clinic, procedure=price.procedure).first()


def _new(price: SeenPrice) -> Price | OfferedTreatment:
    if price.clinic is None:
        return Price(condition=price.condition, procedure=price.procedure)
    return OfferedTreatment(clinic=price.clinic, procedure=price.procedure)


def _fill(row: PriceTerms, price: SeenPrice, valid_until: date) -> None:
    row.amount_from, row.amount_to, row.currency = price.amount
    row.source, row.source_url = source_of(price), ""
    row.checked_on, row.valid_until = price.on, valid_until


def source_of(price: SeenPrice) -> str:
    """Return what the list says of where a price comes from: its kind and month, nothing of the person."""
    month = formats.month(price.on, ENGLISH)
    return f"Answered estimate, {month}" if price.clinic is None else f"Offer of the clinic, {month}"


def _save(row: Price | OfferedTreatment, price: SeenPrice) -> None:
    """Save a row as its own page would: checked whole, its public pages renewed."""
    try:
        if isinstance(row, OfferedTreatment):
            row.basis = OfferBasis.LETTER
            _cite(row, price.on)
        row.full_clean()
        row.save()
    except (ValidationError, IntegrityError) as error:
        sentences = " ".join(error.messages) if isinstance(error, ValidationError) else ""
        raise TakeoverRefused(sentences or str(CHANGED)) from error
    if isinstance(row, OfferedTreatment):
        row.conditions.add(price.condition)


def _cite(row: OfferedTreatment, on: date) -> None:
    """Note that the offer says nothing against its clinic: a public clinic cites no source without that."""
    source = ClinicSource(clinic=row.clinic, source=row.source, finding=SourceFinding.NOTHING, checked_on=on)
    if not row.clinic.sources.filter(source=row.source).exists():
        source.full_clean()
        source.save()
