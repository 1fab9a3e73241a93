"""Responses that give a paper to whoever may have it."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from portal.core.inspection import Kind
from requests.models import Document
from requests.services import document_parts, documents

# Bytes of a DICOM file that stand before its mark and mean nothing.
PREAMBLE = 128
# The server and the packer copy what they are given, so they get little at a time.
PIECE = 64 * 1024
# Folders and files of a disc, none of which leads out of the folder that it is unpacked in.
PLAIN_NAME = re.compile(r"(?:[\w-][\w .-]{0,63}/){0,8}[\w-][\w .-]{0,63}", re.ASCII)

# A member of a ZIP: its name and date, how long it is, and its bytes.
type Member = tuple[ZipInfo, int, Iterator[bytes]]


def as_file(document: Document) -> StreamingHttpResponse:
    """Return a paper to be saved, never to be shown by a browser.

    Raises ``PermissionDenied`` for one that cannot be opened: who asks has said so in better words before.
    """
    if not document.can_be_opened:
        raise PermissionDenied
    name = document.name or str(document.pk)
    if kept := document.found.get("kept"):
        return _saved(name, _zipped(_images_of_disc(document, kept)))
    return _saved(name, _bytes(document), {"Content-Length": str(document.size)})


def as_zip(document: Document) -> StreamingHttpResponse:
    """Return all images of a series as a ZIP to be saved, made while it is sent; raises ``PermissionDenied`` as above."""
    if not document.can_be_opened:
        raise PermissionDenied
    # A name of a file has no use for marks of direction.
    title = document.title.translate({0x2068: None, 0x2069: None})
    return _saved(f"{title}.zip", _zipped(_images_of_series(document.series_images)))


def _saved(name: str, data: Iterator[bytes], more: dict[str, str] | None = None) -> StreamingHttpResponse:
    headers = {
        "Content-Disposition": content_disposition_header(True, name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    } | (more or {})
    return StreamingHttpResponse(data, content_type="application/octet-stream", headers=headers)


def _bytes(document: Document) -> Iterator[bytes]:
    """Return the bytes of a paper in small pieces."""
    small = (part[begin : begin + PIECE] for part in documents.chunks(document) for begin in range(0, len(part), PIECE))
    return _without_preamble(small) if document.kind == Kind.DICOM else small


def _without_preamble(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Return a medical image with nothing before its mark, where a program could stand."""
    first = next(pieces, b"")
    has_preamble = first[PREAMBLE : PREAMBLE + 4] == b"DICM"
    yield bytes(PREAMBLE) + first[PREAMBLE:] if has_preamble else first
    yield from pieces


def _images_of_series(images: Sequence[Document]) -> Iterator[Member]:
    digits = max(4, len(str(len(images))))
    for number, image in enumerate(images, 1):
        at = (image.received_at or image.created_at).timetuple()[:6]
        yield ZipInfo(f"IMG{number:0{digits}}.dcm", at), image.size, _bytes(image)


def _images_of_disc(document: Document, kept: str) -> Iterator[Member]:
    """Return the members of a disc that inspection kept, packed anew: its viewer programs stay where they are.

    A name stays as it is where it is a plain one, because ``DICOMDIR`` finds the images by it.
    """
    with ZipFile(io.BufferedReader(document_parts.Reader(document))) as disc:
        members = [member for member in disc.infolist() if not member.is_dir()]
        names: set[str] = set()
        for number, (member, is_kept) in enumerate(zip(members, kept, strict=True), 1):
            if is_kept != "1":
                continue
            name = member.filename if PLAIN_NAME.fullmatch(member.filename) else ""
            if not name or name.casefold() in names:
                name = f"IMG{number:05}.dcm"
            names.add(name.casefold())
            with disc.open(member) as image:
                pieces = iter(partial(image.read, PIECE), b"")
                yield ZipInfo(name, member.date_time), member.file_size, _without_preamble(pieces)


class _Sink(io.RawIOBase):
    """A file that cannot be sought in, whose bytes are taken away as soon as they are written."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    # The stubs of io know only the oldest form of a buffer.
    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Return what was written since the last call."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def _zipped(members: Iterable[Member]) -> Iterator[bytes]:
    """Return a ZIP piece by piece; holds no more than a part of one member in memory.

    Level 0 packs nothing, as "stored" does, but says where a member ends: readers that go from the start to the end
    (Java's, Android's) refuse stored members of a ZIP that was streamed.
    """
    sink = _Sink()
    with ZipFile(sink, "w") as archive:
        for member, size, pieces in members:
            member.compress_type, member.compress_level, member.file_size = ZIP_DEFLATED, 0, size
            with archive.open(member, "w") as opened:
                for piece in pieces:
                    opened.write(piece)
                    yield sink.take()
    yield sink.take()
