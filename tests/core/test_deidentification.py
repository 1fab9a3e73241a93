"""Medical images without the patient: every place of a header that says who it is, in each way of writing it."""

import io
import struct
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
)

from portal.core.inspection import Deidentification, Reason, Refused, deidentified
from tests.core import inspection_files as files

REFERENCE = "MR-ABCD-2345"
NUMBER, BORN = "HN-778812", "19600501"
SYNTAXES = (
    ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, JPEGBaseline8Bit
)  # fmt: skip
# What may be in no copy, in whatever script and field.
CANARIES = (
    b"CANARY",
    "Канарейкина".encode("iso8859-5"),
    NUMBER.encode(),
    BORN.encode(),
    b"HARBOUR",
    b"+97150",
    b"MOTHER",
)


def patient(**more: Any) -> Dataset:
    """Return a CT slice with the patient in every place that we know of."""
    made = Dataset()
    made.SpecificCharacterSet = "ISO_IR 144"
    made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, "1.2.3.4.5"
    made.StudyInstanceUID, made.SeriesInstanceUID = "1.2.3.4", "1.2.3.4.1"
    made.StudyDate, made.Modality = "20261104", "CT"
    made.StudyDescription = "CT abdomen of CANARYEVA"
    made.ReferringPhysicianName = "GRANT^ULYSSES"
    made.PatientName, made.PatientID, made.PatientBirthDate = "Канарейкина^CANARYEVA", NUMBER, BORN
    made.PatientSex, made.PatientAge, made.PatientWeight = "F", "066Y", "61"
    made.OtherPatientIDs = ["CANARY-2", "CANARY-3"]
    made.OtherPatientNames = "CANARYOVA^EVA"
    made.PatientBirthName, made.PatientMotherBirthName = "CANARYSON", "MOTHER^CANARY"
    made.PatientAddress, made.PatientTelephoneNumbers = "HARBOUR ROAD 1", "+97150"
    made.PatientComments, made.AdditionalPatientHistory = "CANARY", "Mrs CANARYEVA, allergic"
    made.OtherPatientIDsSequence = Sequence([_item(PatientID="CANARY-4")])
    made.RequestAttributesSequence = Sequence([_item(RequestedProcedureDescription="for CANARYEVA", PatientID=NUMBER)])
    made.OriginalAttributesSequence = Sequence(
        [_item(ModifiedAttributesSequence=Sequence([_item(PatientName="CANARY^OLD", PatientBirthDate=BORN)]))]
    )
    block = made.private_block(0x0029, "DEVICE OF MANY YEARS", create=True)
    block.add_new(1, "OB", b"\x01\x02name=CANARYEVA\x00\x00")
    block.add_new(2, "OB", "canaryeva".encode("utf-16-le"))
    block.add_new(3, "LO", "gradient 7")
    block.add_new(4, "SQ", [_item(PatientName="CANARYEVA", StudyDescription="deep")])
    made.Rows, made.Columns, made.SamplesPerPixel = 64, 48, 1
    made.PhotometricInterpretation = "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 12, 11, 0
    made.PixelData = np.arange(64 * 48, dtype=np.uint16).tobytes()
    made["PixelData"].VR = "OW"
    for name, value in more.items():
        setattr(made, name, value)
    return made


def _item(**values: Any) -> Dataset:
    made = Dataset()
    for name, value in values.items():
        setattr(made, name, value)
    return made


def written(made: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """Return a file in a transfer syntax."""
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = UID(syntax)
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.file_meta.PrivateInformationCreatorUID = UID("1.2.9")
    made.file_meta.PrivateInformation = b"CANARY"
    if syntax == JPEGBaseline8Bit:
        made.BitsAllocated = made.BitsStored = 8
        made.HighBit = 7
        made.PixelData = encapsulate([files.encode(files.picture().convert("L"), "JPEG"), b"\xff\xd8second"])
        made["PixelData"].VR = "OB"
        made["PixelData"].is_undefined_length = True
        made.NumberOfFrames = 2
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, made, enforce_file_format=True)
    return buffer.getvalue()


def copy(data: bytes, names: list[str] | None = None) -> bytes:
    with Deidentification(reference=REFERENCE, names=names or [], size=len(data)) as child:
        source = io.BytesIO(data)
        return b"".join(deidentified(child.header(source, len(data)), source))


@pytest.fixture(scope="module", params=SYNTAXES, ids=lambda syntax: syntax.name)
def pair(request: pytest.FixtureRequest) -> tuple[bytes, bytes]:
    """A file in each transfer syntax, and its copy."""
    data = written(patient(), request.param)
    return data, copy(data)


@pytest.mark.slow
def test_nothing_says_who_it_is(pair: tuple[bytes, bytes]) -> None:
    data, plain = pair
    if pydicom.dcmread(io.BytesIO(data)).file_meta.TransferSyntaxUID != DeflatedExplicitVRLittleEndian:
        assert all(canary in data for canary in CANARIES[:4])
    assert [canary for canary in CANARIES if canary in plain] == []
    assert "canaryeva".encode("utf-16-le") not in plain
    read = pydicom.dcmread(io.BytesIO(plain))
    assert (read.PatientName, read.PatientID, read.PatientBirthDate) == (REFERENCE, REFERENCE, "")
    assert read.RequestAttributesSequence[0].PatientID == REFERENCE
    old = read.OriginalAttributesSequence[0].ModifiedAttributesSequence[0]
    assert (old.PatientName, old.PatientBirthDate) == (REFERENCE, "")


@pytest.mark.slow
def test_what_doctors_need_stays_as_it_is(pair: tuple[bytes, bytes]) -> None:
    before, after = (pydicom.dcmread(io.BytesIO(data)) for data in pair)
    same = (
        "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "StudyDate", "PatientSex", "PatientAge", "PatientWeight",
        "ReferringPhysicianName", "Rows", "BitsStored", "SpecificCharacterSet", "PixelData",
    )  # fmt: skip
    assert [name for name in same if before[name].value != after[name].value] == []
    assert after.StudyDescription == "CT abdomen of ***"
    assert after.AdditionalPatientHistory == "Mrs ***, allergic"
    assert after[0x0029, 0x1003].value in ("gradient 7", b"gradient 7")
    is_deflated = before.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian
    expected = ExplicitVRLittleEndian if is_deflated else before.file_meta.TransferSyntaxUID
    assert after.file_meta.TransferSyntaxUID == expected
    assert after.file_meta.MediaStorageSOPInstanceUID == before.SOPInstanceUID


@pytest.mark.slow
def test_what_stands_behind_the_pixels_goes() -> None:
    made = patient()
    block = made.private_block(0x7FE1, "BEHIND", create=True)
    block.add_new(1, "OB", b"CANARY behind it")
    assert b"CANARY" not in copy(written(made))


@pytest.mark.slow
def test_names_that_only_the_case_knows_go_too() -> None:
    made = patient(PatientName="ANONYMOUS", StudyDescription="CT of Fatima Al-Test, DR MADRID")
    plain = pydicom.dcmread(io.BytesIO(copy(written(made), ["Fatima Al-Test"])))
    assert plain.StudyDescription == "CT of *** ***, DR MADRID"


@pytest.mark.slow
def test_who_is_older_than_ninety_is_ninety() -> None:
    for written_as, shown in (("097Y", "090Y"), ("090Y", "090Y"), ("011M", "011M")):
        assert pydicom.dcmread(io.BytesIO(copy(written(patient(PatientAge=written_as))))).PatientAge == shown


@pytest.mark.slow
def test_a_file_without_preamble_stays_one_without() -> None:
    data = written(patient(), ImplicitVRLittleEndian)
    bare = data[144 + int.from_bytes(data[140:144], "little") :]
    plain = copy(bare)
    read = pydicom.dcmread(io.BytesIO(plain), force=True)
    assert read.PatientName == REFERENCE
    assert read.PixelData == patient().PixelData
    assert b"CANARY" not in plain


@pytest.mark.slow
def test_a_program_in_the_preamble_goes() -> None:
    data = b"MZ" + files.dicom()[2:]
    assert copy(data)[:132] == bytes(128) + b"DICM"


@pytest.mark.slow
def test_the_list_of_a_disc_still_leads_to_its_images() -> None:
    records = [
        _item(DirectoryRecordType="PATIENT", PatientName="CANARYEVA^ANNA", PatientID=NUMBER),
        _item(DirectoryRecordType="STUDY", StudyDescription="of CANARYEVA", StudyInstanceUID="1.2.3.4"),
        _item(DirectoryRecordType="IMAGE", ReferencedFileID=["CANARYEVA_A", "IM0001"]),
    ]
    for record in records:
        record.OffsetOfTheNextDirectoryRecord = record.OffsetOfReferencedLowerLevelDirectoryEntity = 0
        record.RecordInUseFlag = 65535
    made = _item(SOPClassUID="1.2.840.10008.1.3.10", SOPInstanceUID="1.2.3.9", FileSetID="DISC")
    made.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = 0
    made.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = 0
    made.FileSetConsistencyFlag = 0
    made.DirectoryRecordSequence = Sequence(records)
    places = _places(written(made))
    made.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = places[0]
    made.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = places[0]
    records[0].OffsetOfReferencedLowerLevelDirectoryEntity = places[1]
    records[1].OffsetOfReferencedLowerLevelDirectoryEntity = places[2]
    plain = copy(written(made))
    assert [canary for canary in CANARIES if canary in plain] == []
    read, there = pydicom.dcmread(io.BytesIO(plain)), _places(plain)
    assert there != places
    first, second, third = read.DirectoryRecordSequence
    assert read.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity == there[0]
    assert first.OffsetOfReferencedLowerLevelDirectoryEntity == there[1]
    assert second.OffsetOfReferencedLowerLevelDirectoryEntity == there[2]
    assert list(third.ReferencedFileID) == ["***_A", "IM0001"]


def _places(data: bytes) -> list[int]:
    return [record.seq_item_tell for record in pydicom.dcmread(io.BytesIO(data)).DirectoryRecordSequence]


@pytest.mark.slow
def test_one_process_makes_the_headers_of_many_and_outlives_a_broken_one() -> None:
    good, broken = files.dicom(), b"nothing of the kind" * 100
    with Deidentification(reference=REFERENCE, names=[], size=10 * len(good)) as child:
        for data in (good, broken, good):
            source = io.BytesIO(data)
            if data is broken:
                with pytest.raises(Refused) as refused:
                    child.header(source, len(data))
                assert refused.value.reason == Reason.UNKNOWN
            else:
                plain = b"".join(deidentified(child.header(source, len(data)), source))
                assert pydicom.dcmread(io.BytesIO(plain)).PatientName == REFERENCE


@pytest.mark.slow
def test_pixels_that_end_too_early_break_the_copy_off() -> None:
    with Deidentification(reference=REFERENCE, names=[], size=7000) as child:
        for data in (files.dicom()[:-100], written(patient(), JPEGBaseline8Bit)[:-600]):
            source = io.BytesIO(data)
            header = child.header(source, len(data))
            with pytest.raises(EOFError):
                list(deidentified(header, source))


@pytest.mark.slow
def test_a_deflated_bomb_is_refused() -> None:
    data = files.deflated(120)
    with Deidentification(reference=REFERENCE, names=[], size=len(data)) as child, pytest.raises(Refused) as refused:
        child.header(io.BytesIO(data), len(data))
    assert refused.value.reason == Reason.UNPACKS_TOO_LARGE


@pytest.mark.slow
def test_no_more_than_a_piece_of_the_pixels_is_held() -> None:
    """A source of 300 MB that exists only while it is read; the copy of it comes in pieces of 64 KiB."""
    head = written(patient())
    start = head.index(struct.pack("<HH2s2x", 0x7FE0, 0x0010, b"OW"))
    length = 300_000_000
    source: Any = _Endless(head[: start + 8] + struct.pack("<L", length), length)
    with Deidentification(reference=REFERENCE, names=[], size=source.size) as child:
        header = child.header(source, source.size)
        sizes = [len(piece) for piece in deidentified(header, source)]
    assert sum(sizes) == len(header.data) + 12 + length
    assert max(sizes) == 64 << 10


class _Endless(io.RawIOBase):
    """A head, and zeros behind it."""

    def __init__(self, head: bytes, more: int) -> None:
        self.head, self.size, self.place = head, len(head) + more, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.size}[whence]
        return self.place

    def read(self, size: int | None = -1) -> bytes:
        length = min(self.size - self.place if size is None or size < 0 else size, self.size - self.place)
        data = self.head[self.place : self.place + length].ljust(length, b"\0")
        self.place += length
        return data


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer", [b"{}", b"[]", b'{"pixels": "x"}', b'{"reason": "whim"}', b'{"pixels": 1, "more": 2}']
)
def test_a_child_that_talks_nonsense_is_believed_nothing(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.core.inspection.deidentification.served", lambda *args, **kwargs: (answer, b""))
    with Deidentification(reference=REFERENCE, names=[], size=10) as child, pytest.raises(Refused):
        child.header(io.BytesIO(b"x"), 1)


@pytest.mark.slow
def test_a_child_that_is_killed_refuses_its_file_and_leaves_nobody() -> None:
    with Deidentification(reference=REFERENCE, names=[], size=10) as child:
        child._child.kill()
        with pytest.raises(Refused) as refused:
            child.header(io.BytesIO(files.dicom()), len(files.dicom()))
    assert refused.value.reason == Reason.TOOK_TOO_LONG
    assert child._child.poll() is not None


@pytest.mark.slow
def test_what_is_not_understood_is_not_written_as_it_was() -> None:
    odd = bytes(128) + b"DICM" + b"CANARY of no kind " * 99
    # A name where nobody looks for one.
    hidden = written(patient(StationAETitle="X", ImageType=["ORIGINAL", "CANARYEVA"]))
    for data in (odd, hidden):
        with Deidentification(reference=REFERENCE, names=[], size=len(data)) as child, pytest.raises(Refused):
            child.header(io.BytesIO(data), len(data))
