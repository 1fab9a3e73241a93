"""What a piece of work takes that is the same on every machine: statements, and calls of Python functions.

``python -m tests.load.calls /en/conditions/`` prints the functions that a page calls most, ours first.
"""

import gc
import gzip
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from django.db import connection

PROJECT = Path(__file__).parent.parent.parent
OURS = tuple(f"{PROJECT / package}/" for package in ("portal", "conditions", "clinics", "requests"))
WARM_UP = 2
SHOWN = 25


@dataclass(frozen=True)
class Cost:
    """What a piece of work takes, or the most that it may take.

    ``own_calls`` are those of our packages, ``bytes`` what a page weighs after gzip.
    """

    statements: int
    calls: int
    own_calls: int
    bytes: int = 0


def cost(work: Callable[[], object]) -> Cost:
    """Return what work takes once whatever it caches is warm; it is done four times."""
    answers = [work() for _ in range(WARM_UP)]
    size = len(gzip.compress(answers[-1], 6)) if isinstance(answers[-1], bytes) else 0
    statements, calls = count_statements(work), count_calls(work)
    own_calls = sum(count for code, count in calls.items() if is_ours(code))
    return Cost(statements, calls.total(), own_calls, size)


def excess(name: str, taken: Cost, most: Cost) -> list[str]:
    """Return a sentence for each figure of a cost that is higher than it may be."""
    limits = vars(most)
    return [
        f"{name}: {value:,} {figure.replace('_', ' ')}, {value - limits[figure]:,} more than the {limits[figure]:,} allowed"
        for figure, value in vars(taken).items()
        if value > limits[figure]
    ]


def count_calls(work: Callable[[], object]) -> Counter[CodeType]:
    """Return how often each Python function is called; a generator counts each time that it goes on."""
    calls: Counter[CodeType] = Counter()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            calls[frame.f_code] += 1

    # A collection calls finalizers of whatever ran before.
    gc.collect()
    gc.disable()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        gc.enable()
    return calls


def count_statements(work: Callable[[], object]) -> int:
    """Return how many statements the database is sent."""
    statements: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        work()
    return len(statements)


def is_ours(code: CodeType) -> bool:
    """Whether a function belongs to one of our packages."""
    return code.co_filename.startswith(OURS)


def report(calls: Counter[CodeType]) -> str:
    """Return the functions that were called most, ours first."""
    ours = Counter({code: count for code, count in calls.items() if is_ours(code)})
    lines = []
    for name, found in (("ours", ours), ("others", calls - ours)):
        lines += [f"{found.total():,} calls of {name}", *map(_line, found.most_common(SHOWN)), ""]
    return "\n".join(lines)


def _line(called: tuple[CodeType, int]) -> str:
    code, count = called
    file = code.co_filename.removeprefix(f"{PROJECT}/").partition("site-packages/")
    return f"{count:>9,}  {code.co_qualname}  {file[2] or file[0]}:{code.co_firstlineno}"


def main(paths: list[str]) -> None:
    """Print the cost and the report of each page, on the content that the tests of the bounds have."""
    from tests import environment
    from tests.releases.fill import create_database

    environment.prepare()
    create_database(os.environ["DATABASE_URL"])
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    from tests.load import made_up
    from tests.load.worker import Browser

    # As in the tests: every page is made, and its static files have their plain names.
    settings.CACHES.pop("pages")
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    call_command("migrate", verbosity=0)
    call_command("load_content", samples=True, stdout=StringIO())
    made_up.fill_some()
    browser = Browser(get_wsgi_application())
    for path in paths:
        work = partial(browser.request, "GET", path)
        taken = cost(work)
        print(f"{path} answers {browser.status}: {taken}\n")
        print(report(count_calls(work)))


if __name__ == "__main__":
    main(sys.argv[1:])
