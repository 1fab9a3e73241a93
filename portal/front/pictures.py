"""The pictures of shared links: drawn once, then kept as files."""

import hashlib
import logging
import os
import tempfile
from pathlib import Path

from django.conf import settings

from portal.front import drawing

log = logging.getLogger(__name__)


def version(edition: int) -> str:
    """Return what a picture's address carries: it changes with the edition and with the look."""
    return f"{edition}.{drawing.DESIGN}"


def picture(title: str, caption: str, language: str) -> bytes:
    """Return the PNG for words in a language; the same words are drawn once."""
    kept = _path(title, caption, language)
    try:
        return kept.read_bytes()
    except OSError:
        png = drawing.draw(title, caption, language)
    try:
        _keep(kept, png)
    except OSError as problem:
        log.warning("a picture cannot be kept: %s", problem)
    return png


def _path(title: str, caption: str, language: str) -> Path:
    can_write = drawing.can_write(drawing.script_for(f"{title} {caption}", language))
    words = "\0".join((str(drawing.DESIGN), str(can_write), language, title, caption))
    return Path(settings.PICTURES_DIR) / f"{hashlib.sha256(words.encode()).hexdigest()[:32]}.png"


def _keep(path: Path, png: bytes) -> None:
    """Write a file whole or not at all: another process may be reading it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(png)
    Path(name).replace(path)
