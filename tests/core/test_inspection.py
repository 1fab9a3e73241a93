"""Papers: each good file is accepted with what it holds, nothing hostile gets further than its sentence."""

import ast
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import date
from io import BytesIO, FileIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest
from django.conf import LazySettings
from django.utils import translation
from PIL import Image, ImageFile

from portal.core.inspection import HEAD_BYTES, Inspection, Kind, Reason, Refused, first_look, inspect, limits, process
from portal.core.inspection.child import reasons
from tests.core import inspection_files as files
from tests.services.process import PROJECT

Result = Inspection | Reason
GROUPS: tuple[dict[str, Any], ...] = (files.GOOD, files.HARMLESS, files.HOSTILE)


def result(data: bytes) -> Result:
    try:
        return inspect(BytesIO(data), len(data))
    except Refused as refused:
        return refused.reason


def outcome(of: Result) -> Kind | Reason:
    return of.kind if isinstance(of, Inspection) else of


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """The bytes of every file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of what hostile files hold
        return {name: make() for group in GROUPS for name, (make, _) in group.items()}


@pytest.fixture(scope="module")
def results(made: dict[str, bytes]) -> dict[str, Result]:
    """What is said of every file; several processes at a time."""
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(made, pool.map(result, made.values()), strict=True))


def found(results: dict[str, Result], name: str) -> Inspection:
    inspection = results[name]
    assert isinstance(inspection, Inspection)
    return inspection


@pytest.mark.slow
def test_every_file_is_what_its_parser_says(results: dict[str, Result]) -> None:
    expected = {name: kind for name, (_, kind) in (files.GOOD | files.HARMLESS | files.HOSTILE).items()}
    assert len(files.HOSTILE) + len(files.HARMLESS) > 100
    assert {name: outcome(said) for name, said in results.items()} == expected


@pytest.mark.slow
def test_findings_of_good_files(results: dict[str, Result]) -> None:
    def said(name: str) -> tuple[object, ...]:
        one = found(results, name)
        return (
            one.pages,
            one.images,
            one.modality,
            one.body_part,
            one.study_date,
            one.name_in_header,
            one.kept,
            one.has_programs,
        )

    day, name = date(2026, 11, 4), "IVANOVA^ANNA"
    assert {file: said(file) for file in files.GOOD} == {
        "photo.jpg": (0, 1, "", "", None, "", "", False),
        "progressive.jpg": (0, 1, "", "", None, "", "", False),
        "scan.png": (0, 1, "", "", None, "", "", False),
        "iphone.heic": (0, 1, "", "", None, "", "", False),
        "report.pdf": (3, 0, "", "", None, "", "", False),
        "letter.docx": (0, 0, "", "", None, "", "", False),
        "slice.dcm": (0, 1, "CT", "CHEST", day, name, "", False),
        "frames.dcm": (0, 5, "CT", "CHEST", day, name, "", False),
        "rle.dcm": (0, 3, "CT", "CHEST", day, name, "", False),
        "jpeg.dcm": (0, 3, "CT", "CHEST", day, name, "", False),
        "jpeg2000.dcm": (0, 3, "CT", "CHEST", day, name, "", False),
        "deflated.dcm": (0, 1, "CT", "CHEST", day, name, "", False),
        "no-preamble.dcm": (0, 1, "CT", "CHEST", day, name, "", False),
        "report.dcm": (0, 0, "SR", "", day, name, "", False),
        # Five slices and another series; and DICOMDIR, which is no image. Left out: viewer, AUTORUN.INF, index.html, a ZIP.
        "cd.zip": (0, 6, "CT", "CHEST", day, name, "11111110000", True),
    }
    series = {file: (one.series, one.instance) for file in files.GOOD if (one := found(results, file)).series}
    assert series["slice.dcm"] == ("1.2.3.4", 1)
    # The report names none; of a disc there may be several.
    assert set(series) == {file for file in files.GOOD if file.endswith(".dcm")} - {"report.dcm"}
    assert found(results, "a text for a day.dcm").study_date is None
    assert found(results, "control characters in the name.dcm").name_in_header == "A[2JB^<script>"


@pytest.mark.slow
def test_previews_are_small_and_hold_pixels_alone(results: dict[str, Result]) -> None:
    previews = {name: said.preview for name, said in results.items() if isinstance(said, Inspection)}
    without = {name for name, preview in previews.items() if not preview}
    assert without == {
        "letter.docx", "report.dcm", "a link in a document.docx", "pixels of another codec.dcm",
    }  # fmt: skip
    for name, preview in previews.items():
        if preview:
            with Image.open(BytesIO(preview), formats=["JPEG"]) as picture:
                picture.load()
                assert max(picture.size) <= 1400, name
                assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}, name
                assert not picture.getexif(), name


@pytest.mark.slow
def test_a_photograph_is_turned_as_it_was_held_and_a_slice_is_not_flat(results: dict[str, Result]) -> None:
    assert opened(results, "photo.jpg").size == (200, 300)
    assert opened(results, "report.pdf").size == (990, 1400)
    shades = opened(results, "cd.zip").convert("L").tobytes()
    assert max(shades) - min(shades) > 200


def opened(results: dict[str, Result], name: str) -> Image.Image:
    return Image.open(BytesIO(found(results, name).preview))


@pytest.mark.slow
def test_the_web_process_says_at_once_only_what_the_parser_says_too(
    made: dict[str, bytes], results: dict[str, Result]
) -> None:
    at_once = {name: first_look(data[:HEAD_BYTES], "", len(data)) for name, data in made.items()}
    said = {name: reason for name, reason in at_once.items() if reason}
    assert len(said) > 30
    assert said == {name: outcome(results[name]) for name in said}


def test_a_file_cut_at_any_quarter_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, as its parsers are the same; they would change flags of Pillow's."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    accepted = {}
    with warnings.catch_warnings():
        for name, (make, _kind) in files.GOOD.items():
            data = make()
            for cut in {len(data) * quarter // 4 for quarter in (1, 2, 3)} | {len(data) - 30}:
                said = parsed_here(data[:cut])
                if said not in (reasons.CUT_OFF, reasons.BROKEN):
                    accepted[name, cut, len(data)] = said
    assert accepted == {}


def parsed_here(data: bytes) -> str:
    """Return what the child's parsers say, with ranges asked for as in the child."""
    from portal.core.inspection.child import examination, ranges
    from portal.core.inspection.child.limits import Limits

    ours, theirs = socket.socketpair()
    with ours, theirs:
        server = threading.Thread(target=lambda: process.served(ours, BytesIO(data), len(data)))
        server.start()
        try:
            file = ranges.File(theirs, len(data))
            return examination.examined(file, examination.claimed_kind(file), Limits()).kind
        except reasons.Refusal as refusal:
            return refusal.reason
        except Exception:  # noqa: BLE001 – as child/main.py does
            return reasons.BROKEN
        finally:
            theirs.sendall(ranges.REQUEST.pack(ranges.RESULT, 0) + ranges.ANSWER.pack(0))
            server.join()


# ── At once, by head, name and size ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "head", "reason"),
    [
        ("scan.pdf", b"%PDF-1.7\n", None),
        ("снимок.jpg", b"\xff\xd8\xff\xe0", None),
        ("صورة", b"\xff\xd8\xff\xe0", None),
        ("no ending", b"\xff\xd8\xff\xe0", None),
        ("x" * 300 + ".jpg", b"\xff\xd8\xff\xe0", None),
        ("report.doc", b"\xff\xd8\xff\xe0", None),  # a photograph by any name
        ("IM0001", bytes(128) + b"DICM", None),
        ("cd.zip", b"PK\x03\x04", None),
        ("letter.docx", b"PK\x03\x04", None),
        ("letter.doc", files.OLE, Reason.OLD_OFFICE),
        ("letter.DOC", b"", Reason.OLD_OFFICE),
        ("table.xlsx", b"PK\x03\x04", Reason.OLD_OFFICE),
        ("slides.pptx", b"PK\x03\x04", Reason.OLD_OFFICE),
        ("text.odt", b"PK\x03\x04", Reason.OLD_OFFICE),
        ("letter.docm", b"PK\x03\x04", Reason.ACTIVE),
        ("drawing.svg", files.SVG, Reason.WEB_PAGE),
        ("drawing.png", files.SVG, Reason.WEB_PAGE),
        ("photo.jpg", files.HTML, Reason.WEB_PAGE),
        ("photos.rar", b"Rar!\x1a\x07\x01\0", Reason.ARCHIVE),
        ("photos.7z", b"7z\xbc\xaf\x27\x1c", Reason.ARCHIVE),
        ("disc.iso", b"\0" * 1024, Reason.ARCHIVE),
        ("photo.jpg", files.PE, Reason.PROGRAM),
        ("photo.jpg", files.LNK, Reason.PROGRAM),
        ("photo.exe", b"\xff\xd8\xff\xe0", Reason.PROGRAM),
        ("photo\u202egpj.exe", b"\xff\xd8\xff\xe0", Reason.PROGRAM),
        ("photo.exe\u202e", b"\xff\xd8\xff\xe0", Reason.PROGRAM),
        ("photo.e\0xe", b"\xff\xd8\xff\xe0", Reason.PROGRAM),
        ("photo．ｅｘｅ", b"\xff\xd8\xff\xe0", Reason.PROGRAM),
        ("photo.exe. . ", b"\xff\xd8\xff\xe0", Reason.PROGRAM),
        ("notes.txt", b"Dear doctor", Reason.UNKNOWN),
        ("IM0001.img", b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100", None),
        ("letter.doc", files.LNK, Reason.PROGRAM),
        ("film.mp4", b"\0\0\0\x20ftypisom", Reason.UNKNOWN),
        ("photo.jpg", b"\xff\xd8\xff\xfe\0\x20%PDF-1.4", Reason.TWO_IN_ONE),
    ],
)  # fmt: skip
def test_first_look(name: str, head: bytes, reason: Reason | None) -> None:
    assert first_look(head, name, 5000) == reason


def test_sizes_are_those_of_the_settings(settings: LazySettings) -> None:
    head = {"pdf": b"%PDF-1.7", "jpeg": b"\xff\xd8\xff", "dicom": bytes(128) + b"DICM", "zip": b"PK\x03\x04"}
    assert first_look(b"", "a.jpg", 0) is Reason.EMPTY
    assert first_look(head["pdf"], "", 50 * 1024**2 + 1) is Reason.TOO_LARGE
    assert first_look(head["pdf"], "", 50 * 1024**2) is None
    assert first_look(head["dicom"], "", 2_000 * 1024**2) is None
    assert first_look(head["zip"], "", 2_000 * 1024**2 + 1) is Reason.TOO_LARGE
    settings.DOCUMENT_MAX_BYTES = settings.DOCUMENT_MAX_BYTES | {"pdf": 1000, "docx": 1000}
    assert first_look(head["pdf"], "", 1001) is Reason.TOO_LARGE
    # Only its parser tells a DOCX from a disc.
    assert result(files.docx()) is Reason.TOO_LARGE


def test_every_reason_has_its_sentence_in_every_language() -> None:
    said_by_the_child = {
        node.args[0].id
        for path in Path(reasons.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refusal" and isinstance(node.args[0], ast.Name)
    }
    assert {getattr(reasons, name) for name in said_by_the_child - {"reason"}} <= set(Reason.values)
    # That one is not of a parser: the virus scanner says it.
    of_parsers = set(Reason.values) - {Reason.INFECTED}
    assert {value for name, value in vars(reasons).items() if name.isupper()} == of_parsers
    sentences = {}
    for language in ("en", "ru", "ar"):
        with translation.override(language):
            sentences[language] = {str(reason.label) for reason in Reason} | {str(kind.label) for kind in Kind}
    assert len(set.union(*sentences.values())) == 3 * (len(Reason) + len(Kind))
    assert [reason for reason in Reason if reason.is_for_a_person] == [Reason.TOOK_TOO_LONG]


# ── The limited process ──────────────────────────────────────────────────────────────────────

CONFINED = "import sys; sys.path.append(sys.argv[1]); from child.confinement import confine; from child.limits import Limits; import json; confine(Limits(**json.loads(sys.argv[4])));"


@pytest.fixture
def own_processes() -> Iterator[None]:
    """No process of ours is left when the test ends."""
    before = children()
    yield
    assert children() <= before


def children() -> set[str]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return set(listed.split())


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        f"{CONFINED}bytearray(2_000_000_000)",
        "import os; os.kill(os.getpid(), 11)",
        "import os; os.write(int(sys.argv[2]), b'\\xff' * 100_000)",
        "import os; os.write(int(sys.argv[2]), b'\\0' * 8 + b'\\0\\x0f\\0\\0'); import time; time.sleep(60)",
        "import socket\ns = socket.socket(fileno=int(sys.argv[2]))\nwhile True: s.sendall(b'\\0' * 11 + b'\\1')\n",
    ],
    ids=["loops", "sleeps", "eats memory", "crashes", "talks nonsense", "goes beyond the end", "asks for ever"],
)
def test_a_child_that_does_not_answer_is_ended(code: str, monkeypatch: pytest.MonkeyPatch, own_processes: None) -> None:
    monkeypatch.setattr(process, "BOOT", f"import sys\n{code}")
    monkeypatch.setattr(process, "WALL_SECONDS", 1)
    monkeypatch.setattr(process, "ASKS_MORE", 100_000)
    started = time.monotonic()
    assert result(files.jpeg()) is Reason.TOOK_TOO_LONG
    assert time.monotonic() - started < 20


def test_a_file_that_keeps_its_decoder_busy_is_looked_at_by_hand(
    monkeypatch: pytest.MonkeyPatch, own_processes: None
) -> None:
    monkeypatch.setattr(process, "WALL_SECONDS", 2)
    assert result(files.scan_bomb()) is Reason.TOOK_TOO_LONG


@pytest.mark.parametrize(
    ("words", "preview"),
    [
        (b'{"reason": "fine"}', b""),
        (b'{"kind": "exe"}', b""),
        (b"[" * 60_000, b""),
        (b'{"kind": "jpeg", "pages": "x"}', b""),
        (b'{"reason": []}', b""),
        (b"[]", b""),
        (b'{"kind": "jpeg"}', b"<script>"),
    ],
)
def test_a_child_is_not_believed(words: bytes, preview: bytes) -> None:
    with pytest.raises(Refused) as refused:
        process._checked(words, preview)
    assert refused.value.reason is Reason.TOOK_TOO_LONG


def test_processor_time_and_memory_have_an_end(own_processes: None) -> None:
    def ended(code: str, cpu_seconds: int = 20) -> subprocess.CompletedProcess[bytes]:
        own = json.dumps(asdict(replace(limits.current(), cpu_seconds=cpu_seconds)))
        words = [str(Path(process.__file__).parent), "0", "0", own]
        command = [sys.executable, "-I", "-B", "-c", f"{CONFINED}\n{code}", *words]
        return subprocess.run(command, env={}, cwd="/", check=False, capture_output=True)

    assert ended("while True: pass", cpu_seconds=1).returncode == -9
    assert b"MemoryError" in ended("bytearray(2_000_000_000)").stderr
    # What would write, start a program or reach the network does not, for root either.
    assert b"PermissionError" in ended("open('/tmp/x', 'w')").stderr
    assert b"PermissionError" in ended("import subprocess; subprocess.run(['true'])").stderr
    assert b"PermissionError" in ended("import os; os.fork()").stderr
    assert b"PermissionError" in ended("import socket; socket.socket()").stderr
    written = ended(
        "import ctypes; libc = ctypes.CDLL(None); fd = libc.open(b'/tmp/marus-inspection', 65, 384)\nsys.exit(libc.write(fd, b'x', 1) != -1)"
    )
    Path("/tmp/marus-inspection").unlink(missing_ok=True)
    assert written.returncode == 0, written.stderr
    assert ended("import resource; sys.exit(resource.getrlimit(resource.RLIMIT_NOFILE) != (32, 32))").returncode == 0


def test_a_child_knows_nothing_of_its_parent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither secrets of the environment nor Django nor what lies in the folder that it starts in."""
    (tmp_path / "json.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    check = (
        "import sys, os; sys.path.append(sys.argv[1]); from child import examination, pictures, pdfs, dicom, archives, docx\n"
        "assert not {'django', 'portal', 'celery'} & set(sys.modules)\n"
        "assert not {name for name in os.environ if 'KEY' in name or 'URL' in name}, os.environ\n"
        "from child.main import main; main()"
    )
    monkeypatch.setattr(process, "BOOT", check)
    assert outcome(result(files.dicom())) is Kind.DICOM


# As the container runs it; root has no limit of processes. The interpreter of the tests may lie in root's folder.
AS_ANOTHER = ["setpriv", "--reuid=10001", "--regid=10001", "--clear-groups"]
MAY_READ = ["--inh-caps=+dac_override,+dac_read_search", "--ambient-caps=+dac_override,+dac_read_search"]
OWN_USER = """
import os, sys
import django
django.setup()
from io import BytesIO
from portal.core.inspection import inspect
from tests.core import inspection_files as files
assert os.getuid()
for data in (files.heic(), files.pdf(), files.dicom()):
    print(inspect(BytesIO(data), len(data)).kind)
"""


@pytest.mark.slow
def test_who_is_not_root_may_start_nothing() -> None:
    drop = [*AS_ANOTHER, *MAY_READ] if os.getuid() == 0 else []
    forks = "import ctypes; from child.confinement import forbid_processes; forbid_processes(); sys.exit(ctypes.CDLL(None).fork() != -1)"
    words = [str(Path(process.__file__).parent), "0", "0", json.dumps(asdict(limits.current()))]
    command = [*drop, sys.executable, "-I", "-B", "-c", f"{CONFINED}\n{forks}", *words]
    assert subprocess.run(command, cwd="/", check=False).returncode == 0
    # HEIC is decoded in a thread, which counts as a process.
    done = subprocess.run(
        [*drop, sys.executable, "-c", OWN_USER], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["heic", "pdf", "dicom"], done.stderr


def test_nothing_lies_on_a_disk_afterwards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert outcome(result(files.disc())) is Kind.DICOM_ZIP
    assert outcome(result(files.pdf())) is Kind.PDF
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OSError, TimeoutError, ValueError, EOFError])
def test_a_store_that_is_away_is_no_fault_of_the_file(error: type[Exception], own_processes: None) -> None:
    class Away(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise error("the store is away")
            return super().read(size)

    data = files.jpeg() + bytes(2_000_000)
    with pytest.raises(error, match="the store is away"):
        inspect(Away(data), len(data))


def test_a_source_that_is_shorter_than_its_size_is_no_cut_file() -> None:
    with pytest.raises(EOFError, match="shorter"):
        inspect(BytesIO(files.jpeg()), len(files.jpeg()) + 1)


# ── Memory of the parent ─────────────────────────────────────────────────────────────────────

MEASURE = """
import resource, sys, django
django.setup()
from io import BytesIO
from pathlib import Path
from portal.core.inspection import inspect
from tests.core import inspection_files as files
inspect(BytesIO(files.jpeg()), len(files.jpeg()))
path = Path(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with path.open("rb", buffering=0) as source:
    found = inspect(source, path.stat().st_size)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(found.kind, found.images, len(found.preview) > 200, after - before)
"""


class Holes(FileIO):
    """A file whose zeros take no room."""

    def write(self, data: object, /) -> int:
        raw = bytes(data)  # type: ignore[call-overload]
        if raw.count(0) == len(raw) > 4096:
            self.seek(len(raw), os.SEEK_CUR)
            return len(raw)
        return super().write(raw)


def large_dicom(path: Path) -> None:
    """Write 240 frames of 1,024 × 1,024 pixels."""
    frames, pixels = 240, 1024 * 1024 * 2
    mark = b"OW\0\0"
    head = files.dicom(pixels=bytes(2), Rows=1024, Columns=1024, NumberOfFrames=frames)
    place = head.index(b"\xe0\x7f\x10\0" + mark)
    with path.open("wb") as file:
        file.write(head[:place] + b"\xe0\x7f\x10\0" + mark + (frames * pixels).to_bytes(4, "little"))
        at = file.tell()
        file.seek(at + frames // 2 * pixels)
        file.write(bytes(range(256)) * 4000)  # the middle one shows something
        file.truncate(at + frames * pixels)


def large_disc(path: Path) -> None:
    """Write 240 slices of 2 MB."""
    pixels = bytes(range(256)) * 4 + bytes(1024 * 1024 * 2 - 1024)
    with Holes(str(path), "w+") as file, ZipFile(file, "w", ZIP_STORED) as archive:
        first = files.dicom(number=100, pixels=pixels, Rows=1024, Columns=1024)
        for number in range(100, 340):
            archive.writestr(f"DICOM/{number}", first.replace(b"IS\x04\x00100 ", b"IS\x04\x00%d " % number))


@pytest.mark.slow
@pytest.mark.parametrize(("make", "kind"), [(large_dicom, "dicom"), (large_disc, "dicom_zip")])
def test_the_parent_reads_500_mb_within_40(make: object, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "large"
    assert callable(make)
    make(path)
    assert path.stat().st_size > 500_000_000
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)],
        cwd=PROJECT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    path.unlink()
    assert done.returncode == 0, done.stderr
    found_kind, images, has_preview, grown = done.stdout.split()[-4:]
    assert (found_kind, images, has_preview) == (kind, "240", "True")
    assert int(grown) < 40_000  # KiB
