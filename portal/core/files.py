"""Private files: random names outside the web root, written whole or not at all."""

import hashlib
import os
import secrets
from pathlib import Path

from django.conf import settings


def write(data: bytes) -> str:
    """Store bytes and return their name; they are on the disk when this returns."""
    name = secrets.token_hex(16)
    target = path(name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_suffix(".part")
    with draft.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(target)
    # A new name is on the disk when its folder is.
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return name


def read(name: str) -> bytes:
    """Return the bytes of a stored file; raises ``FileNotFoundError``."""
    return path(name).read_bytes()


def path(name: str) -> Path:
    """Return where a file of this name lies."""
    return Path(settings.PRIVATE_FILES_DIR) / name[:2] / name


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def delete(name: str) -> None:
    """Remove a stored file; one that is not there is fine."""
    path(name).unlink(missing_ok=True)
