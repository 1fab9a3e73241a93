"""Files that people really upload: their cells, their kinds, and those that cannot be read."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from clinics.models import Clinic
from portal.core.models import SearchDocument
from portal.core.spreadsheets import files
from tests.clinics.spreadsheets import (
    CLINICS,
    DAY,
    ERROR,
    FORMULA,
    MIDNIGHT,
    PRICES,
    Row,
    bring,
    clinic_row,
    csv_of,
    packed,
    price_row,
    problems,
    refusal,
    upload,
    xlsx_of,
)
from tests.factories import make_clinic, make_condition, make_procedure
from tests.factories.catalogue import make_area

pytestmark = pytest.mark.django_db


def test_cells_of_a_spreadsheet(editor: Client) -> None:
    make_condition()
    make_procedure()
    row = price_row(valid_until=datetime.date(2027, 3, 1), amount_from=1000.5)
    cases: list[tuple[Row, str, str]] = [
        ({"amount_from": FORMULA}, "amount_from", "The cell holds a formula. Put its value there instead."),
        ({"condition": FORMULA}, "condition", "The cell holds a formula. Put its value there instead."),
        ({"source": ERROR}, "source", "The cell shows the error #REF!."),
        ({"amount_from": 10.125}, "amount_from", "“10.125” is no number of 0 or more. Write it like 1500 or 1500.50."),
        ({"amount_from": True}, "amount_from", "“True” is no number of 0 or more. Write it like 1500 or 1500.50."),
        ({"amount_from": -1}, "amount_from", "“-1” is no number of 0 or more. Write it like 1500 or 1500.50."),
        ({"source": DAY}, "source", "Text is wanted here. Format the cell as text and enter it again."),
        ({"source": True}, "source", "Text is wanted here. Format the cell as text and enter it again."),
        ({"checked_on": 46082}, "checked_on", "“46082” value has an invalid date format. It must be in YYYY-MM-DD format."),
        ({"checked_on": datetime.datetime.combine(DAY, datetime.time(14, 5))}, "checked_on", "“2026-03-01 14:05:00” value has an invalid date format. It must be in YYYY-MM-DD format."),
        ({"checked_on": datetime.time(14, 5)}, "checked_on", "“14:05:00” value has an invalid date format. It must be in YYYY-MM-DD format."),
    ]  # fmt: skip
    for fields, field, sentence in cases:
        assert (fields, problems(editor, PRICES, xlsx_of(row | fields))) == (fields, [(2, field, sentence)])


@pytest.mark.parametrize(
    ("cell", "amount"),
    [(1500, "1500"), (1500.5, "1500.50"), ("1500,5", "1500.50"), ("1 500", "1500"), ("1\u00a0234\u202f567.89 ", "1234567.89"), ("0", "0"), (None, None)],
)  # fmt: skip
def test_amounts_as_people_write_them(editor: Client, cell: Any, amount: str | None) -> None:
    condition = make_condition()
    make_procedure()
    bring(editor, PRICES, xlsx_of(price_row(amount_from=cell)))
    assert condition.prices.get().amount_from == (amount and Decimal(amount))


@pytest.mark.parametrize("cell", [DAY, MIDNIGHT, "2026-03-01", "01.03.2026", "1.3.2026", " 2026-3-1 "])
def test_days_as_people_write_them(editor: Client, cell: Any) -> None:
    condition = make_condition()
    make_procedure()
    bring(editor, PRICES, xlsx_of(price_row(checked_on=cell)))
    assert condition.prices.get().checked_on == DAY


def test_spaces_around_and_numbers_for_names(editor: Client) -> None:
    make_clinic()
    bring(editor, CLINICS, xlsx_of(clinic_row(slug=" new-clinic ", city="moscow\u00a0", name_en=36, name_ru="36.6 ")))
    clinic = Clinic.objects.get(slug="new-clinic")
    assert (clinic.name_en, clinic.name_ru) == ("36", "36.6")
    bring(editor, CLINICS, xlsx_of({"slug": "new-clinic", "is_published": False, "areas": " oncology ,oncology,, "}))
    clinic.refresh_from_db()
    assert (clinic.is_published, [area.slug for area in clinic.areas.all()]) == (False, ["oncology"])


def test_an_empty_cell_empties_and_a_missing_column_does_not(editor: Client) -> None:
    make_area()
    clinic = make_clinic(about_en="Words", about_ru="Слова", website="https://clinic.example/")
    clinic.areas.set([make_area()])
    bring(editor, CLINICS, csv_of({"slug": "test-clinic", "about_ru": "", "website": ""}))
    clinic.refresh_from_db()
    assert (clinic.about_en, clinic.about_ru, clinic.website) == ("Words", "", "")
    assert clinic.areas.count() == 1


# ── Files ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_kinds_of_csv(editor: Client, encoding: str, delimiter: str) -> None:
    data = csv_of(clinic_row(name_ru="Клиника; новая, да"), delimiter=delimiter, encoding=encoding)
    assert bring(editor, CLINICS, data) == "Imported. 1 row: 1 new, 0 changed, 0 unchanged."
    assert Clinic.objects.get(slug="new-clinic").name_ru == "Клиника; новая, да"


def test_the_line_that_excel_hides(editor: Client) -> None:
    data = b"sep=;\r\nslug;name_en;city\r\nnew-clinic;New, newer;moskow"
    assert problems(editor, CLINICS, data) == [(2, "city", "There is no city “moskow”.")]


def test_only_the_first_sheet_is_read(editor: Client) -> None:
    response = upload(editor, CLINICS, xlsx_of(clinic_row(), title="Mine", more=("Notes", "Old")))
    note = "The file has 3 sheets. Only the first one, “Mine”, was read."
    assert (response.context["report"].note, note in response.content.decode()) == (note, True)


def test_files_that_cannot_be_read(editor: Client) -> None:
    book = xlsx_of(clinic_row())
    no_spreadsheet = "This is no spreadsheet. Upload a CSV file in UTF-8, or an XLSX file."
    no_utf8 = "The file is not in UTF-8. In Excel, save it as “CSV UTF-8”."
    damaged = "The XLSX file is damaged. Open it in Excel and save it again."
    bomb = packed({"xl/media/bomb.bin": b"\0" * (files.MAX_UNPACKED + 1)}, book)
    assert len(bomb) < 200_000
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><sst/>'
    for data, sentence in [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \r\n,,\r\n", "The file is empty."),
        (b"slug,name_en\r\n,\r\n", "The file has no row below the names of the columns."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", no_spreadsheet),
        (csv_of(clinic_row(name_ru="Клиника"), encoding="cp1251"), no_utf8),
        (csv_of(clinic_row(name_ru="Клиника"), encoding="utf-16"), no_utf8),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "This is an Excel file of the old kind, or one with a password. Save it as XLSX without one."),
        (packed({"content.xml": b"<office/>"}), no_spreadsheet),
        (book[:1000], damaged),
        (packed({"xl/workbook.xml": b"<nonsense"}, book), damaged),
        (packed({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c r='A1'>"}, book), damaged),
        (bomb, "Unpacked, the file is larger than 50 MB. Split it."),
        (packed({"xl/sharedStrings.xml": entities}, book), "The XLSX file declares its own markup, which Excel never does. It is not read."),
        (b'slug,name_en\na,"A\nb,B', "Row 2 cannot be read: a quotation mark is not closed, stands in the wrong place, or the cell is too long."),
        (b"slug\n" + b"a\n" * 5001, "The file has more than 5,000 rows. Split it."),
        (b"x" * (files.MAX_BYTES + 1), "The file is larger than 5 MB. Split it."),
    ]:  # fmt: skip
        assert (data[:40], refusal(editor, data)) == (data[:40], sentence)
    assert str(editor.post(f"{CLINICS}import/").context["form"].errors["file"][0]) == "Choose a file."


def test_cells_far_away_cost_nothing() -> None:
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    far = f'<worksheet {space}><dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row>'
    far += '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    with pytest.raises(files.Unreadable, match="goes on below row 50,000"):
        files.read(packed({"xl/worksheets/sheet1.xml": far.encode()}, xlsx_of(clinic_row())))


def test_as_many_rows_as_may_be(editor: Client) -> None:
    rows = "".join(f"many-{number},Many {number},moscow\n" for number in range(files.MAX_ROWS))
    assert len(files.read(f"slug,name_en,city\n{rows}".encode()).rows[1:]) == files.MAX_ROWS
    make_clinic()
    data = f"slug,name_en,city\n{'\n'.join(rows.splitlines()[:300])}".encode()
    assert bring(editor, CLINICS, data) == "Imported. 300 rows: 300 new, 0 changed, 0 unchanged."
    assert Clinic.objects.filter(slug__startswith="many-").count() == 300
    assert SearchDocument.objects.filter(key__startswith="many-", language="en").count() == 300
