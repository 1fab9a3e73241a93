"""PDF by PDFium: pages, passwords, what would run, and the picture of the first page."""

import re
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium

from .findings import Findings
from .limits import Limits
from .pictures import LONGEST_SIDE
from .reasons import ACTIVE, BROKEN, CUT_OFF, LOCKED, TOO_MANY_PAGES, Refusal

_MARK = b"%PDF-"
# How far behind the end of a PDF other programs leave something.
_TAIL = 4096
_STREAM, _END_OF_STREAM = b"stream\r\n", b"endstream"  # as PDFium writes them
# EF is the key of a file inside. A name ends at a space or a delimiter.
_RUNS = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia|EF)(?![^\s()<>\[\]{}/%])")
# PDF has no page larger than 14,400 units of its own, but a file can say so.
_LONGEST_PAGE = 14_400


def examined(data: bytes, limits: Limits) -> Findings:
    """Return the findings about a PDF; raises ``Refusal``."""
    if b"%%EOF" not in data[-_TAIL:]:
        raise Refusal(CUT_OFF)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        is_locked = error.err_code == pdfium.FPDF_ERR_PASSWORD
        raise Refusal(LOCKED if is_locked else BROKEN) from error
    pages = len(document)
    if not pages:
        raise Refusal(BROKEN)
    if pages > limits.pages:
        raise Refusal(TOO_MANY_PAGES)
    if _RUNS.search(_plain(document, limits)):
        raise Refusal(ACTIVE)
    try:
        page = document[0]
        width, height = page.get_size()
        scale = LONGEST_SIDE / min(max(width, height, 1.0), _LONGEST_PAGE)
        if max(width, height) > _LONGEST_PAGE:
            scale = LONGEST_SIDE / max(width, height)
        picture = page.render(scale=scale, may_draw_forms=False).to_pil()
    except pypdfium2.PdfiumError as error:
        raise Refusal(BROKEN) from error
    return Findings("pdf", pages=pages, picture=picture)


def _plain(document: pypdfium2.PdfDocument, limits: Limits) -> bytes:
    """Return what PDFium understood, written anew: object streams opened, names spelt out, nothing encrypted.

    What is in a stream of a page (a font, a picture) is left out: it runs nothing, and may hold any bytes.
    """
    buffer = _Bounded(8 * limits.bytes_by_kind["pdf"])
    try:
        document.save(buffer, flags=pdfium.FPDF_NO_INCREMENTAL | pdfium.FPDF_REMOVE_SECURITY)
    except pypdfium2.PdfiumError as error:
        raise Refusal(BROKEN) from error
    return without_streams(buffer.getvalue())


def without_streams(data: bytes) -> bytes:
    """Return the objects that PDFium wrote without the contents of their streams."""
    kept, place = [], 0
    while (begin := data.find(_STREAM, place)) >= 0 and (end := data.find(_END_OF_STREAM, begin)) >= 0:
        kept.append(data[place:begin])
        place = end + len(_END_OF_STREAM)
    return b"".join([*kept, data[place:]])


class _Bounded(BytesIO):
    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def write(self, data: object, /) -> int:
        count = super().write(data)  # type: ignore[arg-type]  # whatever PDFium hands over
        if self.tell() > self.most:
            raise MemoryError
        return count
