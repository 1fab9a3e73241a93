"""Format of a backup: a tar inside age, written and read in one go.

``database/000000``, … are the pieces of the dump, because a tar wants to know a size beforehand;
``files/…`` the private files; ``manifest`` comes last, one JSON object a line: first the head, then a
line for the database and one for each file, with size and SHA-256.
"""

import fcntl
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection
from django.utils import timezone
from pyrage.x25519 import Identity, Recipient

from portal.core.backups import age, databases

FORMAT = 1
PIECE = 8 << 20
DATABASE, FILES, MANIFEST = "database", "files", "manifest"

type Say = Callable[[str], None]


@dataclass
class Manifest:
    """What a copy says of itself; ``lines`` is the file with a line for each part."""

    path: Path
    rows: databases.Rows
    migrations: list[list[str]]
    vendor: str
    made_at: str

    def parts(self) -> Iterator[tuple[str, int, str]]:
        """Return name, size and SHA-256 of each part."""
        with self.path.open() as file:
            next(file)
            for line in file:
                yield tuple(json.loads(line))


class Busy(Exception):
    """Another backup is being made in this folder."""


def write(folder: Path, keys: Sequence[Recipient], say: Say) -> Path:
    """Make a copy and return its path; it has its name only when it is whole and on the disk."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder):
        for left in folder.glob("marus-*.part"):
            left.unlink()
        target = folder / f"marus-{timezone.now():%Y%m%dT%H%M%SZ}.tar.age"
        draft = target.with_suffix(".part")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                with age.writing(file, keys) as plain, tarfile.open(fileobj=plain, mode="w|") as tar:
                    _write_parts(tar, say)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(target)
            # A new name is on the disk when its folder is.
            descriptor = os.open(folder, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
        finally:
            draft.unlink(missing_ok=True)
    return target


def unpack(path: Path, key: Identity, folder: Path, say: Say) -> Manifest:
    """Unpack a copy into an empty folder and check every hash; raises ``Damaged``."""
    seen = 0
    with age.reading(path, key) as plain:
        try:
            with tarfile.open(fileobj=plain, mode="r|") as tar, (folder / DATABASE).open("wb") as dump:
                for member in tar:
                    if member.name.startswith(f"{DATABASE}/"):
                        shutil.copyfileobj(tar.extractfile(member), dump)  # type: ignore[arg-type]  # a file, no folder
                    else:
                        # The filter refuses what leads out of the folder. The tar has no entries for folders, so tarfile opens them to all.
                        tar.extract(member, folder, filter="data")
                        # Folders are not in the tar, and tarfile makes them readable for others.
                        (folder / member.name).parent.chmod(0o700)
                        seen += member.name != MANIFEST
                        if seen and seen % 500 == 0:
                            say(f"Unpacked: {seen} files")
        except (tarfile.TarError, EOFError) as error:
            raise age.Damaged(f"The copy is not whole: {error}.") from error
    manifest = _read_manifest(folder / MANIFEST)
    checked = 0
    for name, size, digest in manifest.parts():
        part = folder / name
        if not part.is_file() or (part.stat().st_size, _sha256(part)) != (size, digest):
            raise age.Damaged(f"{name} is not what the manifest says.")
        checked += 1
    if checked != seen + 1:
        raise age.Damaged(f"The manifest names {checked - 1} files, the copy holds {seen}.")
    say(f"Checked: the database and {seen} files, every hash is right")
    return manifest


def _write_parts(tar: tarfile.TarFile, say: Say) -> None:
    with tempfile.TemporaryFile() as lines:
        with databases.dump() as (dump, rows):
            head = {
                "format": FORMAT,
                "vendor": connection.vendor,
                "made_at": timezone.now().isoformat(),
                "migrations": databases.applied(),
                "rows": rows,
            }
            lines.write(_line(head) + _line(_write_dump(tar, dump, say)))
        number = 0
        for path in private_files():
            # Files are written before the row that names them, so those of the dump are all here; a newer
            # one may be replaced meanwhile.
            try:
                lines.write(_line(_write_file(tar, path)))
            except FileNotFoundError:
                continue
            number += 1
            if number % 500 == 0:
                say(f"Copied: {number} files")
        say(f"Copied: the database with {sum(rows.values())} rows, and {number} files")
        size = lines.tell()
        lines.seek(0)
        tar.addfile(_info(MANIFEST, size), lines)


def _line(part: Any) -> bytes:
    return json.dumps(part).encode() + b"\n"


def private_files() -> Iterator[Path]:
    """Return the private files, without what can be made again and what is not whole yet."""
    root = Path(settings.PRIVATE_FILES_DIR)
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if Path(folder, name) != Path(settings.KEPT_DIR))
        yield from (Path(folder, name) for name in sorted(files) if not name.endswith(".part"))


def _write_dump(tar: tarfile.TarFile, dump: BinaryIO, say: Say) -> tuple[str, int, str]:
    digest, size, number = hashlib.sha256(), 0, 0
    # A buffered file reads whole pieces, also from a pipe: only the last one is shorter.
    while piece := dump.read(PIECE):
        digest.update(piece)
        size += len(piece)
        tar.addfile(_info(f"{DATABASE}/{number:06}", len(piece)), io.BytesIO(piece))
        number += 1
        if number % 8 == 0:
            say(f"Copied: {size >> 20} MB of the database")
    return DATABASE, size, digest.hexdigest()


def _write_file(tar: tarfile.TarFile, path: Path) -> tuple[str, int, str]:
    name = f"{FILES}/{path.relative_to(settings.PRIVATE_FILES_DIR)}"
    with path.open("rb") as file:
        source = _Hashing(file)
        size = os.fstat(file.fileno()).st_size
        tar.addfile(_info(name, size), source)
    return name, size, source.digest.hexdigest()


class _Hashing(io.RawIOBase):
    """A file that is hashed while it is read, because private files may be large."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        return data


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def _read_manifest(path: Path) -> Manifest:
    try:
        with path.open() as file:
            head: dict[str, Any] = json.loads(next(file))
    except (OSError, StopIteration, ValueError) as error:
        raise age.Damaged("The copy has no manifest: it was not finished.") from error
    if head["format"] != FORMAT:
        raise age.Damaged(f"The copy has format {head['format']}, which this release does not know.")
    return Manifest(path, head["rows"], head["migrations"], head["vendor"], head["made_at"])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one backup at a time into a folder; raises ``Busy``."""
    with (folder / ".lock").open("w") as lock:
        try:
            # The kernel ends this lock with its process, so that a killed backup keeps nobody out.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"Another backup is being made in {folder}.") from None
        yield
