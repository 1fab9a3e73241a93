"""The words that people consent to: versioned files, one for each purpose and language."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.core import pages
from portal.core.markdown import to_html
from requests.enums import Purpose

FOLDER = Path(__file__).parent / "content" / "consents"
CURRENT = {Purpose.PROCESSING: "1", Purpose.HEALTH: "1"}


@dataclass(frozen=True)
class ConsentText:
    """The words shown for one purpose, with the SHA-256 of exactly these words."""

    purpose: Purpose
    version: str
    language: str
    title: str
    html: str
    sha256: str


@cache
def current(purpose: Purpose, language: str) -> ConsentText:
    """Return the text in force for a purpose, in a language."""
    return read(purpose, CURRENT[purpose], language)


@cache
def read(purpose: Purpose, version: str, language: str) -> ConsentText:
    """Return a text of a given version; raises ``FileNotFoundError`` for an unknown one."""
    matter, body = pages.split(FOLDER / f"{purpose}-{version}.{language}.md")
    words = f"{matter['title']}\n\n{pages.fill(body).strip()}\n"
    digest = hashlib.sha256(words.encode()).hexdigest()
    return ConsentText(purpose, version, language, matter["title"], to_html(pages.fill(body), language), digest)
