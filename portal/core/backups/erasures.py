"""List of what was erased, outside the database: a restore replays it, so that no copy brings anything back.

A file of one JSON object a line, only appended to: ``{"reference": …, "at": …, "why": …}``, no personal data. A line
is on the disk before the key is destroyed. Apps register what erases again.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

# Erases again what a line names; False where there is nothing of it, or it is erased already.
type Replay = Callable[["Line"], bool]

_replays: list[Replay] = []


@dataclass(frozen=True)
class Line:
    """One erasing: the reference of what was erased, when (ISO 8601) and why."""

    reference: str
    at: str
    why: str


class DamagedList(Exception):
    """A line of the list cannot be read."""


def register(replay: Replay) -> None:
    """Have ``replay`` called for each line after a restore."""
    _replays.append(replay)


def path() -> Path:
    """Return where the list is."""
    return Path(settings.ERASURES_FILE)


def append(lines: list[Line]) -> None:
    """Write lines and return when they are on the disk. Raises ``OSError``."""
    target = path()
    is_new = not target.exists()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = file.seek(0, os.SEEK_END)
        # Who was killed in the middle of a line left no line break: what follows must not join it.
        text = "" if end == 0 or _ends_a_line(file.fileno(), end) else "\n"
        text += "".join(json.dumps(asdict(line)) + "\n" for line in lines)
        file.seek(0, os.SEEK_END)
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        descriptor = os.open(target.parent, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def read(source: Path) -> Iterator[Line]:
    """Yield the lines of a list; raises ``OSError`` or ``DamagedList``.

    A line that was cut off is skipped: its erasing was not begun, or wrote another one.
    """
    with source.open() as file:
        for text in file:
            try:
                line = json.loads(text)
            except ValueError:
                continue
            try:
                yield Line(line["reference"], line["at"], line["why"])
            except (KeyError, TypeError) as error:
                raise DamagedList(f"{source} is no list of erasures: {text[:80]!r}") from error


def replay(source: Path) -> int:
    """Erase again what a list names and return how much that was; raises ``OSError`` or ``DamagedList``."""
    # Read whole first: a list that is damaged erases nothing, and each erasing writes into it.
    lines = list(dict.fromkeys(read(source)))
    return sum(run(line) for line in lines for run in _replays)


def _ends_a_line(descriptor: int, end: int) -> bool:
    return os.pread(descriptor, 1, end - 1) == b"\n"
