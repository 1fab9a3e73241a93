"""The pictures of shared links: drawn once, then kept as files."""

from functools import partial

from portal.core.caching import disk_cache
from portal.front.condition_pages import drawing


def version(edition: int) -> str:
    """Return what a picture's address carries: it changes with the edition and with the look."""
    return f"{edition}.{drawing.DESIGN}"


def picture(title: str, caption: str, language: str) -> bytes:
    """Return the PNG for words in a language; the same words are drawn once."""
    can_write = drawing.can_write(drawing.script_for(f"{title} {caption}", language))
    draw = partial(drawing.draw, title, caption, language)
    return disk_cache.get_or_make(draw, "picture", drawing.DESIGN, can_write, language, title, caption)
