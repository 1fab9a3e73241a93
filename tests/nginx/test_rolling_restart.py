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
from tests.services import Nginx, Portal
from tests.services.engine import Engine
from tests.services.process import PROJECT, wait_until

READERS = 4
SENDERS = 2


@pytest.fixture
def engine(portal: Portal, tls_nginx: Nginx) -> Iterator[Engine]:
    """Two web processes behind nginx, all running, and a `docker` that acts on them."""
    portal.env |= QUICK
    portal.start("web", "web-2")
    tls_nginx.has_limits = False
    tls_nginx.start()
    with tempfile.TemporaryDirectory() as folder:  # the path of a socket has to be short
        stand_in = Engine(portal, tls_nginx, Path(folder) / "e")
        yield stand_in
        stand_in.close()


class Load:
    """Visitors who read and send without a pause, each on a new connection; ``seen`` counts what they got."""

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

    def read(self) -> None:
        with self.nginx.client() as client:
            self.seen[str(client.get("/en/requests/new/").status_code)] += 1

    def send(self) -> None:
        with self.nginx.client() as client, Visitor(self.nginx.url, client=client) as visitor:
            self.references.append(visitor.send(email=f"patient{next(NUMBERS)}@example.org"))
            self.seen["sent"] += 1


NUMBERS = itertools.count()


def test_a_rolling_restart_shows_no_error(portal: Portal, tls_nginx: Nginx, engine: Engine) -> None:
    before = {name: portal[name].pid for name in ("web", "web-2")}
    with Load(tls_nginx) as load:
        done = subprocess.run(
            [PROJECT / "bin" / "rolling-restart"], capture_output=True, text=True, env=engine.env, check=False
        )
        wait_until(lambda: load.seen.total() > 100, seconds=60, what="the load goes on")
    assert done.returncode == 0, f"{done.stderr}\n{engine.failed}"
    assert {name: portal[name].pid for name in before}.items().isdisjoint(before.items())
    assert set(load.seen) == {"200", "sent"}
    assert Case.objects.count() == len(set(load.references)) == load.seen["sent"]
    assert drained(tls_nginx) == []


def test_the_one_that_restarts_is_asked_nothing(portal: Portal, tls_nginx: Nginx, engine: Engine) -> None:
    subprocess.run([PROJECT / "bin" / "rolling-restart"], check=True, capture_output=True, env=engine.env)
    words = [call.removeprefix("compose ") for call in engine.calls]
    write, reload = "run --rm nginx-files python manage.py write_nginx /etc/marus/nginx", "exec proxy nginx -c"
    assert [word for word in words if word.startswith((write, "up"))] == [
        "up --detach --no-deps --force-recreate worker beat relay",
        f"{write} --drain web:8000",
        "up --detach --no-deps --force-recreate --wait web",
        f"{write} --drain web-2:8000",
        "up --detach --no-deps --force-recreate --wait web-2",
        write,
    ]
    assert sum(word.startswith(reload) for word in words) == 3
    assert words[-1] == "run --rm nginx-files python manage.py warm_pages --nginx proxy"


def test_a_failed_restart_leaves_nobody_drained(portal: Portal, tls_nginx: Nginx, engine: Engine) -> None:
    portal["web"].command[-1] = "portal.nothing:application"
    portal["web"].stop()
    portal.start = lambda *names: (_ for _ in ()).throw(TimeoutError("never healthy"))  # type: ignore[method-assign]
    done = subprocess.run([PROJECT / "bin" / "rolling-restart"], capture_output=True, env=engine.env, check=False)
    assert done.returncode != 0
    assert drained(tls_nginx) == []
    with tls_nginx.client() as client:
        assert [client.get("/healthz/").status_code for _ in range(6)] == [200] * 6


def test_two_deaths_of_web_children_are_survived(portal: Portal, tls_nginx: Nginx, engine: Engine) -> None:
    """granian itself gives up when its children die twice in a row; the other service and a restart make it good."""
    with Load(tls_nginx) as load:
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
    assert Case.objects.count() == len(set(load.references)) == load.seen["sent"]


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
