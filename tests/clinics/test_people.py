"""Doctors and care assistants: lists, profiles, and how one goes along into a request."""

import json
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clinics.models import CareAssistant, City, Clinic, Doctor, Publication
from clinics.models.people import check_care, check_languages
from conditions.models import Area, Condition, Procedure
from portal.accounts.enums import Role
from requests.models import Case
from tests.accounts.cast import staff_client
from tests.factories import answers, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]
FORM = "/en/requests/new/"
READ = {"source": "A page", "source_url": "https://example.org/people", "checked_on": "2026-11-20"}


def html(visitor: Client, url: str) -> str:
    response = visitor.get(url)
    assert response.status_code == 200
    return response.content.decode()


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def names(page: str) -> list[str]:
    return re.findall(r"<h3><a class=\"card-link\"[^>]*><bdi>(.*?)</bdi>", page)


def make_doctor(slug: str, **fields: Any) -> Doctor:
    values = {"name_en": slug.title(), "field_en": "Eyes", "is_published": True, **READ, **fields}
    return Doctor.objects.create(slug=slug, **values)


def make_assistant(slug: str, **fields: Any) -> CareAssistant:
    values = {"name_en": slug.title(), "about_en": "Goes along. Knows the way.", "is_published": True, **READ, **fields}
    return CareAssistant.objects.create(slug=slug, **values)


@pytest.fixture
def doctors(made_up: None) -> tuple[Doctor, Doctor]:
    """Rowan of Moscow, who is complete, and Alder, of whom little is known."""
    rowan = make_doctor(
        "rowan", title_en="Professor", languages=["en", "ar"], practising_since=timezone.now().year - 20
    )
    rowan.areas.add(Area.objects.get(slug="oncology"))
    rowan.cities.add(City.objects.get(slug="moscow"))
    rowan.conditions.add(Condition.objects.get(slug="grey-fever"))
    rowan.procedures.add(Procedure.objects.get(code="operation"))
    rowan.clinics.add(Clinic.objects.get(slug="birch"))
    Publication.objects.create(doctor=rowan, title="On grey", journal="Colours", year=2024, url="https://example.org/1")
    alder = make_doctor("alder", languages=["ru"])
    alder.cities.add(City.objects.get(slug="kazan"))
    return rowan, alder


@pytest.fixture
def assistants(made_up: None) -> tuple[CareAssistant, CareAssistant]:
    """Two people who go along."""
    hazel = make_assistant("hazel", languages=["ar", "ru"], services=["interpreting", "airport"], hours_en="9 to 18")
    hazel.cities.add(City.objects.get(slug="moscow"))
    elm = make_assistant("elm", languages=["ru"], services=["errands"])
    elm.cities.add(City.objects.get(slug="kazan"))
    return hazel, elm


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Alder", "Rowan"]),
        ("area=oncology", ["Rowan"]),
        ("condition=grey-fever&speaks=ru", []),
        ("condition=grey-fever&speaks=ru&speaks=ar", ["Rowan"]),
        ("procedure=operation", ["Rowan"]),
        ("city=kazan", ["Alder"]),
        ("city=kazan&city=moscow", ["Alder", "Rowan"]),
        ("price_from=1&sort=price&service=cash&page=9&city=nowhere&speaks=nothing", ["Alder", "Rowan"]),
    ],
)
@pytest.mark.usefixtures("doctors")
def test_doctors_by_facet(visitor: Client, query: str, expected: list[str]) -> None:
    assert names(html(visitor, f"/en/doctors/?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Elm", "Hazel"]),
        ("service=interpreting", ["Hazel"]),
        ("service=interpreting&service=errands", ["Elm", "Hazel"]),
        ("service=airport&city=kazan", []),
        ("speaks=ar", ["Hazel"]),
        ("service=cash&area=oncology&page=-1", ["Elm", "Hazel"]),
    ],
)
@pytest.mark.usefixtures("assistants")
def test_care_assistants_by_facet(visitor: Client, query: str, expected: list[str]) -> None:
    assert names(html(visitor, f"/en/care-assistants/?{query}")) == expected


@pytest.mark.usefixtures("doctors", "assistants")
def test_an_empty_list_says_which_filter_to_drop(visitor: Client) -> None:
    page = html(visitor, "/en/doctors/?city=kazan&speaks=ar")
    assert '<a href="/en/doctors/?speaks=ar">Without “<bdi>Kazan</bdi>” there is 1 doctor</a>' in page
    page = html(visitor, "/en/care-assistants/?city=kazan&speaks=ar")
    assert "Without “<bdi>Arabic</bdi>” there is 1 care assistant" in page


def test_a_list_without_anybody(visitor: Client) -> None:
    for url in ("/en/doctors/", "/en/care-assistants/"):
        page = html(visitor, url)
        assert names(page) == []
        assert "Nobody is listed yet" in page
        assert "We list people only with their consent and a source" in page
        assert 'href="/en/requests/new/"' in page


@pytest.mark.usefixtures("doctors")
def test_the_profile_of_a_doctor(visitor: Client) -> None:
    page = html(visitor, "/en/doctors/rowan/")
    said = words(page)
    assert "Professor, Eyes" in said
    assert "Languages spoken Arabic and English" in said
    assert "Years of practice 20" in said
    assert "How we know this: A page · read on 20 November 2026" in said
    assert 'href="https://example.org/1" rel="noopener"><bdi>On grey</bdi></a>, <bdi>Colours</bdi>, 2024' in page
    for link in ("/en/clinics/birch/", "/en/conditions/grey-fever/", "/en/areas/oncology/", f"{FORM}?doctor=rowan"):
        assert f'href="{link}"' in page
    assert "Sample profile" not in page
    assert 'href="/en/doctors/rowan/"' in html(visitor, "/en/clinics/birch/")


@pytest.mark.usefixtures("doctors")
def test_what_is_not_known_of_a_doctor_is_said(visitor: Client) -> None:
    said = words(html(visitor, "/en/doctors/alder/"))
    assert "Years of practice not yet confirmed" in said


@pytest.mark.usefixtures("doctors")
def test_structured_data_of_a_doctor(visitor: Client) -> None:
    found = re.search(r"ld\+json\">(.*?)</script>", html(visitor, "/en/doctors/rowan/"))
    assert found
    assert json.loads(found[1])["@graph"][0] == {
        "@type": "Physician",
        "name": "Rowan",
        "url": "http://localhost:8000/en/doctors/rowan/",
        "description": "Eyes",
        "knowsLanguage": ["en", "ar"],
        "hospitalAffiliation": [
            {"@type": "Hospital", "name": "Birch Clinic", "url": "http://localhost:8000/en/clinics/birch/"}
        ],
        "availableService": [{"@type": "MedicalProcedure", "name": "Operation"}],
    }


@pytest.mark.usefixtures("assistants")
def test_the_profile_of_a_care_assistant(visitor: Client) -> None:
    page = html(visitor, "/en/care-assistants/hazel/")
    said = words(page)
    assert "What they do Interprets at appointments Meets you at the airport" in said
    assert "Hours 9 to 18" in said
    assert "City Moscow" in said
    assert f'href="{FORM}?care_assistant=hazel"' in page


@pytest.mark.parametrize("url", ["/en/doctors/nobody/", "/en/care-assistants/nobody/", "/en/doctors/rowan/x/"])
def test_nobody_is_not_found(visitor: Client, url: str) -> None:
    assert visitor.get(url).status_code == 404


@pytest.mark.usefixtures("doctors", "assistants")
def test_who_is_unpublished_is_nowhere(visitor: Client) -> None:
    for model, slug, url in ((Doctor, "rowan", "doctors"), (CareAssistant, "hazel", "care-assistants")):
        person = model._default_manager.get(slug=slug)
        person.is_published = False
        person.save()
        assert visitor.get(f"/en/{url}/{slug}/").status_code == 404
        assert slug.title() not in names(html(visitor, f"/en/{url}/"))


@pytest.mark.usefixtures("doctors", "assistants")
def test_a_doctor_and_a_care_assistant_go_into_the_request(visitor: Client) -> None:
    page = html(visitor, f"{FORM}?doctor=rowan&care_assistant=hazel")
    assert re.findall(r'<option value="(\w+)" selected', page)[:2] == ["rowan", "hazel"]
    assert 'name="doctor"' not in html(visitor, FORM), "asked about only when carried along"
    visitor.post(FORM, answers(doctor="rowan", care_assistant="hazel"))
    case = Case.objects.get()
    assert case.doctor is not None
    assert case.care_assistant is not None
    assert (case.doctor.slug, case.care_assistant.slug) == ("rowan", "hazel")


def test_a_sample_does_not_go_along(visitor: Client) -> None:
    make_doctor("sample", is_sample=True)
    assert 'name="doctor"' not in html(visitor, f"{FORM}?doctor=sample")
    assert visitor.post(FORM, answers(doctor="sample")).status_code == 422
    assert "doctor=" not in html(visitor, "/en/doctors/sample/")


def test_more_people_ask_no_more_of_the_database(
    visitor: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(25):
        make_doctor(f"d-{number}").cities.set(City.objects.all())
        make_assistant(f"a-{number}").cities.set(City.objects.all())
    for url in ("/en/doctors/", "/en/care-assistants/"):
        html(visitor, url)
        for query in ("", "?city=kazan&page=2"):
            with django_assert_num_queries(4):  # the version, the people, their cities, their photographs
                html(visitor, url + query)


def test_a_real_person_is_published_with_a_source() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_doctor("unsourced", source="")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_assistant("unsourced", checked_on=None)
    make_doctor("unpublished", source="", is_published=False)


def test_an_editor_names_languages_and_ticks_boxes() -> None:
    editor = staff_client(make_staff(Role.EDITOR))
    url = f"/admin/clinics/careassistant/{make_assistant('hazel', languages=['ar'], services=['ward']).pk}/change/"
    page = editor.get(url).content.decode()
    assert re.search(
        r'<input[^>]*name="languages"[^>]*value="Arabic"|<input[^>]*value="Arabic"[^>]*name="languages"', page
    )
    form = {
        "slug": "hazel", "is_published": "on", "source": "A page", "checked_on": "2026-11-20",
        "languages": "arabic, RU ,", "services": ["ward", "errands"], "name_en": "Hazel", "about_en": "Goes along.",
        "photos-TOTAL_FORMS": "0", "photos-INITIAL_FORMS": "0",
    }  # fmt: skip
    assert editor.post(url, form).status_code == 302
    person = CareAssistant.objects.get(slug="hazel")
    assert (person.languages, person.services) == (["ar", "ru"], ["ward", "errands"])
    answer = editor.post(url, {**form, "languages": "elfish"})
    assert answer.status_code == 200
    assert "Name languages, each once" in answer.content.decode()
    assert 'value="elfish"' in answer.content.decode()


@pytest.mark.parametrize("wrong", ["ar", ["arabic"], ["ar", "ar"], [1], {"ar": 1}, [None]])
def test_languages_and_care_are_lists_of_codes(wrong: Any) -> None:
    for check in (check_languages, check_care):
        with pytest.raises(ValidationError):
            check(wrong)
    check_languages(["ar", "uz"])
    check_care(["ward"])
