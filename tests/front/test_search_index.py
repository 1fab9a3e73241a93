"""Search finds what people type for the pages that are there, and follows what changes."""

import datetime
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from clinics.models import CareAssistant, City, Clinic, Doctor
from conditions.models import Condition, Edition, Procedure
from conditions.services import editions
from portal.accounts.enums import Role
from portal.core.models import SearchDocument
from portal.core.search import fulltext
from portal.front.search import search_index
from portal.front.search.results import find
from requests.models import SupportPackage
from tests.factories import make_clinic, make_staff

pytestmark = pytest.mark.django_db

PATH = "/en/conditions/liver-metastases/"
TYPED = ("liver mets", "печень метастазы", "метастази", "Liver metastasis", "c78.7", "mets liver", "نقائل الكبد")
MISSPELT = ("livr metastasis", "метостазы печени", "liver metastazes")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Names are shown in the active language."""
    with override("en"):
        yield


@pytest.fixture
def without_full_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search as on a database that has no full-text search."""
    monkeypatch.setattr(fulltext, "_has_full_text", lambda: False)
    search_index.rebuild()


def urls(query: str, language: str = "en") -> list[str]:
    return [hit.url for hit in find(query, language).hits]


def names(query: str) -> list[str]:
    return [hit.name for hit in find(query, "en").hits]


@pytest.mark.parametrize("query", [*TYPED, *MISSPELT])
def test_people_find_the_page(query: str) -> None:
    assert urls(query)[0] == PATH


@pytest.mark.parametrize("query", TYPED)
@pytest.mark.usefixtures("without_full_text")
def test_people_find_the_page_without_full_text(query: str) -> None:
    assert PATH in urls(query)


@pytest.mark.usefixtures("without_full_text")
def test_without_full_text_misspelt_words_are_read_too() -> None:
    assert urls("livr metastasis")[0] == "/en/conditions/liver-metastases/"
    assert urls("xqzzwv") == []


@pytest.mark.parametrize("query", ["radioembolisation", "радиоэмболизация"])
def test_a_treatment_leads_to_its_illness(query: str) -> None:
    assert PATH in urls(query)


@pytest.mark.parametrize("query", ["xqzt", "12345", "a", "liver xqzt", "&|!", "':*"])
def test_nothing_is_guessed_from_nonsense(query: str) -> None:
    assert urls(query) == []


def test_queries_do_not_grow_with_what_is_found(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for query in ("cancer", "Moscow", "livr metastasis"):
        with django_assert_max_num_queries(6):
            assert find(query, "en").hits


def test_a_withdrawn_page_is_not_found() -> None:
    lead = make_staff(Role.EDITOR)
    for edition in Edition.objects.filter(condition__slug="liver-metastases"):
        editions.withdraw(edition=edition, by=lead)
    assert PATH not in urls("liver mets")


def test_a_clinic_is_followed() -> None:
    clinic = Clinic.objects.all()[0]
    clinic.name_en = "Rowan House"
    clinic.save()
    assert names("rowan house") == ["Rowan House"]
    clinic.conditions.set(Condition.objects.filter(slug="keratoconus"))
    assert "Rowan House" in names("keratoconus")
    clinic.conditions.clear()
    assert "Rowan House" not in names("keratoconus")
    clinic.is_published = False
    clinic.save()
    assert names("rowan house") == []


def test_a_package_is_followed() -> None:
    package = SupportPackage.objects.all()[0]
    package.name_en = "Umbrella"
    package.save()
    assert names("umbrella") == ["Umbrella"]
    package.delete()
    assert names("umbrella") == []


def test_a_doctor_is_found_by_field_and_clinic() -> None:
    doctor = Doctor.objects.create(
        slug="test-doctor", name_en="Test Doctor", field_en="Glassblowing", source="A page", checked_on="2026-11-25"
    )
    doctor.clinics.add(make_clinic("quince", name_en="Quince House"))
    assert names("glassblowing") == []
    doctor.is_published = True
    doctor.save()
    assert urls("glassblowing") == urls("quince glassblowing") == [doctor.get_absolute_url()]
    doctor.clinics.clear()
    assert names("quince glassblowing") == []


@pytest.mark.parametrize("model", [Doctor, CareAssistant])
def test_a_sample_is_nobody_to_be_found(model: type[Doctor | CareAssistant]) -> None:
    person = model._default_manager.create(slug="test-sample", name_en="Xylophonist", is_sample=True, is_published=True)
    assert urls("xylophonist") == []
    person.is_sample, person.source, person.checked_on = False, "A page", datetime.date(2026, 11, 25)
    person.save()
    assert urls("xylophonist") == [person.get_absolute_url()]


# Documents name these rows of others: what they are called follows at night, and so does what an editor drafts.
NIGHTLY = {
    "clinics_city",
    "conditions_area",
    "conditions_price",
    "conditions_procedure",
    "conditions_treatment",
    "conditions_treatment_procedures",
}


def test_every_table_that_documents_are_made_of_is_followed_or_waits_for_the_night() -> None:
    doctor = make_person(Doctor, "real-doctor")
    doctor.clinics.add(Clinic.objects.filter(is_published=True)[0])
    make_person(CareAssistant, "real-assistant")
    with CaptureQueriesContext(connection) as found:
        search_index.rebuild()
    tables = {table for query in found for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    asked = tables - {"core_searchdocument", "core_searchword"}
    followed = {model._meta.db_table for model in (*search_index._FOLLOWED, *search_index._LINKS)}
    assert asked - followed == NIGHTLY


def test_every_kind_of_page_is_found_or_named_here() -> None:
    """Whatever has an address of its own; an area, and a case with its parts, are reached otherwise."""
    with_address = {model._meta.label for model in apps.get_models() if hasattr(model, "get_absolute_url")}
    found = {model._meta.label for model in search_index._MODELS.values()}
    of_a_case = {f"requests.{name}" for name in ("Case", "Document", "Task", "Call", "FamilyLink")}
    assert with_address - found == {"conditions.Area", *of_a_case}


def make_person[Person: (Doctor, CareAssistant)](model: type[Person], slug: str) -> Person:
    return model._default_manager.create(
        slug=slug, name_en="Xylophonist", source="A page", checked_on=datetime.date(2026, 11, 25), is_published=True
    )


def test_people_are_found_by_what_they_are_linked_with() -> None:
    procedure, city = Procedure.objects.create(code="zither", name_en="Zithertherapy"), City.objects.get(slug="moscow")
    doctor, assistant = make_person(Doctor, "real-doctor"), make_person(CareAssistant, "real-assistant")
    doctor.procedures.add(procedure)
    assistant.cities.add(city)
    assert urls("zithertherapy") == [doctor.get_absolute_url()]
    assert urls("xylophonist moscow") == [assistant.get_absolute_url()]


def test_a_rebuild_gives_what_following_gave() -> None:
    def kept() -> list[tuple[object, ...]]:
        rows = SearchDocument.objects.order_by("kind", "key", "language")
        return list(rows.values_list("kind", "key", "language", "name", "detail", "aliases", "text"))

    before = kept()
    assert search_index.rebuild() == len(before)
    assert kept() == before
