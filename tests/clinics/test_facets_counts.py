"""The lists of the directory against plain Python over every row of the database."""

import datetime
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from clinics import ranking, versions
from clinics.enums import CareKind, ServiceKind
from clinics.models import CareAssistant, City, Clinic, Doctor, OfferedTreatment
from clinics.selectors import directory
from clinics.selectors.clinic_list import CLINICS
from clinics.selectors.directory import PER_PAGE, Kind, Listing, Query
from clinics.selectors.people import CARE_ASSISTANTS, DOCTORS
from conditions.models import Area, Edition, Procedure
from portal.core.localisation.money import Amount, in_words
from tests.conditions import catalogue
from tests.load.made_up import Size, fill

pytestmark = pytest.mark.django_db
SMALL = Size(60, 80, 240, 30, cities=6, areas=4, conditions=20, procedures=8)
QUERIES = 120
LANGUAGES = ("en", "ru", "ar")
# The version, the rows of the page, their areas or cities, their photographs.
QUERIES_OF_A_PAGE = 4
NOBODY = "nobody"

type Asked = dict[str, Any]


@dataclass
class Row:
    """One row of a list as its database says it; ``offers`` are the prices that hold: (procedure, amount, currency)."""

    pk: int
    slug: str
    names: dict[str, str]
    has: dict[str, set[str]]
    points: int = 0
    offers: list[tuple[str, Decimal, str]] = field(default_factory=list)

    def dollars(self, procedures: set[str]) -> list[Decimal]:
        """Return the amounts in US dollars, of some procedures or the lowest of all."""
        found = sorted(amount for code, amount, currency in self.offers if currency == "USD" and _in(code, procedures))
        return found if procedures else found[:1]

    @property
    def price(self) -> tuple[Decimal, str] | None:
        """The lowest price in US dollars, else in the first other currency by its letters."""
        found = sorted((currency != "USD", currency, amount) for _code, amount, currency in self.offers)
        return (found[0][2], found[0][1]) if found else None


def _in(code: str, procedures: set[str]) -> bool:
    return not procedures or code in procedures


@dataclass
class World:
    """A list the naive way: its rows, the values that there are, and those that have a name."""

    kind: Kind
    rows: list[Row]
    there: dict[str, set[str]]
    nameless: set[str]

    def matching(self, asked: Asked) -> list[Row]:
        """Look at each row."""
        return [row for row in self.rows if self._fits(row, asked)]

    def in_order(self, asked: Asked, language: str) -> list[Row]:
        """Return the rows that match, as the list shows them."""

        def place(row: Row) -> tuple[Any, ...]:
            first: dict[str, Any] = {
                "relevance": -row.points,
                "price": next(iter(row.dollars(set())), Decimal("Infinity")),
                "name": 0,
            }
            return (first[asked["sort"]], row.names[language].casefold(), row.pk)

        return sorted(self.matching(asked), key=place)

    def numbers(self, asked: Asked) -> dict[str, dict[str, tuple[int, bool]]]:
        """Return (how many rows there would be with this value alone in its facet, whether it is chosen).

        A facet that fewer than three rows can answer has no values, unless something in it is chosen.
        """
        found: dict[str, dict[str, tuple[int, bool]]] = {}
        for facet in self.kind.facets:
            found[facet] = {}
            named = sorted(self.there[facet] - self.nameless)
            answer = len(self.matching({**asked, facet: named})) if named else 0
            for value in named if answer >= 3 or asked[facet] else ():
                count = len(self.matching({**asked, facet: [value]}))
                if count or value in asked[facet]:
                    found[facet][value] = (count, value in asked[facet])
        return found

    def asks_prices(self, asked: Asked) -> bool:
        """Whether three rows have a known price beside what else is chosen, or somebody asks for one."""
        known = asked | {"price_known": True, "price_from": None, "price_to": None}
        is_asked = any(asked[name] not in {None, False} for name in ("price_known", "price_from", "price_to"))
        return self.kind.has_prices and (is_asked or len(self.matching(known)) >= 3)

    def sorts(self, asked: Asked) -> list[str]:
        """Return the usual sort, the one in use, and those that three of the rows can answer."""
        rows = self.matching(asked)
        able = {"price": [row for row in rows if row.dollars(set())]}
        always = {self.kind.sorts[0].value, asked["sort"]}
        return [sort.value for sort in self.kind.sorts if sort in always or len(able.get(sort, rows)) >= 3]

    def left(self, asked: Asked) -> list[int]:
        """Return how many rows there would be without each value that is chosen, then without prices."""
        fewer = [
            asked | {facet: [one for one in asked[facet] if one != value]}
            for facet in self.kind.facets
            for value in asked[facet]
        ]
        prices = {"price_known": False, "price_from": None, "price_to": None}
        if any(asked[name] for name in prices):
            fewer.append(asked | prices)
        return [len(self.matching(one)) for one in fewer]

    def known(self, asked: Asked) -> Asked:
        """Return what was asked without values that there are not."""
        return asked | {
            facet: [value for value in asked[facet] if value in self.there[facet]] for facet in self.kind.facets
        }

    def _fits(self, row: Row, asked: Asked) -> bool:
        low, high = asked["price_from"], asked["price_to"]
        procedures = set(asked.get("procedure", ()))
        if low is not None or high is not None:
            amounts = row.dollars(procedures)
            if not any((low is None or low <= one) and (high is None or one <= high) for one in amounts):
                return False
        elif asked["price_known"] and not any(_in(code, procedures) for code, _amount, _currency in row.offers):
            return False
        return all(not asked[facet] or row.has[facet] & set(asked[facet]) for facet in self.kind.facets)


# ── What the database says ───────────────────────────────────────────────────────────────────


def names(one: Any) -> dict[str, str]:
    return {language: getattr(one, f"name_{language}") or one.name_en for language in LANGUAGES}


def slugs(relation: Any) -> set[str]:
    return {one.slug for one in relation.all()}


def read_clinic(one: Clinic, today: datetime.date) -> Row:
    offers = list(one.offered_treatments.exclude(basis="").select_related("procedure"))
    has = {
        "area": slugs(one.areas),
        "condition": slugs(one.conditions),
        "procedure": {offer.procedure.code for offer in offers},
        "city": {one.city.slug} | slugs(one.other_cities),
        "speaks": {spoken.code for spoken in one.spoken.all()},
        "service": {service.service for service in one.services.all()},
        "accreditation": {row.issuer for row in one.accreditations.all() if row.valid_until >= today},
    }
    held = [(offer.procedure.code, offer.amount_from, offer.currency) for offer in offers if offer.holds_on(today)]
    facts = list(one.facts.all())
    factors = {
        "licence": any(fact.kind == "licence" for fact in facts) and not one.has_open_licence_question,
        "accreditation": has["accreditation"],
        "price": held,
        "services": has["service"],
        "languages": has["speaks"],
        "fresh": any((today - fact.checked_on).days <= 365 for fact in facts),
        "facts": facts,
    }
    points = sum(factor.points for factor in ranking.RANKING_FACTORS if factors[factor.code])
    offered = [(code, amount, currency) for code, amount, currency in held if amount is not None]
    return Row(one.pk, one.slug, names(one), has, points, offered)


def read_doctor(one: Doctor) -> Row:
    has = {
        "area": slugs(one.areas),
        "condition": slugs(one.conditions),
        "procedure": {procedure.code for procedure in one.procedures.all()},
        "city": slugs(one.cities),
        "speaks": set(one.languages),
    }
    return Row(one.pk, one.slug, names(one), has)


def read_care_assistant(one: CareAssistant) -> Row:
    return Row(
        one.pk,
        one.slug,
        names(one),
        {"service": set(one.services), "city": slugs(one.cities), "speaks": set(one.languages)},
    )


def world(kind: Kind, rows: list[Row], services: Any) -> World:
    with_page = set(Edition.objects.values_list("condition__slug", flat=True))
    everywhere = {
        "area": slugs(Area.objects),
        "condition": with_page,
        "procedure": {one.code for one in Procedure.objects.all()},
        "city": slugs(City.objects),
        "service": set(services.values),
    }
    there = {facet: everywhere.get(facet, set()).union(*(row.has[facet] for row in rows)) for facet in kind.facets}
    return World(kind, rows, there, there.get("condition", set()) - with_page)


def clinics() -> World:
    today = timezone.now().date()
    rows = [read_clinic(one, today) for one in Clinic.objects.filter(is_published=True)]
    return world(CLINICS, rows, ServiceKind)


def doctors() -> World:
    return world(DOCTORS, [read_doctor(one) for one in Doctor.objects.filter(is_published=True)], CareKind)


def care_assistants() -> World:
    found = CareAssistant.objects.filter(is_published=True)
    return world(CARE_ASSISTANTS, [read_care_assistant(one) for one in found], CareKind)


# ── What is asked ────────────────────────────────────────────────────────────────────────────


def questions(there: World, chance: random.Random) -> Iterator[Asked]:
    """Ask anything: up to four facets with up to four values, some of which there are not; prices; any page."""
    amounts = [amount for row in there.rows for _code, amount, _currency in row.offers] or [Decimal(0)]
    facets = list(there.kind.facets)
    for _ in range(QUERIES):
        asked: Asked = {facet: [] for facet in facets}
        for facet in chance.sample(facets, chance.randint(0, min(4, len(facets)))):
            values = [*sorted(there.there[facet]), NOBODY]
            asked[facet] = chance.sample(values, min(len(values), chance.randint(1, 4)))
        has_prices = there.kind.has_prices
        asked["price_known"] = has_prices and chance.random() < 0.2
        low, high = (chance.choice(amounts) if has_prices and chance.random() < 0.3 else None for _ in "ft")
        if low is not None and high is not None:
            low, high = min(low, high), max(low, high)
        asked |= {"price_from": low, "price_to": high}
        asked |= {"sort": chance.choice(there.kind.sorts).value, "page": chance.choice((1, 1, 2, 3, 9))}
        yield asked


def address(asked: Asked) -> str:
    pairs = []
    for name, value in asked.items():
        if isinstance(value, list):
            pairs += [(name, one) for one in value]
        elif value:
            pairs.append((name, "1" if value is True else f"{value:.0f}" if isinstance(value, Decimal) else value))
    return urlencode(pairs)


BOX = re.compile(r'value="([^"]+)" id="[^"]+"( checked)?><label for="[^"]+"><bdi>[^<]+</bdi> <span [^>]+>\((\d+)\)')


def found_numbers(listing: Listing) -> dict[str, dict[str, tuple[int, bool]]]:
    return {
        group.facet: {value: (int(count), bool(checked)) for value, checked, count in BOX.findall(group.boxes)}
        for group in listing.groups
    }


def shown(kind: Kind, listing: Listing) -> list[tuple[str, str]]:
    """Return (slug, price in words) of each card of a page."""
    if kind is CLINICS:
        return [(one.card.slug, one.price) for one in listing.cards]
    return [(one.person.slug, "") for one in listing.cards]


@pytest.fixture
def small_directory() -> None:
    """A made-up directory, with a price that holds until today and one that held until yesterday."""
    today = timezone.now().date()
    catalogue.empty()
    fill(SMALL, seed=7, today=today)
    for days, offer in enumerate(OfferedTreatment.objects.filter(amount_from__isnull=False)[:2]):
        OfferedTreatment.objects.filter(pk=offer.pk).update(valid_until=today - datetime.timedelta(days=days))
    versions.renew()


@pytest.mark.usefixtures("small_directory")
@pytest.mark.parametrize("read", [clinics, doctors, care_assistants])
def test_rows_numbers_and_pages_are_what_looking_at_every_row_gives(read: Callable[[], World]) -> None:
    there = read()
    chance = random.Random(3)
    sizes = {check(there, asked, chance.choice(LANGUAGES)) for asked in questions(there, chance)}
    assert min(sizes) == 0
    assert max(sizes) == len(there.rows)
    assert len(sizes) > 15, "the questions tell rows apart"


def check(there: World, asked: Asked, language: str) -> int:
    """Compare a page with what the naive way gives, and return how many rows match."""
    query = Query.of(QueryDict(address(asked)), there.kind)
    there.kind.index()
    with override(language), CaptureQueriesContext(connection) as queries:
        listing = directory.listing(there.kind, query, language)
    known = there.known(asked)
    rows = there.in_order(known, language)
    page = min(asked["page"], max(1, -(-len(rows) // PER_PAGE)))
    expected = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
    prices = [in_words(Amount(row.price[0], None, row.price[1]), language) if row.price else "" for row in expected]
    assert (listing.count, listing.query.page) == (len(rows), page), address(asked)
    assert shown(there.kind, listing) == list(zip((row.slug for row in expected), prices, strict=True)), address(asked)
    assert found_numbers(listing) == there.numbers(known), address(asked)
    assert listing.shows_prices == there.asks_prices(known), address(asked)
    assert [sort.value for sort in listing.sorts] == there.sorts(known), address(asked)
    assert [one.count for one in listing.active] == there.left(known), address(asked)
    # Nothing is asked about rows that there are not.
    assert len(queries) == (QUERIES_OF_A_PAGE if rows else 1), address(asked)
    return len(rows)
