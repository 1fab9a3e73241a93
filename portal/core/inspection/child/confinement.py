"""Limits that the child sets for itself before it imports a parser."""

import contextlib
import ctypes
import os
import resource
import sys
from typing import Any

from .limits import Limits

_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
# What native code does is stopped by the limits alone; these stop a parser written in Python, for root as well.
_FORBIDDEN = (
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.",
    "subprocess.",
    "socket.",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def confine(limits: Limits) -> None:
    """Give up memory, processor time, files and the network beyond what one inspection needs."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:  # noqa: PTH123 – pathlib is a slow import
        score.write("1000")  # where memory runs out for all, this process goes, and not its parent
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    sys.addaudithook(_refuse)


def forbid_processes() -> None:
    """Give up processes and threads; has no effect on root, whom the container does not have."""
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN) or (event == "open" and arguments[2] & _WRITING):
        raise PermissionError(f"{event} is not for this process")
