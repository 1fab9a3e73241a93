"""The portal's own processes, as production starts them, each of which a test can kill."""

import sys
from functools import partial
from pathlib import Path

import httpx

from tests.services.process import Process, accepts, free_port, wait_until

WEB = (
    "granian --interface wsgi --host 127.0.0.1 --port {} --workers 2 --blocking-threads 1"
    " --respawn-failed-workers --workers-kill-timeout 5 --no-ws --log-level warning portal.wsgi:application"
)
COMMANDS = {
    "web": WEB.format("{port}"),
    "web-2": WEB.format("{second_port}"),
    "worker": "celery -A portal --quiet worker --concurrency 2 --loglevel WARNING --without-mingle --without-gossip",
    "long": (
        "celery -A portal --quiet worker --queues long --hostname long@%h --concurrency 1 --loglevel WARNING"
        " --without-mingle --without-gossip"
    ),
    "relay": "manage.py relay",
    "beat": "celery -A portal --quiet beat --loglevel WARNING --pidfile= --schedule {folder}/beat",
}


class Portal:
    """Web, workers, relay and beat with one environment; ``folder`` takes their logs and VAR_DIR."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder = folder
        self.port, self.second_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        quiet = "ignore:You're running the worker with superuser"
        mine = {"VAR_DIR": str(folder), "PORT": str(self.port), "SITE_URL": self.url}
        self.env = {"PYTHONWARNINGS": quiet, **env, **mine}
        self.processes = {
            name: Process(self._command(line), log=folder / f"{name}.log", env=self.env)
            for name, line in COMMANDS.items()
        }

    def __getitem__(self, name: str) -> Process:
        return self.processes[name]

    def start(self, *names: str) -> None:
        """Start the named processes (web, worker and relay when none is named) and wait for the web."""
        for name in names or ("web", "worker", "relay"):
            if not self[name].is_running:
                self[name].start()
        for name, port in (("web", self.port), ("web-2", self.second_port)):
            if self[name].is_running:
                wait_until(partial(self.answers, port), seconds=60, what=f"{name} answers")

    def answers(self, port: int | None = None) -> bool:
        """Say whether a web process serves pages: the first, or that on ``port``."""
        port = port or self.port
        if not accepts(port):
            return False
        try:
            return httpx.get(f"http://127.0.0.1:{port}/healthz/", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """Stop all processes."""
        for process in self.processes.values():
            process.stop()

    def kill(self) -> None:
        """SIGKILL all processes at once."""
        for process in self.processes.values():
            if process.is_running:
                process.kill()

    def output(self) -> str:
        """Return what all processes have printed."""
        return "\n".join(f"== {name}\n{process.output()}" for name, process in self.processes.items())

    def _command(self, line: str) -> list[str]:
        words = line.format(port=self.port, second_port=self.second_port, folder=self.folder).split()
        return [sys.executable, *([] if words[0] == "manage.py" else ["-m"]), *words]
