"""Medical images without the patient: the header made anew by a limited process, the pixels copied as they are."""

import io
import json
import os
import signal
import socket
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import BinaryIO, Self

from portal.core.inspection.child import ranges
from portal.core.inspection.kinds import Reason, Refused
from portal.core.inspection.process import WALL_SECONDS, NoAnswer, Timed, served, started

BOOT = "import sys; sys.path.append(sys.argv[1]); from child.deidentification import main; main()"
_MOST_HEADER = 33_000_000
_PIECE = 64 << 10
_LONG_LENGTHS = (b"OB", b"OW", b"OF", b"OD", b"OV", b"UN")
_UNDEFINED = 0xFFFFFFFF
_ITEM, _END_OF_ITEMS = (0xFFFE, 0xE000), (0xFFFE, 0xE0DD)


@dataclass(frozen=True)
class Header:
    """A new header, and where the pixels stand that follow it: in the file, or in what it inflates to from a place on."""

    data: bytes
    pixels: int | None
    deflated_from: int = 0
    is_implicit: bool = False
    is_little: bool = True


class Deidentification:
    """A process that makes headers anew; ``reference`` takes the place of the patient.

    ``names`` are those that we know, ``size`` the bytes of all files together. Memory stays flat: a header is held, never
    the pixels. A context manager.
    """

    def __init__(self, *, reference: str, names: Iterable[str], size: int) -> None:
        self._about = json.dumps({"reference": reference, "names": list(names)}).encode()
        self._size = size

    def __enter__(self) -> Self:
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._child = started(theirs, self._size, BOOT)
        channel = Timed(self._ours, WALL_SECONDS)
        with suppress(NoAnswer):  # a child that has gone is met again at the first file
            channel.send(ranges.ANSWER.pack(len(self._about)) + self._about)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ours.close()
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def header(self, source: BinaryIO, size: int) -> Header:
        """Return the new header of a file; raises ``Refused`` where nobody can make one, and whatever ``source`` raises."""
        try:
            Timed(self._ours, WALL_SECONDS).send(ranges.SIZE.pack(size))
            words, data = served(self._ours, source, size, most=_MOST_HEADER)
        except NoAnswer as error:
            raise Refused(Reason.TOOK_TOO_LONG) from error
        try:
            answer = json.loads(words)
            if "reason" in answer:
                reason = Reason(answer["reason"])
            else:
                pixels = answer.pop("pixels")
                return Header(data, None if pixels is None else int(pixels), **answer)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refused(Reason.TOOK_TOO_LONG) from error
        raise Refused(reason)


def deidentified(header: Header, source: BinaryIO) -> Iterator[bytes]:
    """Return a file with its new header, piece by piece: the pixels follow as they are, and nothing behind them.

    What is deflated leaves inflated. Raises ``EOFError`` where the pixels end too early, and ``zlib.error``.
    """
    yield from (header.data[begin : begin + _PIECE] for begin in range(0, len(header.data), _PIECE))
    if header.pixels is None:
        return
    if header.deflated_from:
        source.seek(header.deflated_from)
        stream: BinaryIO = io.BufferedReader(_Inflated(source))
        for _piece in _pieces(stream.read, header.pixels):
            pass
    else:
        source.seek(header.pixels)
        stream = source
    yield from _pixels(stream, header)


def _pixels(stream: BinaryIO, header: Header) -> Iterator[bytes]:
    read = partial(_exactly, stream)
    order = "<" if header.is_little else ">"
    head = read(8)
    if header.is_implicit or not head[4:6].isalpha():
        (length,) = struct.unpack(f"{order}L", head[4:])
    elif head[4:6] in _LONG_LENGTHS:
        more = read(4)
        (length,) = struct.unpack(f"{order}L", more)
        head += more
    else:
        (length,) = struct.unpack(f"{order}H", head[6:])
    yield head
    if length != _UNDEFINED:
        yield from _pieces(read, length)
        return
    while True:
        item = stream.read(8)
        if not item:  # some programs write no end
            return
        if len(item) < 8:
            raise EOFError("the pixels end too early")
        group, element, length = struct.unpack(f"{order}HHL", item)
        yield item
        if (group, element) == _END_OF_ITEMS:
            return
        if (group, element) != _ITEM:
            raise EOFError("no item where one has to be")
        yield from _pieces(read, length)


def _pieces(read: Callable[[int], bytes], length: int) -> Iterator[bytes]:
    while length:
        piece = read(min(length, _PIECE))
        if not piece:
            raise EOFError("the pixels end too early")
        length -= len(piece)
        yield piece


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError("the pixels end too early")
    return data


class _Inflated(io.RawIOBase):
    """What deflated bytes inflate to, a piece at a time."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._unpacker = source, zlib.decompressobj(-zlib.MAX_WBITS)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # whatever BufferedReader hands over
        while not self._unpacker.eof:
            packed = self._unpacker.unconsumed_tail or self._source.read(_PIECE)
            if not packed:
                return 0
            if data := self._unpacker.decompress(packed, len(view)):
                view[: len(data)] = data
                return len(data)
        return 0
