"""Facets against the naive way: looking at every row."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from clinics.facets import FacetIndex
from clinics.selectors.prices import between

FACETS = ("area", "city", "speaks")
VALUES = ("a", "b", "c")

type Row = dict[str, set[str]]

rows_strategy = st.lists(st.fixed_dictionaries({facet: st.sets(st.sampled_from(VALUES)) for facet in FACETS}))
choices = st.dictionaries(st.sampled_from([*FACETS, "nonsense"]), st.lists(st.sampled_from([*VALUES, "unknown"])))


def index_of(rows: list[Row]) -> FacetIndex:
    having = {
        facet: {value: {n for n, row in enumerate(rows) if value in row[facet]} for value in _there(rows, facet)}
        for facet in FACETS
    }
    return FacetIndex.of(len(rows), having)


def _there(rows: list[Row], facet: str) -> set[str]:
    return set().union(*(row[facet] for row in rows))


def matches(row: Row, choice: dict[str, list[str]], rows: list[Row], but: str = "") -> bool:
    """Look at one row; a value that no row has is no choice."""
    for facet in FACETS:
        wanted = set(choice.get(facet, ())) & _there(rows, facet)
        if facet != but and wanted and not wanted & row[facet]:
            return False
    return True


@given(rows_strategy, choices)
def test_what_is_left_and_every_number_are_right(rows: list[Row], choice: dict[str, list[str]]) -> None:
    index = index_of(rows)
    left = {n for n, row in enumerate(rows) if matches(row, choice, rows)}
    selection = index.select(choice)
    assert selection.rows == left
    for facet, values in index.facets.items():
        for value in values:
            number = sum(value in row[facet] and matches(row, choice, rows, but=facet) for row in rows)
            assert selection.counts(facet).get(value, 0) == number


@given(rows_strategy, choices, st.sets(st.integers(0, 20)))
def test_another_limit_holds_for_rows_and_numbers(
    rows: list[Row], choice: dict[str, list[str]], some: set[int]
) -> None:
    index = index_of(rows)
    within = {n for n in some if n < len(rows)}
    left = {n for n in within if matches(rows[n], choice, rows)}
    selection = index.select(choice, within=within)
    assert selection.rows == left
    for facet, values in index.facets.items():
        for value in values:
            number = sum(value in rows[n][facet] and matches(rows[n], choice, rows, but=facet) for n in within)
            assert selection.counts(facet).get(value, 0) == number


def test_without_rows_there_is_nothing() -> None:
    index = index_of([])
    assert index.select({"area": ["a"]}).rows == set()
    assert [index.select({}).counts(facet) for facet in FACETS] == [{}, {}, {}]


@given(amounts=st.lists(st.integers(0, 9)), low=st.none() | st.integers(0, 9), high=st.none() | st.integers(0, 9))
def test_a_range_has_both_its_ends(amounts: list[int], low: int | None, high: int | None) -> None:
    in_order = sorted((Decimal(amount), row) for row, amount in enumerate(amounts))
    found = between(in_order, *(None if end is None else Decimal(end) for end in (low, high)))
    inside = {
        row for row, amount in enumerate(amounts) if (low is None or amount >= low) and (high is None or amount <= high)
    }
    assert found == inside
