"""The file as the child sees it: ranges that it asks its parent for."""

import errno
import io
import struct
from socket import socket

from .reasons import CUT_OFF, Refusal

REQUEST = struct.Struct(">QI")
ANSWER = struct.Struct(">I")
# Of the next file, where one child looks at several.
SIZE = struct.Struct(">Q")
# Beside a request for bytes, with this offset, stands the length of the result that follows.
RESULT = (1 << 64) - 1
LONGEST_RANGE = 1 << 20
_BUFFER = 32 << 10


class Ranges(io.RawIOBase):
    """A seekable file of ``size`` bytes behind a socket. Nothing of a whole file lies behind its end."""

    def __init__(self, channel: socket, size: int) -> None:
        self.channel, self.size, self.place = channel, size, 0
        self.name = ""  # pydicom asks for it

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.size}[whence]
        if place > self.size:
            raise Refusal(CUT_OFF)
        if place < 0:
            raise OSError(errno.EINVAL, "before the file")
        self.place = place
        return place

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # whatever BufferedReader hands over
        length = min(len(view), self.size - self.place, LONGEST_RANGE)
        if not length:
            return 0
        self.channel.sendall(REQUEST.pack(self.place, length))
        data = received(self.channel, ANSWER.unpack(received(self.channel, ANSWER.size))[0])
        view[: len(data)] = data
        self.place += len(data)
        return len(data)


class File(io.BufferedReader):
    """The buffered file; a parser that believes in an absurd length gets no buffer of that length."""

    def __init__(self, channel: socket, size: int) -> None:
        super().__init__(Ranges(channel, size), _BUFFER)
        self.size = size

    def read(self, size: int | None = -1, /) -> bytes:
        left = max(0, self.size - self.tell())
        return super().read(left if size is None or size < 0 else min(size, left))

    def whole(self) -> bytes:
        """Return all bytes; only for kinds whose limit is small."""
        self.seek(0)
        return self.read()


def received(channel: socket, length: int) -> bytes:
    """Return exactly so many bytes; raises ``EOFError`` where the other side has gone."""
    data = bytearray(length)
    view, place = memoryview(data), 0
    while place < length:
        count = channel.recv_into(view[place:])
        if not count:
            raise EOFError("the other side has gone")
        place += count
    return bytes(data)
