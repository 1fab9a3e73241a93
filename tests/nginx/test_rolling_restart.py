"""Web services restart one after the other, or die, and no visitor sees an error."""

import itertools
import re
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx
import pytest

from requests.models import Case
from tests.faults.conftest import QUICK
from tests.faults.visitor import Visitor
from tests.nginx.stub import OPERATOR
from tests.services import Nginx
from tests.services.engine import Engine
from tests.services.process import PROJECT, wait_until
from tests.services.stack import Stack

READERS = 4
SENDERS = 2
PAUSE_SECONDS = 0.1


@pytest.fixture(scope="module")
def site(shared_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Two web processes behind nginx and a `docker` that acts on them, for all tests of this module."""
    portal = shared_stack.portal
    portal.env |= OPERATOR | QUICK
    nginx = Nginx(portal, tmp_path_factory.mktemp("nginx"), tls=True)
    nginx.has_limits = False
    portal.start("web", "web-2")
    nginx.start()
    with tempfile.TemporaryDirectory() as folder:  # the path of a socket has to be short
        stand_in = Engine(portal, nginx, Path(folder) / "e")
        yield stand_in
        stand_in.close()
    nginx.stop()


@pytest.fixture
def engine(site: Engine) -> Engine:
    """The same, all running, asked nothing yet."""
    site.portal.start("web", "web-2")
    site.calls.clear()
    return site


class Load:
    """Visitors who read and send, each time on a new connection; ``seen`` counts what they got."""

    def __init__(self, nginx: Nginx) -> None:
        self.nginx = nginx
        self.stop = threading.Event()
        self.seen: Counter[str] = Counter()
        self.references: list[str] = []
        jobs = [self.read] * READERS + [self.send] * SENDERS
        self.threads = [threading.Thread(target=self.repeat, args=(job,)) for job in jobs]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        wait_until(lambda: self.seen.total() > 20 and bool(self.references), seconds=60, what="the load is on")
        return self

    def __exit__(self, *error: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def repeat(self, job: object) -> None:
        while not self.stop.is_set():
            try:
                job()  # type: ignore[operator]  # read or send
            except (AssertionError, httpx.HTTPError, Exception) as error:  # noqa: BLE001 – each is an error that she saw
                self.seen[f"{type(error).__name__}: {str(error)[:60]}"] += 1
            # Without a pause they take the whole machine, and a restart lasts several times as long.
            self.stop.wait(PAUSE_SECONDS)

    def read(self) -> None:
        with self.nginx.client() as client:
            self.seen[str(client.get("/en/requests/new/").status_code)] += 1

    def send(self) -> None:
        with self.nginx.client() as client, Visitor(self.nginx.url, client=client) as visitor:
            self.references.append(visitor.send(email=f"patient{next(NUMBERS)}@example.org"))
            self.seen["sent"] += 1


NUMBERS = itertools.count()


def test_a_rolling_restart_shows_no_error_and_the_one_that_restarts_is_asked_nothing(engine: Engine) -> None:
    portal, nginx = engine.portal, engine.nginx
    before = {name: portal[name].pid for name in ("web", "web-2")}
    cases = Case.objects.count()
    with Load(nginx) as load:
        done = subprocess.run(
            [PROJECT / "bin" / "rolling-restart"], capture_output=True, text=True, env=engine.env, check=False
        )
        wait_until(lambda: load.seen.total() > 100, seconds=60, what="the load goes on")
    assert done.returncode == 0, f"{done.stderr}\n{engine.failed}"
    assert {name: portal[name].pid for name in before}.items().isdisjoint(before.items())
    assert set(load.seen) == {"200", "sent"}
    assert Case.objects.count() - cases == len(set(load.references)) == load.seen["sent"]
    assert drained(nginx) == []
    words = [call.removeprefix("compose ") for call in engine.calls]
    write, reload = "run --rm nginx-files python manage.py write_nginx /etc/marus/nginx", "exec proxy nginx -c"
    assert [word for word in words if word.startswith((write, "up"))] == [
        "up --detach --no-deps --force-recreate worker long beat relay",
        f"{write} --drain web:8000",
        "up --detach --no-deps --force-recreate --wait web",
        f"{write} --drain web-2:8000",
        "up --detach --no-deps --force-recreate --wait web-2",
        write,
    ]
    assert sum(word.startswith(reload) for word in words) == 3
    assert words[-1] == "run --rm nginx-files python manage.py warm_pages --nginx proxy"


def test_two_deaths_of_web_children_are_survived(engine: Engine) -> None:
    """granian itself gives up when its children die twice in a row; the other service and a restart make it good."""
    portal, cases = engine.portal, Case.objects.count()
    with Load(engine.nginx) as load:
        for _ in range(2):
            kill_children(portal["web"].pid)
            wait_until(
                lambda: not portal["web"].is_running or bool(children(portal["web"].pid)),
                seconds=30,
                what="it ends, or has children again",
            )
        portal["web"].kill()
        portal.start("web")  # as `restart: unless-stopped` does
        wait_until(lambda: load.seen.total() > 100, seconds=60, what="the load goes on")
    errors = {key: count for key, count in load.seen.items() if key not in ("200", "sent")}
    # The connection of a request in the hands of a killed process breaks; GETs and forms that count once go on elsewhere.
    assert errors == {}
    assert Case.objects.count() - cases == len(set(load.references)) == load.seen["sent"]


def test_a_failed_restart_leaves_nobody_drained(engine: Engine) -> None:
    """The last one of the module: its web can never be started again."""
    portal, nginx = engine.portal, engine.nginx
    portal["web"].stop()
    # Nobody waits the minute that it takes to be sure of that.
    portal["web"].command[-1] = "portal.nothing:application"
    portal.start = lambda *names: (_ for _ in ()).throw(TimeoutError("never healthy"))  # type: ignore[method-assign]
    done = subprocess.run([PROJECT / "bin" / "rolling-restart"], capture_output=True, env=engine.env, check=False)
    assert done.returncode != 0
    assert drained(nginx) == []
    with nginx.client() as client:
        assert [client.get("/healthz/").status_code for _ in range(6)] == [200] * 6


def drained(nginx: Nginx) -> list[str]:
    """Return the web processes that get no request."""
    servers = re.findall(r"server (\S+) down;", (nginx.folder / "nginx.conf").read_text())
    return [server for server in servers if server in nginx.portal.env["WEB_SERVERS"].split(",")]


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def kill_children(pid: int) -> None:
    for child in children(pid):
        subprocess.run(["kill", "-9", str(child)], check=False)
