"""``manage.py serve``: prepares the embedded default, then runs its five processes."""

import ctypes
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.core.delivery.long_work import QUEUE

# A task may run for 55 seconds, and whoever stops the portal should not lose it.
STOP_SECONDS = 70
LONGEST_REST_SECONDS = 30
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1


class Child:
    """One process in a session of its own, so that Ctrl-C reaches only the parent."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.command = [sys.executable, *command]
        self.process: subprocess.Popen[bytes]
        self.rest_seconds = 1

    def start(self) -> None:
        """Start the process; should the parent be killed, the kernel ends it too."""
        self.started_at = time.monotonic()
        # Celery warns of root at each start; on one's own machine that helps nobody.
        environment = {**os.environ, "PYTHONWARNINGS": "ignore:You're running the worker with superuser"}
        self.process = subprocess.Popen(  # noqa: S603 – the commands below, nothing from outside
            self.command,
            cwd=settings.BASE_DIR,
            env=environment,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            preexec_fn=_die_with_parent,
        )

    def keep_alive(self) -> str:
        """Start the process again if it died, resting longer each time; say so in a sentence."""
        if self.process.poll() is None:
            return ""
        lived = time.monotonic() - self.started_at
        if lived > 60:
            self.rest_seconds = 1
        if lived < self.rest_seconds:
            return ""
        self.rest_seconds = min(self.rest_seconds * 2, LONGEST_REST_SECONDS)
        code = self.process.returncode
        self.end_orphans()
        self.start()
        return f"The {self.name} process ended with {code}; it was started again."

    def end_orphans(self) -> None:
        """End what a killed process left behind in its session: it would keep the port."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def wait(self, seconds: float) -> None:
        """Wait for the end of the process, then end its session; a process that is still there ends with it."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=max(seconds, 0))
        self.end_orphans()
        self.process.wait()


class Command(BaseCommand):
    help = "Runs web, worker, long worker, beat and relay together; in the embedded default prepares its data first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-prepare", action="store_true", help="leave database and static files as they are")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_busy_port(settings.PORT)
        if settings.EMBEDDED and not options["no_prepare"]:
            try:
                with only_one(settings.VAR_DIR / "prepare.lock"):
                    self.prepare()
            except KeyboardInterrupt:
                return
        self.run(children())

    def prepare(self) -> None:
        """Bring database, static files, content and the sample coordinator up to date."""
        self.say("Preparing the database")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("seal", stdout=StringIO())
        call_command("record_consents", stdout=StringIO())
        # The lock names the packages that bring static files of their own.
        sources = [*map(Path, settings.STATICFILES_DIRS), *packages("static"), settings.BASE_DIR / "uv.lock"]
        with unless_done("static", Path(settings.STATIC_ROOT), sources) as is_needed:
            if is_needed:
                self.say("Collecting static files")
                call_command("collectstatic", verbosity=0, interactive=False)
        database = Path(str(settings.DATABASES["default"]["NAME"]))
        with unless_done("content", database, packages()) as is_needed:
            if is_needed:
                self.say("Loading the content")
                call_command("load_content", samples=True, stdout=self.stdout)
        call_command("render_editions", stdout=StringIO())
        call_command("create_sample_coordinator", stdout=self.stdout)

    def run(self, all_children: list[Child]) -> None:
        """Keep the processes alive until SIGINT, SIGTERM or SIGHUP, then stop them gently."""
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: stop.set())
        is_announced = False
        for child in all_children:
            child.start()
        while not stop.wait(0.2):
            for child in all_children:
                if news := child.keep_alive():
                    self.say(news)
            if not is_announced and answers(settings.PORT):
                is_announced = True
                self.say(f"MARUS runs at http://localhost:{settings.PORT} – stop it with Ctrl-C")
        self.say("Stopping")
        deadline = time.monotonic() + STOP_SECONDS
        for child in all_children:
            child.process.terminate()
        for child in all_children:
            child.wait(deadline - time.monotonic())
        self.say("Stopped")

    def say(self, sentence: str) -> None:
        """Print one line of progress at once, even into a file."""
        self.stdout.write(f"→ {sentence}")
        self.stdout.flush()


def children() -> list[Child]:
    """Return the five processes of the portal."""
    celery = ["-m", "celery", "-A", "portal", "--quiet"]
    worker = [*celery, "worker", "--loglevel", "WARNING", "--without-mingle", "--without-gossip"]
    beat = [*celery, "beat", "--loglevel", "WARNING", "--pidfile="]
    if settings.EMBEDDED:
        for folder in settings.CELERY_BROKER_TRANSPORT_OPTIONS.values():
            Path(str(folder)).mkdir(parents=True, exist_ok=True)
        worker += ["--pool", "solo", "--without-heartbeat"]
    schedule = settings.VAR_DIR / f"beat-{settings.PORT}"
    web = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(settings.PORT)]
    web += ["--workers", "2", "--blocking-threads", "1", "--no-ws", "--log-level", "warning"]
    # A granian worker that is told to end while it still loads the application forgets it.
    web += ["--respawn-failed-workers", "--respawn-interval", "1", "--workers-kill-timeout", "10"]
    return [
        Child("web", [*web, "portal.wsgi:application"]),
        Child("worker", worker),
        Child("long worker", [*worker, "--queues", QUEUE, "--hostname", f"{QUEUE}@%h", "--concurrency", "1"]),
        Child("beat", [*beat, "--schedule", str(schedule)]),
        Child("relay", ["manage.py", "relay"]),
    ]


def refuse_busy_port(port: int) -> None:
    """Raise CommandError with the way out when another program has the port."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        raise CommandError(f"Port {port} is busy; start on another one with: make run PORT={port + 1}") from None


def answers(port: int) -> bool:
    """Say whether the web process serves pages yet."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz/")
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def only_one(lock_path: Path) -> Iterator[None]:
    """Let one process at a time through: two portals may start together on two ports."""
    lock_path.parent.mkdir(parents=True, exist_ok=True)
    with lock_path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def unless_done(name: str, product: Path, sources: list[Path]) -> Iterator[bool]:
    """Yield False when ``product`` is still the one that the last success under ``name`` made of ``sources``."""
    stamp = settings.VAR_DIR / "stamps" / name
    is_needed = not stamp.exists() or stamp.read_text() != fingerprint(product, sources)
    yield is_needed
    if is_needed:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(fingerprint(product, sources))


def fingerprint(product: Path, sources: list[Path]) -> str:
    """Return a hash of which product there is and of the files in ``sources``, by size and time."""
    state = hashlib.sha256(f"{product}|{product.stat().st_ino if product.exists() else 0}\n".encode())
    for source in sources:
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if path.is_file() and path.suffix != ".pyc":
                about = path.stat()
                state.update(f"{path}|{about.st_size}|{about.st_mtime_ns}\n".encode())
    return state.hexdigest()


def packages(folder: str = "") -> list[Path]:
    """Return the folders of the portal's packages, or one folder of each."""
    return [settings.BASE_DIR / name / folder for name in ("portal", "conditions", "clinics", "requests")]


def _die_with_parent() -> None:
    """Run in the child before its command: have the kernel send SIGTERM when the parent is gone."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
