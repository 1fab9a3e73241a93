"""Files that can be made again at any time: made once, then kept for a month."""

import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings

log = logging.getLogger(__name__)

LIFETIME = timedelta(days=30)


def kept(make: Callable[[], bytes], suffix: str, *recipe: object) -> bytes:
    """Return what ``make`` makes; for the same ``recipe`` (whatever decides the content) it is asked once.

    A folder that cannot be written costs nothing but time.
    """
    words = "\0".join(map(str, recipe))
    path = Path(settings.KEPT_DIR) / f"{hashlib.sha256(words.encode()).hexdigest()[:32]}{suffix}"
    try:
        return path.read_bytes()
    except OSError:
        made = make()
    try:
        _write(path, made)
    except OSError as problem:
        log.warning("a file cannot be kept: %s", problem)
    return made


def prune() -> int:
    """Throw away what was made a month ago and return how many files there were; what is still wanted is made anew."""
    folder = Path(settings.KEPT_DIR)
    limit = time.time() - LIFETIME.total_seconds()
    old = [path for path in folder.iterdir() if path.stat().st_mtime < limit] if folder.exists() else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: another process may be reading it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)
