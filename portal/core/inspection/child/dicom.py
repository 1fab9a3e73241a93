"""DICOM by pydicom: the header, whether the pixels are all there, and the picture of the middle frame."""

import contextlib
import re
import struct
import warnings
import zlib
from io import SEEK_END, BytesIO
from typing import BinaryIO

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileDataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from .findings import Findings
from .limits import Limits
from .pictures import LONGEST_SIDE, check_size
from .reasons import (
    BROKEN,
    CUT_OFF,
    DISC_CONTENTS,
    TOO_MANY_MEMBERS,
    TOO_MANY_PAGES,
    UNKNOWN,
    UNPACKS_TOO_LARGE,
    Refusal,
)

_TAGS = [
    "BitsAllocated", "BodyPartExamined", "BurnedInAnnotation", "Columns", "InstanceNumber", "Modality", "NumberOfFrames", "PatientName",
    "Rows", "SOPClassUID", "SamplesPerPixel", "SeriesInstanceUID", "StudyDate",
]  # fmt: skip
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_DISC_CONTENTS = "1.2.840.10008.1.3.10"
_UNDEFINED = 0xFFFFFFFF
_LONG_LENGTHS = (b"OB", b"OW", b"OF", b"OD", b"OV", b"UN")
_ITEM, _END_OF_ITEMS = 0xE000, 0xE0DD
_GREYS = 255
_DAY = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})")


def examined(file: BinaryIO, limits: Limits) -> Findings:
    """Return the findings about one DICOM file; raises ``Refusal``."""
    data = header(file, limits)
    frames = whole_frames(file, data, limits)
    findings = described("dicom", data)
    findings.images = frames
    findings.series, findings.instance = _text(data, "SeriesInstanceUID", 64), _number(data, "InstanceNumber")
    if frames:
        findings.picture = picture(file, data, limits)
    return findings


def header(file: BinaryIO, limits: Limits) -> FileDataset:
    """Return what the header says, leaving ``file`` at the pixels; raises ``Refusal`` where it is no DICOM."""
    check_deflated(file, limits)
    # What people's scanners write is full of small faults, of which pydicom warns.
    warnings.simplefilter("ignore", UserWarning)
    warnings.filterwarnings("error", message=r".* in file ", category=UserWarning)
    file.seek(0)
    # By force pydicom "reads" anything: without the mark of a preamble, only what says its class was meant to be DICOM.
    is_marked = file.read(132).endswith(b"DICM")
    file.seek(0)
    try:
        data = pydicom.dcmread(file, force=True, stop_before_pixels=True, specific_tags=[*_TAGS])
    except Refusal as refusal:
        raise Refusal(refusal.reason if is_marked else UNKNOWN) from refusal
    except (UserWarning, EOFError) as error:
        raise Refusal(CUT_OFF if is_marked else UNKNOWN) from error
    except MemoryError:
        raise
    except Exception as error:
        raise Refusal(BROKEN if is_marked else UNKNOWN) from error
    if data.file_meta.get("MediaStorageSOPClassUID") == _DISC_CONTENTS:
        raise Refusal(DISC_CONTENTS)
    # Some pictures of old programs name no modality; a header that ends before its pixels is cut off.
    if not _text(data, "SOPClassUID", 64) or not (_text(data, "Modality", 16) or (is_marked and frames_of(data))):
        raise Refusal(CUT_OFF if is_marked else UNKNOWN)
    return data


def described(kind: str, data: Dataset) -> Findings:
    """Return what a header says about the study and the patient."""
    day = _DAY.fullmatch(_text(data, "StudyDate", 10))
    return Findings(
        kind,
        modality=_text(data, "Modality", 16),
        body_part=_text(data, "BodyPartExamined", 64),
        study_date="-".join(day.groups()) if day else "",
        name_in_header=_text(data, "PatientName", 200),
        burned_in=_text(data, "BurnedInAnnotation", 16),
    )


def frames_of(data: Dataset) -> int:
    """Return how many pictures a header promises; 0 for a report or a plan."""
    has_pixels = _number(data, "Rows") and _number(data, "Columns")
    return max(1, _number(data, "NumberOfFrames")) if has_pixels else 0


def whole_frames(file: BinaryIO, data: FileDataset, limits: Limits) -> int:
    """Return how many pictures are there, all of them whole; raises ``Refusal``. ``file`` stands at the pixels."""
    frames = frames_of(data)
    if not frames:
        return 0
    check_size(_number(data, "Columns"), _number(data, "Rows"), limits)
    if frames > limits.frames:
        raise Refusal(TOO_MANY_PAGES)
    if data.file_meta.get("TransferSyntaxUID", "") == _DEFLATED.decode():
        return frames  # zlib knows its own end
    size = _number(data, "Columns") * _number(data, "Rows") * max(1, _number(data, "SamplesPerPixel"))
    if (length := _pixel_bytes(file, data)) is None:
        if _fragments(file, limits) < frames:
            raise Refusal(CUT_OFF)
    # A bit per pixel is the least; YBR_FULL_422 keeps two samples of three.
    elif length < frames * size * max(1, _number(data, "BitsAllocated")) // 8 * 2 // 3:
        raise Refusal(CUT_OFF)
    return frames


def picture(file: BinaryIO, data: FileDataset, limits: Limits) -> Image.Image | None:
    """Return the middle frame in shades of grey or colours, nothing where no decoder knows its compression."""
    index = frames_of(data) // 2
    try:
        frame, about = _frame(file, data, index, limits)
        step = max(1, max(frame.shape[:2]) // (2 * LONGEST_SIDE))
        return _shown(frame[::step, ::step], about)
    except (MemoryError, Refusal):
        raise
    except Exception:  # noqa: BLE001 – the study is good without its preview; plug-ins raise what they like
        return None


def _frame(file: BinaryIO, data: FileDataset, index: int, limits: Limits) -> tuple[np.ndarray, Dataset]:
    """Return one frame and what its header says about its colours."""
    syntax = data.file_meta.get("TransferSyntaxUID")
    if syntax and syntax != _DEFLATED.decode():
        about = Dataset()
        file.seek(0)
        return pixel_array(file, ds_out=about, index=index), about
    if file.seek(0, SEEK_END) > limits.unpacked_member_bytes:
        raise NotImplementedError("a file that has to be read whole")
    file.seek(0)
    whole = pydicom.dcmread(file, force=True)
    if not syntax:
        is_implicit, _is_little = whole.original_encoding
        whole.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if is_implicit else ExplicitVRLittleEndian
    return pixel_array(whole, index=index), whole


def _shown(frame: np.ndarray, about: Dataset) -> Image.Image:
    colours = str(about.get("PhotometricInterpretation", ""))
    if colours == "PALETTE COLOR":
        frame = apply_color_lut(frame, about)
    elif frame.ndim == 2:
        frame = apply_voi_lut(apply_modality_lut(frame, about), about)
    frame = frame.astype(np.float32)
    low, high = float(frame.min()), float(frame.max())
    if frame.ndim == 3 and high <= _GREYS:
        low, high = 0, _GREYS
    frame = (frame - low) * (_GREYS / ((high - low) or 1))
    if colours == "MONOCHROME1":
        frame = _GREYS - frame
    return Image.fromarray(frame.astype(np.uint8))


def check_deflated(file: BinaryIO, limits: Limits) -> None:
    """Refuse a deflated file that unpacks to too much: pydicom unpacks it whole."""
    file.seek(0)
    start = file.read(144)
    if start[128:140] != b"DICM\x02\x00\x00\x00UL\x04\x00":
        return
    length = int.from_bytes(start[140:144], "little")
    if length > 1 << 16 or _DEFLATED not in file.read(length):
        return
    unpacker, packed, unpacked = zlib.decompressobj(-zlib.MAX_WBITS), 0, 0
    try:
        while not unpacker.eof:
            if not (piece := unpacker.unconsumed_tail or file.read(1 << 16)):
                raise Refusal(CUT_OFF)
            unpacked += len(unpacker.decompress(piece, 1 << 20))
            packed += len(piece) - len(unpacker.unconsumed_tail)
            is_bomb = unpacked > limits.ratio_from and unpacked > limits.ratio * packed
            if unpacked > limits.unpacked_member_bytes or is_bomb:
                raise Refusal(UNPACKS_TOO_LARGE)
    except zlib.error as error:
        raise Refusal(BROKEN) from error


def _pixel_bytes(file: BinaryIO, data: FileDataset) -> int | None:
    """Return the length of the pixels, which are all there, or ``None`` where they lie in fragments."""
    is_implicit, is_little = data.original_encoding
    order = "<" if is_little else ">"
    tag = file.read(8)
    if len(tag) < 8:
        raise Refusal(CUT_OFF)
    length: int
    if is_implicit or not tag[4:6].isalpha():  # some programs change to implicit for the pixels
        (length,) = struct.unpack(f"{order}L", tag[4:])
    elif tag[4:6] in _LONG_LENGTHS:
        (length,) = struct.unpack(f"{order}L", file.read(4).rjust(4, b"\xff"))
    else:
        (length,) = struct.unpack(f"{order}H", tag[6:])
    if length == _UNDEFINED:
        return None
    _skip(file, length)
    return length


def _fragments(file: BinaryIO, limits: Limits) -> int:
    """Return how many fragments of compressed pixels there are, all of them whole."""
    for count in range(limits.frames * 4):
        item = file.read(8)
        if not item:
            return count - 1  # some programs write no end; whether a frame is missing is asked by the caller
        if len(item) < 8:
            raise Refusal(CUT_OFF)
        group, element, length = struct.unpack("<HHL", item)
        if group != 0xFFFE or element not in (_ITEM, _END_OF_ITEMS):
            raise Refusal(BROKEN)
        if element == _END_OF_ITEMS:
            return count - 1  # the first is the table of offsets
        _skip(file, length)
    raise Refusal(TOO_MANY_MEMBERS)


def _skip(file: BinaryIO, length: int) -> None:
    place = file.tell() + length
    if file.seek(place) < place:  # members of a ZIP and bytes in memory only say so
        raise Refusal(CUT_OFF)
    if length and isinstance(file, BytesIO) and place > len(file.getbuffer()):
        raise Refusal(CUT_OFF)


def _text(data: Dataset, name: str, most: int) -> str:
    """Return a value as it is written, without control characters; empty where it is missing or unreadable."""
    with contextlib.suppress(Exception):  # each value is decoded when it is asked for, and is hostile
        return "".join(letter for letter in str(data.get(name) or "")[:most] if letter.isprintable()).strip()
    return ""


def _number(data: Dataset, name: str) -> int:
    with contextlib.suppress(Exception):  # as above
        return max(0, int(data.get(name) or 0))
    return 0
