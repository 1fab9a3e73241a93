"""What an inspection may take; the parent hands it to the child as JSON."""

from dataclasses import dataclass, field

MEGABYTE = 1_000_000


def _bytes_by_kind() -> dict[str, int]:
    images = dict.fromkeys(("jpeg", "png", "heic", "pdf"), 50 * MEGABYTE)
    return images | {"docx": 20 * MEGABYTE} | dict.fromkeys(("dicom", "dicom_zip"), 2_000 * MEGABYTE)


@dataclass(frozen=True)
class Limits:
    """Limits of a file, and of the process that looks into it."""

    bytes_by_kind: dict[str, int] = field(default_factory=_bytes_by_kind)
    pages: int = 2_000
    pixels: int = 120_000_000
    longest_side: int = 30_000
    frames: int = 50_000
    # Of a ZIP: a CD of 2 GB has some 4,000 pictures. Its directory needs about 100 bytes for each.
    members: int = 20_000
    directory_bytes: int = 8 * MEGABYTE
    unpacked_bytes: int = 10_000 * MEGABYTE
    unpacked_docx_bytes: int = 300 * MEGABYTE
    # Times that a ZIP or a deflated DICOM file grows; only asked from `ratio_from` bytes on.
    ratio: int = 100
    ratio_from: int = 20 * MEGABYTE
    # One slice of a series, or a deflated file, which has to be unpacked whole.
    unpacked_member_bytes: int = 200 * MEGABYTE
    # Of the process.
    memory_bytes: int = 1_500 * MEGABYTE
    cpu_seconds: int = 20
    open_files: int = 32
