"""Long work on SQLite and a folder as queue: a worker dies in the middle, and each piece is done once."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import environment
from tests.faults.test_long_work import TABLE
from tests.services.process import PROJECT, Process, wait_until

pytestmark = pytest.mark.faults

MODULE = "tests.faults.long_kind"
# As `manage.py serve` starts it.
WORKER = (
    f"celery -A {MODULE} --quiet worker --loglevel WARNING --without-mingle --without-gossip"
    " --pool solo --without-heartbeat --queues long --hostname long@%h --concurrency 1"
)
PIECES, PATIENCE = 12, 90
# All migrations take a minute; these tables are what relay and worker ask for.
ADD = f"""
import uuid
from django.db import connection
from portal.core.delivery import outbox
from portal.core.models import Alert, AlertNotice, Heartbeat, OutboxItem
with connection.schema_editor() as editor:
    for model in (OutboxItem, Heartbeat, Alert, AlertNotice):
        editor.create_model(model)
connection.cursor().execute({TABLE!r})
outbox.add([outbox.new(outbox.Kind("test.pieces"), uuid.uuid4(), dedupe_key="one", recipient_id={PIECES})])
"""


class Installation:
    """Relay and long worker on a folder."""

    def __init__(self, folder: Path) -> None:
        unset = {*environment.variables("", "")} - {"DJANGO_SETTINGS_MODULE"}
        self.folder, self.env = folder, {key: value for key, value in os.environ.items() if key not in unset}
        self.env |= {"VAR_DIR": str(folder), "OUTBOX_LEASE_SECONDS": "4"}
        self.env["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser"
        for name in ("messages", "control", "processed"):
            (folder / "queue" / name).mkdir(parents=True)
        self.worker, self.relay = self.process("long", *WORKER.split()), self.process("relay", MODULE, "relay")

    def process(self, name: str, *words: str) -> Process:
        return Process([sys.executable, "-m", *words], log=self.folder / f"{name}.log", env=self.env)

    def ask(self, question: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "portal.sqlite3", timeout=20)) as database:
            return database.execute(question).fetchall()

    def row(self) -> tuple[object, ...]:
        [row] = self.ask("SELECT state, attempts, progress_done FROM core_outboxitem")
        return row

    def pieces(self) -> list[tuple[object, ...]]:
        return self.ask("SELECT piece, pid FROM test_piece ORDER BY at")

    def output(self) -> str:
        return self.worker.output() + self.relay.output()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path)
    command = [sys.executable, "-m", MODULE, "shell", "--no-imports", "--command", ADD]
    subprocess.run(command, check=True, cwd=PROJECT, env=installation.env)
    yield installation
    for process in (installation.worker, installation.relay):
        if process.is_running:
            process.kill()


def test_what_a_killed_worker_left_is_gone_on_with(installation: Installation) -> None:
    installation.worker.start()
    installation.relay.start()
    wait_until(lambda: len(installation.pieces()) >= 4, seconds=PATIENCE, what=f"4 pieces\n{installation.output()}")
    installation.worker.kill()
    installation.worker.start()
    wait_until(lambda: installation.row()[0] == "sent", seconds=PATIENCE, what=f"all\n{installation.output()}")
    assert installation.row() == ("sent", 2, PIECES)
    assert [piece for piece, _pid in installation.pieces()] == list(range(PIECES))
    assert len({pid for _piece, pid in installation.pieces()}) == 2


def test_a_worker_that_stops_leaves_the_rest_at_once(installation: Installation) -> None:
    installation.worker.start()
    installation.relay.start()
    wait_until(lambda: len(installation.pieces()) >= 2, seconds=PATIENCE, what=f"2 pieces\n{installation.output()}")
    installation.relay.stop()
    installation.worker.stop()
    state, attempts, _done = installation.row()
    assert (state, attempts) == ("queued", 1)
    assert 2 <= len(installation.pieces()) < PIECES
