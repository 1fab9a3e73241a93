"""Moving private files from the folder to the bucket, while the portal serves."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

NAME_LENGTH = 32


class Busy(Exception):
    """Another process moves files out of this folder."""


class Differs(Exception):
    """The bucket gave back other bytes than it took; the file stays in the folder."""


def in_folder() -> list[Path]:
    """Return the files that wait to be moved."""
    paths = Path(settings.PRIVATE_FILES_DIR).glob("??/*")
    # Neither drafts nor what can be made again.
    return sorted(path for path in paths if len(path.name) == NAME_LENGTH and path.name.isalnum())


def move() -> Iterator[Path]:
    """Move what lies in the folder and yield each file that is gone from there.

    What was moved stays moved when this is killed or raises: ``Busy``, ``Differs`` or ``StoreAway``.
    """
    with _alone():
        for path in in_folder():
            _move(path, storages["private"])
            yield path


def _move(path: Path, store: Storage) -> None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    store.save(path.name, ContentFile(data))
    with store.open(path.name) as file:
        stored = file.read()
    if hashlib.sha256(stored).digest() != hashlib.sha256(data).digest():
        store.delete(path.name)
        raise Differs(f"{path.name} came back changed.")
    try:
        path.unlink()
    except FileNotFoundError:
        # Deleted while it was on its way: that begins with the folder (portal.core.files.delete).
        store.delete(path.name)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process move at a time: a second one would take what the first has moved for deleted."""
    folder = Path(settings.KEPT_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "move_files.lock").open("w") as lock:
        try:
            # The kernel ends this lock with its process.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("Files are being moved by another process.") from None
        yield
