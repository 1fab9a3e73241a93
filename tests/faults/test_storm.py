"""Everything dies in turn behind nginx while eight clients send each form twice: nothing acknowledged is lost."""

import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from portal.accounts.enums import Role
from tests import environment
from tests.factories import make_staff
from tests.faults.conftest import QUICK
from tests.faults.storm import CHILD, FAULTS, KILLED, Fault, Storm, plan
from tests.services import MailServer, Nginx, Portal, Postgres, RedisServer
from tests.services.engine import Engine

pytestmark = pytest.mark.faults

# Another run may be repeated with the seed that it printed: FAULT_SEED=… make test
SEED = int(os.environ.get("FAULT_SEED", "0")) or random.randrange(1, 10**6)
LONG_ROUNDS = 12
LONG_REQUESTS = 2000
SETTLE_SECONDS = 60


@pytest.fixture
def storm(
    tmp_path: Path,
    static_root: Path,
    mortal_database: str,
    postgres_server: Postgres,
    redis_server: RedisServer,
    smtp_sink: MailServer,
) -> Iterator[Storm]:
    """The portal with all of its processes behind nginx with TLS, not started yet."""
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / "static").symlink_to(static_root)
    variables = environment.variables(mortal_database, redis_server.url, smtp_sink.url)
    portal = Portal(folder, {**os.environ, **variables, **QUICK, "NOTICE_MODE": "each", "LOG_LEVEL": "WARNING"})
    nginx = Nginx(portal, tmp_path / "nginx", tls=True)
    make_staff(Role.COORDINATOR, email="desk0@marus.example")
    before = settings.PRIVATE_FILES_DIR
    settings.PRIVATE_FILES_DIR = folder / "files"
    with tempfile.TemporaryDirectory() as short:  # the path of a socket has to be short
        engine = Engine(portal, nginx, Path(short) / "e")
        yield Storm(portal, redis_server, smtp_sink, postgres_server, nginx, engine, seed=SEED)
        engine.close()
    nginx.stop()
    portal.kill()
    settings.PRIVATE_FILES_DIR = before


def run_and_check(storm: Storm, faults: list[Fault], *, at_least: int) -> None:
    print(f"FAULT_SEED={storm.seed}")
    storm.nginx.has_limits = False
    storm.portal.start("web", "web-2", "worker", "relay", "beat")
    storm.nginx.start()
    storm.weather(faults, at_least=at_least)
    is_out = storm.everything_out(SETTLE_SECONDS)
    report = storm.report()
    print(report, storm.done, storm.errors, f"{storm.posts} posts", sep="\n")
    assert storm.done == Counter(fault.what for fault in faults)
    assert len(report.kills) == sum(fault.what in KILLED for fault in faults)
    assert report.missing == []
    assert report.pdfs_missing == []
    assert report.unknown == []
    assert [(item.kind, item.state, item.error) for item in report.unsent] == []
    assert is_out
    assert storm.two_cases == []
    assert len(set(storm.sent.values())) == len(storm.sent), "a double click made two cases"
    assert [mail for mail, names in report.doubled.items() if len(set(names)) > 1] == []


def test_nothing_is_lost_when_everything_dies_in_turn(storm: Storm) -> None:
    # Without a rest they take the whole machine, and whoever died needs a quarter of a minute to start.
    storm.rest_seconds = (1, 4)
    run_and_check(storm, plan(SEED, rounds=1), at_least=40)


@pytest.mark.long
def test_nothing_is_lost_in_a_long_storm(storm: Storm) -> None:
    faults = plan(SEED, rounds=LONG_ROUNDS)
    assert sum(fault.what in (*KILLED, CHILD) for fault in faults) >= 100
    run_and_check(storm, faults, at_least=LONG_REQUESTS)
    assert storm.error_share() <= 0.01, storm.errors


def test_the_storm_sees_the_losses_of_a_naive_delivery(storm: Storm) -> None:
    for name in ("web", "web-2"):
        storm.portal[name].command[-1] = "tests.faults.naive:application"
    worker = storm.portal["worker"]
    worker.command[worker.command.index("-A") + 1] = "tests.faults.naive"
    storm.portal.start("web", "web-2", "worker")
    storm.nginx.start()
    faults = [Fault(what, 0.5, 0.5) for what in 4 * ("worker", "redis")]
    storm.weather(faults, at_least=1)
    storm.settle(seconds=40, quiet=10)
    report = storm.report()
    print(report)
    assert report.first_arrivals, "the naive delivery delivers nothing at all: that proves nothing"
    assert report.missing != []


def test_a_seed_repeats_the_faults() -> None:
    assert plan(7, rounds=3) == plan(7, rounds=3)
    assert plan(7, rounds=3) != plan(8, rounds=3)
    assert Counter(fault.what for fault in plan(7, rounds=3)) == dict.fromkeys(FAULTS, 3)
