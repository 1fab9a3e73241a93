"""Writes a table as CSV or XLSX: no cell of it is ever a formula."""

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from tablib import Dataset

from portal.core.exchange.cells import escaped

BYTE_ORDER_MARK = "\ufeff"  # Excel takes a CSV file without it for another encoding
MAX_LETTERS = 32_767  # of one cell in XLSX; openpyxl cuts the rest off without a word
WIDTH = 22


class TextTooLong(Exception):
    """A text does not fit into a cell of XLSX; the message is a sentence for the editor."""


def to_csv(table: Dataset) -> bytes:
    """Return a table as CSV that Excel opens as well: UTF-8, commas."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(table.headers)
    for row in table:
        writer.writerow([escaped(cell) if isinstance(cell, str) else cell for cell in row])
    return f"{BYTE_ORDER_MARK}{out.getvalue()}".encode()


def to_xlsx(table: Dataset, title: str) -> bytes:
    """Return a table as XLSX: text cells for text, numbers for amounts, days for days; raises ``TextTooLong``."""
    for text in (cell for row in table for cell in row if isinstance(cell, str)):
        if len(escaped(text)) > MAX_LETTERS:
            raise TextTooLong(f"A text is longer than a cell of XLSX may be: “{text[:60]}…”. Export as CSV.")
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    sheet.sheet_format.baseColWidth = WIDTH
    head = [_cell(sheet, name) for name in table.headers]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for row in table:
        sheet.append([_cell(sheet, value) for value in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: str | int | Decimal | date | None) -> Any:
    if isinstance(value, str):
        return _text_cell(sheet, value)
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, Decimal):
        cell.number_format = "0.00"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def _text_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, escaped(text) or None)
    if text:
        cell.data_type = "s"  # openpyxl would make errors of texts like #N/A
    cell.number_format = "@"
    return cell


FORMATS: Sequence[tuple[str, str, str]] = (
    ("csv", "CSV", "text/csv; charset=utf-8"),
    ("xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)
