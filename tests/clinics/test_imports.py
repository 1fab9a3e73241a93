"""Import of clinics, treatments offered and typical prices: the report, what is written, and who may."""

import datetime
import re
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook

from clinics import versions
from clinics.models import City, Clinic, OfferedTreatment
from portal.accounts.enums import Role
from portal.core.models import PendingImport, SearchDocument
from portal.core.spreadsheets import waiting
from tests.accounts.cast import staff_client
from tests.clinics.spreadsheets import (
    CLINICS,
    DAY,
    LISTS,
    OFFERS,
    PRICES,
    Row,
    bring,
    clinic_row,
    confirm,
    csv_of,
    fill,
    offer_row,
    price_row,
    problems,
    upload,
    xlsx_of,
)
from tests.factories import make_clinic, make_condition, make_price, make_procedure, make_source, make_staff
from tests.factories.catalogue import make_area

pytestmark = pytest.mark.django_db

# ── What is written ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("write", [csv_of, xlsx_of])
def test_clinics_are_made_and_changed(editor: Client, write: Any) -> None:
    make_area("cardiology")
    make_condition()
    old = make_clinic(about_en="Old words", about_ru="Старые слова", kind="city")
    row = clinic_row(
        about_en="“Well”, said\nthe clinic", areas="cardiology, oncology", conditions="test-illness", kind="private",
        other_cities="", website="https://clinic.example/", is_published="no", name_zh_hans="新诊所", about_fr="",
    )  # fmt: skip
    changed = {"slug": "test-clinic", "name_en": "Test Clinic", "city": "moscow", "about_en": "New words"}
    response = upload(editor, CLINICS, write(row, changed | {"kind": "city", "is_published": "yes"}))
    report = response.context["report"]
    assert (report.summary, report.problems) == ("2 rows: 1 new, 1 changed, 0 unchanged.", [])
    assert [(one.row, one.name) for one in report.new] == [(2, "new-clinic")]
    assert [(one.row, one.name) for one in report.changed] == [(3, "test-clinic")]
    assert [change[:3] for change in report.changed[0].changes] == [("about_en", "Old words", "New words")]
    assert not Clinic.objects.filter(slug="new-clinic").exists()
    page = confirm(editor, response)
    assert [str(one) for one in page.context["messages"]] == ["Imported. 2 rows: 1 new, 1 changed, 0 unchanged."]
    made = Clinic.objects.get(slug="new-clinic")
    assert (made.name_en, made.name_zh_hans, made.name_ru) == ("New Clinic", "新诊所", None)
    assert (made.about_en, made.kind, made.website) == (
        "“Well”, said\nthe clinic",
        "private",
        "https://clinic.example/",
    )
    assert (made.city.slug, made.is_published) == ("moscow", False)
    assert sorted(made.areas.values_list("slug", flat=True)) == ["cardiology", "oncology"]
    assert list(made.conditions.values_list("slug", flat=True)) == ["test-illness"]
    old.refresh_from_db()
    assert (old.about_en, old.about_ru, old.kind) == ("New words", "Старые слова", "city")
    assert PendingImport.objects.count() == 0


@pytest.mark.parametrize("write", [csv_of, xlsx_of])
def test_treatments_are_made_and_changed(editor: Client, write: Any) -> None:
    clinic, condition = make_clinic(), make_condition()
    make_procedure("test-laser")
    old = OfferedTreatment.objects.create(
        clinic=clinic, procedure=make_procedure(), source="Telephone", checked_on=DAY, currency="USD", included_en="Bed"
    )
    old.conditions.set([condition])
    rows = (
        offer_row(procedure="test-laser", amount_to="1500.50", cases_a_year="120", cases_stated_by="The clinic, 2025"),
        offer_row(procedure="test-operation", amount_from="", included_ru="Палата"),
    )
    columns = {**rows[0], "conditions": "", "included_ru": ""}
    assert bring(editor, OFFERS, write(columns, rows[1])) == "Imported. 2 rows: 1 new, 1 changed, 0 unchanged."
    made = OfferedTreatment.objects.get(clinic=clinic, procedure__code="test-laser")
    assert (made.amount_from, made.amount_to, made.currency) == (Decimal(1000), Decimal("1500.50"), "EUR")
    assert (made.checked_on, made.valid_until) == (DAY, datetime.date(2027, 3, 1))
    assert (made.cases_a_year, made.cases_stated_by) == (120, "The clinic, 2025")
    old.refresh_from_db()
    assert (old.source, old.currency, old.included_en, old.included_ru) == ("Its price list", "EUR", "Bed", "Палата")
    assert old.conditions.count() == 0


def test_prices_are_made_and_changed(editor: Client) -> None:
    condition = make_condition()
    make_procedure()
    make_price(condition, "test-laser", 900, currency="EUR", source="Its price list")
    rows = price_row(excluded_ar="السفر"), price_row(procedure="test-laser", amount_from="950")
    assert bring(editor, PRICES, csv_of(*rows)) == "Imported. 2 rows: 1 new, 1 changed, 0 unchanged."
    assert {(one.procedure.code, one.amount_from, one.excluded_ar or "") for one in condition.prices.all()} == {
        ("test-operation", Decimal(1000), "السفر"),
        ("test-laser", Decimal(950), ""),
    }


def test_one_wrong_row_and_nothing_is_written(editor: Client) -> None:
    make_clinic()
    version, count = versions.current(), Clinic.objects.count()
    data = csv_of(clinic_row(), clinic_row(slug="other-clinic", city="moskow"))
    response = upload(editor, CLINICS, data)
    report = response.context["report"]
    assert (report.summary, report.written) == ("2 rows, 1 problem.", [])
    confirm(editor, response)
    assert (Clinic.objects.count(), versions.current(), LogEntry.objects.count()) == (count, version, 0)


def test_a_dry_run_writes_nothing_and_sends_no_signal(editor: Client) -> None:
    version, count = versions.current(), Clinic.objects.count()
    assert upload(editor, CLINICS, csv_of(clinic_row())).context["report"].written
    assert (Clinic.objects.count(), versions.current(), LogEntry.objects.count()) == (count, version, 0)


def test_an_error_of_the_database_takes_everything_back(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    save = Clinic.save

    def fail(self: Clinic, **options: Any) -> None:
        save(self, **options)
        if self.slug == "other-clinic":
            raise IntegrityError

    response = upload(editor, CLINICS, csv_of(clinic_row(), clinic_row(slug="other-clinic")))
    monkeypatch.setattr(Clinic, "save", fail)
    page = confirm(editor, response)
    assert "Nothing was written" in str(next(iter(page.context["messages"])))
    assert not Clinic.objects.filter(slug__in=["new-clinic", "other-clinic"]).exists()


def test_what_changed_since_the_report_is_shown_again(editor: Client) -> None:
    clinic = make_clinic(about_en="Old words")
    response = upload(editor, CLINICS, csv_of({"slug": "test-clinic", "about_en": "New words"}))
    Clinic.objects.filter(pk=clinic.pk).update(about_en="Other words")
    page = confirm(editor, response)
    assert "Nothing was written" in str(next(iter(page.context["messages"])))
    assert page.context["report"].changed[0].changes[0].old == "Other words"
    clinic.refresh_from_db()
    assert clinic.about_en == "Other words"
    confirm(editor, page)
    clinic.refresh_from_db()
    assert clinic.about_en == "New words"


def test_the_city_that_is_gone_by_now_is_a_problem_by_now(editor: Client) -> None:
    City.objects.create(slug="kazan-2", name_en="Kazan")
    response = upload(editor, CLINICS, csv_of(clinic_row(city="kazan-2")))
    City.objects.filter(slug="kazan-2").delete()
    page = confirm(editor, response)
    assert page.context["report"].problems == [(2, "city", "There is no city “kazan-2”.")]
    assert not Clinic.objects.filter(slug="new-clinic").exists()


def test_lists_and_search_know_what_came(editor: Client) -> None:
    make_clinic()
    make_procedure(name_en="Zebrasurgery")
    version = versions.current()
    bring(editor, CLINICS, csv_of(clinic_row(name_en="Quokka Clinic")))
    assert versions.current() != version
    version = versions.current()
    make_source(Clinic.objects.get(slug="new-clinic"), "Its price list")
    bring(editor, OFFERS, csv_of(offer_row(clinic="new-clinic")))
    assert versions.current() != version
    documents = SearchDocument.objects.filter(kind="clinic", key="new-clinic", language="en")
    assert [one.name for one in documents] == ["Quokka Clinic"]
    assert ["treats", "Zebrasurgery"] in documents.get().aliases
    visitor = Client()
    assert "Quokka Clinic" in visitor.get("/en/clinics/", follow=True).content.decode()


def test_the_log_says_who_wrote_which_rows_and_no_contents(editor: Client) -> None:
    clinic = make_clinic()
    untouched = make_clinic("other-clinic")
    rows = (
        {"slug": "test-clinic", "name_en": "Test Clinic", "city": "moscow", "about_en": "Secret words"},
        {"slug": "other-clinic", "name_en": "Test Clinic", "city": "moscow"},
        clinic_row(),
    )
    bring(editor, CLINICS, csv_of(*rows))
    made = Clinic.objects.get(slug="new-clinic")
    entries = LogEntry.objects.order_by("object_id")
    assert {(int(one.object_id or 0), one.action_flag, one.object_repr, one.change_message) for one in entries} == {
        (clinic.pk, CHANGE, "test-clinic", "Imported: about_en."),
        (made.pk, ADDITION, "new-clinic", "Imported: slug, name_en, city."),
    }
    assert {one.user.email for one in entries} == {editor.get("/admin/", follow=True).context["user"].email}
    assert editor.get(f"{CLINICS}{untouched.pk}/history/").status_code == 200


# ── What is wrong, in sentences ──────────────────────────────────────────────────────────────

CLINIC_PROBLEMS = [
    ({"city": "moskow"}, "city", "There is no city “moskow”."),
    ({"city": ""}, "city", "This may not be empty."),
    ({"name_en": ""}, "name_en", "This may not be empty."),
    ({"slug": ""}, "slug", "This may not be empty."),
    ({"kind": "big"}, "kind", "“big” is not known here. Known are federal, private, network, university, city."),
    ({"other_cities": "moscow, atlantis"}, "other_cities", "There is no city “atlantis”."),
    ({"areas": "oncology; surgery"}, "areas", "There is no area “oncology; surgery”."),
    ({"conditions": "plague"}, "conditions", "There is no condition “plague”."),
    ({"website": "clinic.example"}, "website", "Enter a whole address, beginning with https://."),
    ({"is_published": "maybe"}, "is_published", "“maybe” is not known here. Known are yes, no, true, false, 1, 0."),
    ({"is_published": ""}, "is_published", "This may not be empty."),
    ({"name_ru": "x" * 151}, "name_ru", "Too long: it has 151 characters, and 150 fit."),
    (
        {"slug": "a clinic"},
        "slug",
        "Use Latin letters, digits, hyphens and underscores only.",
    ),
]
PRICE_PROBLEMS = [
    ({"procedure": "magic"}, "procedure", "There is no procedure “magic”."),
    ({"amount_from": "much"}, "amount_from", "“much” is no number of 0 or more. Write it like 1500 or 1500.50."),
    ({"amount_from": "1,500"}, "amount_from", "“1,500” is no number of 0 or more. Write it like 1500 or 1500.50."),
    ({"amount_from": "-5"}, "amount_from", "“-5” is no number of 0 or more. Write it like 1500 or 1500.50."),
    (
        {"amount_from": "99999999999"},
        "amount_from",
        "Ensure that there are no more than 10 digits before the decimal point.",
    ),
    ({"amount_to": "900"}, "amount_to", "900 is below amount_from, which is 1000."),
    ({"amount_from": "", "amount_to": "5"}, "amount_from", "There is an amount_to, but no amount_from."),
    ({"currency": ""}, "currency", "This may not be empty."),
    ({"currency": "eur"}, "currency", "A currency is three capital letters (ISO 4217)."),
    ({"valid_until": ""}, "valid_until", "A price needs the day until which it holds."),
    ({"checked_on": "soon"}, "checked_on", "“soon” value has an invalid date format. It must be in YYYY-MM-DD format."),
    (
        {"checked_on": "01/02/2026"},
        "checked_on",
        "“01/02/2026” value has an invalid date format. It must be in YYYY-MM-DD format.",
    ),
    (
        {"checked_on": "2026-02-30"},
        "checked_on",
        "“2026-02-30” value has the correct format (YYYY-MM-DD) but it is an invalid date.",
    ),
    ({"source_url": "x"}, "source_url", "Enter a whole address, beginning with https://."),
]
TYPICAL_PROBLEMS = [
    ({"condition": "plague"}, "condition", "There is no condition “plague”."),
    ({"source": ""}, "source", "A price needs its source."),
    ({"checked_on": ""}, "checked_on", "A price needs the day on which it was checked."),
]
OFFER_PROBLEMS = [
    ({"clinic": "nowhere"}, "clinic", "There is no clinic “nowhere”."),
    ({"source": ""}, "source", "Say where it was read that the clinic offers this."),
    ({"checked_on": ""}, "checked_on", "Say on which day it was read that the clinic offers this."),
    ({"cases_a_year": "12.5"}, "cases_a_year", "“12.5” value must be an integer."),
    ({"cases_a_year": "many"}, "cases_a_year", "“many” is no number of 0 or more. Write it like 1500 or 1500.50."),
    ({"cases_a_year": "12"}, "cases_stated_by", "Say who states the cases, and of which year."),
    ({"cases_stated_by": "Them"}, "cases_a_year", "Somebody states the cases, but their number is missing."),
]


@pytest.mark.parametrize("write", [csv_of, xlsx_of])
@pytest.mark.parametrize(("fields", "field", "sentence"), CLINIC_PROBLEMS)
def test_problems_of_clinics(editor: Client, write: Any, fields: Row, field: str, sentence: str) -> None:
    make_clinic()
    good = dict.fromkeys(fields, "") | clinic_row(slug="good-clinic", is_published="yes")
    assert problems(editor, CLINICS, write(good, clinic_row(is_published="yes") | fields)) == [(3, field, sentence)]


@pytest.mark.parametrize(("fields", "field", "sentence"), PRICE_PROBLEMS + TYPICAL_PROBLEMS)
def test_problems_of_prices(editor: Client, fields: Row, field: str, sentence: str) -> None:
    make_condition()
    make_procedure()
    assert problems(editor, PRICES, csv_of(price_row(**fields))) == [(2, field, sentence)]


@pytest.mark.parametrize(("fields", "field", "sentence"), PRICE_PROBLEMS + OFFER_PROBLEMS)
def test_problems_of_treatments(editor: Client, fields: Row, field: str, sentence: str) -> None:
    make_source(make_clinic(), "The list at no address", source_url="x")
    make_procedure()
    assert problems(editor, OFFERS, csv_of(offer_row(**fields))) == [(2, field, sentence)]


def test_every_problem_is_named_at_once(editor: Client) -> None:
    data = csv_of(clinic_row(city="moskow", kind="big", website="x"), clinic_row(slug="other", name_en=""))
    assert [(row, field) for row, field, _sentence in problems(editor, CLINICS, data)] == [
        (2, "city"),
        (2, "kind"),
        (2, "website"),
        (3, "name_en"),
    ]


def test_a_key_stands_once(editor: Client) -> None:
    make_clinic()
    make_procedure()
    assert problems(editor, CLINICS, csv_of(clinic_row(), clinic_row())) == [
        (3, "slug", "“new-clinic” stands in row 2 already.")
    ]
    assert problems(editor, OFFERS, csv_of(offer_row(), offer_row(amount_from="5"))) == [
        (3, "clinic", "“test-clinic, test-operation” stands in row 2 already.")
    ]


def test_names_of_columns(editor: Client) -> None:
    assert problems(editor, CLINICS, csv_of(clinic_row(nmae_ru="x", stars="5"))) == [
        (1, "nmae_ru", "There is no column “nmae_ru”. Did you mean “name_ru”?"),
        (1, "stars", "There is no column “stars”. Delete it, or take the names from an export."),
    ]
    assert problems(editor, CLINICS, csv_of({"name_en": "New", "city": "moscow"})) == [
        (1, "slug", "The column “slug” is missing. It says which row is meant.")
    ]
    assert problems(editor, CLINICS, b"slug,name_en,city,slug\na,A,moscow,b") == [
        (1, "slug", "The column “slug” stands here twice.")
    ]
    assert problems(editor, CLINICS, b"slug,name_en,city,,\na,A,moscow,,\nb,B,moscow,,lost") == [
        (3, "E", "Column E has no name, but this cell is not empty.")
    ]
    assert problems(editor, CLINICS, b"slug,name_en,city\na,A,moscow,lost") == [
        (2, "D", "Column D has no name, but this cell is not empty.")
    ]
    assert problems(editor, CLINICS, b" Slug ,NAME_EN,City,\na,A,moscow,") == []


def test_rows_have_the_numbers_of_the_spreadsheet(editor: Client) -> None:
    data = b'slug,name_en,city\n\n"a","A\nwith\nlines",moscow\n,,\n"b",B,moskow'
    assert problems(editor, CLINICS, data) == [(5, "city", "There is no city “moskow”.")]
    book = Workbook()
    for place, text in ("A3", "slug"), ("B3", "name_en"), ("C3", "city"), ("A9", "b"), ("B9", "B"), ("C9", "moskow"):
        book.worksheets[0][place] = text
    out = BytesIO()
    book.save(out)
    assert problems(editor, CLINICS, out.getvalue()) == [(9, "city", "There is no city “moskow”.")]


# ── A file waits for its confirmation ────────────────────────────────────────────────────────


def test_a_file_waits_for_an_hour_and_for_its_owner(editor: Client) -> None:
    response = upload(editor, CLINICS, csv_of(clinic_row()))
    address = response.request["PATH_INFO"]
    seen = {"seen": response.context["report"].fingerprint}
    other = staff_client(make_staff(Role.EDITOR))
    gone = "This file is not here any more; files are kept for an hour. Upload it again."
    for client, path in [(other, address), (editor, address.replace(CLINICS, OFFERS))]:
        page = client.post(path, seen, follow=True)
        assert [str(one) for one in page.context["messages"]] == [gone]
    PendingImport.objects.update(created_at=timezone.now() - waiting.LIFETIME)
    page = editor.post(address, seen, follow=True)
    assert [str(one) for one in page.context["messages"]] == [gone]
    assert not Clinic.objects.filter(slug="new-clinic").exists()
    waiting.prune()
    assert PendingImport.objects.count() == 0


def test_one_file_waits_for_each_person_and_list(editor: Client) -> None:
    upload(editor, CLINICS, csv_of(clinic_row()))
    upload(editor, CLINICS, csv_of(clinic_row()))
    upload(editor, OFFERS, csv_of(offer_row()))
    assert sorted(PendingImport.objects.values_list("table", flat=True)) == [
        "clinics_clinic",
        "clinics_offeredtreatment",
    ]


def test_nothing_to_write_has_no_button(editor: Client) -> None:
    make_clinic()
    response = upload(editor, CLINICS, csv_of({"slug": "test-clinic", "name_en": "Test Clinic"}))
    assert response.context["report"].summary == "1 row: 0 new, 0 changed, 1 unchanged."
    page = response.content.decode()
    assert ("There is nothing to write" in page, "Write all of it" in page) == (True, False)


# ── Who may, and the pages ───────────────────────────────────────────────────────────────────

MAY: dict[Role, dict[str, tuple[int, int]]] = {
    Role.EDITOR: {CLINICS: (200, 200), OFFERS: (200, 200), PRICES: (200, 200)},
    Role.COORDINATOR: {CLINICS: (403, 200), OFFERS: (403, 200), PRICES: (403, 200)},
    Role.LEAD: {CLINICS: (403, 200), OFFERS: (403, 200), PRICES: (403, 200)},
    Role.REVIEWER: {CLINICS: (403, 200), OFFERS: (403, 200), PRICES: (403, 200)},
    Role.FINANCE: {CLINICS: (403, 403), OFFERS: (403, 403), PRICES: (403, 200)},
    Role.CASE_REVIEWER: {CLINICS: (403, 403), OFFERS: (403, 403), PRICES: (403, 403)},
    Role.ADMINISTRATOR: {CLINICS: (403, 200), OFFERS: (403, 200), PRICES: (403, 200)},
}


@pytest.mark.parametrize("role", Role)
def test_who_may_import_and_export(role: Role) -> None:
    client = staff_client(make_staff(role))
    may = {
        address: (client.get(f"{address}import/").status_code, client.get(f"{address}export/csv/").status_code)
        for address in LISTS
    }
    assert may == MAY[role]
    for address, (imports, exports) in may.items():
        if imports == 403:
            file = SimpleUploadedFile("table.csv", csv_of(clinic_row()))
            assert client.post(f"{address}import/", {"file": file}).status_code == 403
            assert client.post(f"{address}import/some-token/").status_code == 403
        if exports == 200:
            links = re.findall(r'href="([^"]*(?:import|export)/[^"]*)"', client.get(address).content.decode())
            wanted = [f"{address}import/"] if imports == 200 else []
            assert links == [*wanted, f"{address}export/csv/", f"{address}export/xlsx/"]
    assert PendingImport.objects.count() == 0


def test_a_password_alone_is_not_enough() -> None:
    client = staff_client(make_staff(Role.EDITOR), methods=("password",))
    for path in ("import/", "import/some-token/", "export/csv/"):
        assert client.get(f"{CLINICS}{path}")["Location"].startswith("/en/accounts/2fa/")


def test_lists_of_prices(editor: Client) -> None:
    fill("Words")
    for address in (OFFERS, PRICES):
        for price in ("", "?price=holds", "?price=past", "?price=request", "?q=test"):
            assert editor.get(f"{address}{price}").status_code == 200
    page = editor.get(f"{PRICES}?q=test-illness&price=holds").content.decode()
    assert "US$1,500.50 to US$2,000" in page
    assert editor.get(f"{OFFERS}?price=past&q=test-clinic").context["cl"].result_count == 0


def test_the_pages_hold_no_script_of_their_own(editor: Client) -> None:
    make_clinic(about_en="Old")
    pages = [
        editor.get(f"{CLINICS}import/"),
        upload(editor, CLINICS, csv_of({"slug": "test-clinic", "about_en": "<script>alert(1)</script>"})),
        upload(editor, CLINICS, csv_of(clinic_row(city="<script>alert(1)</script>"))),
    ]
    for page in pages:
        text = page.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\son[a-z]+=\"", text)
        assert not re.search(r"(?:src|action)=\"(?:https?:)?//", text)
        assert "unsafe-inline" not in page["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]
    assert "&lt;script&gt;alert(1)" in pages[1].content.decode()
    assert "There is no city “&lt;script&gt;alert(1)&lt;/script&gt;”." in pages[2].content.decode()
