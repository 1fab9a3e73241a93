"""Private files in a folder of this machine, the embedded default."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.utils._os import safe_join

from portal.core.storage.errors import StoreAway
from portal.core.storage.stored_file import StoredFile


class FolderStorage(FileSystemStorage):
    """Files in PRIVATE_FILES_DIR, under the first two letters of their names, which nobody else may read.

    When ``save`` returns, a file is on the disk; one that failed or was killed has no name.
    """

    def path(self, name: str) -> str:
        return safe_join(settings.PRIVATE_FILES_DIR, name[:2], name)

    def check(self) -> None:
        """Raise ``StoreAway`` when files cannot be written. The folder comes with the first of them."""
        folder = Path(settings.PRIVATE_FILES_DIR)
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            raise StoreAway(f"{folder} is not writable.")

    def listing(self) -> Iterator[StoredFile]:
        """Yield all files in the order of their names, drafts of those that were never whole among them."""
        for folder in sorted(Path(settings.PRIVATE_FILES_DIR).glob("??")):
            for path in sorted(folder.glob("*")):
                try:
                    about = path.stat()
                except FileNotFoundError:  # deleted or renamed meanwhile
                    continue
                yield StoredFile(path.name, about.st_size, datetime.fromtimestamp(about.st_mtime, UTC))

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]  # of bytes
        target = Path(self.path(name))
        if not target.parent.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _on_disk.discard(target.parent)
        draft = target.with_suffix(".part")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content.read())
                file.flush()
                os.fsync(file.fileno())
            draft.rename(target)
        finally:
            draft.unlink(missing_ok=True)
        # A new name is on the disk when its folder is, and a new folder when the one around it is; whoever made that
        # may not have come to it yet, so each process sees to it once.
        _sync(target.parent)
        if target.parent not in _on_disk:
            _sync(target.parent.parent)
            _on_disk.add(target.parent)
        return name


_on_disk: set[Path] = set()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
