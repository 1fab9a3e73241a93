"""Research is no offer, and an open question about a licence stands first."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from clinics.models import Clinic, ClinicFact, ClinicSource, OfferedTreatment
from clinics.selectors.clinic_list import CLINICS
from conditions.models import Condition, Procedure
from portal.core.models import SearchDocument
from requests import pricing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]

TODAY = timezone.now().date()
QUESTION = "Open question about its licence"


def html(visitor: Client, url: str) -> str:
    response = visitor.get(url)
    assert response.status_code == 200
    return response.content.decode()


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def open_question() -> Clinic:
    """Birch with a known licence number, and a source that leaves open if it holds."""
    birch = Clinic.objects.get(slug="birch")
    ClinicFact.objects.create(clinic=birch, kind="licence", value_en="L041", source="Birch’s list", checked_on=TODAY)
    ClinicSource.objects.create(
        clinic=birch, source="The news", finding="licence", against_en="The licence ceased.", against_ru="Лицензия прекращена.",
        against_ar="توقف الترخيص.", checked_on="2026-11-29", source_url="https://news.example/1",
    )  # fmt: skip
    return birch


# ── The licence ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "said", "since"),
    [
        ("en", "The licence ceased.", "What happened since could not be confirmed."),
        ("ru", "Лицензия прекращена.", "Что произошло с тех пор, подтвердить не удалось."),
        ("ar", "توقف الترخيص.", "لم نتمكن من تأكيد ما حدث بعد ذلك."),
    ],
)
def test_an_open_question_stands_first_on_the_profile(
    open_question: Clinic, visitor: Client, language: str, said: str, since: str
) -> None:
    page = html(visitor, f"/{language}/clinics/birch/")
    main = page[page.index("<h1") :]
    assert main.index('id="licence-question"') < main.index('class="pictures"') < main.index('id="known"')
    text = words(main)
    assert f"{said} {since}" in text
    assert 'href="https://news.example/1"' in main


def test_an_open_question_is_said_wherever_a_licence_could_stand(open_question: Clinic, visitor: Client) -> None:
    assert "Licence open question, see the top of this page" in words(html(visitor, "/en/clinics/birch/"))
    for url in ("/en/", "/en/clinics/", "/en/areas/oncology/", "/en/conditions/grey-fever/"):
        assert html(visitor, url).count(QUESTION) == 1, url
    compared = html(visitor, "/en/clinics/compare/?clinic=birch&clinic=aspen")
    assert QUESTION in compared
    assert "open question, see its page" in compared
    ClinicSource.objects.filter(finding="licence").delete()
    assert QUESTION not in html(visitor, "/en/clinics/")


def test_an_open_question_takes_the_points_of_the_licence(open_question: Clinic, visitor: Client) -> None:
    """Aspen has less than Birch but a licence of its own: four points decide."""
    aspen = Clinic.objects.get(slug="aspen")
    birch = open_question
    for rows in (birch.spoken, birch.services, birch.offered_treatments):
        rows.all().delete()
    ClinicFact.objects.create(clinic=aspen, kind="licence", value_en="L042", source="x", checked_on=TODAY)
    page = html(visitor, "/en/clinics/")
    assert page.index("Aspen Clinic") < page.index("Birch Clinic")
    ClinicSource.objects.filter(finding="licence").update(finding="against")
    ClinicFact.objects.filter(clinic=aspen).delete()
    page = html(visitor, "/en/clinics/")
    assert page.index("Birch Clinic") < page.index("Aspen Clinic")
    assert "no source leaves a question about it open" in html(visitor, "/en/how-this-list-is-ordered/")
    assert "gets 0\u00a0points for its licence" in html(visitor, "/en/how-clinics-are-chosen/")


def test_what_else_a_source_says_stands_on_the_profile(visitor: Client) -> None:
    Clinic.objects.get(slug="aspen").sources.create(
        source="The news", finding="against", against_en="Hard to reach.", checked_on=TODAY
    )
    page = html(visitor, "/en/clinics/aspen/")
    assert "What sources say against it Hard to reach." in words(page)
    assert QUESTION not in page


# ── Research ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def research() -> Clinic:
    """Aspen has published about an operation; a row of an older version calls it offered, with a price."""
    aspen = Clinic.objects.get(slug="aspen")
    aspen.research.create(text_en="An operation in four children", year=2019, source="Journal", checked_on=TODAY)
    offer = OfferedTreatment.objects.create(
        clinic=aspen, procedure=Procedure.objects.get(code="operation"), amount_from=10, source="Journal",
        checked_on=TODAY, valid_until=TODAY,
    )  # fmt: skip
    offer.conditions.add(Condition.objects.get(slug="grey-fever"))
    return aspen


def test_research_has_a_list_of_its_own_with_source_and_year(research: Clinic, visitor: Client) -> None:
    research.research.create(text_en="Another study", source="Journal 2", checked_on=TODAY)
    text = words(html(visitor, "/en/clinics/aspen/"))
    assert "An operation in four children 2019 How we know this: Journal · read on" in text
    assert "Another study year not stated How we know this: Journal 2" in text
    assert "They do not say that the clinic offers it today." in text


def test_what_nobody_confirmed_is_offered_nowhere(research: Clinic, visitor: Client) -> None:
    page = html(visitor, "/en/clinics/aspen/")
    assert "Price on request. The clinic’s own prices are not yet confirmed." in words(page)
    found = re.search(r"ld\+json\">(.*?)</script>", page)
    assert found
    assert "availableService" not in json.loads(found[1])["@graph"][0]
    shown = CLINICS.index()
    assert len(shown.facets.facets["procedure"]["operation"]) == 1, "birch alone"
    assert "Aspen Clinic" not in html(visitor, "/en/clinics/?procedure=operation")
    assert "US$10<" not in html(visitor, "/en/clinics/")
    compared = words(html(visitor, "/en/clinics/compare/?clinic=aspen&clinic=birch"))
    assert "Operation not known of all" in compared


def test_nobody_prices_what_is_not_offered(research: Clinic) -> None:
    condition = Condition.objects.get(slug="grey-fever")
    prices = pricing.price_list(condition, research, TODAY)
    assert pricing.PriceOrigin.CLINIC not in {one.origin for one in prices.values()}
    OfferedTreatment.objects.filter(clinic=research).update(basis="letter")
    prices = pricing.price_list(condition, research, TODAY)
    assert pricing.PriceOrigin.CLINIC in {one.origin for one in prices.values()}


def test_search_knows_no_clinic_by_its_research(research: Clinic) -> None:
    aliases = {one.key: str(one.aliases) for one in SearchDocument.objects.filter(kind="clinic", language="en")}
    assert "Operation" in aliases["birch"]
    assert "Operation" not in aliases["aspen"]


def test_the_desk_refuses_an_offer_without_its_basis(research: Clinic, editor: Client) -> None:
    offer = OfferedTreatment.objects.get(clinic=research)
    page = editor.post(f"/admin/clinics/offeredtreatment/{offer.pk}/change/", {"clinic": research.pk}).content.decode()
    assert "Say how the clinic offers it. A study belongs under Research of the clinic." in page
