"""Facets that combine: which rows of a list have which values, as sets of the numbers of rows.

A choice is OR inside a facet and AND between facets; the number beside a value is how many rows there
would be with that value, whatever else is chosen in its own facet.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from operator import and_

# What is chosen: values by facet. An empty facet is none.
type Choice = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class FacetIndex:
    """All rows of a list, those that have each value of each facet, and the values of each row in each facet."""

    everything: set[int]
    facets: Mapping[str, Mapping[str, set[int]]]
    values: Mapping[str, Sequence[Sequence[str]]]

    @classmethod
    def of(
        cls,
        size: int,
        rows: Mapping[str, Mapping[str, set[int]]],
        values: Mapping[str, Iterable[str]] | None = None,
    ) -> "FacetIndex":
        """Return the index of the rows, 0 up to ``size``, of each value of each facet.

        ``values`` names those that there are even if no row has them: whoever chooses one gets nothing.
        """
        facets = {
            facet: {value: set[int]() for value in (values or {}).get(facet, ())} | dict(numbers)
            for facet, numbers in rows.items()
        }
        return cls(set(range(size)), facets, {facet: _values_by_row(size, facets[facet]) for facet in facets})

    def known(self, choice: Choice) -> dict[str, list[str]]:
        """Return the part of a choice that there is: known facets and values, each once."""
        known = {
            facet: [value for value in dict.fromkeys(choice.get(facet, ())) if value in values]
            for facet, values in self.facets.items()
        }
        return {facet: values for facet, values in known.items() if values}

    def having(self, facet: str, values: Iterable[str]) -> set[int]:
        """Return the rows that have any of some values of a facet."""
        return set[int]().union(*map(self.facets[facet].__getitem__, values))

    def select(self, choice: Choice, *, within: set[int] | None = None) -> "Selection":
        """Return the rows that a choice leaves, of all or of some."""
        chosen = {facet: self.having(facet, values) for facet, values in self.known(choice).items()}
        some = self.everything if within is None else within
        rows = _common([*chosen.values(), some])
        others = {but: _common([*(chosen[facet] for facet in chosen if facet != but), some]) for but in chosen}
        return Selection(self, rows, others)


@dataclass(frozen=True)
class Selection:
    """The rows that a choice leaves, and those that it would leave without each of its facets."""

    index: FacetIndex
    rows: set[int]
    others: Mapping[str, set[int]]

    def without(self, facet: str) -> set[int]:
        """Return the rows that the other facets leave."""
        return self.others.get(facet, self.rows)

    def counts(self, facet: str) -> Mapping[str, int]:
        """Return how many rows each value would leave beside what is chosen in the other facets."""
        rows = self.without(facet)
        if len(rows) == len(self.index.everything):
            return {value: len(numbers) for value, numbers in self.index.facets[facet].items()}
        values = self.index.values[facet]
        return Counter(chain.from_iterable([values[row] for row in rows]))


def _common(parts: list[set[int]]) -> set[int]:
    """Return the rows of all parts, the fewest first: each step looks at the rows of the smaller side."""
    return reduce(and_, sorted(parts, key=len))


def _values_by_row(size: int, rows: Mapping[str, set[int]]) -> list[tuple[str, ...]]:
    values: list[list[str]] = [[] for _row in range(size)]
    for value, numbers in rows.items():
        for row in numbers:
            values[row].append(value)
    return list(map(tuple, values))
