"""The parent of an inspection: starts the limited process, answers the ranges it asks for, and takes its result.

What comes from the child is as hostile as the file: lengths are bounded, values are checked.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from portal.core.inspection import limits
from portal.core.inspection.child import ranges
from portal.core.inspection.heads import HEAD_BYTES, first_look
from portal.core.inspection.kinds import Inspection, Kind, Reason, Refused

# `child` is imported as a package of its own: `portal` would bring Celery and the settings.
BOOT = "import sys; sys.path.append(sys.argv[1]); from child.main import main; main()"
# Of the child alone; what its parent needs to read ranges does not count.
WALL_SECONDS = 60
# A disc has a picture for every 200 KB or so, each with a header to read: a second more for so many bytes.
BYTES_A_SECOND = 50_000_000
# The bytes that a child may ask for: parsers read some twice, and each time a whole buffer.
ASKS_TIMES = 3
ASKS_MORE = 64 << 20
# Each request counts as one buffer at least, so that their number is bounded too.
_LEAST = 4096
_MOST_WORDS, _MOST_PREVIEW = 64 << 10, 8 << 20
# What a column of PostgreSQL holds.
_MOST_INSTANCES = (1 << 31) - 1
_JPEG = b"\xff\xd8\xff"


def inspect(source: BinaryIO, size: int) -> Inspection:
    """Return what a file is, with its preview; raises ``Refused``, and whatever ``source`` raises.

    ``source`` is a seekable reader of its plain bytes, which stay in the memory of two processes. Its ``read(n)``
    gives ``n`` bytes wherever the file has so many.
    """
    source.seek(0)
    if reason := first_look(source.read(HEAD_BYTES), "", size):
        raise Refused(reason)
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            child = started(theirs, size, BOOT)
        try:
            words, preview = served(ours, source, size)
        except NoAnswer as error:
            # It was killed, went over a limit, or talks nonsense: nothing is known about the file.
            raise Refused(Reason.TOOK_TOO_LONG) from error
        finally:
            # With whatever it started; it leads a group of its own, which is there until it is waited for.
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    return _checked(words, preview)


def started(theirs: socket.socket, size: int, boot: str) -> "subprocess.Popen[bytes]":
    """Start a child for files of so many bytes, with its end of the channel."""
    own = limits.current()
    own = replace(own, cpu_seconds=own.cpu_seconds + size // BYTES_A_SECOND)
    words = [str(Path(__file__).parent), str(theirs.fileno()), str(size), json.dumps(asdict(own))]
    return subprocess.Popen(  # noqa: S603 – our own program; the file's name is not among the words
        [sys.executable, "-I", "-B", "-c", boot, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        # Nothing of ours. Threads would need memory and processes, of which there are few.
        env={"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "TMPDIR": "/nowhere"},
        pass_fds=[theirs.fileno()],
        start_new_session=True,
    )


def served(ours: socket.socket, source: BinaryIO, size: int, most: int = _MOST_PREVIEW) -> tuple[bytes, bytes]:
    """Answer requests until the result comes, whose second part has ``most`` bytes; raises ``NoAnswer``."""
    channel = Timed(ours, WALL_SECONDS + size // BYTES_A_SECOND)
    asked, most_asked = 0, ASKS_TIMES * size + ASKS_MORE
    while True:
        offset, length = ranges.REQUEST.unpack(channel.receive(ranges.REQUEST.size))
        if offset == ranges.RESULT:
            (second,) = ranges.ANSWER.unpack(channel.receive(ranges.ANSWER.size))
            if length > _MOST_WORDS or second > most:
                raise NoAnswer("a result too long")
            return channel.receive(length), channel.receive(second)
        asked += max(length, _LEAST)
        if length > ranges.LONGEST_RANGE or offset + length > size or asked > most_asked:
            raise NoAnswer("a range that is not there, or too many")
        started = time.monotonic()
        source.seek(offset)
        data = source.read(length)
        if len(data) != length:
            raise EOFError("the source is shorter than it was said to be")
        channel.deadline += time.monotonic() - started
        channel.send(ranges.ANSWER.pack(len(data)) + data)


class NoAnswer(Exception):
    """The child has gone, is late or talks nonsense."""


class Timed:
    """A socket with one deadline over all that is sent and received."""

    def __init__(self, ours: socket.socket, seconds: float) -> None:
        self.ours, self.deadline = ours, time.monotonic() + seconds

    def receive(self, length: int) -> bytes:
        pieces = bytearray()
        while len(pieces) < length:
            with self._in_time():
                piece = self.ours.recv(length - len(pieces))
            if not piece:
                raise NoAnswer("the child has gone")
            pieces += piece
        return bytes(pieces)

    def send(self, data: bytes) -> None:
        with self._in_time():
            self.ours.sendall(data)

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise NoAnswer("time is up")
        try:
            self.ours.settimeout(left)
            yield
        except OSError as error:
            raise NoAnswer(str(error)) from error


def _checked(words: bytes, preview: bytes) -> Inspection:
    try:
        answer: dict[str, Any] = json.loads(words)
        if "reason" in answer:
            reason = Reason(answer["reason"])
        elif preview and not preview.startswith(_JPEG):
            reason = Reason.TOOK_TOO_LONG
        else:
            return Inspection(
                kind=Kind(answer["kind"]),
                pages=int(answer["pages"]),
                images=int(answer["images"]),
                modality=str(answer["modality"])[:16],
                body_part=str(answer["body_part"])[:64],
                study_date=_day(str(answer["study_date"])),
                name_in_header=str(answer["name_in_header"])[:200],
                burned_in=str(answer["burned_in"])[:16],
                series=str(answer["series"])[:64],
                instance=min(max(int(answer["instance"]), 0), _MOST_INSTANCES),
                kept=_kept(str(answer["kept"])),
                has_programs=bool(answer["has_programs"]),
                preview=preview,
            )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(Reason.TOOK_TOO_LONG) from error
    raise Refused(reason)


def _kept(written: str) -> str:
    if written.strip("01"):
        raise ValueError("not said of which member")
    return written


def _day(written: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(written)
    return None
