"""The whole portal behind nginx under load, with one fault after the other; see test_storm.

Faults and their moments come from a seed, so that a run can be repeated.
"""

import itertools
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

import httpx
from django.db import connection

from portal.core.models import OutboxItem
from tests.faults.harness import KillHarness
from tests.faults.visitor import FORM, REFERENCE, Visitor
from tests.services import MailServer, Nginx, Portal, Postgres, Process, RedisServer
from tests.services.engine import Engine
from tests.services.process import PROJECT, wait_until

CLIENTS = 8
# A person who saw an error does not try again at once.
REST_AFTER_ERROR_SECONDS = 2
PDF_SHARE = 0.2

KILLED = ("web", "web-2", "worker", "relay", "beat", "redis", "postgres", "smtp")
CHILD = "child of web"
FROZEN = ("redis frozen", "smtp frozen")
REFUSED = "smtp says 451"
ROLLING = "rolling restart"
WEBS = ("web", "web-2", CHILD, ROLLING)
FAULTS = (*KILLED, CHILD, *FROZEN, REFUSED, ROLLING)


@dataclass(frozen=True)
class Fault:
    """What goes wrong, how long after the fault before, and for how long."""

    what: str
    after: float
    lasts: float


def plan(seed: int, *, rounds: int, leave_out: tuple[str, ...] = ()) -> list[Fault]:
    """Return each kind of fault ``rounds`` times, in an order and at moments that the seed decides."""
    chance = random.Random(seed)
    faults: list[Fault] = []
    for _ in range(rounds):
        kinds = [kind for kind in FAULTS if kind not in leave_out]
        chance.shuffle(kinds)
        faults += [Fault(kind, round(chance.uniform(0.3, 1.5), 2), round(chance.uniform(0.2, 2), 2)) for kind in kinds]
    return faults


class Storm(KillHarness):
    """Clients who send every form twice at once, through nginx, while faults happen."""

    def __init__(
        self,
        portal: Portal,
        redis: RedisServer,
        mail: MailServer,
        postgres: Postgres,
        nginx: Nginx,
        engine: Engine,
        *,
        seed: int,
    ) -> None:
        super().__init__(portal, redis, mail)
        self.processes |= {"smtp": mail, "postgres": postgres}
        self.nginx = nginx
        self.engine = engine
        self.seed = seed
        self.rest_seconds = (0.05, 0.05)  # of a client between two forms, from and to
        self.numbers = itertools.count()
        self.lock = threading.Lock()
        self.posts = 0
        self.errors: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.two_cases: list[set[str]] = []
        self.hands = threading.Lock()  # of whoever stops and starts processes

    def weather(self, faults: list[Fault], *, at_least: int) -> None:
        """Let the clients send until all faults have happened and ``at_least`` requests are acknowledged."""
        stop = threading.Event()
        clients = [threading.Thread(target=self.keep_sending, args=(stop, number)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            wait_until(lambda: len(self.sent) >= CLIENTS, seconds=90, what="the clients are sending")
            with self.restarts():
                for fault in faults:
                    time.sleep(fault.after)
                    with self.hands:
                        self.happen(fault)
                    self.done[fault.what] += 1
            wait_until(lambda: len(self.sent) >= at_least, seconds=1200, what=f"{at_least} requests are acknowledged")
        finally:
            stop.set()
            for client in clients:
                client.join()

    # ── Faults ──

    def happen(self, fault: Fault) -> None:
        """Let a fault come and go. One web service at a time: the other one has to be there to take over."""
        if fault.what in WEBS:
            for port in (self.portal.port, self.portal.second_port):
                wait_until(partial(self.portal.answers, port), seconds=90, what=f"a web answers before {fault.what}")
        if fault.what == ROLLING:
            script = [PROJECT / "bin" / "rolling-restart"]
            subprocess.run(script, check=True, capture_output=True, env=self.engine.env)
        elif fault.what == CHILD:
            kill_child(self.portal["web"])
        elif fault.what in FROZEN:
            server = self.processes[fault.what.split()[0]]
            server.freeze()
            time.sleep(fault.lasts)
            server.thaw()
        elif fault.what == REFUSED:
            self.mail.refuse(451)
            time.sleep(fault.lasts)
            self.mail.accept()
        else:
            self.record_kill(fault.what)
            self.processes[fault.what].kill()
            time.sleep(fault.lasts)
            self.processes[fault.what].start()
            connection.close()  # it may lead to the PostgreSQL that is no more

    @contextmanager
    def restarts(self) -> Iterator[None]:
        """Start a web service again that ended by itself, as the container engine does."""
        stop = threading.Event()

        def watch() -> None:
            while not stop.wait(0.2):
                with self.hands:
                    for name in ("web", "web-2"):
                        if not self.portal[name].is_running:
                            self.portal[name].kill()  # children that it left behind would keep the port
                            self.portal[name].start()

        thread = threading.Thread(target=watch)
        thread.start()
        yield
        stop.set()
        thread.join()

    # ── Clients ──

    def keep_sending(self, stop: threading.Event, number: int) -> None:
        chance = random.Random(self.seed * 1000 + number)
        while not stop.is_set():
            try:
                self.send_twice(wants_estimate=chance.random() < PDF_SHARE)
            except (httpx.HTTPError, AssertionError) as error:
                with self.lock:
                    self.errors[f"{type(error).__name__}: {str(error).splitlines()[0][:60]}"] += 1
                stop.wait(REST_AFTER_ERROR_SECONDS)
            stop.wait(chance.uniform(*self.rest_seconds))

    def send_twice(self, *, wants_estimate: bool) -> None:
        """Fill in the form and send it twice at the same moment, as a double click does."""
        email = f"patient{next(self.numbers)}@example.org"
        fields = {"condition": "liver-metastases", "procedure": "surgery"} if wants_estimate else {}
        with self.nginx.client() as client, Visitor(self.nginx.url, client=client) as visitor:
            page = visitor.open(FORM)
            post = partial(visitor.post, FORM, page, visitor.answers(email=email, **fields))
            with ThreadPoolExecutor(2) as pool:
                sends = [pool.submit(post), pool.submit(post)]
            references = set()
            for send in sends:
                with self.lock:
                    self.posts += 1
                try:
                    response = send.result()
                    assert response.status_code == 302, f"{response.status_code} for a submission"
                    references.add(REFERENCE.findall(response.headers["Location"])[0])
                except (httpx.HTTPError, AssertionError) as error:
                    with self.lock:
                        self.errors[f"{type(error).__name__}: {str(error).splitlines()[0][:60]}"] += 1
        with self.lock:
            if len(references) > 1:
                self.two_cases.append(references)
            for reference in references:
                self.sent[reference] = email
                if not wants_estimate:
                    self.plain.add(reference)

    # ── The end ──

    def everything_out(self, seconds: float) -> bool:
        """Whether every row of the outbox is delivered within some seconds."""
        with suppress(TimeoutError):
            unsent = OutboxItem.objects.exclude(state=OutboxItem.State.SENT)
            wait_until(lambda: not unsent.exists(), seconds=seconds, what="every row is delivered")
            return True
        return False

    def error_share(self) -> float:
        """Part of the sends that a visitor saw fail."""
        return self.errors.total() / max(1, self.posts)


def kill_child(process: Process) -> None:
    """SIGKILL one child of a granian, which starts another one."""
    found = subprocess.run(
        ["ps", "--ppid", str(process.pid), "-o", "pid="], capture_output=True, text=True, check=False
    )
    for pid in found.stdout.split()[:1]:
        subprocess.run(["kill", "-9", pid], check=False)
