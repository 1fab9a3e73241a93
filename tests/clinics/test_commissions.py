"""What clinics pay us: finance alone sees and enters it, and nothing is ranked or exported by it."""

import re
from typing import Any

import pytest
from django.test import Client

from clinics.models import Clinic, ClinicCommission
from portal.accounts.enums import Role
from portal.core.caching import content_version
from tests.accounts.cast import staff_client
from tests.factories import make_clinic, make_staff

pytestmark = pytest.mark.django_db

LIST = "/admin/clinics/cliniccommission/"
WORDS = "Canary terms"
OTHERS = [role for role in Role if role != Role.FINANCE]


@pytest.fixture
def commission() -> ClinicCommission:
    return ClinicCommission.objects.create(clinic=make_clinic(), percent="12.34", terms=WORDS, valid_from="2026-11-01")


@pytest.fixture
def finance() -> Client:
    return staff_client(make_staff(Role.FINANCE, name="Finance Sample"))


def body_of(response: Any) -> str:
    body: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8", "replace")


def test_finance_enters_and_changes_a_commission(finance: Client) -> None:
    clinic = make_clinic()
    typed = {"clinic": clinic.pk, "percent": "10", "terms": "of the bill", "valid_from": "2026-12-01"}
    assert finance.post(f"{LIST}add/", typed).status_code == 302
    commission = ClinicCommission.objects.get()
    assert (str(commission.percent), commission.entered_by.name) == ("10.00", "Finance Sample")  # type: ignore[union-attr]  # just entered
    finance.post(f"{LIST}{commission.pk}/change/", {**typed, "percent": "11"})
    commission.refresh_from_db()
    assert str(commission.percent) == "11.00"
    assert ("of the bill" in finance.get(LIST).content.decode()) is True


@pytest.mark.parametrize(("language", "share"), [("en", "12.34"), ("ru", "12,34")])
@pytest.mark.usefixtures("commission")
def test_a_share_is_written_as_the_reader_writes_numbers(language: str, share: str) -> None:
    reader = make_staff(Role.FINANCE, language=language)
    assert f">{share}<" in re.sub(r"\s*([<>])\s*", r"\1", staff_client(reader).get(LIST).content.decode())


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"percent": "", "terms": ""}, "Enter a share, or the terms in words."),
        ({"percent": "101"}, "Enter a share between 0 and 100 percent."),
        ({"percent": "-1"}, "Enter a share between 0 and 100 percent."),
        ({"valid_from": "2026-11-01"}, "This clinic has a commission from this day on already. Change that one."),
    ],
)
def test_wrong_values_are_told(
    finance: Client, commission: ClinicCommission, typed: dict[str, str], sentence: str
) -> None:
    whole = {"clinic": commission.clinic_id, "percent": "5", "terms": "", "valid_from": "2026-12-01", **typed}
    assert sentence in finance.post(f"{LIST}add/", whole).content.decode()
    assert ClinicCommission.objects.count() == 1


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_sees_a_commission_anywhere(role: Role, commission: ClinicCommission) -> None:
    """The pages of its own are closed, and no page of the clinic, its list or its files says what it pays."""
    client, clinic = staff_client(make_staff(role)), commission.clinic
    own = [LIST, f"{LIST}add/", *(f"{LIST}{commission.pk}/{page}/" for page in ("change", "history", "delete"))]
    assert {address: client.get(address).status_code for address in own} == dict.fromkeys(own, 403)
    assert client.post(f"{LIST}add/", {"clinic": clinic.pk, "percent": "1"}).status_code == 403
    assert client.post(f"{LIST}{commission.pk}/change/", {"percent": "1"}).status_code == 403
    of_clinic = f"/admin/clinics/clinic/{clinic.pk}/"
    pages = [f"{of_clinic}{page}/" for page in ("change", "history", "delete")]
    pages += [f"/admin/clinics/clinic/{page}" for page in ("", "due/", "export/csv/")]
    pages += ["/admin/", "/admin/search/?s=commission", "/admin/clinics/offeredtreatment/export/csv/"]
    for address in pages:
        body = body_of(client.get(address, follow=True)).replace("?s=commission", "")
        assert (WORDS in body, "12.34" in body, LIST in body) == (False, False, False), address
    commission.refresh_from_db()
    assert str(commission.percent) == "12.34"


def test_a_clinic_that_pays_us_is_not_deleted_and_nobody_reads_why(commission: ClinicCommission) -> None:
    address = f"/admin/clinics/clinic/{commission.clinic_id}/delete/"
    editor = staff_client(make_staff(Role.EDITOR))
    page = editor.get(address).content.decode()
    assert "what finance keeps of this clinic" in page
    assert ("2026-11-01" in page, "ommission" in page) == (False, False)
    editor.post(address, {"post": "yes"})
    assert Clinic.objects.filter(pk=commission.clinic_id).exists()


def test_no_list_is_sorted_by_what_clinics_pay(client: Client, finance: Client, commission: ClinicCommission) -> None:
    other = make_clinic("another-clinic")
    ClinicCommission.objects.create(clinic=other, percent="50", valid_from="2026-11-01")
    # The columns of the list, from 0: clinic, share.
    for order in ("1", "-1"):
        rows = finance.get(f"{LIST}?o={order}").context["cl"].result_list
        assert [row.clinic.slug for row in rows] == ["another-clinic", "test-clinic"]
    lists = ["/en/clinics/", "/en/clinics/?sort=price", "/en/clinics/?sort=name"]
    shown = [clinics_in_order(client, address) for address in lists]
    assert "another-clinic" in shown[0]
    ClinicCommission.objects.update(percent="99")
    ClinicCommission.objects.filter(clinic=other).delete()
    # No copy of the pages answers.
    content_version.renew()
    assert [clinics_in_order(client, address) for address in lists] == shown


def clinics_in_order(client: Client, address: str) -> list[str]:
    body = client.get(address, follow=True).content.decode()
    return list(dict.fromkeys(re.findall(r'href="/en/clinics/([\w-]+)/"', body)))
