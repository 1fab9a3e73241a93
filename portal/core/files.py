"""Private files under random names, in the store that STORAGES["private"] names.

With a bucket, what still lies in the folder is found there, until `manage.py move_files` has moved it.
"""

import hashlib
import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from portal.core.storage.folder import FolderStorage


def write(data: bytes) -> str:
    """Store bytes and return their name; they are there for good when this returns. Raises ``OSError``."""
    return _store().save(secrets.token_hex(16), ContentFile(data))


def read(name: str) -> bytes:
    """Return the bytes of a stored file; raises ``FileNotFoundError``, and ``StoreAway`` for a store that is away."""
    # The store once more at the end: the file may have been moved between the first two looks.
    for store in (_store(), FolderStorage()):
        try:
            return _read(store, name)
        except FileNotFoundError:
            continue
    return _read(_store(), name)


def exists(name: str) -> bool:
    """Say whether a file of this name is stored; raises ``StoreAway``."""
    return _store().exists(name) or FolderStorage().exists(name) or _store().exists(name)


def delete(name: str) -> None:
    """Remove a stored file; one that is not there is fine. Raises ``StoreAway``."""
    # The folder first: whoever moves the file right now sees that it is gone, and takes it out of the bucket again.
    FolderStorage().delete(name)
    _store().delete(name)


def check() -> None:
    """Raise ``StoreAway`` when files cannot be stored; asks a bucket, for three seconds at most."""
    _store().check()  # type: ignore[attr-defined]  # both of ours have it


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def _store() -> Storage:
    return storages["private"]


def _read(store: Storage, name: str) -> bytes:
    with store.open(name) as file:
        data: bytes = file.read()
    return data
