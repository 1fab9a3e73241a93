"""ZIP: a disc of DICOM as clinics burn it, or DOCX. Names inside are never used as paths."""

import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, cast

from .findings import Findings
from .limits import Limits
from .ranges import File
from .reasons import (
    ARCHIVE,
    BROKEN,
    CUT_OFF,
    DISC_CONTENTS,
    LOCKED,
    OLD_OFFICE,
    PROGRAM,
    TOO_MANY_MEMBERS,
    UNPACKS_TOO_LARGE,
    Refusal,
)
from .signatures import HEAD_BYTES, PROGRAM_ENDINGS, claims, refused_at_once

if TYPE_CHECKING:
    from PIL import Image

_END = b"PK\x05\x06"
_END_RECORD = struct.Struct("<4s4H2LH")
# The longest comment stands behind the record of the end.
_TAIL = _END_RECORD.size + (1 << 16)
_IS_ENCRYPTED = 1
_UNREADABLE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, OSError, ValueError)


@dataclass
class _Series:
    """Pictures of one series: number, member, frames; and the header of the first."""

    findings: Findings
    slices: list[tuple[int, zipfile.ZipInfo]] = field(default_factory=list)
    images: int = 0


def is_at_end_of(file: File) -> bool:
    """Say whether archivers would open a file as ZIP, whatever it begins with."""
    if not _end_record(file):
        return False
    try:
        return bool(zipfile.ZipFile(file).infolist())
    except _UNREADABLE:
        return False


def examined(file: File, limits: Limits) -> Findings:
    """Return the findings about a ZIP; raises ``Refusal``."""
    end = _end_record(file)
    if not end:
        raise Refusal(CUT_OFF)
    if _END_RECORD.unpack(end)[5] not in range(limits.directory_bytes) and _END_RECORD.unpack(end)[5] != 0xFFFFFFFF:
        raise Refusal(TOO_MANY_MEMBERS)
    try:
        archive = zipfile.ZipFile(file)
    except _UNREADABLE as error:
        raise Refusal(BROKEN) from error
    members = [member for member in archive.infolist() if not member.is_dir()]
    _check(members, file.size, limits)
    names = {member.filename for member in members}
    if "[Content_Types].xml" in names:
        from . import docx  # noqa: PLC0415 – one file needs one parser

        return docx.examined(archive, members, file.size, limits)
    if {"mimetype", "content.xml"} <= names:
        raise Refusal(OLD_OFFICE)
    return _disc(archive, members, limits)


def _end_record(file: File) -> bytes:
    file.seek(max(0, file.size - _TAIL))
    tail = file.read()
    place = tail.rfind(_END)
    record = tail[place : place + _END_RECORD.size]
    return record if place >= 0 and len(record) == _END_RECORD.size else b""


def _check(members: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    """Refuse by what the directory says, before any member is opened."""
    if len(members) > limits.members:
        raise Refusal(TOO_MANY_MEMBERS)
    if any(member.flag_bits & _IS_ENCRYPTED for member in members):
        raise Refusal(LOCKED)
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    is_bomb = unpacked > limits.ratio_from and unpacked > limits.ratio * size
    # Members that lie over each other are packed once and unpacked many times.
    if packed > size or unpacked > limits.unpacked_bytes or is_bomb:
        raise Refusal(UNPACKS_TOO_LARGE)


def _disc(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], limits: Limits) -> Findings:
    series: dict[str, _Series] = {}
    kept, has_programs = [], False
    for member in members:
        kind = _filed(archive, member, series, limits)
        kept.append("0" if kind in (ARCHIVE, PROGRAM) else "1")
        has_programs = has_programs or kind == PROGRAM
    if not series:
        raise Refusal(PROGRAM if has_programs else ARCHIVE)
    longest = max(series.values(), key=lambda one: one.images)
    findings = longest.findings
    findings.images = sum(one.images for one in series.values())
    findings.kept, findings.has_programs = "".join(kept), has_programs
    if longest.slices:
        findings.picture = _middle(archive, longest, limits)
    return findings


def _filed(archive: zipfile.ZipFile, member: zipfile.ZipInfo, series: dict[str, _Series], limits: Limits) -> str:
    """Put a member to its series. Return ``ARCHIVE`` or ``PROGRAM`` where it is left out."""
    is_program = member.filename.rpartition(".")[2].lower() in PROGRAM_ENDINGS
    try:
        with archive.open(member) as opened:
            head = opened.read(HEAD_BYTES)
            if is_program or refused_at_once(head) == PROGRAM:
                return PROGRAM
            # What lacks a preamble claims nothing; what claims two things is left out.
            if refused_at_once(head) or claims(head) not in ({"dicom"}, set()):
                return ARCHIVE
            from . import dicom  # noqa: PLC0415 – slow import

            data = dicom.header(cast("BinaryIO", opened), limits)
            name = str(data.get("SeriesInstanceUID", ""))
            frames = dicom.frames_of(data)
            place = int(data.get("InstanceNumber") or 0)
    except Refusal as refusal:
        if refusal.reason == UNPACKS_TOO_LARGE:
            raise
        return "" if refusal.reason == DISC_CONTENTS else ARCHIVE
    except _UNREADABLE:
        return ARCHIVE
    if not (one := series.get(name)):
        one = series[name] = _Series(dicom.described("dicom_zip", data))
    one.images += frames
    if frames:
        one.slices.append((place, member))
    return ""


def _middle(archive: zipfile.ZipFile, series: _Series, limits: Limits) -> "Image.Image | None":
    from . import dicom  # noqa: PLC0415 – as above

    slices = sorted(series.slices, key=lambda one: one[0])
    member = slices[len(slices) // 2][1]
    if member.file_size > limits.unpacked_member_bytes:
        return None
    try:
        data = BytesIO(archive.read(member))
        head = dicom.header(data, limits)
        dicom.whole_frames(data, head, limits)
    except _UNREADABLE as error:
        raise Refusal(BROKEN) from error
    return dicom.picture(data, head, limits)
