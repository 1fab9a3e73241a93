"""A list of the directory: what was asked for, what is left, and what each further choice would leave."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinics.enums import Sort
from clinics.facets import rows_of
from clinics.selectors.index import DirectoryIndex

PER_PAGE = 20
# Nobody ticks more; somebody who writes more into an address is no visitor.
MAX_VALUES = 50
MAX_DIGITS = 8
# The facet whose values have prices.
PRICED = "procedure"


@dataclass(frozen=True)
class Kind:
    """What a list is of: its facets in their order, its sorts (the first is the usual one), its rows and cards."""

    facets: Mapping[str, Promise]
    sorts: tuple[Sort, ...]
    index: Callable[[], DirectoryIndex]
    cards: Callable[[DirectoryIndex, list[int], str], list[Any]]
    has_prices: bool = False


@dataclass(frozen=True)
class Query:
    """What somebody asks of a list; whatever makes no sense is left out. Amounts are US dollars."""

    sort: Sort
    usual_sort: Sort
    choice: Mapping[str, Sequence[str]] = field(default_factory=dict)
    price_known: bool = False
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    page: int = 1

    @classmethod
    def of(cls, data: QueryDict, kind: Kind) -> "Query":
        """Read the query of an address."""
        low, high = (_amount(data.get(name, "")) if kind.has_prices else None for name in ("price_from", "price_to"))
        if low is not None and high is not None and low > high:
            low, high = high, low
        page, sort = (str(data.get(name, "")) for name in ("page", "sort"))
        return cls(
            sort=Sort(sort) if sort in kind.sorts else kind.sorts[0],
            usual_sort=kind.sorts[0],
            choice={facet: data.getlist(facet)[:MAX_VALUES] for facet in kind.facets if facet in data},
            price_known=kind.has_prices and data.get("price_known") == "1",
            price_from=low,
            price_to=high,
            page=int(page) if _is_number(page) else 1,
        )

    @property
    def has_price(self) -> bool:
        """Whether prices narrow the list."""
        return self.price_known or self.price_from is not None or self.price_to is not None

    def pairs(self) -> list[tuple[str, str]]:
        """Return the query as pairs for an address, without the page; the same query is the same address."""
        found = [(facet, value) for facet, values in self.choice.items() for value in values]
        if self.price_known:
            found.append(("price_known", "1"))
        for name in ("price_from", "price_to"):
            amount = getattr(self, name)
            if amount is not None:
                found.append((name, f"{amount:f}"))
        if self.sort != self.usual_sort:
            found.append(("sort", self.sort.value))
        return found


@dataclass(frozen=True)
class FacetValue:
    """One value with how many rows it would leave; ``place`` among all of its facet stays the same."""

    place: int
    value: str
    name: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class FacetGroup:
    """One facet with the values that leave something, or are chosen."""

    facet: str
    title: str
    values: list[FacetValue]

    @property
    def is_open(self) -> bool:
        """Whether something in it is chosen."""
        return any(one.is_chosen for one in self.values)


@dataclass(frozen=True)
class ActiveFilter:
    """A filter that can be taken off: its name, the rest of the query, and how many rows that leaves."""

    name: str
    pairs: list[tuple[str, str]]
    count: int


@dataclass(frozen=True)
class Listing:
    """One page of a list; ``cards`` are what the kind shows of a row, ``priced`` how many have a known price."""

    query: Query
    cards: list[Any]
    count: int
    priced: int
    pages: int
    groups: list[FacetGroup]
    active: list[ActiveFilter]


def listing(kind: Kind, query: Query, language: str) -> Listing:
    """Return a page of a list in a language; the number of queries does not depend on what is asked."""
    found = kind.index()
    query = replace(query, choice=found.facets.known(query.choice))
    within = _within(found, query)
    order = found.orders[query.sort][language]
    rows = rows_of(found.facets.matching(query.choice, within=within), order, len(found.ids))
    pages = max(1, -(-len(rows) // PER_PAGE))
    query = replace(query, page=min(max(query.page, 1), pages))
    shown = rows[(query.page - 1) * PER_PAGE : query.page * PER_PAGE]
    return Listing(
        query=query,
        cards=kind.cards(found, shown, language),
        count=len(rows),
        priced=found.facets.matching(query.choice, within=_priced(found, query)).bit_count(),
        pages=pages,
        groups=_groups(kind, found, query, within, language),
        active=_active(found, query, language),
    )


def _is_number(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) <= MAX_DIGITS


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if _is_number(text) else None


def _within(found: DirectoryIndex, query: Query) -> int:
    return _priced(found, query) if query.has_price else found.facets.everything


def _priced(found: DirectoryIndex, query: Query) -> int:
    """Return the bits of the rows with a known price of what is chosen, in the range if one is asked for."""
    return found.price_bits(query.choice.get(PRICED, ()), query.price_from, query.price_to)


def _groups(kind: Kind, found: DirectoryIndex, query: Query, within: int, language: str) -> list[FacetGroup]:
    """Return the facets that have values at all, so that none comes or goes with a choice."""
    counts = _counts(found, query, within)
    groups = []
    for facet, title in kind.facets.items():
        if not any(found.facets.facets[facet].values()):
            continue
        chosen = set(query.choice.get(facet, ()))
        named = sorted((found.name_of(facet, value, language).casefold(), value) for value in counts[facet])
        values = [
            FacetValue(place, value, name, number, value in chosen)
            for place, (_folded, value) in enumerate(named)
            if ((number := counts[facet][value]) or value in chosen) and (name := found.name_of(facet, value, language))
        ]
        groups.append(FacetGroup(facet, str(title), values))
    return groups


def _counts(found: DirectoryIndex, query: Query, within: int) -> dict[str, dict[str, int]]:
    """Return how many rows each value would leave, a procedure those where its own price is in the range."""
    counts = found.facets.counts(query.choice, within=within)
    if query.has_price:
        rest = found.facets.matching(query.choice, but=PRICED)
        counts[PRICED] = {
            code: (found.price_bits([code], query.price_from, query.price_to) & rest).bit_count()
            for code in counts[PRICED]
        }
    return counts


def _active(found: DirectoryIndex, query: Query, language: str) -> list[ActiveFilter]:
    active = []
    for facet, values in query.choice.items():
        for value in values:
            rest = {**query.choice, facet: [one for one in values if one != value]}
            name = found.name_of(facet, value, language) or value
            active.append(_without(found, replace(query, choice=rest), name))
    if query.has_price:
        free = replace(query, price_known=False, price_from=None, price_to=None)
        active.append(_without(found, free, str(_("Price"))))
    return active


def _without(found: DirectoryIndex, query: Query, name: str) -> ActiveFilter:
    left = found.facets.matching(query.choice, within=_within(found, query)).bit_count()
    return ActiveFilter(name, query.pairs(), left)
