"""One server process that a test can start, stop, kill, freeze and thaw."""

import ctypes
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
_reserved: list[socket.socket] = []


class Process:
    """A process in a session of its own, with its output in a file; the kernel ends it with us."""

    stop_signal = signal.SIGTERM

    def __init__(
        self, command: list[str], *, log: Path, env: dict[str, str] | None = None, user: str | None = None
    ) -> None:
        self.command = command
        self.log = log
        self.env = env
        self.user = user
        self.popen: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    @property
    def pid(self) -> int:
        assert self.popen is not None, "not started"
        return self.popen.pid

    def start(self) -> None:
        """Start the process, without waiting until it serves."""
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(
                self.command,
                cwd=PROJECT,
                env=self.env,
                user=self.user,
                group=self.user,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=self._die_with_parent,
            )

    def stop(self, seconds: float = 30) -> None:
        """Ask the process to end and wait; kill it when it does not."""
        if not self.is_running:
            return
        self.thaw()
        self.popen.send_signal(self.stop_signal)  # type: ignore[union-attr]  # it is running
        try:
            self.popen.wait(timeout=seconds)  # type: ignore[union-attr]
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL the process and all of its session, as a power cut would."""
        self._signal_all(signal.SIGKILL)
        if self.popen is not None:
            self.popen.wait(timeout=30)

    def freeze(self) -> None:
        """SIGSTOP: the process holds its connections and answers nothing."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen process go on."""
        self._signal_all(signal.SIGCONT)

    def output(self) -> str:
        """Return what the process has printed so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _signal_all(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def _die_with_parent(self) -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, self.stop_signal)


def free_port() -> int:
    """Return a TCP port of this machine that nobody listens on, and that no other run of the tests gets while this one lasts.

    A server needs a while to take its port; a run that found another one's database there would work in that.
    """
    while True:
        # Below those that the kernel gives to outgoing connections.
        port = random.SystemRandom().randrange(10_000, 32_768)
        name = socket.socket(socket.AF_UNIX)
        with socket.socket() as listener:
            try:
                name.bind(f"\0marus-port-{port}")
                listener.bind(("127.0.0.1", port))
            except OSError:
                name.close()
                continue
        _reserved.append(name)
        return port


def accepts(port: int) -> bool:
    """Say whether somebody takes connections on a port of this machine."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Return as soon as ``condition`` holds; fail with ``what`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not within {seconds} s: {what}")
        time.sleep(0.05)
