"""What stands in the cells of a spreadsheet, and how text is kept from being read as a formula."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal

# What XML cannot hold; NUL is what PostgreSQL cannot hold either.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Excel and others take a cell that starts like this for a formula, wherever it comes from.
LIKE_A_FORMULA = re.compile(r"'*[=+\-@＝＋－＠]")


@dataclass(frozen=True)
class Formula:
    """A cell that computes something; what it last showed is not ours to trust."""


@dataclass(frozen=True)
class Failed:
    """A cell that shows an error like #REF!."""

    code: str


# A moment is a date as well; an empty cell is None.
type Cell = str | bool | int | float | Decimal | date | time | timedelta | Formula | Failed | None


def plain(text: str) -> str:
    """Return a text as both formats can hold it: one kind of line break, nothing unprintable, no space around."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def escaped(text: str) -> str:
    """Return what to write for a text: an apostrophe before what could be a formula."""
    return f"'{text}" if LIKE_A_FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """Return the text that ``escaped`` was given."""
    return text[1:] if text.startswith("'") and LIKE_A_FORMULA.match(text) else text


def text_cell(text: str) -> str | None:
    """Return what a cell with text means."""
    return unescaped(plain(text)) or None
