"""Exports, and their way back."""

import datetime
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from clinics.models import Clinic, OfferedTreatment
from clinics.services.spreadsheets import ClinicSheet
from conditions.models import Condition, Price
from portal.core.spreadsheets import files
from tests.clinics.spreadsheets import (
    CLINICS,
    DAY,
    LISTS,
    MIDNIGHT,
    OFFERS,
    PRICES,
    bring,
    clinic_row,
    csv_of,
    exported,
    fill,
)
from tests.factories import make_clinic, make_condition, make_price

pytestmark = pytest.mark.django_db

# ── Exports, and back ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("address", LISTS)
def test_an_export_that_comes_back_changes_nothing(editor: Client, address: str, kind: str) -> None:
    fill("=HYPERLINK(1), “quoted” \"twice\"\r\n+ слова; 中文 \x0b\n'-1'  ")
    sheet = LISTS[address]()
    count = sheet.model._default_manager.count()
    assert count > 2
    report = sheet.check(files.read(exported(editor, address, kind)))
    assert (report.problems, report.written, len(report.unchanged)) == ([], [], count)


LETTERS = st.text(alphabet=st.one_of(st.sampled_from("=+-@'\"\t\r\n ,;#N/A\u00a0\x0b\u2028_x"), st.characters(exclude_categories=["Cs"], exclude_characters="\0")))  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=LETTERS)
def test_any_words_come_back(words: str) -> None:
    for model in (Price, OfferedTreatment, Clinic):
        model._default_manager.all().delete()
    Condition.objects.filter(slug="test-illness").delete()
    fill(words)
    for sheet_class in LISTS.values():
        sheet = sheet_class()
        rows = sheet.export(sheet.model._default_manager.all())
        for data in (files.to_csv(rows), files.to_xlsx(rows, "All")):
            report = sheet.check(files.read(data))
            assert (report.problems, report.written, len(report.unchanged)) == ([], [], 1)


def test_no_cell_of_an_export_is_a_formula(editor: Client) -> None:
    for start in "=+-@":
        clinic = make_clinic(f"test-{'=+-@'.index(start)}", name_en=f"{start}cmd()", about_en=f"'{start}x")
        data = exported(editor, CLINICS, "csv").decode("utf-8-sig")
        assert f",'{start}cmd()," in data
        assert f",''{start}x," in data
        book = load_workbook(BytesIO(exported(editor, CLINICS, "xlsx")))
        cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert f"'{start}cmd()" in [cell.value for cell in cells]
        assert (clinic.name_en, clinic.about_en) == (f"{start}cmd()", f"'{start}x")
    bring(editor, CLINICS, csv_of(clinic_row(name_en="'=cmd()", name_ru="'quoted'")))
    clinic = Clinic.objects.get(slug="new-clinic")
    assert (clinic.name_en, clinic.name_ru) == ("=cmd()", "'quoted'")


def test_types_of_an_xlsx_export(editor: Client) -> None:
    Price.objects.all().delete()
    make_price(make_condition(), "test-laser", "1500.50", source="#N/A", checked_on=DAY)
    sheet = load_workbook(BytesIO(exported(editor, PRICES, "xlsx"))).worksheets[0]
    cells = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    shown = {
        name: (cells[name].value, cells[name].data_type)
        for name in ("condition", "amount_from", "amount_to", "source", "checked_on")
    }
    assert shown == {
        "condition": ("test-illness", "s"),
        "amount_from": (1500.5, "n"),
        "amount_to": (None, "n"),
        "source": ("#N/A", "s"),
        "checked_on": (MIDNIGHT, "d"),
    }
    assert cells["condition"].number_format == "@"


def test_columns_and_name_of_an_export(editor: Client) -> None:
    for address, sheet in LISTS.items():
        response = editor.get(f"{address}export/csv/")
        head = response.content.decode("utf-8-sig").partition("\r\n")[0]
        assert head.split(",") == list(sheet.columns)
    assert {"name_en", "name_ru", "name_ar", "name_zh_hans", "name_fr", "name_es"} <= set(ClinicSheet.columns)
    day = timezone.localdate(timezone=datetime.timezone(datetime.timedelta(hours=3)))
    assert response["Content-Disposition"] == f'attachment; filename="prices-{day}.csv"'
    assert editor.get(f"{OFFERS}export/xlsx/")["Content-Disposition"].startswith(
        'attachment; filename="treatments-offered-'
    )
    assert editor.get(f"{CLINICS}export/pdf/").status_code == 404


def test_an_export_holds_what_the_list_shows(editor: Client) -> None:
    make_clinic("private-one", kind="private", is_published=False)
    page = editor.get(f"{CLINICS}?is_published__exact=0").content.decode()
    assert f'href="{CLINICS}export/csv/?is_published__exact=0"' in page
    response = editor.get(f"{CLINICS}export/csv/?is_published__exact=0")
    slugs = [line.partition(",")[0] for line in response.content.decode("utf-8-sig").splitlines()[1:]]
    assert slugs == ["private-one"]
    assert editor.get(f"{CLINICS}export/csv/?city__id__exact=x").status_code == 302


def test_a_text_too_long_for_xlsx_is_not_cut(editor: Client) -> None:
    make_clinic(about_en="x" * 40_000)
    page = editor.get(f"{CLINICS}export/xlsx/", follow=True)
    assert "Export as CSV" in str(next(iter(page.context["messages"])))
    assert len(exported(editor, CLINICS, "csv")) > 40_000


def test_an_empty_table_has_its_columns() -> None:
    assert files.to_csv([["slug"]]).decode("utf-8-sig") == "slug\r\n"
    assert load_workbook(BytesIO(files.to_xlsx([["slug"]], "None"))).worksheets[0]["A1"].value == "slug"
