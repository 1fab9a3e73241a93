"""Bytes of papers: sealed and written part by part, read from any place."""

import io
from collections.abc import Callable

from django.db import transaction

from portal.core import files
from portal.core.encryption.parts import PART, open_part, seal_part
from portal.core.encryption.primitives import Readable
from requests.models import Document, DocumentPart

# Raises when so many more bytes of a paper are not taken; called in the transaction that writes their row.
type Admit = Callable[[Document, int], None]


def write(document: Document, number: int, plain: Readable, *, is_last: bool, admit: Admit | None = None) -> None:
    """Seal and store one part; raises ``IntegrityError`` when it is here already, and what ``admit`` raises."""
    name = files.write(seal_part(document.data_key(), plain, _aad(document, number, is_last=is_last)))
    try:
        # Stored before, so that nobody waits for the store while the case is locked.
        with transaction.atomic():
            if admit is not None:
                admit(document, len(plain))
            DocumentPart.objects.create(document=document, number=number, file=name, size=len(plain))
    except Exception:
        files.delete(name)
        raise


def read(document: Document, number: int, file: str) -> bytes:
    """Return one part, opened; raises ``FileNotFoundError`` or ``DecryptionError``."""
    is_last = (number + 1) * PART >= document.size
    return open_part(document.data_key(), files.read(file), _aad(document, number, is_last=is_last))


def _aad(document: Document, number: int, *, is_last: bool) -> str:
    """Name the place of a part, so that a paper which was cut, or whose parts change places, does not open."""
    return f"document:{document.pk}:{number}:{'last' if is_last else 'more'}"


class Writer:
    """Writes a paper whose size nobody knows yet; holds at most one part, and what came last, in memory."""

    def __init__(self, document: Document, admit: Admit) -> None:
        self.document = document
        self.size = 0
        self._admit = admit
        self._kept = bytearray()
        self._number = 0

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self.size += len(chunk)
        self._kept += chunk
        # The last part is sealed as such, so one is kept back until more comes.
        while len(self._kept) > PART:
            self._flush(PART, is_last=False)

    def close(self) -> None:
        """Write what is left."""
        self._flush(len(self._kept), is_last=True)

    def _flush(self, length: int, *, is_last: bool) -> None:
        with memoryview(self._kept) as kept, kept[:length] as plain:
            write(self.document, self._number, plain, is_last=is_last, admit=self._admit)
        del self._kept[:length]
        self._number += 1


class Reader(io.RawIOBase):
    """A paper as a file to read and seek in; holds one part in memory.

    Reading raises ``DecryptionError`` when a part was changed, and ``FileNotFoundError`` when one is missing.
    """

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self._files = dict(document.parts.values_list("number", "file"))
        self._at = 0
        self._number, self._part = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.document.size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at

    # The stubs of io know only the oldest form of a buffer.
    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        number, start = divmod(self._at, PART)
        if self._at >= self.document.size:
            return 0
        if number != self._number:
            if number not in self._files:
                raise FileNotFoundError(f"Part {number} of a paper is missing.")
            self._number, self._part = number, read(self.document, number, self._files[number])
        found = self._part[start : start + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)
