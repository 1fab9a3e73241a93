"""Clinics side by side, what a browser keeps of them, and how they go along into a request."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clinics import shortlist
from clinics.models import City, Clinic, ClinicFact, ClinicService, OfferedTreatment
from conditions.models import Procedure
from requests.models import Case
from tests.factories import answers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]
COMPARE = "/en/clinics/compare/"
FORM = "/en/requests/new/"


@pytest.fixture
def visitor() -> Client:
    """Somebody without an account; the browser keeps cookies."""
    return Client(HTTP_HOST="localhost")


@pytest.fixture
def many() -> list[str]:
    """Five clinics more."""
    slugs = [f"z-{number}" for number in range(5)]
    for slug in slugs:
        Clinic.objects.create(slug=slug, city=City.objects.get(slug="kazan"), name_en=slug.upper())
    return slugs


def table(page: str) -> dict[str, list[str]]:
    """Return the words of each line by its label; the first is the verdict."""
    found = {}
    for head, cells in re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL):
        label, _mark, verdict = head.partition('<span class="terms">')
        words = [re.sub(r"<[^>]+>", " ", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", cells, re.DOTALL)]
        found[label] = [re.sub(r"<[^>]+>", "", verdict), *(" ".join(word.split()) for word in words)]
    return found


def heads(page: str) -> list[str]:
    return re.findall(r'<th scope="col"><a [^>]*><bdi>(.*?)</bdi>', page)


def html(visitor: Client, url: str, **options: Any) -> str:
    response = visitor.get(url, **options)
    assert response.status_code == 200
    return response.content.decode()


def test_the_same_lines_for_all_and_the_difference_in_words(visitor: Client) -> None:
    aspen = Clinic.objects.get(slug="aspen")
    for kind, value in (("beds", "40 beds"), ("founded", "1990")):
        ClinicFact.objects.create(clinic=aspen, kind=kind, value_en=value, source="A", checked_on="2026-11-20")
    ClinicService.objects.create(
        clinic=aspen, service="interpreter", language="fr", source="A", checked_on="2026-11-20"
    )
    page = html(visitor, f"{COMPARE}?clinic=aspen&clinic=birch")
    assert heads(page) == ["Aspen Clinic", "Birch Clinic"]
    lines = table(page)
    assert lines["Beds"] == ["the same for all", "40 beds", "40 beds"]
    assert lines["City"] == ["they differ", "Kazan", "Moscow"]
    assert lines["Founded"] == ["not known of all", "1990", "not yet confirmed"]
    assert lines["Interpreter"] == ["they differ", "French", "Arabic"]
    assert lines["Invitation letter for the visa"] == ["not known of all", "not yet confirmed", "yes"]
    assert lines["Operation"] == ["not known of all", "not yet confirmed", "from US$2,700"]
    assert lines["Tests"] == ["not known of all", "not yet confirmed", "offered, price on request"]
    assert "Licence" not in lines
    unknown = re.search(r"Not yet confirmed for any of them: (.*)\.", page)
    assert unknown
    assert unknown[1].startswith("Licence, Address, Accreditation, Transfer from the airport, ")


def test_prices_are_ranges_and_old_ones_are_being_checked(visitor: Client) -> None:
    offer = OfferedTreatment.objects.get(clinic__slug="birch", procedure__code="operation")
    offer.amount_to = 3000
    offer.save()
    assert table(html(visitor, f"{COMPARE}?clinic=birch"))["Operation"][1] == "US$2,700 to US$3,000"
    OfferedTreatment.objects.filter(pk=offer.pk).update(amount_to=2700)
    assert table(html(visitor, f"{COMPARE}?clinic=birch"))["Operation"][1] == "US$2,700"
    OfferedTreatment.objects.filter(pk=offer.pk).update(checked_on="2020-01-01", valid_until="2020-06-01")
    assert table(html(visitor, f"{COMPARE}?clinic=birch"))["Operation"][1] == "offered, price being checked"


def test_adding_keeps_up_to_four_and_says_so(visitor: Client, many: list[str]) -> None:
    for number, slug in enumerate(many[:4], start=1):
        response = visitor.get(f"{COMPARE}?add={slug}")
        assert response.status_code == 302
        assert response["Location"].count("clinic=") == number
    assert heads(html(visitor, COMPARE)) == ["Z-0", "Z-1", "Z-2", "Z-3"]
    page = html(visitor, f"{COMPARE}?add=z-4")
    assert "You compare 4 clinics already. Remove one before you add <bdi>Z-4</bdi>." in page
    assert heads(page) == ["Z-0", "Z-1", "Z-2", "Z-3"]
    assert visitor.get(f"{COMPARE}?add=z-0").status_code == 302, "one that is there already fits"


def test_removing_one_and_all(visitor: Client) -> None:
    for slug in ("aspen", "birch"):
        visitor.get(f"{COMPARE}?add={slug}")
    page = html(visitor, COMPARE)
    remove = re.search(r'href="([^"]+)" rel="nofollow">Remove <bdi>Aspen Clinic', page)
    assert remove
    assert heads(html(visitor, remove[1].replace("&amp;", "&"), follow=True)) == ["Birch Clinic"]
    assert "One clinic is nothing to compare yet" in html(visitor, COMPARE)
    assert "No clinic to compare yet" in html(visitor, f"{COMPARE}?keep=1", follow=True)
    assert "No clinic to compare yet" in html(visitor, COMPARE)


def test_a_shared_link_shows_without_taking_over(visitor: Client) -> None:
    visitor.get(f"{COMPARE}?add=aspen")
    page = html(visitor, f"{COMPARE}?clinic=birch")
    assert heads(page) == ["Birch Clinic"]
    assert "Keep it as my comparison" in page
    assert heads(html(visitor, COMPARE)) == ["Aspen Clinic"], "one's own comparison is as it was"
    visitor.get(f"{COMPARE}?clinic=birch&keep=1")
    page = html(visitor, COMPARE)
    assert heads(page) == ["Birch Clinic"]
    assert "Keep it as my comparison" not in page
    assert 'http://localhost/en/clinics/compare/?clinic=birch"' in page


def test_only_the_comparison_sets_a_cookie_and_it_is_signed(visitor: Client) -> None:
    visitor.get(f"{COMPARE}?add=aspen")
    cookie = visitor.cookies["shortlist"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 30 * 24 * 3600)
    before = html(Client(HTTP_HOST="localhost"), "/en/clinics/")
    response = visitor.get("/en/clinics/")
    assert response.content.decode() == before, "the list is the same for everyone"
    assert not response.cookies
    visitor.cookies["shortlist"] = "aspen birch"
    assert "No clinic to compare yet" in html(visitor, COMPARE)
    visitor.cookies["shortlist"] = cookie.value.replace("aspen", "birch")
    assert "No clinic to compare yet" in html(visitor, COMPARE)


@pytest.mark.parametrize(
    "query",
    ["clinic=nothing", "clinic[]=aspen", "add=", "add=" + "x" * 7_000, "add=%ff&keep", "keep=1&clinic=nothing",
     "&".join(f"clinic=c{number}" for number in range(500)), "page=-1", "add=../../etc"],
)  # fmt: skip
def test_nonsense_is_an_empty_comparison(visitor: Client, query: str) -> None:
    assert "No clinic to compare yet" in html(visitor, f"{COMPARE}?{query}", follow=True)


def test_an_unpublished_clinic_leaves_the_comparison(visitor: Client) -> None:
    visitor.get(f"{COMPARE}?add=aspen")
    Clinic.objects.filter(slug="aspen").update(is_published=False)
    assert "No clinic to compare yet" in html(visitor, COMPARE)
    assert "No clinic to compare yet" in html(visitor, f"{COMPARE}?clinic=aspen")


def test_more_clinics_ask_no_more_of_the_database(
    visitor: Client, many: list[str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for slug in many:
        clinic = Clinic.objects.get(slug=slug)
        offer = OfferedTreatment(clinic=clinic, procedure=Procedure.objects.get(code="tests"))
        offer.source, offer.checked_on = "A", "2026-11-20"
        offer.save()
    html(visitor, f"{COMPARE}?clinic=z-0")
    for count in (1, 4):
        with django_assert_num_queries(11):
            html(visitor, f"{COMPARE}?" + "&".join(f"clinic={slug}" for slug in many[:count]))


def test_the_list_and_a_profile_lead_there(visitor: Client) -> None:
    for url in ("/en/clinics/", "/en/clinics/aspen/"):
        assert 'href="/en/clinics/compare/?add=aspen" rel="nofollow"' in html(visitor, url)


# ── Into the request ─────────────────────────────────────────────────────────────────────────


def test_the_compared_clinics_go_into_the_request_and_the_case(visitor: Client) -> None:
    page = html(visitor, f"{COMPARE}?clinic=aspen&clinic=birch")
    assert f'href="{FORM}?shortlist=aspen&amp;shortlist=birch"' in page
    page = html(visitor, f"{FORM}?shortlist=aspen&shortlist=birch&shortlist=nothing")
    assert "Clinics that you compared" in page
    assert re.findall(r'name="shortlist" value="(\w+)"[^>]*checked', page) == ["aspen", "birch"]
    assert visitor.post(FORM, answers(shortlist=["birch"])).status_code == 302
    case = Case.objects.get()
    assert [one.slug for one in case.shortlist.all()] == ["birch"]
    assert '"shortlist": ["birch"]' in case.submissions.get().content


def test_a_wrong_answer_elsewhere_keeps_the_ticks(visitor: Client) -> None:
    response = visitor.post(FORM, answers(shortlist=["aspen"], name=""))
    assert response.status_code == 422
    assert re.findall(r'name="shortlist" value="(\w+)"[^>]*checked', response.content.decode()) == ["aspen"]


def test_sending_again_takes_the_newer_choice(visitor: Client) -> None:
    first = answers(shortlist=["aspen", "birch"])
    visitor.post(FORM, first)
    visitor.post(FORM, {**first, "shortlist": ["birch"]})
    assert [one.slug for one in Case.objects.get().shortlist.all()] == ["birch"]


def test_a_clinic_that_went_away_is_said(visitor: Client) -> None:
    Clinic.objects.filter(slug="aspen").update(is_published=False)
    response = visitor.post(FORM, answers(shortlist=["aspen"]))
    assert response.status_code == 422
    assert "Select clinics of the list." in response.content.decode()


def test_one_clinic_is_asked_about_as_one(visitor: Client) -> None:
    assert f'href="{FORM}?clinic=birch"' in html(visitor, f"{COMPARE}?clinic=birch")


def test_the_longest_list_fits_a_cookie() -> None:
    assert shortlist.MOST * 51 < 4000, "a slug has 50 letters"
