"""A list of the directory: what was asked for, what is left, and what each further choice would leave."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clinics.enums import Sort
from clinics.selectors.index import DirectoryIndex
from clinics.selectors.price_range import PriceRange

PER_PAGE = 20
# Nobody ticks more; somebody who writes more into an address is no visitor.
MAX_VALUES = 50
MAX_DIGITS = 8
# What fewer rows can answer is no help in choosing, so it is not offered.
FEWEST_ROWS = 3
# The facet whose values have prices.
PRICED = "procedure"

# The rows that each facet leaves by itself, of the facets that something is chosen in.
type Chosen = Mapping[str, set[int]]


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
    """What somebody asks of a list; whatever makes no sense is left out, but for prices: those are typed by hand."""

    sort: Sort
    usual_sort: Sort
    choice: Mapping[str, Sequence[str]] = field(default_factory=dict)
    price_known: bool = False
    price: PriceRange = field(default_factory=PriceRange)
    page: int = 1

    @classmethod
    def of(cls, data: QueryDict, kind: Kind) -> "Query":
        """Read the query of an address."""
        page, sort = (str(data.get(name, "")) for name in ("page", "sort"))
        return cls(
            sort=Sort(sort) if sort in kind.sorts else kind.sorts[0],
            usual_sort=kind.sorts[0],
            choice={facet: data.getlist(facet)[:MAX_VALUES] for facet in kind.facets if facet in data},
            price_known=kind.has_prices and data.get("price_known") == "1",
            price=PriceRange.of(data) if kind.has_prices else PriceRange(),
            page=max(1, int(page)) if _is_number(page) else 1,
        )

    @property
    def has_price(self) -> bool:
        """Whether prices narrow the list."""
        return self.price_known or self.price.narrows

    def pairs(self) -> list[tuple[str, str]]:
        """Return the query as pairs for an address, without the page; the same query is the same address."""
        pairs = [(facet, value) for facet, values in self.choice.items() for value in values]
        if self.price_known:
            pairs.append(("price_known", "1"))
        pairs += self.price.typed.items()
        if self.sort != self.usual_sort:
            pairs.append(("sort", self.sort.value))
        return pairs


@dataclass(frozen=True)
class FacetGroup:
    """One facet with boxes for the values that leave something, or are chosen; it is open if one is.

    It has none, and is not shown, while too few rows can answer it. The ``id`` of a box stays the same
    whatever is chosen.
    """

    facet: str
    title: str
    boxes: SafeString
    is_open: bool

    @property
    def is_shown(self) -> bool:
        """Whether enough rows can answer it, or something in it is chosen."""
        return bool(self.boxes)


@dataclass(frozen=True)
class ActiveFilter:
    """A filter that can be taken off: its name, the rest of the query, and how many rows that leaves."""

    name: str
    pairs: list[tuple[str, str]]
    count: int


@dataclass(frozen=True)
class Listing:
    """One page of a list; ``cards`` are what the kind shows of a row, ``priced`` how many have a known price.

    ``sorts`` and ``groups`` are those that are worth choosing from, ``shows_prices`` whether prices are.
    """

    query: Query
    cards: list[Any]
    page: Page[int]
    priced: int
    groups: list[FacetGroup]
    sorts: list[Sort]
    shows_prices: bool
    active: list[ActiveFilter]

    @property
    def count(self) -> int:
        """How many rows are left, on all pages."""
        return self.page.paginator.count

    @property
    def has_filters(self) -> bool:
        """Whether there is anything to narrow or to sort by."""
        return self.shows_prices or len(self.sorts) > 1 or any(group.is_shown for group in self.groups)


def listing(kind: Kind, query: Query, language: str) -> Listing:
    """Return a page of a list in a language; the number of queries does not depend on what is asked."""
    index = kind.index()
    query = replace(query, choice=index.facets.known(query.choice))
    within = _within(index, query)
    chosen = index.facets.chosen(query.choice)
    matching = index.facets.matching(chosen, within=within)
    rows = [row for row in index.orders[query.sort][language] if row in matching]
    page = Paginator(rows, PER_PAGE).get_page(query.page)
    query = replace(query, page=page.number)
    return Listing(
        query=query,
        cards=kind.cards(index, list(page), language),
        page=page,
        priced=len(index.facets.matching(chosen, within=_priced(index, query))),
        groups=_groups(kind, index, query, chosen, within, language),
        sorts=_sorts(kind, index, query, matching),
        shows_prices=kind.has_prices and _shows_prices(index, query, chosen),
        active=_active(index, query, chosen, within, language),
    )


def _is_number(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) <= MAX_DIGITS


def _within(index: DirectoryIndex, query: Query) -> set[int]:
    return _priced(index, query) if query.has_price else index.facets.everything


def _priced(index: DirectoryIndex, query: Query) -> set[int]:
    """Return the rows with a known price of what is chosen, in the range if one is asked for."""
    return index.prices.rows(query.choice.get(PRICED, ()), query.price.low, query.price.high)


def _groups(
    kind: Kind, index: DirectoryIndex, query: Query, chosen: Chosen, within: set[int], language: str
) -> list[FacetGroup]:
    counts = _counts(index, query, chosen, within)
    groups = []
    for facet, title in kind.facets.items():
        ticked = set(query.choice.get(facet, ()))
        boxes = index.boxes[facet, language]
        numbers = {box.value: counts[facet][box.value] for box in boxes}
        shown = []
        if ticked or _enough_answer(index, query, chosen, within, facet, numbers):
            shown = [box for box in boxes if numbers[box.value] or box.value in ticked]
        # Hundreds of boxes: a template takes longer for them than for everything else of the page.
        html = "\n".join(
            f'<div class="choice">{box.before}{" checked" if box.value in ticked else ""}'
            f"{box.after}({numbers[box.value]})</span></label></div>"
            for box in shown
        )
        groups.append(FacetGroup(facet, str(title), SafeString(html), is_open=not ticked.isdisjoint(numbers)))
    return groups


def _enough_answer(
    index: DirectoryIndex, query: Query, chosen: Chosen, within: set[int], facet: str, counts: Mapping[str, int]
) -> bool:
    """Whether enough rows have any of the values that are counted, beside what is chosen in the other facets."""
    if any(count >= FEWEST_ROWS for count in counts.values()):
        return True
    if facet == PRICED and query.has_price:
        # Each by its own price, as in ``_counts``; without values the prices of anything would count.
        within = index.prices.rows(counts, query.price.low, query.price.high) if counts else set()
    rest = index.facets.matching(chosen, within=within, but=facet)
    able = set[int]().union(*map(index.facets.facets[facet].__getitem__, counts))
    return len(able & rest) >= FEWEST_ROWS


def _sorts(kind: Kind, index: DirectoryIndex, query: Query, matching: set[int]) -> list[Sort]:
    """Return the sorts that enough of the rows can answer; the usual one and the one in use always."""
    able = dict.fromkeys(kind.sorts, matching)
    if Sort.PRICE in able:
        able[Sort.PRICE] = matching & index.prices.lowest.keys()
    always = {query.usual_sort, query.sort}
    return [sort for sort, rows in able.items() if sort in always or len(rows) >= FEWEST_ROWS]


def _shows_prices(index: DirectoryIndex, query: Query, chosen: Chosen) -> bool:
    """Whether enough of the rows have a known price, or somebody asked for one."""
    known = index.prices.rows(query.choice.get(PRICED, ()), None, None)
    enough = len(index.facets.matching(chosen, within=known)) >= FEWEST_ROWS
    return enough or query.has_price or bool(query.price.typed)


def _counts(index: DirectoryIndex, query: Query, chosen: Chosen, within: set[int]) -> dict[str, dict[str, int]]:
    """Return how many rows each value would leave, a procedure those where its own price is in the range."""
    counts = index.facets.counts(chosen, within=within)
    if query.has_price:
        rest = index.facets.matching(chosen, but=PRICED)
        counts[PRICED] = {
            code: len(index.prices.rows([code], query.price.low, query.price.high) & rest) for code in counts[PRICED]
        }
    return counts


def _active(index: DirectoryIndex, query: Query, chosen: Chosen, within: set[int], language: str) -> list[ActiveFilter]:
    active = []
    for facet, values in query.choice.items():
        for value in values:
            rest = [other for other in values if other != value]
            fewer = replace(query, choice={**query.choice, facet: rest})
            others = {other: rows for other, rows in chosen.items() if other != facet}
            left = index.facets.matching(
                others | index.facets.chosen({facet: rest}),
                within=_within(index, fewer) if facet == PRICED else within,
            )
            name = index.name_of(facet, value, language) or value
            active.append(ActiveFilter(name, fewer.pairs(), len(left)))
    if query.has_price:
        free = replace(query, price_known=False, price=PriceRange())
        active.append(ActiveFilter(str(_("Price")), free.pairs(), len(index.facets.matching(chosen))))
    return active
