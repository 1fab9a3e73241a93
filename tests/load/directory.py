"""How long the lists of a big directory take, and the first one after a change.

Started as ``python -m tests.load.directory ROUNDS``, with a PostgreSQL in the environment that
``tests.load.made_up`` filled; prints JSON. Pages go through the whole WSGI application, and nothing
keeps them.
"""

import json
import os
import random
import resource
import statistics
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlencode

import django
from django.conf import settings

from tests.load.worker import Browser

LANGUAGES = ("en", "ru", "ar")
QUERIES = 30
FACETS = 3
# How many values of a facet somebody ticks; what few rows have is ticked more often.
MOST_VALUES = {"condition": 8, "procedure": 8, "city": 6}
CHANGES = 5
# A page whose address has a parameter that nobody reads is not kept as a whole.
NOT_KEPT = "measured=1"


@dataclass(frozen=True)
class Kind:
    """What is asked of a list; ``prices`` asks for a range of prices as well."""

    name: str
    path: str
    facets: int = FACETS
    sort: str = ""
    prices: bool = False


KINDS = (
    Kind("clinics by points", "clinics"),
    Kind("clinics by price", "clinics", sort="price"),
    Kind("clinics by name", "clinics", sort="name"),
    Kind("clinics in a range of prices", "clinics", prices=True),
    Kind("doctors", "doctors"),
    Kind("care assistants", "care-assistants", facets=2),
    Kind("all clinics", "clinics", facets=0),
    Kind("all doctors", "doctors", facets=0),
)


@dataclass
class Times:
    """Milliseconds of first and of deep pages, and how many queries there were."""

    first: list[float] = field(default_factory=list)
    deep: list[float] = field(default_factory=list)
    queries: set[int] = field(default_factory=set)

    def add(self, other: "Times") -> None:
        """Take over what another one has."""
        self.first += other.first
        self.deep += other.deep
        self.queries |= other.queries

    def summary(self) -> dict[str, list[float]]:
        """Return (95th of 100 parts, median) of first and of deep pages, and the numbers of queries."""
        found = {
            name: [p95(times), statistics.median(times)] for name, times in vars(self).items() if name != "queries"
        }
        return {**found, "queries": sorted(self.queries)}


def p95(times: list[float]) -> float:
    """Return what 95 of 100 do not reach."""
    return statistics.quantiles(times, n=20)[-1]


class Visitor:
    """Somebody who looks at lists: knows their values, and how many pages there are."""

    def __init__(self, chance: random.Random) -> None:
        from django.core.wsgi import get_wsgi_application

        from clinics.selectors.clinic_list import CLINICS
        from clinics.selectors.people import CARE_ASSISTANTS, DOCTORS

        self.browser = Browser(get_wsgi_application())
        self.chance = chance
        self.lists = {"clinics": CLINICS, "doctors": DOCTORS, "care-assistants": CARE_ASSISTANTS}

    def address(self, kind: Kind) -> tuple[str, str]:
        """Return the addresses of a first and of a deep, full page that somebody asks for."""
        from django.http import QueryDict

        from clinics.selectors import directory

        there = self.lists[kind.path]
        while True:
            pairs = self._choice(kind)
            asked = directory.Query.of(QueryDict(urlencode(pairs)), there)
            pages = directory.listing(there, asked, "en").page.paginator.num_pages
            if pages > 2:
                path = f"/{self.chance.choice(LANGUAGES)}/{kind.path}/"
                deep = [*pairs, ("page", str(pages - 1))]
                return f"{path}?{urlencode(pairs)}", f"{path}?{urlencode(deep)}"

    def look(self, address: str) -> float:
        """Return the milliseconds that a page takes."""
        address += f"{'&' if '?' in address else '?'}{NOT_KEPT}"
        started = time.perf_counter()
        self.browser.request("GET", address)
        taken = (time.perf_counter() - started) * 1000
        if self.browser.status[:3] != "200":
            raise SystemExit(f"{address} answered {self.browser.status}")
        return taken

    def count(self, address: str) -> int:
        """Return how many queries a page takes, beside the one for the version of the content, once a second."""
        from portal.core.caching import content_version
        from tests.load.calls import count_statements

        content_version.current()
        return count_statements(partial(self.look, address))

    def _choice(self, kind: Kind) -> list[tuple[str, str]]:
        facets = self.lists[kind.path].index().facets.facets
        pairs = [
            (facet, value)
            for facet in self.chance.sample(sorted(facets), kind.facets)
            for value in self._some(sorted(facets[facet]), MOST_VALUES.get(facet, 3))
        ]
        if kind.prices:
            low = self.chance.randint(1, 40) * 100
            pairs += [("price_from", str(low)), ("price_to", str(low + 8_000))]
        return [*pairs, ("sort", kind.sort)] if kind.sort else pairs

    def _some(self, values: list[str], most: int) -> list[str]:
        return self.chance.sample(values, min(len(values), self.chance.randint(2, most)))


def measure(visitor: Visitor, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Look at first and deep pages in turns; return a summary by kind and of all."""
    found: dict[str, dict[str, list[float]]] = {}
    everything = Times()
    for kind in KINDS:
        times = _measure(visitor, kind, rounds)
        everything.add(times)
        found[kind.name] = times.summary()
    return {**found, "all": everything.summary()}


def _measure(visitor: Visitor, kind: Kind, rounds: int) -> Times:
    addresses = [visitor.address(kind) for _ in range(QUERIES)]
    times = Times(queries={visitor.count(address) for pair in addresses for address in pair})
    for _ in range(rounds):
        for first, deep in addresses:
            times.first.append(visitor.look(first))
            times.deep.append(visitor.look(deep))
    return times


def after_changes(visitor: Visitor) -> dict[str, list[float]]:
    """Return the median and the longest seconds of the first list after a change."""
    from clinics import versions

    found = {}
    for path in visitor.lists:
        taken = []
        for _ in range(CHANGES):
            versions.renew()
            taken.append(visitor.look(f"/en/{path}/") / 1000)
        found[path] = [statistics.median(taken), max(taken)]
    return found


def megabytes() -> float:
    """Return the most memory that this process had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main(rounds: int) -> None:
    """Look at the lists and print."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    # Its version is read once a second, which would be one more query of some page.
    settings.CACHES.pop("pages")
    visitor = Visitor(random.Random(2))
    visitor.look("/en/conditions/")
    memory = [megabytes()]
    for path in visitor.lists:
        visitor.look(f"/en/{path}/")
    memory.append(megabytes())
    pages, changes = measure(visitor, rounds), after_changes(visitor)
    print(json.dumps({"pages": pages, "changes": changes, "megabytes": [*memory, megabytes()]}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
