"""Headers of DICOM without the patient, one file after the other: what runs in the child process.

The parent says once what stands in the place of the patient, and then the size of each file. The answer to each is
what stands before its pixels, written anew; the parent copies the pixels.
"""

import json
import re
import sys
import warnings
import zlib
from io import BytesIO
from socket import AF_UNIX, SOCK_STREAM, socket
from typing import TYPE_CHECKING, BinaryIO, cast

from .confinement import confine, forbid_processes
from .limits import Limits
from .ranges import ANSWER, REQUEST, RESULT, SIZE, File, received
from .reasons import BROKEN, TOOK_TOO_LONG, UNKNOWN, UNPACKS_TOO_LARGE, Refusal

if TYPE_CHECKING:
    from pydicom.dataset import Dataset, FileDataset

_DEFLATED, _EXPLICIT = b"1.2.840.10008.1.2.1.99", b"1.2.840.10008.1.2.1"
_DISC_CONTENTS = "1.2.840.10008.1.3.10"
_LONGEST_HEADER = 32_000_000
_NAME, _NUMBER, _BIRTH_DATE, _AGE = 0x00100010, 0x00100020, 0x00100030, 0x00101010
# Of the group of the patient (0010): sex, age, size, weight, what doctors have to know of the body. All else goes.
_MEDICAL = {
    0x00100040, _AGE, 0x00101020, 0x00101021, 0x00101022, 0x00101023, 0x00101024, 0x00101030, 0x00102000, 0x00102110,
    0x001021A0, 0x001021B0, 0x001021C0, 0x001021D0, 0x00102203,
}  # fmt: skip
# Outside that group: number of the subject in a trial, aliases, admission, place in the ward, address.
_OTHERS = {0x00120040, 0x00380004, 0x00380010, 0x00380011, 0x00380300, 0x00380400}
# Identifiers whose values may stand in other places of the header as well.
_WITH_VALUES = {_NAME, _NUMBER, _BIRTH_DATE, 0x00101000, 0x00101001, 0x00101005, 0x00101060, 0x00101040, 0x00102154}
_TEXTS = {"LO", "LT", "PN", "SH", "ST", "UC", "UT"}
_WORD = re.compile(rb"[^\s^=\\,;/]+")
_LEFT_OUT = b"***"
# Letters of a name that stand in no header by chance.
_SURE = 5
_DOCUMENT = 0x00420011
_OLDEST = 90
_REGISTER = 0x00041220  # the records of a disc's list of contents
_FILE = 0x00041500  # its folders and file, which some programs call by the patient
_OFFSETS = (0x00041200, 0x00041202, 0x00041400, 0x00041420)


def main() -> None:
    """Read descriptor, size and limits from the command line, and answer until the parent goes."""
    descriptor, limits = int(sys.argv[2]), Limits(**json.loads(sys.argv[4]))
    channel = socket(AF_UNIX, SOCK_STREAM, fileno=descriptor)
    confine(limits)
    forbid_processes()
    (length,) = ANSWER.unpack(received(channel, ANSWER.size))
    about = json.loads(received(channel, length))
    while True:
        try:
            (size,) = SIZE.unpack(received(channel, SIZE.size))
        except EOFError:
            return
        answer, header = _result(File(channel, size), about["reference"], about["names"], limits)
        words = json.dumps(answer).encode()
        channel.sendall(REQUEST.pack(RESULT, len(words)) + ANSWER.pack(len(header)) + words + header)


def _result(file: File, reference: str, names: list[str], limits: Limits) -> tuple[dict[str, object], bytes]:
    try:
        return _replaced(file, reference, names, limits)
    except Refusal as refusal:
        return {"reason": refusal.reason}, b""
    except MemoryError:
        return {"reason": TOOK_TOO_LONG}, b""
    except Exception:  # noqa: BLE001 – whatever a hostile file makes of its parser
        return {"reason": BROKEN}, b""


def _replaced(file: File, reference: str, names: list[str], limits: Limits) -> tuple[dict[str, object], bytes]:
    """Return where the pixels begin (``None`` where there are none), how they are written, and the new header."""
    import pydicom  # noqa: PLC0415 – the parsers come after the limits

    from . import dicom  # noqa: PLC0415 – as above

    warnings.simplefilter("ignore", UserWarning)
    dicom.check_deflated(file, limits)
    stream, deflated_from = _inflated(file)
    stream.seek(0)
    data = pydicom.dcmread(stream, force=True, stop_before_pixels=True)
    # By force pydicom "reads" anything, and what it has not understood it writes as it was.
    if "SOPClassUID" not in data and data.file_meta.get("MediaStorageSOPClassUID") != _DISC_CONTENTS:
        raise Refusal(UNKNOWN)
    pixels = stream.tell()
    has_pixels = bool(stream.read(1))
    words, own = _words(data, names), _words(data, [], tags={_NAME})
    _clean(data, reference.encode(), words)
    is_implicit, is_little = data.original_encoding
    if deflated_from:
        data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    if data.file_meta.get("MediaStorageSOPClassUID") == _DISC_CONTENTS:
        return {"pixels": None}, _checked(_disc_contents(data), data, own)
    answer: dict[str, object] = {
        "pixels": pixels - deflated_from if has_pixels else None,
        "deflated_from": deflated_from,
        "is_implicit": bool(is_implicit),
        "is_little": bool(is_little),
    }
    return answer, _checked(_written(data), data, own)


def _checked(header: bytes, data: "Dataset", own: list[bytes]) -> bytes:
    """Return a header in which the name is in no place that nobody thought of; raises ``Refusal``."""
    if len(header) > _LONGEST_HEADER:
        raise Refusal(UNPACKS_TOO_LARGE)
    lowered = header.lower()
    # A document inside DICOM stays as it is.
    if _DOCUMENT not in data and any(word in lowered for word in own if len(word) >= _SURE):
        raise Refusal(BROKEN)
    return header


def _inflated(file: File) -> tuple[BinaryIO, int]:
    """Return a file whose header can be read, and where what is deflated began, 0 for any other file."""
    file.seek(0)
    start = file.read(144)
    length = int.from_bytes(start[140:144], "little")
    is_marked = start[128:140] == b"DICM\x02\x00\x00\x00UL\x04\x00" and length <= 1 << 16
    meta = file.read(length) if is_marked else b""
    if _DEFLATED not in meta:
        return cast("BinaryIO", file), 0
    # Zeros behind a UID mean nothing, and everything stays where it is.
    meta = meta.replace(_DEFLATED, _EXPLICIT.ljust(len(_DEFLATED), b"\0"))
    unpacked = zlib.decompressobj(-zlib.MAX_WBITS).decompress(file.read())
    return BytesIO(start + meta + unpacked), len(start) + len(meta)


def _words(data: "Dataset", names: list[str], tags: set[int] = _WITH_VALUES) -> list[bytes]:
    """Return the names, numbers and dates that say who it is, as the bytes that the file has for them."""
    words = {word for name in names for word in _WORD.findall(name.encode())}
    for part in _datasets(data):
        for tag in tags & set(part.keys()):
            words.update(_WORD.findall(_raw(part, tag)))
    long_enough = {word.lower() for word in words if len(word) >= 3}
    return sorted(long_enough, key=len, reverse=True)


def _datasets(data: "Dataset") -> list["Dataset"]:
    """Return a header with everything that is nested in it."""
    datasets = [data]
    for tag in list(data.keys()):
        if _vr(data, tag) == "SQ":
            for item in data[tag].value or []:
                datasets += _datasets(item)
    return datasets


def _vr(data: "Dataset", tag: int) -> str:
    from pydicom.datadict import dictionary_has_tag, dictionary_VR  # noqa: PLC0415 – as above

    vr = str(data.get_item(tag).VR or "")
    if vr in ("", "UN") and dictionary_has_tag(tag):
        return dictionary_VR(tag)
    return vr


def _raw(data: "Dataset", tag: int) -> bytes:
    """Return the bytes of a value as the file has them."""
    value = data.get_item(tag).value
    if isinstance(value, bytes):
        return value
    # What pydicom has decoded already.
    original = getattr(value, "original_string", None)
    return original if isinstance(original, bytes) else str(value or "").encode()


def _clean(data: "Dataset", reference: bytes, words: list[bytes]) -> None:
    """Take everything out of a header, and of what is nested in it, that says who the patient is."""
    whole = rb"(?<![A-Za-z\x80-\xff])(?:%s)(?![A-Za-z\x80-\xff])" % b"|".join(map(re.escape, words))
    in_text = re.compile(whole, re.IGNORECASE) if words else None
    long = [word for word in words if len(word) > 3]
    # Some devices write two bytes for a letter in what is their own.
    in_private = long + [b"\0".join(bytes([byte]) for byte in word) for word in long]
    for part in _datasets(data):
        for tag in list(part.keys()):
            if _is_of_patient(tag):
                _replace(part, tag, reference)
            elif (tag >> 16) % 2:
                if _vr(part, tag) != "SQ" and any(form in _raw(part, tag).lower() for form in in_private):
                    del part[tag]
            elif in_text and (_vr(part, tag) in _TEXTS or tag == _FILE) and in_text.search(raw := _raw(part, tag)):
                _put(part, tag, in_text.sub(_LEFT_OUT, raw))


def _is_of_patient(tag: int) -> bool:
    return tag == _AGE or (tag >> 16 == 0x0010 and tag not in _MEDICAL) or tag in _OTHERS


def _replace(part: "Dataset", tag: int, reference: bytes) -> None:
    """Put something else in the place of an element that says who the patient is, or nothing."""
    if tag in (_NAME, _NUMBER):
        _put(part, tag, reference)
    elif tag == _BIRTH_DATE:
        _put(part, tag, b"")
    elif tag == _AGE:
        _put(part, tag, _age(_raw(part, tag)))
    else:
        del part[tag]


def _put(data: "Dataset", tag: int, value: bytes) -> None:
    """Write the bytes of a value, padded to an even length."""
    from pydicom.dataelem import RawDataElement  # noqa: PLC0415 – as above
    from pydicom.tag import Tag  # noqa: PLC0415 – as above

    is_implicit, is_little = data.original_encoding
    padded = value + b" " * (len(value) % 2)
    element = RawDataElement(
        Tag(tag),
        None if is_implicit else _vr(data, tag),
        len(padded),
        padded,
        0,
        bool(is_implicit),
        bool(is_little),
        True,
    )
    data._dict[Tag(tag)] = element  # noqa: SLF001 – a raw element is not set in another way without being decoded


def _age(written: bytes) -> bytes:
    years = re.fullmatch(rb"(\d{3})Y\s?", written)
    return b"%03dY" % _OLDEST if years and int(years[1]) > _OLDEST else written


def _written(data: "FileDataset") -> bytes:
    from pydicom.filebase import DicomBytesIO  # noqa: PLC0415 – as above
    from pydicom.filewriter import write_dataset, write_file_meta_info  # noqa: PLC0415 – as above

    buffer = DicomBytesIO()
    buffer.is_implicit_VR, buffer.is_little_endian = False, True
    for tag in (0x00020100, 0x00020102):  # private to whoever wrote it
        if tag in data.file_meta:
            del data.file_meta[tag]
    if data.preamble is not None:
        buffer.write(bytes(128) + b"DICM")
    if data.file_meta:
        write_file_meta_info(buffer, data.file_meta, enforce_standard=False)
    is_implicit, is_little = data.original_encoding
    buffer.is_implicit_VR, buffer.is_little_endian = bool(is_implicit), bool(is_little)
    write_dataset(buffer, data)
    return buffer.getvalue()


def _disc_contents(data: "FileDataset") -> bytes:
    """Return the list of what is on a disc, whose records name each other by the place in the file."""
    import pydicom  # noqa: PLC0415 – as above

    if _REGISTER not in data:
        return _written(data)
    before = [record.seq_item_tell for record in data[_REGISTER].value]
    again = pydicom.dcmread(BytesIO(_written(data)), force=True)
    places = dict(zip(before, (record.seq_item_tell for record in again[_REGISTER].value), strict=True))
    for part in (data, *data[_REGISTER].value):
        for tag in _OFFSETS:
            if tag in part and part[tag].value:
                part[tag].value = places[part[tag].value]
    return _written(data)
