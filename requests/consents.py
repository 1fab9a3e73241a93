"""Texts of consents: versioned files, one for each purpose and language."""

from pathlib import Path

from portal.core.content import markdown_files
from requests.enums import Purpose
from requests.models import ConsentText
from requests.models.consents import sha256

FOLDER = Path(__file__).parent / "content" / "consents"
CURRENT = dict.fromkeys(Purpose, "1")


def current(purpose: Purpose, language: str) -> ConsentText:
    """Return the unsaved row of the words in force for a purpose, in a language."""
    return read(purpose, CURRENT[purpose], language)


def read(purpose: str, version: str, language: str) -> ConsentText:
    """Return the unsaved row of a version with today's operator; raises ``FileNotFoundError`` for an unknown one."""
    matter, body = markdown_files.split(FOLDER / f"{purpose}-{version}.{language}.md")
    text = f"{matter['title']}\n\n{markdown_files.fill(body, language).strip()}\n"
    return ConsentText(sha256=sha256(text), purpose=purpose, version=version, language=language, text=text)
