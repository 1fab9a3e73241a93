"""Facets that combine: which rows of a list have which values, as sets of the numbers of rows.

A choice is OR inside a facet and AND between facets; the number beside a value is how many rows there
would be with that value, whatever else is chosen in its own facet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_

# What is chosen: values by facet. An empty facet is none.
type Choice = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class FacetIndex:
    """All rows of a list, and those that have each value of each facet."""

    everything: set[int]
    facets: Mapping[str, Mapping[str, set[int]]]

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
        return cls(set(range(size)), facets)

    def known(self, choice: Choice) -> dict[str, list[str]]:
        """Return the part of a choice that there is: known facets and values, each once."""
        known = {
            facet: [value for value in dict.fromkeys(choice.get(facet, ())) if value in values]
            for facet, values in self.facets.items()
        }
        return {facet: values for facet, values in known.items() if values}

    def chosen(self, choice: Choice) -> dict[str, set[int]]:
        """Return the rows that each facet of a choice leaves by itself."""
        return {
            facet: set[int]().union(*map(self.facets[facet].__getitem__, values))
            for facet, values in self.known(choice).items()
        }

    def matching(self, chosen: Mapping[str, set[int]], *, within: set[int] | None = None, but: str = "") -> set[int]:
        """Return the rows that all facets leave together; ``but`` names a facet that does not count."""
        parts = [rows for facet, rows in chosen.items() if facet != but]
        parts.append(self.everything if within is None else within)
        # The fewest first: each step looks at the rows of the smaller side.
        return reduce(and_, sorted(parts, key=len))

    def counts(self, chosen: Mapping[str, set[int]], *, within: set[int] | None = None) -> dict[str, dict[str, int]]:
        """Return how many rows each value would leave beside what is chosen in the other facets."""
        counts = {}
        for facet, values in self.facets.items():
            rest = self.matching(chosen, within=within, but=facet)
            is_narrowed = len(rest) < len(self.everything)
            counts[facet] = {value: len(rows & rest if is_narrowed else rows) for value, rows in values.items()}
        return counts
