"""Memory of processes at their peak, from /proc."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEGABYTE = 1_000_000
SAMPLE_SECONDS = 0.02


class Memory:
    """Resident memory in bytes of each process of a session, over what it has now."""

    def __init__(self, session: int) -> None:
        self.session = session
        self.idle = {pid: _status(pid, "VmRSS") for pid in _session(session)}

    def reset(self) -> None:
        """Forget the peak so far; the kernel keeps it for each process."""
        for pid in _session(self.session):
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def growth(self) -> int:
        """Return how many bytes a process had more at its peak since the last reset than at the beginning, the worst."""
        now = _session(self.session)
        assert now == set(self.idle), "a process has ended, or begun"
        return max(_status(pid, "VmHWM") - self.idle[pid] for pid in now)


class Peak:
    """The most that a process of a kind which comes and goes had, in bytes."""

    def __init__(self) -> None:
        self.bytes = 0


@contextmanager
def peak_of(mark: str) -> Iterator[Peak]:
    """Watch, as long as the block lasts, processes in whose command a text stands."""
    peak, is_over = Peak(), threading.Event()

    def watch() -> None:
        while not is_over.wait(SAMPLE_SECONDS):
            for pid in _pids():
                with suppress(OSError):
                    if mark.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                        peak.bytes = max(peak.bytes, _status(pid, "VmHWM"))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        is_over.set()
        thread.join()


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def _session(session: int) -> set[int]:
    """Return the processes of a session, without those that have ended and wait to be noticed."""
    found = set()
    for pid in _pids():
        with suppress(OSError):
            # The name, in brackets, may hold anything.
            state, _parent, _group, its_session = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:4]
            if int(its_session) == session and state != "Z":
                found.add(pid)
    return found


def _status(pid: int, name: str) -> int:
    """Return a figure of a process in bytes; 0 for one that is ending and has no memory any more."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
