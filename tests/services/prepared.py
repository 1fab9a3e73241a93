"""The cluster of PostgreSQL that tests start from: migrated, filled, and kept under var/tests while its sources stay."""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.services.postgres import Postgres, copy, find_binaries
from tests.services.process import PROJECT

KEPT = PROJECT / "var" / "tests"
PACKAGES = ("portal", "conditions", "clinics", "requests")
# Folders of floors above what fills a database, which cannot import them (docs/architecture.md).
ABOVE = {"admin", "views", "forms", "__pycache__"}
OTHERS = ("locale", "templates/conditions/edition", "tests/conditions/content", "uv.lock")
CODE = ("tests/environment.py", "tests/filling.py", "tests/frozen.py", "tests/conditions/catalogue.py")
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


def checksum() -> str:
    """Return a hash of everything that decides what is in the cluster."""
    total = hashlib.sha256(str(find_binaries()).encode())
    for path in sorted(sources()):
        total.update(f"{path.relative_to(PROJECT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def sources() -> Iterator[Path]:
    for name in (*PACKAGES, *OTHERS, *CODE):
        place = PROJECT / name
        for path in place.rglob("*") if place.is_dir() else [place]:
            if path.is_file() and not ABOVE & set(path.relative_to(PROJECT).parts):
                yield path
