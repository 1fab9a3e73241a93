"""Responses that give a paper to whoever may have it."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import BinaryIO, cast
from unicodedata import category, normalize
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from portal.core.inspection import Deidentification, Kind, Refused, deidentified
from portal.core.text.person_names import named_in
from requests.continuity_content import PackContent
from requests.models import ContinuityPack, Document
from requests.pdf.continuity import numbered
from requests.selectors.continuity import documents_of
from requests.services import document_parts, documents

# Bytes of a DICOM file that stand before its mark and mean nothing.
PREAMBLE = 128
# The server and the packer copy what they are given, so they get little at a time.
PIECE = 64 * 1024
# Folders and files of a disc, none of which leads out of the folder that it is unpacked in.
PLAIN_NAME = re.compile(r"(?:[\w-][\w .-]{0,63}/){0,8}[\w-][\w .-]{0,63}", re.ASCII)

# What Windows takes in no name of a file; a separator would make a folder.
NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]')
ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")
LONGEST_STEM = 50

# Clinics read Russian, and the doctors whom the patient asks elsewhere English.
LEFT_OUT = """Снимков, которых здесь нет: {left_out} из {total}. Из их заголовков не удалось убрать данные пациента.
Images that are not here: {left_out} of {total}. The patient could not be taken out of their headers.
"""

# A member of a ZIP: its name and date, how long it is, and its bytes.
type Member = tuple[ZipInfo, int, Iterator[bytes]]


def as_file(document: Document, *, stem: str = "") -> StreamingHttpResponse:
    """Return a paper to be saved, never to be shown by a browser; under its own name, or ``stem`` in the place of that.

    Raises ``PermissionDenied`` for one that cannot be opened: who asks has said so in better words before.
    """
    if not document.can_be_opened:
        raise PermissionDenied
    name = document.name or str(document.pk)
    if stem:
        ending = ENDING.search(name)
        name = stem + (ending[0].lower() if ending else "")
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


def pack_as_zip(pack: ContinuityPack, pdf: bytes) -> StreamingHttpResponse:
    """Return a continuity pack to be saved: its PDF and its papers that are still here, made while it is sent."""
    return _saved(name_of_pack(pack, "zip"), _zipped(_members_of_pack(pack, pdf)))


def name_of_pack(pack: ContinuityPack, ending: str) -> str:
    """Return the file name of a continuity pack."""
    return f"{pack.case.reference}-home-{pack.version}.{ending}"


def as_pdf(data: bytes, name: str) -> HttpResponse:
    """Return a PDF of ours to be saved."""
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def for_clinics(document: Document, *, names: Iterable[str]) -> StreamingHttpResponse:
    """Return medical images as a clinic gets them: the reference of the case in the place of the patient.

    ``document`` is an image, a disc, or the image that stands for a series; ``names`` are those that the case knows.
    What nobody can make a new header of is left out of a ZIP, and a text in it says how many. Raises ``PermissionDenied`` as above, and ``Refused`` for
    a single image of that kind.
    """
    if not document.can_be_opened:
        raise PermissionDenied
    reference = document.case.living.reference
    size = sum(image.size for image in document.images)
    # With the name that the images had when they came: folders of a disc are called by it.
    in_headers = {image.found.get("name", "").replace("^", " ") for image in document.images}
    names = list(filter(None, {*names, *in_headers}))
    process = Deidentification(reference=reference, names=names, size=size)
    if document.is_series:
        return _saved(f"{reference}.zip", _zipped(_renamed_series(document.series_images, process)))
    if kept := document.found.get("kept"):
        return _saved(f"{reference}.zip", _zipped(_renamed_disc(document, kept, process, names)))
    reader = io.BufferedReader(document_parts.Reader(document))
    with process:
        header = process.header(reader, document.size)
    return _saved(f"{reference}.dcm", deidentified(header, reader))


def _renamed_series(images: Sequence[Document], process: Deidentification) -> Iterator[Member]:
    digits, left_out = max(4, len(str(len(images)))), 0
    with process:
        for number, image in enumerate(images, 1):
            at = (image.received_at or image.created_at).timetuple()[:6]
            reader = io.BufferedReader(document_parts.Reader(image))
            try:
                header = process.header(reader, image.size)
            except Refused:
                left_out += 1
                continue
            yield ZipInfo(f"IMG{number:0{digits}}.dcm", at), image.size, deidentified(header, reader)
    yield from _left_out(left_out, len(images))


def _renamed_disc(document: Document, kept: str, process: Deidentification, names: Iterable[str]) -> Iterator[Member]:
    left_out = total = 0
    with process, ZipFile(io.BufferedReader(document_parts.Reader(document))) as disc:
        for number, member, name in _kept_members(disc, kept):
            # Some programs call a folder by the patient.
            shown = f"IMG{number:05}.dcm" if named_in(name.replace("/", " ").replace("_", " "), names) else name
            total += 1
            with disc.open(member) as image:
                try:
                    header = process.header(cast("BinaryIO", image), member.file_size)
                except Refused:
                    left_out += 1
                    continue
                yield ZipInfo(shown, member.date_time), member.file_size, deidentified(header, cast("BinaryIO", image))
    yield from _left_out(left_out, total)


def _left_out(left_out: int, total: int) -> Iterator[Member]:
    """Return the text that says how many images are not in a ZIP; none when all are."""
    if left_out:
        text = LEFT_OUT.format(left_out=left_out, total=total).encode()
        yield ZipInfo("LEFT-OUT.txt"), len(text), iter([text])


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


def _members_of_pack(pack: ContinuityPack, pdf: bytes) -> Iterator[Member]:
    """Return the PDF of a pack, then its papers with the numbers that the PDF calls them by."""
    at = pack.issued_at.timetuple()[:6]
    yield ZipInfo(name_of_pack(pack, "pdf"), at), len(pdf), iter([pdf])
    content = PackContent.from_json(pack.content)
    here = documents_of(pack.case.living, content.papers)
    for row in numbered(pack, content):
        folder = "papers" if row.paper.is_discharge else "more"
        wanted = [(folder, row.paper), *(("translations", paper) for paper, _language in row.translations)]
        for place, (folder, paper) in enumerate(wanted):
            if paper.id in here:
                number = f"{row.number}.{place}" if place > 1 else row.number
                yield from _members_of(here[paper.id], f"{folder}/{number} {file_name(paper.name)}")


def _members_of(document: Document, name: str) -> Iterator[Member]:
    """Return a paper under a name: a file, or a folder for a series of images and for a disc."""
    if document.is_series:
        members = _images_of_series(document.series_images)
    elif kept := document.found.get("kept"):
        members = _images_of_disc(document, kept)
    else:
        at = (document.received_at or document.created_at).timetuple()[:6]
        yield ZipInfo(name, at), document.size, _bytes(document)
        return
    for member, size, pieces in members:
        member.filename = f"{name}/{member.filename}"
        yield member, size, pieces


def file_name(name: str) -> str:
    """Return a name, in any script, that a file can have on every system: no separators, no marks that nobody sees."""
    seen = "".join(letter for letter in normalize("NFC", name) if category(letter)[0] != "C")
    plain = NOT_IN_NAMES.sub("-", seen)
    ending = ENDING.search(plain)
    # At most four bytes a letter, and 255 for the whole.
    stem = plain[: ending.start() if ending else None][:LONGEST_STEM].strip(" .-") or "paper"
    return stem + (ending[0] if ending else "")


def _images_of_disc(document: Document, kept: str) -> Iterator[Member]:
    """Return the members of a disc that inspection kept, packed anew: its viewer programs stay where they are.

    A name stays as it is where it is a plain one, because ``DICOMDIR`` finds the images by it.
    """
    with ZipFile(io.BufferedReader(document_parts.Reader(document))) as disc:
        for _number, member, name in _kept_members(disc, kept):
            with disc.open(member) as image:
                pieces = iter(partial(image.read, PIECE), b"")
                yield ZipInfo(name, member.date_time), member.file_size, _without_preamble(pieces)


def _kept_members(disc: ZipFile, kept: str) -> Iterator[tuple[int, ZipInfo, str]]:
    """Return the members of a disc that inspection kept: number, member, and the name under which it is packed anew."""
    members = [member for member in disc.infolist() if not member.is_dir()]
    names: set[str] = set()
    for number, (member, is_kept) in enumerate(zip(members, kept, strict=True), 1):
        if is_kept != "1":
            continue
        name = member.filename if PLAIN_NAME.fullmatch(member.filename) else ""
        if not name or name.casefold() in names:
            name = f"IMG{number:05}.dcm"
        names.add(name.casefold())
        yield number, member, name


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
