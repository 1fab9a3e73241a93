"""What tests start from and a run leaves to the next while its sources stay: a filled cluster of PostgreSQL, static files."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.services.postgres import Postgres, copy, find_binaries
from tests.services.process import PROJECT

KEPT = PROJECT / "var" / "tests"
PACKAGES = ("portal", "conditions", "clinics", "requests")
# Folders of floors above what fills a database, which cannot import them (docs/architecture.md).
ABOVE = {"admin", "views", "forms", "__pycache__"}
OTHERS = ("locale", "templates/conditions/edition", "tests/conditions/content", "uv.lock")
CODE = ("tests/environment.py", "tests/filling.py", "tests/frozen.py", "tests/conditions/catalogue.py")
KEPT_STATIC = PROJECT / "var" / "tests-static"
# The lock names the packages that bring static files of their own, and what hashes and compresses all.
STATIC_SOURCES = ("static", *(f"{name}/static" for name in PACKAGES), "portal/settings.py", "uv.lock")
# One for each of the branches that somebody works on.
MOST_KEPT = 3


class PreparedPostgres(Postgres):
    """A PostgreSQL that begins as a copy of the kept cluster; the first run finds none, fills one and keeps it."""

    def __init__(self) -> None:
        self.kept = KEPT / checksum()
        KEPT.mkdir(parents=True, exist_ok=True)
        # Who wants the same cluster while another run fills it waits for that.
        self.lock = self.kept.with_suffix(".lock").open("w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.is_filled = self.kept.exists()
        super().__init__(begin_with=self.kept if self.is_filled else None)

    def start(self) -> None:
        """Start the server; from the kept cluster the first time."""
        super().start()
        if self.is_filled:
            self.lock.close()

    def keep(self) -> None:
        """Keep the cluster as it is now for the runs that follow, and delete the oldest."""
        self.stop()
        copy(self.folder / "data", self.kept)
        for older in sorted(KEPT.glob("*/"), key=lambda path: path.stat().st_mtime)[:-MOST_KEPT]:
            shutil.rmtree(older)
            older.with_suffix(".lock").unlink(missing_ok=True)
        self.is_filled = True
        self.start()


def kept_static_files() -> Path:
    """Return the folder of static files as production serves them; the first run finds none, collects and keeps them."""
    KEPT_STATIC.mkdir(parents=True, exist_ok=True)
    files = (path for name in STATIC_SOURCES for path in files_of(name))
    kept = KEPT_STATIC / hash_of(files, hashlib.sha256())
    # Who wants the same files while another run collects them waits for that.
    with (KEPT_STATIC / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for older in sorted(KEPT_STATIC.glob("*/"), key=lambda path: path.stat().st_mtime)[: 1 - MOST_KEPT]:
                shutil.rmtree(older)
            part = kept.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            command = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"]
            subprocess.run(command, check=True, env={**os.environ, "VAR_DIR": str(part)}, cwd=PROJECT)
            part.rename(kept)
    return kept / "static"


def checksum() -> str:
    """Return a hash of everything that decides what is in the cluster."""
    return hash_of(sources(), hashlib.sha256(str(find_binaries()).encode()))


def hash_of(paths: Iterable[Path], total: "hashlib._Hash") -> str:
    """Return a short hash of the names and the content of files, on top of ``total``."""
    for path in sorted(paths):
        total.update(f"{path.relative_to(PROJECT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def sources() -> Iterator[Path]:
    for name in (*PACKAGES, *OTHERS, *CODE):
        for path in files_of(name):
            if not ABOVE & set(path.relative_to(PROJECT).parts):
                yield path


def files_of(name: str) -> Iterator[Path]:
    """Yield the file of this name, or the files of the folder."""
    place = PROJECT / name
    for path in place.rglob("*") if place.is_dir() else [place]:
        if path.is_file():
            yield path
