"""Two editors of one page of the admin: the second save says what the first one changed, and loses nothing."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from clinics.models import Clinic, ClinicFact, Doctor
from conditions.models import Condition
from portal.accounts.enums import Role
from portal.core.admin.base import PortalAdmin, ReadOnlyAdmin
from requests.models import Deadline, SupportPackage
from tests.accounts.cast import staff_client
from tests.factories import make_clinic, make_condition, make_package, make_staff
from tests.requests.reading import FormPage, posted_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Client:
    return staff_client(make_staff(Role.EDITOR, name="Anna"))


@pytest.fixture
def boris() -> Client:
    return staff_client(make_staff(Role.EDITOR, name="Boris"))


def page_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])


def opened(client: Client, row: Any, query: str = "", **changes: str) -> dict[str, Any]:
    """Return what a browser would post from a page that is open now, with what is typed into it."""
    return posted_from(client.get(page_of(row) + query).content.decode()) | changes


def test_the_second_save_says_who_saved_what_and_goes_through_when_repeated(anna: Client, boris: Client) -> None:
    clinic = make_clinic(website="https://example.org/")
    hers, his = (
        opened(client, clinic, website=f"https://{name}.example.org/", name_en=f"{name} clinic")
        for client, name in ((anna, "anna"), (boris, "boris"))
    )
    assert anna.post(page_of(clinic), hers).status_code == 302
    response = boris.post(page_of(clinic), his)
    page = response.content.decode()
    clinic.refresh_from_db()
    assert (response.status_code, clinic.website) == (409, "https://anna.example.org/")
    assert "Anna saved this page under a minute ago" in page
    for words in ("https://anna.example.org/", "https://boris.example.org/", "anna clinic", "boris clinic"):
        assert words in page
    assert boris.post(page_of(clinic), posted_from(page)).status_code == 302
    clinic.refresh_from_db()
    assert (clinic.website, clinic.name_en) == ("https://boris.example.org/", "boris clinic")


def test_what_the_second_editor_left_alone_stays_as_the_first_saved_it(anna: Client, boris: Client) -> None:
    clinic = make_clinic(website="https://example.org/")
    hers, his = opened(anna, clinic, website="https://anna.example.org/"), opened(boris, clinic, name_en="Boris clinic")
    anna.post(page_of(clinic), hers)
    response = boris.post(page_of(clinic), his)
    assert (response.status_code, "not touched by you" in response.content.decode()) == (409, True)
    boris.post(page_of(clinic), posted_from(response.content.decode()))
    clinic.refresh_from_db()
    assert (clinic.website, clinic.name_en) == ("https://anna.example.org/", "Boris clinic")


def fact_of(clinic: Clinic, title: str) -> ClinicFact:
    fields = {"source": "Source", "source_url": "https://example.org/", "checked_on": "2026-11-01"}
    return ClinicFact.objects.create(clinic=clinic, kind="other", value_en=title, **fields)


def test_a_row_that_somebody_else_changed_or_deleted_is_named_and_what_was_typed_in_it_stays(
    anna: Client, boris: Client
) -> None:
    clinic = make_clinic(is_published=False)
    first, second = fact_of(clinic, "First fact"), fact_of(clinic, "Second fact")
    his = opened(boris, clinic)
    numbers = {his[f"facts-{number}-id"][0]: number for number in range(2)}
    his |= {f"facts-{numbers[str(first.pk)]}-value_en": "First of Boris"}
    his |= {f"facts-{numbers[str(second.pk)]}-value_en": "Second of Boris"}
    hers = opened(anna, clinic)
    hers |= {f"facts-{numbers[str(first.pk)]}-value_en": "First of Anna"}
    hers |= {f"facts-{numbers[str(second.pk)]}-DELETE": "on"}
    assert anna.post(page_of(clinic), hers).status_code == 302
    response = boris.post(page_of(clinic), his)
    page = response.content.decode()
    assert response.status_code == 409
    for words in ("First of Anna", "First of Boris", "deleted", "Second of Boris"):
        assert words in page
    assert boris.post(page_of(clinic), posted_from(page)).status_code == 302
    assert {fact.value_en for fact in clinic.facts.all()} == {"First of Boris", "Second of Boris"}


def test_values_stand_in_words(anna: Client, boris: Client) -> None:
    doctor = Doctor.objects.create(slug="d", name_en="Doctor", is_sample=True, languages=["ru"])
    clinic = make_clinic(name_en="Clinic of words")
    typed = {"languages": "Arabic", "is_published": "on", "clinics": str(clinic.pk), "checked_on": "2026-11-01"}
    his = opened(boris, doctor, languages="English", checked_on="2026-11-02")
    assert anna.post(page_of(doctor), opened(anna, doctor, **typed)).status_code == 302
    conflict = boris.post(page_of(doctor), his).context["conflict"]
    rows = {row.label: (row.now, row.mine if row.is_mine else None) for row in conflict.differences}
    assert rows == {
        "Languages": ("Arabic", "English"),
        "Is published": ("yes", None),
        "Clinics": ("Clinic of words", None),
        "Checked on": ("1 Nov 2026", "2 Nov 2026"),
    }


def test_another_language_is_no_conflict(anna: Client, boris: Client) -> None:
    clinic = make_clinic()
    his = opened(boris, clinic, "?lang=ru", name_ru="Клиника")
    anna.post(page_of(clinic), opened(anna, clinic, name_en="Other name"))
    assert boris.post(page_of(clinic) + "?lang=ru", his).status_code == 302


@pytest.mark.parametrize(
    "version", ["", "nonsense", "[]", '{"opened": "x", "rows": {}}', '{"opened": 1e99, "rows": 1}']
)
def test_a_save_with_a_version_that_is_none_is_asked_once(anna: Client, version: str) -> None:
    clinic = make_clinic(website="https://example.org/")
    typed = opened(anna, clinic, website="https://anna.example.org/", _version=version)
    response = anna.post(page_of(clinic), typed)
    assert response.status_code == 409
    assert anna.post(page_of(clinic), posted_from(response.content.decode())).status_code == 302


def test_the_same_value_twice_is_no_conflict(anna: Client, boris: Client) -> None:
    clinic = make_clinic()
    hers, his = (opened(client, clinic, name_en="New name") for client in (anna, boris))
    assert [anna.post(page_of(clinic), hers).status_code, boris.post(page_of(clinic), his).status_code] == [302, 302]


def rows_of_the_desk() -> list[Any]:
    return [
        Doctor.objects.create(slug="d", name_en="Doctor", is_sample=True),
        make_condition(),
        make_package(),
        Deadline.objects.get(),
    ]


def test_doctor_condition_package_and_deadline_are_guarded_like_a_clinic() -> None:
    anna, boris = (
        staff_client(make_staff(*Role, email=f"{name}@example.org", name=name.title())) for name in ("anna", "boris")
    )
    fields = {Doctor: "name_en", Condition: "name_en", SupportPackage: "name_en", Deadline: "working_hours"}
    for row in rows_of_the_desk():
        name = fields[type(row)]
        his, hers = opened(boris, row, **{name: "7.5"}), opened(anna, row, **{name: "6.5"})
        assert anna.post(page_of(row), hers).status_code == 302, row
        response = boris.post(page_of(row), his)
        assert (response.status_code, "Anna saved this page" in response.content.decode()) == (409, True), row
        row.refresh_from_db()
        assert str(getattr(row, name)) == "6.5"


def test_every_page_that_saves_carries_its_version() -> None:
    """One base class guards them all; a page of another class would overwrite without a word."""
    client = staff_client(make_staff(*Role, email="boss@example.org"))
    make_package()
    for model, page in admin.site._registry.items():
        assert isinstance(page, PortalAdmin), model
        row = model._default_manager.first()
        if row is not None and not isinstance(page, ReadOnlyAdmin):
            html = client.get(page_of(row)).content.decode()
            assert FormPage(html).value("_version"), model
