"""A list of the directory: what was asked for, what is left, and what each further choice would leave."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clinics.enums import Sort
from clinics.facets import Selection
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
    # What is chosen, whatever it costs, and what of it is in the range of prices.
    selection = index.facets.select(query.choice)
    with_price = _priced(index, query, query.choice.get(PRICED, ()))
    priced = index.facets.select(query.choice, within=with_price) if query.has_price else selection
    rows = [row for row in index.orders[query.sort][language] if row in priced.rows]
    page = Paginator(rows, PER_PAGE).get_page(query.page)
    query = replace(query, page=page.number)
    return Listing(
        query=query,
        cards=kind.cards(index, list(page), language),
        page=page,
        priced=len(priced.rows & with_price),
        groups=_groups(kind, index, query, selection, priced, language),
        sorts=_sorts(kind, index, query, priced.rows),
        shows_prices=kind.has_prices and _shows_prices(index, query, selection),
        active=_active(index, query, selection, priced, language),
    )


def _is_number(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) <= MAX_DIGITS


def _priced(index: DirectoryIndex, query: Query, procedures: Iterable[str]) -> set[int]:
    """Return the rows with a known price of these procedures, or of any, in the range if one is asked for."""
    return index.prices.rows(procedures, query.price.low, query.price.high)


def _groups(
    kind: Kind, index: DirectoryIndex, query: Query, selection: Selection, priced: Selection, language: str
) -> list[FacetGroup]:
    groups = []
    for facet, title in kind.facets.items():
        ticked = set(query.choice.get(facet, ()))
        boxes = index.boxes[facet, language]
        if facet == PRICED and query.has_price:
            counts = _counts_by_own_price(index, query, selection, [box.value for box in boxes])
        else:
            counts = priced.counts(facet)
        numbers = {box.value: counts.get(box.value, 0) for box in boxes}
        shown = []
        if ticked or _enough_answer(index, query, selection, priced, facet, numbers):
            shown = [box for box in boxes if numbers[box.value] or box.value in ticked]
        # Hundreds of boxes: a template takes longer for them than for everything else of the page.
        html = "\n".join(
            f'<div class="choice">{box.before}{" checked" if box.value in ticked else ""}'
            f"{box.after}({numbers[box.value]})</span></label></div>"
            for box in shown
        )
        groups.append(FacetGroup(facet, str(title), SafeString(html), is_open=not ticked.isdisjoint(numbers)))
    return groups


def _counts_by_own_price(
    index: DirectoryIndex, query: Query, selection: Selection, procedures: list[str]
) -> Mapping[str, int]:
    """Return how many rows each procedure would leave where its own price is in the range."""
    rows = selection.without(PRICED)
    return {code: len(_priced(index, query, [code]) & rows) for code in procedures}


def _enough_answer(
    index: DirectoryIndex,
    query: Query,
    selection: Selection,
    priced: Selection,
    facet: str,
    counts: Mapping[str, int],
) -> bool:
    """Whether enough rows have any of the values that are counted, beside what is chosen in the other facets."""
    if any(count >= FEWEST_ROWS for count in counts.values()):
        return True
    if sum(counts.values()) < FEWEST_ROWS:
        return False
    if facet == PRICED and query.has_price:
        able = _priced(index, query, counts) & selection.without(PRICED)
    else:
        able = index.facets.having(facet, counts) & priced.without(facet)
    return len(able) >= FEWEST_ROWS


def _sorts(kind: Kind, index: DirectoryIndex, query: Query, matching: set[int]) -> list[Sort]:
    """Return the sorts that enough of the rows can answer; the usual one and the one in use always."""
    able = dict.fromkeys(kind.sorts, matching)
    if Sort.PRICE in able:
        able[Sort.PRICE] = matching & index.prices.lowest.keys()
    always = {query.usual_sort, query.sort}
    return [sort for sort, rows in able.items() if sort in always or len(rows) >= FEWEST_ROWS]


def _shows_prices(index: DirectoryIndex, query: Query, selection: Selection) -> bool:
    """Whether enough of the rows have a known price, or somebody asked for one."""
    known = index.prices.rows(query.choice.get(PRICED, ()), None, None)
    return query.has_price or bool(query.price.typed) or len(selection.rows & known) >= FEWEST_ROWS


def _active(
    index: DirectoryIndex, query: Query, selection: Selection, priced: Selection, language: str
) -> list[ActiveFilter]:
    active = []
    for facet, values in query.choice.items():
        by_own_price = facet == PRICED and query.has_price
        without = (selection if by_own_price else priced).without(facet)
        having = {value: index.facets.facets[facet][value] & without for value in values}
        for value in values:
            rest = [other for other in values if other != value]
            left = set[int]().union(*map(having.__getitem__, rest)) if rest else without
            if by_own_price:
                left = left & _priced(index, query, rest)
            name = index.name_of(facet, value, language) or value
            fewer = replace(query, choice={**query.choice, facet: rest})
            active.append(ActiveFilter(name, fewer.pairs(), len(left)))
    if query.has_price:
        free = replace(query, price_known=False, price=PriceRange())
        active.append(ActiveFilter(str(_("Price")), free.pairs(), len(selection.rows)))
    return active
