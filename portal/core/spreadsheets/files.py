"""Reads and writes spreadsheets: CSV in UTF-8 and XLSX. Trusts neither sizes nor XML of an upload; no cell is a formula."""

import csv
import re
import warnings
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import islice
from typing import Any, NamedTuple
from zipfile import ZipFile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_ROWS = 5_000
# A sheet may name a cell far away and cost little to write: what is read stays bounded.
MAX_COLUMNS = 100
LAST_ROW = 50_000
MAX_LETTERS = 32_767  # of one cell in XLSX; openpyxl cuts the rest off without a word

# What XML cannot hold; NUL is what PostgreSQL cannot hold either.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Excel and others take a cell that starts like this for a formula, wherever it comes from.
LIKE_A_FORMULA = re.compile(r"'*[=+\-@＝＋－＠]")
BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
SEPARATOR_LINE = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
MARKUP_DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
NO_SPREADSHEET = gettext_lazy("This is no spreadsheet. Upload a CSV file in UTF-8, or an XLSX file.")

# As read: an empty cell is an empty text, a number the text of it, an error what is wrong with the cell.
type Cell = str | bool | date | time | timedelta | ValidationError
# As shown.
type Value = str | int | Decimal | date


class Unreadable(ValidationError):
    """The file cannot be read as a table; the message is a sentence for the editor."""


class Table(NamedTuple):
    """The rows that are not empty, all of one length, with their numbers in the file; the first names the columns."""

    rows: list[tuple[int, list[Cell]]]
    note: str = ""  # for the editor


def plain(text: str) -> str:
    """Return a text as both formats can hold it: one kind of line break, nothing unprintable, no space around."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def escaped(text: str) -> str:
    """Return what to write for a text: an apostrophe before what could be a formula."""
    return f"'{text}" if LIKE_A_FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """Return the text that ``escaped`` was given, as it can be kept."""
    text = plain(text)
    return text.removeprefix("'") if LIKE_A_FORMULA.match(text) else text


# ── Reading ──────────────────────────────────────────────────────────────────────────────────


def read(data: bytes) -> Table:
    """Return the table in a file, whatever its name says; raises ``Unreadable``."""
    if len(data) > MAX_BYTES:
        raise Unreadable(_("The file is larger than %(limit)d MB. Split it.") % {"limit": MAX_BYTES // 1024 // 1024})
    # The container of Excel files before XLSX, and of XLSX files that are encrypted.
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            _("This is an Excel file of the old kind, or one with a password. Save it as XLSX without one.")
        )
    return _read_xlsx(data) if data.startswith(b"PK\x03\x04") else _table(_csv_rows(data))


def _table(rows: Iterable[list[Cell]], note: str = "") -> Table:
    numbered = ((number, cells[:MAX_COLUMNS]) for number, cells in enumerate(rows, 1))
    filled = list(islice((row for row in numbered if any(cell != "" for cell in row[1])), MAX_ROWS + 2))
    if not filled:
        raise Unreadable(_("The file is empty."))
    if len(filled) == 1:
        raise Unreadable(_("The file has no row below the names of the columns."))
    if len(filled) > MAX_ROWS + 1:
        raise Unreadable(_("The file has more than %(limit)s rows. Split it.") % {"limit": f"{MAX_ROWS:,}"})
    width = max(len(cells) for _number, cells in filled)
    return Table([(number, cells + [""] * (width - len(cells))) for number, cells in filled], note)


def _csv_rows(data: bytes) -> Iterator[list[Cell]]:
    if BINARY.search(data) and not data.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16 is text
        raise Unreadable(NO_SPREADSHEET)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(_("The file is not in UTF-8. In Excel, save it as “CSV UTF-8”.")) from None
    # Excel writes and hides this line.
    if named := SEPARATOR_LINE.match(text):
        text = text[named.end() :]
    delimiter = named[1] if named else max(",;\t", key=text.lstrip().partition("\n")[0].count)
    row = 1
    try:
        for cells in csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield [unescaped(cell) for cell in cells]
            row += 1
    except csv.Error:
        sentence = _(
            "Row %(row)d cannot be read: a quotation mark is not closed, stands in the wrong place, or the cell is too long."
        )
        raise Unreadable(sentence % {"row": row}) from None


def _read_xlsx(data: bytes) -> Table:
    from openpyxl import load_workbook  # noqa: PLC0415 – a seventh of the start of every process

    # openpyxl warns of what it leaves out (colours, rules for input); none of it concerns the cells.
    with warnings.catch_warnings(action="ignore"):
        try:
            _check_archive(data)
            sheets = load_workbook(BytesIO(data), read_only=True, keep_links=False).worksheets
            about = {"count": len(sheets), "title": sheets[0].title}
            note = _("The file has %(count)d sheets. Only the first one, “%(title)s”, was read.") % about
            return _table(_xlsx_rows(sheets[0]), note if len(sheets) > 1 else "")
        except Unreadable:
            raise
        except Exception as problem:  # a broken file leads zipfile and openpyxl to raise almost anything
            raise Unreadable(_("The XLSX file is damaged. Open it in Excel and save it again.")) from problem


def _check_archive(data: bytes) -> None:
    """Refuse what would grow too large or expand entities, before anything is parsed.

    No member yields more bytes than its entry in the archive says, so the sizes there can be believed.
    """
    with ZipFile(BytesIO(data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
            raise Unreadable(
                _("Unpacked, the file is larger than %(limit)d MB. Split it.") % {"limit": MAX_UNPACKED // 1024 // 1024}
            )
        if "xl/workbook.xml" not in archive.namelist():
            raise Unreadable(NO_SPREADSHEET)
        if any(MARKUP_DECLARATION.search(archive.read(member)) for member in archive.infolist()):
            raise Unreadable(_("The XLSX file declares its own markup, which Excel never does. It is not read."))


def _xlsx_rows(sheet: Any) -> Iterator[list[Cell]]:
    sheet.reset_dimensions()  # they are what the file claims
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
        if number > LAST_ROW:
            raise Unreadable(
                _("The sheet goes on below row %(row)s. Delete the empty rows below the table.")
                % {"row": f"{LAST_ROW:,}"}
            )
        yield [_xlsx_cell(cell.value, cell.data_type) for cell in cells]


def _xlsx_cell(value: Any, data_type: str) -> Cell:
    # openpyxl makes up those between cells far apart: millions of them, of a file of a few bytes.
    if value is None and data_type == "n":
        return ""
    if data_type == "f":
        return ValidationError(_("The cell holds a formula. Put its value there instead."))
    if data_type == "e":
        return ValidationError(_("The cell shows the error %(error)s.") % {"error": value})
    if isinstance(value, bool | date | time | timedelta):
        return value.date() if isinstance(value, datetime) and value.time() == time() else value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unescaped(str("" if value is None else value))


# ── Writing ──────────────────────────────────────────────────────────────────────────────────


def to_csv(rows: list[list[Value]]) -> bytes:
    """Return rows as CSV that Excel opens as well: UTF-8, commas."""
    out = StringIO(newline="")
    csv.writer(out).writerows([escaped(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")  # Excel takes a file without the mark for another encoding


def to_xlsx(rows: list[list[Value]], title: str) -> bytes:
    """Return rows as XLSX: text cells for text, numbers for amounts, days for days; raises ``ValidationError``."""
    from openpyxl import Workbook  # noqa: PLC0415 – slow import, as above
    from openpyxl.styles import Font  # noqa: PLC0415

    book, out = Workbook(write_only=True), BytesIO()
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes, sheet.sheet_format.baseColWidth = "A2", 22
    head, *body = [[_written(sheet, value) for value in row] for row in rows]
    for cell in head:
        cell.font = Font(bold=True)
    for cells in head, *body:
        sheet.append(cells)
    book.save(out)
    return out.getvalue()


def _written(sheet: Any, value: Value) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 – slow import, as above

    content = escaped(value) or None if isinstance(value, str) else value
    if isinstance(content, str) and len(content) > MAX_LETTERS:
        raise ValidationError(
            _("A text is longer than a cell of XLSX may be: “%(text)s…”. Export as CSV.") % {"text": content[:60]}
        )
    cell = WriteOnlyCell(sheet, content)
    if isinstance(content, str):
        cell.data_type = "s"  # openpyxl would make errors of texts like #N/A
    cell.number_format = {str: "@", Decimal: "0.00"}.get(type(value), cell.number_format)
    return cell
