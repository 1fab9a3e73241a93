"""Spreadsheets that editors upload and download, and what the desk says of them."""

import datetime
import zipfile
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from clinics.models import City, OfferedTreatment
from clinics.services.spreadsheets import ClinicSheet, OfferedTreatmentSheet
from conditions.models import Condition
from conditions.services.spreadsheets import PriceSheet
from portal.core.models import PendingImport
from portal.core.spreadsheets.sheets import ModelSheet
from tests.factories import make_clinic, make_condition, make_price, make_procedure

CLINICS, OFFERS, PRICES = "/admin/clinics/clinic/", "/admin/clinics/offeredtreatment/", "/admin/conditions/price/"
LISTS: dict[str, type[ModelSheet]] = {
    CLINICS: ClinicSheet,
    OFFERS: OfferedTreatmentSheet,
    PRICES: PriceSheet,
}
DAY = datetime.date(2026, 3, 1)
MIDNIGHT = datetime.datetime.combine(DAY, datetime.time())
SOURCED = {"source": "Its price list", "checked_on": "2026-03-01", "valid_until": "2027-03-01", "currency": "EUR"}
FORMULA, ERROR = "=1+1", "#REF!"

type Row = dict[str, Any]


def csv_of(*rows: Row, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Write rows with the columns of the first one as a spreadsheet program would."""
    names = list(rows[0])
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    quoted = ([f'"{str(cell).replace('"', '""')}"' if cell != "" else "" for cell in line] for line in lines)
    return "\r\n".join(delimiter.join(line) for line in quoted).encode(encoding)


def xlsx_of(*rows: Row, title: str = "Sheet", more: tuple[str, ...] = ()) -> bytes:
    """Write rows with the columns of the first one; a text like =1+1 is a formula, one like #REF! an error."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append([row.get(name) for name in rows[0]])
    for name in more:
        book.create_sheet(name)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client: Client, address: str, data: bytes, name: str = "table.csv") -> Any:
    return client.post(f"{address}import/", {"file": SimpleUploadedFile(name, data)}, follow=True)


def problems(client: Client, address: str, data: bytes) -> list[tuple[int, str, str]]:
    """Return what the report says is wrong."""
    report = upload(client, address, data).context["report"]
    assert not (report.problems and report.written)
    return list(report.problems)


def refusal(client: Client, data: bytes) -> str:
    """Return why a file was not even read."""
    response = upload(client, CLINICS, data)
    assert (response.status_code, PendingImport.objects.exists()) == (422, False)
    return str(response.context["form"].errors["file"][0])


def confirm(client: Client, response: Any) -> Any:
    """Press the button of a report."""
    address = response.request["PATH_INFO"]
    return client.post(address, {"seen": response.context["report"].fingerprint}, follow=True)


def bring(client: Client, address: str, data: bytes) -> str:
    """Upload and confirm, and return the message on the list afterwards."""
    response = confirm(client, upload(client, address, data))
    return " ".join(str(one) for one in response.context["messages"])


def clinic_row(**fields: Any) -> Row:
    return {"slug": "new-clinic", "name_en": "New Clinic", "city": "moscow", **fields}


def offer_row(**fields: Any) -> Row:
    return {
        "clinic": "test-clinic",
        "procedure": "test-operation",
        "amount_from": "1000",
        "basis": "own-page",
        **SOURCED,
        **fields,
    }


def price_row(**fields: Any) -> Row:
    return {"condition": "test-illness", "procedure": "test-operation", "amount_from": "1000", **SOURCED, **fields}


def packed(members: dict[str, bytes], base: bytes = b"") -> bytes:
    """Pack members into an archive, over those of another."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if base:
            old = zipfile.ZipFile(BytesIO(base))
            for name in old.namelist():
                if name not in members:
                    archive.writestr(name, old.read(name))
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def fill(words: str) -> None:
    """Make a clinic, an offer and a price with these words wherever there is room."""
    languages = ("en", "ru", "ar", "zh_hans", "fr", "es")
    clinic = make_clinic(**{f"about_{code}": words for code in languages}, name_fr=words[:150], kind="federal")
    condition = make_condition()
    clinic.conditions.set([condition])
    clinic.other_cities.set(City.objects.all()[:2])
    terms = {f"{name}_{code}": words for name in ("included", "excluded") for code in languages}
    make_price(condition, "test-laser", "1500.50", amount_to=Decimal(2000), **terms)
    offer = OfferedTreatment.objects.create(
        clinic=clinic, procedure=make_procedure(), source=words[:200] or "x", checked_on=DAY, basis="letter", cases_a_year=0, cases_stated_by="They", **terms
    )  # fmt: skip
    offer.conditions.set([condition, Condition.objects.exclude(pk=condition.pk)[0]])


def exported(client: Client, address: str, kind: str) -> bytes:
    return client.get(f"{address}export/{kind}/").content
