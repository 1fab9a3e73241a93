"""Responses that give a paper to whoever may have it."""

import io
from collections.abc import Iterator, Sequence
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from portal.core.inspection import Kind
from requests.models import Document
from requests.services import documents

# Bytes of a DICOM file that stand before its mark and mean nothing.
PREAMBLE = 128
# Bytes that are packed at a time: they are copied several times.
PIECE = 1 << 18


def as_file(document: Document) -> StreamingHttpResponse:
    """Return a paper to be saved, never to be shown by a browser."""
    return _saved(document.name or str(document.pk), _bytes(document), {"Content-Length": str(document.size)})


def as_zip(document: Document) -> StreamingHttpResponse:
    """Return all images of a series as a ZIP to be saved, made while it is sent."""
    return _saved(f"{document.title}.zip", _zipped(document.series_images))


def _saved(name: str, data: Iterator[bytes], more: dict[str, str] | None = None) -> StreamingHttpResponse:
    headers = {
        "Content-Disposition": content_disposition_header(True, name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    } | (more or {})
    return StreamingHttpResponse(data, content_type="application/octet-stream", headers=headers)


def _bytes(document: Document) -> Iterator[bytes]:
    """Return the bytes of a paper; nothing of a medical image comes before its mark, where a program could stand."""
    parts = documents.chunks(document)
    if document.kind == Kind.DICOM:
        first = next(parts)
        has_preamble = first[PREAMBLE : PREAMBLE + 4] == b"DICM"
        if has_preamble:
            yield bytes(PREAMBLE)
        yield first[PREAMBLE:] if has_preamble else first
    yield from parts


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


def _zipped(images: Sequence[Document]) -> Iterator[bytes]:
    """Return a ZIP of images piece by piece; holds no more than a part of one in memory.

    Level 0 packs nothing, as "stored" does, but says where a member ends: readers that go from the start to the end
    (Java's, Android's) refuse stored members of a ZIP that was streamed.
    """
    sink = _Sink()
    digits = max(4, len(str(len(images))))
    with ZipFile(sink, "w") as archive:
        for number, image in enumerate(images, 1):
            member = ZipInfo(f"IMG{number:0{digits}}.dcm", (image.received_at or image.created_at).timetuple()[:6])
            member.compress_type, member.compress_level, member.file_size = ZIP_DEFLATED, 0, image.size
            with archive.open(member, "w") as opened:
                for part in _bytes(image):
                    for place in range(0, len(part), PIECE):
                        opened.write(memoryview(part)[place : place + PIECE])
                        yield sink.take()
    yield sink.take()
