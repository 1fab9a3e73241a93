"""What a submission and the desk's queue cost: statements and Python calls, which are the same on every machine.

The bounds leave about a tenth of air. Whoever has to raise one says in the commit what is bought with it.
"""

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import User
from requests.models import Case
from tests.accounts.cast import staff_client
from tests.factories import make_condition, submit
from tests.load import submissions
from tests.requests.conftest import coordinator

pytestmark = pytest.mark.django_db

__all__ = ["coordinator"]

ROOT = Path(project_settings.BASE_DIR)
OURS = tuple(str(ROOT / name) + "/" for name in ("portal", "conditions", "clinics", "requests"))
ROWS = 25


class Calls:
    """Counts the Python functions that are called while something is done, by file and name."""

    def __init__(self, do: Callable[[], Any]) -> None:
        self.found: Counter[tuple[str, str]] = Counter()
        sys.setprofile(self._note)
        try:
            do()
        finally:
            sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            self.found[frame.f_code.co_filename, frame.f_code.co_qualname] += 1

    @property
    def total(self) -> int:
        return self.found.total()

    @property
    def ours(self) -> int:
        return sum(count for (path, _name), count in self.found.items() if path.startswith(OURS))

    def check(self, *, ours: int, total: int) -> None:
        """Fail above the bounds, with the functions that are called most."""
        assert self.ours <= ours, f"{self.ours} calls of our own. Most of them:\n{self._most(OURS)}"
        assert self.total <= total, f"{self.total} calls. Most of them:\n{self._most('')}"

    def _most(self, prefix: str | tuple[str, ...]) -> str:
        rows = [row for row in self.found.most_common() if row[0][0].startswith(prefix)]
        return "\n".join(f"{count:6} {path.removeprefix(f'{ROOT}/')} {name}" for (path, name), count in rows[:30])


def statements(do: Callable[[], Any]) -> list[str]:
    """Return the statements of something, without those that begin and end transactions."""
    with CaptureQueriesContext(connection) as queries:
        do()
    return [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]


def test_a_send_costs_no_more_than_it_did() -> None:
    visitor = Client()

    def post(answers: dict[str, Any]) -> None:
        assert visitor.post("/en/requests/new/", answers).status_code == 302

    post(submissions.portal()[0])  # the first one compiles and reads what a process keeps
    answers = submissions.portal()[0]
    found = statements(lambda: post(answers))
    assert len(found) <= 16, "\n".join(found)
    answers = submissions.portal()[0]
    Calls(lambda: post(answers)).check(ours=500, total=15_000)
    assert Case.objects.count() == 3


def test_the_queue_costs_no_more_than_it_did(coordinator: User) -> None:
    condition = make_condition()
    for number in range(ROWS):
        submit(condition=condition, email=f"person{number}@example.org")
    client = staff_client(coordinator)

    def look() -> None:
        assert client.get("/admin/requests/case/").content.count(b"MR-") >= ROWS

    look()
    found = statements(look)
    assert len(found) <= 19, "\n".join(found)
    Calls(look).check(ours=1_600, total=51_000)
