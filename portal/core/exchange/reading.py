"""Reads an uploaded spreadsheet, whatever its name says: CSV in UTF-8 or XLSX. Trusts neither its sizes nor its XML."""

import csv
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook

from portal.core.exchange.cells import Cell, Failed, Formula, text_cell

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_ROWS = 5_000
# A sheet may name a cell far away and cost little to write: what is read stays bounded.
MAX_COLUMNS = 100
LAST_ROW = 50_000

OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # also what Excel makes of a file with a password
BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
SEPARATOR_LINE = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
MARKUP_DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
NO_SPREADSHEET = "This is no spreadsheet. Upload a CSV file in UTF-8, or an XLSX file."


class Unreadable(Exception):
    """The file cannot be read as a table; the message is a sentence for the editor."""


@dataclass(frozen=True)
class Line:
    """A row with its number as a spreadsheet shows it."""

    number: int
    cells: list[Cell]


@dataclass(frozen=True)
class Sheet:
    """The names of the columns and the rows below them; empty rows are left out. ``note`` is for the editor."""

    header: Line
    lines: list[Line]
    note: str = ""


def read(data: bytes) -> Sheet:
    """Return the table in a file; raises ``Unreadable``."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB. Split it.")
    if data.startswith(b"PK\x03\x04"):
        return _read_xlsx(data)
    if data.startswith(OLD_EXCEL):
        raise Unreadable("This is an Excel file of the old kind, or one with a password. Save it as XLSX without one.")
    return _read_csv(data)


def _sheet(lines: Iterable[Line], note: str = "") -> Sheet:
    filled = (line for line in lines if any(cell is not None for cell in line.cells))
    header = next(filled, None)
    if header is None:
        raise Unreadable("The file is empty.")
    rows: list[Line] = []
    for line in filled:
        if len(rows) == MAX_ROWS:
            raise Unreadable(f"The file has more than {MAX_ROWS:,} rows. Split it.")
        rows.append(line)
    if not rows:
        raise Unreadable("The file has no row below the names of the columns.")
    return Sheet(header, rows, note)


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────


def _read_csv(data: bytes) -> Sheet:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("The file is not in UTF-8. In Excel, save it as “CSV UTF-8”.")
    if BINARY.search(data):
        raise Unreadable(NO_SPREADSHEET)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("The file is not in UTF-8. In Excel, save it as “CSV UTF-8”.") from None
    # Excel writes and hides this line.
    if named := SEPARATOR_LINE.match(text):
        text = text[named.end() :]
    first = text.lstrip().partition("\n")[0]
    delimiter = named[1] if named else max(",;\t", key=first.count)
    return _sheet(_csv_lines(text, delimiter))


def _csv_lines(text: str, delimiter: str) -> Iterator[Line]:
    number = 0
    try:
        for number, cells in enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            yield Line(number, [text_cell(cell) for cell in cells])
    except csv.Error:
        raise Unreadable(
            f"Row {number + 1} cannot be read: a quotation mark is not closed, stands in the wrong place, "
            "or the cell is too long."
        ) from None


# ── XLSX ─────────────────────────────────────────────────────────────────────────────────────


def _read_xlsx(data: bytes) -> Sheet:
    _check_archive(data)
    # openpyxl warns of what it leaves out (colours, rules for input); none of it concerns the cells.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _first_sheet(load_workbook(BytesIO(data), read_only=True, keep_links=False).worksheets)
        except Unreadable:
            raise
        except Exception as problem:  # a broken file leads openpyxl to raise almost anything
            raise Unreadable("The XLSX file is damaged. Open it in Excel and save it again.") from problem


def _first_sheet(sheets: list[Any]) -> Sheet:
    if not sheets:
        raise Unreadable("The file has no sheet with cells.")
    note = f"The file has {len(sheets)} sheets. Only the first one, “{sheets[0].title}”, was read."
    return _sheet(_xlsx_lines(sheets[0]), note if len(sheets) > 1 else "")


def _check_archive(data: bytes) -> None:
    """Refuse what would grow too large or expand entities, before anything is parsed.

    No member yields more bytes than its entry in the archive says, so the sizes there can be believed.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_UNPACKED:
                raise Unreadable(f"Unpacked, the file is larger than {MAX_UNPACKED // 1024 // 1024} MB. Split it.")
            if "xl/workbook.xml" not in archive.namelist():
                raise Unreadable(NO_SPREADSHEET)
            if any(MARKUP_DECLARATION.search(archive.read(member)) for member in members):
                raise Unreadable("The XLSX file declares its own markup, which Excel never does. It is not read.")
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as problem:
        raise Unreadable("The XLSX file is damaged. Open it in Excel and save it again.") from problem


def _xlsx_lines(sheet: Any) -> Iterator[Line]:
    sheet.reset_dimensions()  # they are what the file claims
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
        if number > LAST_ROW:
            raise Unreadable(f"The sheet goes on below row {LAST_ROW:,}. Delete the empty rows below the table.")
        yield Line(number, [_xlsx_cell(cell) for cell in cells])


def _xlsx_cell(cell: Any) -> Cell:
    value: Any = cell.value
    if value is None:
        return None
    if cell.data_type == "f":
        return Formula()
    if cell.data_type == "e":
        return Failed(str(value))
    found: Cell = text_cell(value) if isinstance(value, str) else value
    return found
