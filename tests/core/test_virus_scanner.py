"""The virus scanner: a real clamd with a marker as its only virus, and others that are away, frozen, killed or lie."""

import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from portal.core import checks, virus_scanner
from portal.core.encryption.parts import PART
from portal.core.virus_scanner import NoVerdict, ScannerAway, Verdict
from tests.core import inspection_files as files
from tests.services import Clamd
from tests.services.clamd import MARKER, VIRUS

MEGABYTE = 1024**2


def noise(megabytes: int) -> bytes:
    return random.Random(megabytes).randbytes(megabytes * MEGABYTE)


def scan(data: bytes, waiting: Callable[[], object] = lambda: None) -> Verdict:
    return virus_scanner.scan((data[at : at + PART] for at in range(0, len(data), PART)), waiting=waiting)


def disc(**more: bytes) -> bytes:
    return files.disc(more={f"{name}.dcm": data for name, data in more.items()})


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"a letter", ""),
        (files.disc(), ""),
        (files.docx(), ""),
        # Opened without a password, as most readers open it.
        (files.pdf_with_password(""), ""),
        (MARKER, VIRUS),
        (disc(hidden=MARKER), VIRUS),
        (files.zipped({"word/media/a.zip": files.zipped({"b": MARKER})}), VIRUS),
        (noise(30) + MARKER, VIRUS),
        (files.pdf_with_password("x"), "Heuristics.Encrypted.PDF"),
        (files.locked_zip(), "Heuristics.Encrypted.Zip"),
    ],
    ids=[
        *("letter", "disc", "docx", "pdf", "marker", "in a disc", "in a zip in a docx"),
        *("after 30 MB", "locked pdf", "locked zip"),
    ],
)
def test_what_clamd_says(clamd: Clamd, data: bytes, found: str) -> None:
    verdict = scan(data)
    assert verdict == Verdict(found)
    assert verdict.is_suspicion == found.startswith("Heuristics")
    clamd.wait_until_tidy()


def test_the_shipped_limits_see_what_those_of_clamd_itself_do_not(clamd: Clamd) -> None:
    large = MARKER + bytes(150 * MEGABYTE)
    assert scan(large) == Verdict(VIRUS)
    # A member that is too large is not even said to exceed a limit.
    assert scan(files.zipped({"a": large})) == Verdict(VIRUS)


@contextmanager
def clamd_with(settings: Any, **changes: str) -> Iterator[Clamd]:
    server = Clamd(**changes)
    server.start()
    settings.CLAMD = virus_scanner.address(server.url)
    try:
        yield server
    finally:
        server.remove()


def test_what_is_beyond_its_limits_is_never_clean(settings: Settings) -> None:
    with clamd_with(settings, StreamMaxLength="20M"):
        assert scan(noise(1) + MARKER) == Verdict(VIRUS)
        assert scan(noise(30)) == Verdict(virus_scanner.TOO_LONG)
        assert virus_scanner.takes(20 * MEGABYTE)
        assert not virus_scanner.takes(20 * MEGABYTE + 1)
    with clamd_with(settings, MaxFileSize="5M"):
        assert scan(MARKER + noise(10)).name.startswith("Heuristics.Limits.Exceeded")
    with clamd_with(settings, MaxScanSize="5M"):
        assert scan(files.zipped({"a": noise(4), "b": noise(4), "c": MARKER})).name != ""


def test_the_trap_is_there_with_the_limits_of_clamd_itself(settings: Settings) -> None:
    """What the shipped limits are for: without AlertExceedsMax, what is beyond a limit is called clean."""
    with clamd_with(settings, MaxFileSize="5M", AlertExceedsMax="no"):
        assert scan(MARKER + noise(10)) == Verdict()


def test_a_scanner_that_is_away_is_said(settings: Settings, tmp_path: Path) -> None:
    for url in (f"unix://{tmp_path}/nothing", "tcp://127.0.0.1:9"):
        settings.CLAMD = virus_scanner.address(url)
        with pytest.raises(ScannerAway):
            scan(b"a letter")


def test_a_frozen_scanner_is_away_within_seconds(clamd: Clamd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virus_scanner, "PING_SECONDS", 0.5)
    clamd.freeze()
    try:
        with pytest.raises(ScannerAway):
            scan(b"a letter")
    finally:
        clamd.thaw()
    assert scan(b"a letter") == Verdict()


@pytest.mark.parametrize("deed", ["kill", "freeze"])
def test_a_scanner_that_goes_in_the_middle_says_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    monkeypatch.setattr(virus_scanner, "PING_SECONDS", 0.5)
    monkeypatch.setattr(virus_scanner, "SEND_SECONDS", 0.5)
    with clamd_with(settings) as server:

        def pieces() -> Iterator[bytes]:
            yield noise(1)
            getattr(server, deed)()
            for _ in range(10):
                yield noise(1)

        with pytest.raises(ScannerAway):
            virus_scanner.scan(pieces(), waiting=lambda: None)
        server.thaw()


def test_what_reads_the_file_ends_the_scan_with_its_own_error(clamd: Clamd) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half a letter"
        raise ConnectionResetError("the store, and not the scanner")

    with pytest.raises(ConnectionResetError, match="the store"):
        virus_scanner.scan(pieces(), waiting=lambda: None)


# ── Somebody else on the socket ──────────────────────────────────────────────────────────────


@contextmanager
def somebody(settings: Any, tmp_path: Path, answer: bytes, *, silence: float = 0, pongs: int = 99) -> Iterator[None]:
    """Listen as clamd does, answer so many PINGs, and the rest with ``answer`` after a while."""
    place = tmp_path / "socket"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(place))
    listener.listen()
    settings.CLAMD = str(place)
    left = [pongs]

    def talk(client: socket.socket) -> None:
        with client:
            command = client.recv(6)
            if command == b"zPING\0":
                left[0] -= 1
                client.sendall(b"PONG\0" if left[0] >= 0 else b"")
                return
            while not client.recv(PART).endswith(bytes(4)):
                pass
            over.wait(silence)
            with suppress(BrokenPipeError):  # who asked has gone
                client.sendall(answer)

    def listen() -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=[client], daemon=True).start()

    over = threading.Event()
    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"\0", b"OK\0", b"stream: OK", b"stream: OK\n\0", b"stream: OKAY\0", b"stream: ok\0", b"x" * 5_000),
        *(b"stream: FOUND\0", b"stream: a b FOUND\0", b"stream: \xff FOUND\0", b"stream: Can't write to file ERROR\0"),
        *(b"stream: " + b"x" * 300 + b" FOUND\0", b"HTTP/1.1 200 OK\r\n\r\n", b"UNKNOWN COMMAND\0"),
    ],
)
def test_garbage_is_no_verdict(settings: Settings, tmp_path: Path, answer: bytes) -> None:
    with somebody(settings, tmp_path, answer), pytest.raises(NoVerdict):
        scan(b"a letter")


def test_clean_before_the_end_is_no_verdict(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = virus_scanner._send

    def hang_up(connection: socket.socket, data: bytes) -> bool:
        is_piece = len(data) > MEGABYTE
        return real(connection, bytes(4) if is_piece else data) and not is_piece

    monkeypatch.setattr(virus_scanner, "_send", hang_up)
    with somebody(settings, tmp_path, b"stream: OK\0"), pytest.raises(NoVerdict, match="whole"):
        scan(noise(2))


def test_a_slow_answer_is_waited_for_as_long_as_somebody_is_there(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(virus_scanner, "TICK_SECONDS", 0.02)
    ticks: list[int] = []
    with somebody(settings, tmp_path, b"stream: OK\0", silence=1):
        assert scan(b"a letter", waiting=lambda: ticks.append(1)) == Verdict()
    assert len(ticks) > virus_scanner.TICKS_PER_PING
    (tmp_path / "socket").unlink()
    with somebody(settings, tmp_path, b"stream: OK\0", silence=60, pongs=2), pytest.raises(ScannerAway):
        scan(b"a letter")
    (tmp_path / "socket").unlink()
    monkeypatch.setattr(virus_scanner, "ANSWER_SECONDS", 0.3)
    with somebody(settings, tmp_path, b"stream: OK\0", silence=60), pytest.raises(NoVerdict):
        scan(b"a letter")


# ── The setting and its check ────────────────────────────────────────────────────────────────


def test_an_address_is_a_socket_or_a_host_with_its_port() -> None:
    assert virus_scanner.address("") is None
    assert virus_scanner.address("unix:///run/clamav/clamd.ctl") == "/run/clamav/clamd.ctl"
    assert virus_scanner.address("tcp://clamd:3310") == ("clamd", 3310)
    assert virus_scanner.address("tcp://[::1]:3310/") == ("::1", 3310)


@pytest.mark.parametrize(
    "url",
    [
        *("canary", "unix:canary", "unix://canary/clamd.ctl", "unix://", "unix:///", "tcp://canary", "tcp://:3310"),
        *("tcp://canary:0", "tcp://canary:port", "tcp://canary:99999", "tcp://canary:1/path", "tcp://[canary:1"),
        *("tcp://me:canary@host:3310", "http://canary:3310", "tcp://canary:3310?a=b", "/run/canary/clamd.ctl"),
    ],
)
def test_half_an_address_stops_the_start_and_is_not_repeated(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CLAMD_URL") as refused:
        virus_scanner.address(url)
    assert "canary" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_going_live_asks_the_scanner(settings: Settings, clamd: Clamd, tmp_path: Path) -> None:
    assert checks.viruses_are_found(None) == []
    settings.DOCUMENT_MAX_BYTES = settings.DOCUMENT_MAX_BYTES | {"dicom": 3_000_000_000}
    [problem] = checks.viruses_are_found(None)
    assert "StreamMaxLength" in problem.msg
    settings.CLAMD = str(tmp_path / "nothing")
    [problem] = checks.viruses_are_found(None)
    assert (problem.id, "does not answer" in problem.msg) == ("portal.E009", True)
    settings.CLAMD = None
    assert checks.viruses_are_found(None) == []
