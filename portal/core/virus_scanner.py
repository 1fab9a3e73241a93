"""Client of clamd, the virus scanner: CLAMD_URL, and what clamd says of a stream of bytes.

clamd knows no passwords: its socket, or the network of its port, is what keeps strangers away.
"""

import re
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FORM = "unix:///run/clamav/clamd.ctl or tcp://host:3310"
# clamd takes connections in one thread that does nothing else: even while it scans it answers these at once.
PING_SECONDS = 5
# For a piece of the file, of 4 MiB at most.
SEND_SECONDS = 30
# Longer than the MaxScanTime of deploy/clamav/clamd.conf, so that clamd has the last word on what takes too long.
ANSWER_SECONDS = 600
TICK_SECONDS = 1
TICKS_PER_PING = 10
LONGEST_ANSWER = 1_000
# Heuristics are no virus: limits that were exceeded, what has a password, what only looks like something.
SUSPICION = "Heuristics."
TOO_LONG = f"{SUSPICION}Limits.Exceeded.StreamMaxLength"
_FOUND = re.compile(r"stream: ([!-~]{1,200}) FOUND")

# The path of a socket, or host and port.
type Address = str | tuple[str, int]


class ScannerAway(Exception):
    """clamd cannot be reached or does not answer: nobody knows anything about the file, or about any other."""


class NoVerdict(Exception):
    """clamd is there and does not say what the file is; the text is for the log."""


@dataclass(frozen=True)
class Verdict:
    """What clamd says of a file: the name of what it found, nothing for a clean one."""

    name: str = ""

    @property
    def is_suspicion(self) -> bool:
        """Whether it found no virus, but something that it cannot vouch for."""
        return self.name.startswith(SUSPICION)


def address(url: str) -> Address | None:
    """Return the address of clamd that a CLAMD_URL says; None without one.

    Raises ``ImproperlyConfigured``, which repeats nothing of it.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ImproperlyConfigured(f"CLAMD_URL cannot be read. It is {FORM}.") from None
    more = parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme == "unix" and re.match("/+[^/]", parts.path) and not parts.netloc and not more:
        return parts.path
    if parts.scheme == "tcp" and host and port and not parts.path.strip("/") and not more:
        return host, port
    raise ImproperlyConfigured(f"CLAMD_URL is half an address, or more than one. It is {FORM}.")


def ping() -> None:
    """Raise ``ScannerAway`` unless clamd answers."""
    try:
        with _connect() as connection:
            connection.sendall(b"zPING\0")
            if connection.recv(LONGEST_ANSWER) != b"PONG\0":
                raise ScannerAway("no PONG")
    except OSError as error:
        raise ScannerAway(type(error).__name__) from error


def takes(length: int) -> bool:
    """Say whether clamd takes a stream of so many bytes; none of them is sent. Raises ``ScannerAway``."""
    ping()
    try:
        with _connect() as connection:
            # It refuses by the length that a piece is said to have, before the piece.
            connection.sendall(b"zINSTREAM\0" + length.to_bytes(4))
            connection.settimeout(TICK_SECONDS)
            connection.recv(LONGEST_ANSWER)
    except TimeoutError:
        return True
    except OSError as error:
        raise ScannerAway(type(error).__name__) from error
    return False


def scan(pieces: Iterable[bytes], *, waiting: Callable[[], object]) -> Verdict:
    """Send a file piece by piece and return what clamd says of it; ``waiting`` is called while it thinks.

    Raises ``ScannerAway`` and ``NoVerdict``; what ``pieces`` and ``waiting`` raise ends the scan and is raised.
    """
    ping()
    is_whole = False
    try:
        with _connect() as connection:
            connection.settimeout(SEND_SECONDS)
            if _send(connection, b"zINSTREAM\0"):
                for piece in pieces:
                    if not _send(connection, len(piece).to_bytes(4) + piece):
                        break
                else:
                    is_whole = _send(connection, bytes(4))
            answer = _answer(connection, waiting)
    except _Broken as broken:
        # Nobody has to find out once more for each file that it is away.
        ping()
        raise NoVerdict(str(broken)) from broken
    verdict = _verdict(answer)
    if not (is_whole or verdict.name):
        raise NoVerdict("clean before it had the whole")
    return verdict


class _Broken(Exception):
    """The connection ended before the answer; sockets and stores both raise OSError, so it is none."""


def _connect() -> socket.socket:
    if isinstance(settings.CLAMD, tuple):
        return socket.create_connection(settings.CLAMD, timeout=PING_SECONDS)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(PING_SECONDS)
        connection.connect(str(settings.CLAMD))
    except OSError:
        connection.close()
        raise
    return connection


def _send(connection: socket.socket, data: bytes) -> bool:
    """Send a piece; False when clamd hung up, which it does when it has said something already."""
    try:
        connection.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        return False
    except OSError as error:
        raise _Broken(f"{type(error).__name__} while sending") from error
    return True


def _answer(connection: socket.socket, waiting: Callable[[], object]) -> str:
    connection.settimeout(TICK_SECONDS)
    latest, ticks, answer = time.monotonic() + ANSWER_SECONDS, 0, b""
    while not answer.endswith(b"\0"):
        try:
            piece = connection.recv(LONGEST_ANSWER)
        except TimeoutError:
            waiting()
            ticks += 1
            if time.monotonic() > latest:
                raise _Broken("no answer in time") from None
            # A frozen clamd keeps its connections, so silence alone says nothing.
            if ticks % TICKS_PER_PING == 0:
                ping()
            continue
        except OSError as error:
            raise _Broken(f"{type(error).__name__} instead of an answer") from error
        answer += piece
        if not piece or len(answer) > LONGEST_ANSWER:
            raise _Broken("no whole answer")
    return answer[:-1].decode("ascii", "replace")


def _verdict(answer: str) -> Verdict:
    if answer == "stream: OK":
        return Verdict()
    if found := _FOUND.fullmatch(answer):
        return Verdict(found[1])
    if answer.startswith("INSTREAM size limit exceeded"):
        return Verdict(TOO_LONG)
    raise NoVerdict(ascii(answer)[:100])
