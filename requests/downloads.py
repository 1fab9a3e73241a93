"""Responses that give a paper to whoever may have it."""

from collections.abc import Iterator

from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from portal.core.inspection import Kind
from requests.models import Document
from requests.services import documents

# Bytes of a DICOM file that stand before its mark and mean nothing.
PREAMBLE = 128
# The server copies what it is given, so it gets little at a time.
PIECE = 64 * 1024


def as_file(document: Document) -> StreamingHttpResponse:
    """Return a paper to be saved, never to be shown by a browser.

    Raises ``PermissionDenied`` for one that cannot be opened: who asks has said so in better words before.
    """
    if not document.can_be_opened:
        raise PermissionDenied
    headers = {
        "Content-Disposition": content_disposition_header(True, document.name or str(document.pk)),
        "Content-Length": str(document.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return StreamingHttpResponse(_bytes(document), content_type="application/octet-stream", headers=headers)


def _bytes(document: Document) -> Iterator[bytes]:
    """Return the bytes of a paper; nothing of a medical image comes before its mark, where a program could stand."""
    for number, part in enumerate(documents.chunks(document)):
        start = 0
        if not number and document.kind == Kind.DICOM and part[PREAMBLE : PREAMBLE + 4] == b"DICM":
            yield bytes(PREAMBLE)
            start = PREAMBLE
        for begin in range(start, len(part), PIECE):
            yield part[begin : begin + PIECE]
