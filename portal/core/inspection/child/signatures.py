"""What the first bytes of a file claim that it is. A claim accepts nothing: the parser of that kind does."""

from .reasons import ARCHIVE, OLD_OFFICE, PROGRAM, UNKNOWN, WEB_PAGE

# Bytes of the head that are enough for every claim.
HEAD_BYTES = 1024

_PROGRAMS = (
    b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"dex\n",
    b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
    b"L\x00\x00\x00\x01\x14\x02\x00",  # a shortcut of Windows
    b"@echo off", b"\x00asm",
)  # fmt: skip
_ARCHIVES = (
    b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"MSCF",
)  # fmt: skip
_OLD_OFFICE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1")
ZIP_HEAD = b"PK\x03\x04"
PROGRAM_ENDINGS = frozenset(
    [
        "apk",
        "app",
        "bat",
        "bin",
        "cmd",
        "com",
        "cpl",
        "dll",
        "dmg",
        "exe",
        "hta",
        "jar",
        "lnk",
        "msi",
        "msp",
        "ocx",
        "pif",
        "ps1",
        "reg",
        "scr",
        "sh",
        "sys",
        "vb",
        "vbe",
        "vbs",
        "wsf",
        "wsh",
    ]
)


def claims(head: bytes) -> set[str]:
    """Return the kinds that a file claims to be: jpeg, png, heic, pdf, dicom, zip. Two are one too many."""
    found = {
        "jpeg": head.startswith(b"\xff\xd8\xff"),
        "png": head.startswith(b"\x89PNG\r\n\x1a\n"),
        "heic": head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS,
        # Viewers look for it in the first 1,024 bytes.
        "pdf": b"%PDF-" in head[:1024],
        "dicom": head[128:132] == b"DICM",
        "zip": head.startswith((ZIP_HEAD, b"PK\x05\x06")),
    }
    return {kind for kind, is_claimed in found.items() if is_claimed}


def may_lack_preamble(head: bytes) -> bool:
    """Say whether a file begins as a DICOM data set without the 128 bytes before it."""
    return head[:2] in (b"\x02\x00", b"\x08\x00") and head[2:4] != b"\xff\xff" and len(head) > 16


def refused_at_once(head: bytes) -> str | None:
    """Return why the head alone is enough to refuse a file, before any parser."""
    if head.startswith(_PROGRAMS):
        return PROGRAM
    if is_markup(head):
        return WEB_PAGE
    if head.startswith(_ARCHIVES) or head[257:262] == b"ustar":
        return ARCHIVE
    if head.startswith(_OLD_OFFICE) or head[30 : 30 + len(_OPEN_DOCUMENT)] == _OPEN_DOCUMENT:
        return OLD_OFFICE
    return None if claims(head) or may_lack_preamble(head) else UNKNOWN


def is_markup(head: bytes) -> bool:
    """Say whether a file begins as HTML, SVG or another XML, in any of the encodings that browsers guess."""
    for mark in _MARKS:
        head = head.removeprefix(mark)
    text = head.replace(b"\x00", b"").lstrip().lower()
    return text.startswith((b"<!", b"<?", b"<html", b"<svg", b"<script", b"<body", b"<head"))
