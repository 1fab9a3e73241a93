"""A Redis server with an append-only file, as in production."""

import shutil
import tempfile
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.services.process import Process, free_port, wait_until


class RedisServer(Process):
    """Redis on a free port of the loopback interface."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="redis"))
        self.port = free_port()
        command = [
            "redis-server",
            *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)),
            *("--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"),
        ]
        super().__init__(command, log=self.folder / "log")

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        super().start()
        wait_until(self.answers, seconds=10, what=f"Redis answers\n{self.output()}")

    def answers(self) -> bool:
        """Say whether the server takes commands (it does not while it loads its file)."""
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def client(self) -> redis.Redis:
        """Return a client that gives up after a second."""
        return redis.Redis(port=self.port, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))

    def remove(self) -> None:
        """Stop the server and delete its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
