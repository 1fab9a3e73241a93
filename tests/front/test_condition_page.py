"""The page of a condition, as a visitor gets it."""

import datetime
import json
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clinics.models import Clinic
from conditions.models import Area, Condition, Edition, Price, Section
from conditions.services import editions, rendering
from portal.accounts.enums import Role
from requests.models import SupportPackage
from tests.accounts.cast import staff_client
from tests.factories import make_staff, rewrite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]

URL = "/en/conditions/grey-fever/"


def html(visitor: Client, url: str = URL) -> str:
    response = visitor.get(url)
    assert response.status_code == 200
    return response.content.decode()


def plain(text: str) -> str:
    """The words of a page without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def structured(page: str) -> list[dict[str, Any]]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    graph: list[dict[str, Any]] = json.loads(found[1])["@graph"]
    return graph


def test_shows_every_part_in_the_fixed_order(visitor: Client) -> None:
    page = html(visitor)
    ids = re.findall(r'<(?:h2|h3)[^>]* id="([^"]+)"', page.partition("<main")[2].partition("</main>")[0])
    assert ids == [
        "key-facts", "emergency", "urgent", "contents", "what", "treatments", "treatment-operation", "treatment-rays",
        "outlook", "untreated", "questions", "costs", "clinics", "packages", "travel", "ask", "sources", "made",
    ]  # fmt: skip


def test_the_emergency_card_stands_first_with_its_subheadings(visitor: Client) -> None:
    card = html(visitor).partition("care-card--emergency")[2].partition("</section>")[0]
    assert re.findall(r"<(h[1-6])[^>]*>(.*?)</", card) == [
        ("h2", '<span class="visually-hidden">Emergency advice:'),
        ("h3", "On fever treatment"),
        ("h3", "Anybody"),
    ]
    assert "your temperature is 37.5\u00a0°C or higher<sup" in card
    assert "In Russia call\u00a0\u2066112\u2069, or\u00a0\u2066103\u2069 for an ambulance." in card


def test_costs_say_what_could_raise_them_in_this_area(visitor: Client) -> None:
    Area.objects.filter(slug="oncology").update(costs_note_en="More ash could raise it.", costs_note_ru="")
    assert "depends on your plan and on the clinic. More ash could raise it." in plain(html(visitor))
    Area.objects.filter(slug="oncology").update(costs_note_en="")
    assert "depends on your plan and on the clinic.</p>" in html(visitor)


def test_the_contents_lead_to_what_is_there(visitor: Client) -> None:
    page = html(visitor)
    targets = re.findall(r'href="#([^"]+)"', page)
    assert set(targets) >= {"what", "treatments", "outlook", "untreated", "questions", "costs", "clinics", "sources"}
    ids = re.findall(r' id="([^"]+)"', page)
    assert [target for target in targets if target not in ids] == []
    assert len(ids) == len(set(ids))


def test_draft_changes_are_not_shown(visitor: Client) -> None:
    Section.objects.filter(kind="what").update(body_en="CHANGED")
    Condition.objects.update(name_en="CHANGED")
    assert "CHANGED" not in html(visitor)


def test_states_risks_and_what_is_not_yet_confirmed(visitor: Client) -> None:
    words = plain(html(visitor))
    assert "Risks Bleeding [ 2 ] Infection [ 2 , 3 ] Visits and hospital stay About 3 days [ 2 ] ." in words
    assert "Risks The risks are: Tiredness [ 3 ] Visits and hospital stay Not yet confirmed" in words


def test_says_how_it_was_made(visitor: Client) -> None:
    words = plain(html(visitor))
    box = words.partition("How this page was made")[2]
    assert "Written by Test editors · 23 November 2026" in box
    assert "Medical review not yet reviewed by a doctor" in box
    assert "3 · last read on 22 November 2026" in box
    assert "Next check 23 May 2027" in box
    assert "ICD-10 Z99.9" in box
    assert "Edition 1, published on" in box


def test_citations_lead_to_the_numbered_sources_and_back(visitor: Client) -> None:
    page = html(visitor)
    cited = set(re.findall(r'href="sources/#source-(\d+)"', page))
    assert cited == {"1", "2", "3"}
    sources = html(visitor, f"{URL}sources/")
    assert '<li id="source-1" value="1"><bdi><a href="https://example.org/1"' in sources
    assert cited <= set(re.findall(r'id="source-(\d+)"', sources))
    assert f'<p><a href="{URL}">Back to the page</a></p>' in sources
    assert visitor.get("/en/conditions/unknown/sources/").status_code == 404


def test_where_the_sources_stood_is_said_where_they_are(visitor: Client) -> None:
    section = html(visitor).partition('<h2 id="sources">')[2].partition("</p>")[0]
    assert f'<a href="{URL}sources/">All sources of this page</a>' in section


def test_sources_of_a_fallback_are_said_to_be_in_english_and_not_indexed(visitor: Client) -> None:
    Edition.objects.filter(language="ar").delete()
    sources = html(visitor, "/ar/conditions/grey-fever/sources/")
    assert '<ol class="sources" lang="en" dir="ltr">' in sources
    assert '<link rel="canonical" href="http://localhost:8000/en/conditions/grey-fever/sources/">' in sources
    assert '<meta name="robots" content="noindex">' in sources
    assert '<link rel="alternate" hreflang="ru"' in html(visitor, f"{URL}sources/")


def test_costs_carry_the_choice_into_the_request(visitor: Client) -> None:
    page = html(visitor)
    assert '<form class="costs" method="get" action="/en/requests/new/">' in page
    assert '<input type="hidden" name="condition" value="grey-fever">' in page
    assert re.findall(r'name="procedure" value="([^"]+)"', page) == ["tests", "operation"]
    words = plain(page)
    assert "from US$380 not stated Test list read on 23 November 2026 valid until 23 November 2027" in words
    assert "US$2,550 to US$3,000" in words


def test_a_choice_is_added_up_without_a_script(visitor: Client) -> None:
    words = plain(html(visitor, f"{URL}?procedure=tests&procedure=operation&procedure=nonsense"))
    assert "Your choice costs from US$2,930" in words


def test_two_equal_amounts_are_one(visitor: Client) -> None:
    Price.objects.filter(procedure__code="tests").update(amount_to=380)
    words = plain(html(visitor, f"{URL}?procedure=tests"))
    assert "Tests US$380 not stated" in words
    assert "Your choice costs US$380 Add up" in words


def test_a_choice_in_two_currencies_has_two_sums(visitor: Client) -> None:
    Price.objects.filter(procedure__code="tests").update(currency="EUR")
    words = plain(html(visitor, f"{URL}?procedure=tests&procedure=operation"))
    assert "Your choice costs from €380 and US$2,550 to US$3,000 Add up" in words


def test_past_its_date_a_price_is_being_checked_and_cannot_be_chosen(visitor: Client) -> None:
    Price.objects.filter(procedure__code="tests").update(checked_on="2020-01-01", valid_until="2020-12-31")
    page = html(visitor)
    assert re.findall(r'name="procedure" value="([^"]+)"', page) == ["operation"]
    words = plain(page)
    assert "Tests price being checked" in words
    assert "380" not in words


def test_links_carry_the_condition(visitor: Client) -> None:
    page = html(visitor)
    assert 'href="/en/requests/new/?condition=grey-fever"' in page
    assert 'href="/en/packages/?condition=grey-fever#small"' in page
    assert 'href="/en/clinics/birch/"' in page
    assert "/clinics/aspen/" not in page


def test_names_other_languages(visitor: Client) -> None:
    page = html(visitor)
    assert re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', page) == [
        ("en", "http://localhost:8000/en/conditions/grey-fever/"),
        ("ru", "http://localhost:8000/ru/conditions/grey-fever/"),
        ("ar", "http://localhost:8000/ar/conditions/grey-fever/"),
        ("x-default", "http://localhost:8000/en/conditions/grey-fever/"),
    ]
    assert '<link rel="canonical" href="http://localhost:8000/en/conditions/grey-fever/">' in page
    assert "noindex" not in page


def test_without_an_edition_the_english_one_is_shown_and_said_so(visitor: Client) -> None:
    arabic = Edition.objects.get(language="ar")
    arabic.delete()
    rendering.render(arabic.condition_id)
    page = html(visitor, "/ar/conditions/grey-fever/")
    assert '<html lang="ar" dir="rtl">' in page
    assert '<article class="reading" lang="en" dir="ltr"' in page
    assert "Grey fever" in page
    assert '<link rel="canonical" href="http://localhost:8000/en/conditions/grey-fever/">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert '<link rel="alternate"' not in page
    assert re.search(r'<link rel="alternate" hreflang="ar"', html(visitor)) is None


def crumbs(page: str) -> list[tuple[str, str]]:
    nav = page.partition('<nav class="crumbs')[2].partition("</nav>")[0]
    return re.findall(r'<a href="([^"]+)">([^<]+)', nav)


def test_breadcrumbs_lead_back_in_the_language_of_the_reader(visitor: Client) -> None:
    assert crumbs(html(visitor)) == [
        ("/en/", "Home"),
        ("/en/conditions/", "Conditions"),
        ("/en/areas/oncology/", "Oncology"),
    ]
    Edition.objects.filter(language="ru").delete()
    assert crumbs(html(visitor, "/ru/conditions/grey-fever/")) == [
        ("/ru/", "Главная"),
        ("/ru/conditions/", "Болезни"),
        ("/ru/areas/oncology/", "Онкология"),
    ]


def test_related_conditions_are_those_of_the_edition_that_have_a_page(visitor: Client) -> None:
    assert 'id="related"' not in html(visitor)
    edition = Edition.objects.get(language="en")
    for slug, name in (("yew", "Yew cough"), ("ash", "Ash cough"), ("elm", "Elm cough"), ("oak", "Oak cough")):
        other = Condition.objects.create(slug=slug, area=edition.condition.area, name_en=name)
        content = {**edition.content, "slug": slug, "name": name}
        Edition.objects.create(condition=other, language="en", number=1, content=content)
    Edition.objects.filter(condition__slug="elm").update(withdrawn_at="2026-11-23T12:00Z")
    # A draft that lists more is not asked.
    edition.condition.related.set(Condition.objects.filter(slug="oak"))
    for one in Edition.objects.filter(condition=edition.condition):
        rewrite(one, related=["yew", "elm", "ash", "unknown"])
    section = html(visitor).partition('<h2 id="related">')[2].partition("</ul>")[0]
    assert re.findall(r'<a href="([^"]+)"><bdi>([^<]+)', section) == [
        ("/en/conditions/ash/", "Ash cough"),
        ("/en/conditions/yew/", "Yew cough"),
    ]
    assert 'href="#related"' in html(visitor)
    assert '<a href="/ar/conditions/ash/" lang="en"><bdi>Ash cough' in html(visitor, "/ar/conditions/grey-fever/")


def test_structured_data_says_what_the_page_says(visitor: Client) -> None:
    page, crumbs = structured(html(visitor))
    assert page["@type"] == "MedicalWebPage"
    assert page["about"]["name"] == "Grey fever"
    assert page["about"] == {
        "@type": "MedicalCondition",
        "name": "Grey fever",
        "alternateName": ["a fever that turns things grey", "ashen fever", "cinder heat"],
        "code": {"@type": "MedicalCode", "codeValue": "Z99.9", "codingSystem": "ICD-10"},
        "possibleTreatment": [
            {"@type": "MedicalTherapy", "name": "Operation"},
            {"@type": "MedicalTherapy", "name": "Rays"},
        ],
    }
    assert "lastReviewed" not in page
    assert "reviewedBy" not in page
    assert [one["name"] for one in crumbs["itemListElement"]] == ["Home", "Conditions", "Oncology", "Grey fever"]


def test_structured_data_lists_causes_and_symptoms(visitor: Client) -> None:
    edition = Edition.objects.get(language="en")
    lists = {"causes": "These:\n\n- **ash** [1]\n- soot", "symptoms": "- grey skin [2, 3];\n- cough.\n\nNothing else."}
    added = [{"kind": kind, "id": kind, "heading": kind, "text": text} for kind, text in lists.items()]
    rewrite(edition, before_treatments=edition.content["before_treatments"] + added)
    about = structured(html(visitor))[0]["about"]
    assert about["cause"] == [{"@type": "MedicalCause", "name": "ash"}, {"@type": "MedicalCause", "name": "soot"}]
    assert [one["name"] for one in about["signOrSymptom"]] == ["grey skin", "cough"]
    assert "riskFactor" not in about


def test_structured_data_names_a_reviewer_only_with_the_day(visitor: Client) -> None:
    edition = Edition.objects.get(language="en")
    rewrite(edition, reviewed_by="Dr Test")
    assert "reviewedBy" not in structured(html(visitor))[0]


def test_structured_data_cannot_end_its_script(visitor: Client) -> None:
    edition = Edition.objects.get(language="en")
    rewrite(edition, name="</script><script>alert(1)</script>")
    response = visitor.get(URL).content.decode()
    assert "<script>alert" not in response
    assert structured(response)[0]["name"] == "</script><script>alert(1)</script>"


def test_unknown_or_withdrawn_is_404(visitor: Client) -> None:
    assert visitor.get("/en/conditions/unknown/").status_code == 404
    Edition.objects.all().delete()
    assert visitor.get(URL).status_code == 404


def test_at_most_six_queries_whatever_the_number_of_rows(
    visitor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    birch = Clinic.objects.get(slug="birch")
    condition, editor = Condition.objects.get(), make_staff(Role.EDITOR)
    for number in range(5):
        clinic = Clinic.objects.create(slug=f"clinic-{number}", city=birch.city, name_en=f"Clinic {number}")
        clinic.conditions.add(condition)
        SupportPackage.objects.create(slug=f"package-{number}", name_en="Another")
        public = editions.public_key(condition, "en")
        editions.restore(edition=Edition.objects.get(language="en", number=1), by=editor, public=public)
    with django_assert_max_num_queries(6):
        page = html(visitor)
    assert "Clinic 4" in page
    assert "Edition 6, published on" in plain(page)


def test_what_changed_is_told_with_its_days(visitor: Client) -> None:
    edition = Edition.objects.get(language="en")
    Edition.objects.create(
        condition=edition.condition, language="en", number=2, content=edition.content, change_note="A new <b>study</b>"
    )
    words = plain(html(visitor, f"{URL}changes/"))
    assert words.index("A new &lt;b&gt;study&lt;/b&gt;") < words.index("First version")
    assert f'href="{URL}changes/"' in html(visitor)
    assert visitor.get("/en/conditions/unknown/changes/").status_code == 404


def test_the_questions_make_a_sheet_with_russian_below_each(visitor: Client) -> None:
    sheet = html(visitor, f"{URL}questions/")
    asked = Edition.objects.get(language="en").content["questions"]
    in_russian = Edition.objects.get(language="ru").content["questions"]
    assert asked
    for english, russian in zip(asked, in_russian, strict=True):
        assert sheet.index(english) < sheet.index(f'<p class="fine" lang="ru" dir="ltr">{russian}</p>')
    assert f'href="{URL}questions/"' in html(visitor)
    assert visitor.get("/en/conditions/unknown/questions/").status_code == 404


def test_no_wrong_russian_stands_beside_a_question(visitor: Client) -> None:
    russian = Edition.objects.get(language="ru")
    russian.content["questions"] = russian.content["questions"][1:]
    russian.save()
    sheet = html(visitor, f"{URL}questions/")
    assert 'class="fine" lang="ru"' not in sheet
    assert Edition.objects.get(language="en").content["questions"][0] in sheet


def test_a_page_past_its_date_says_that_it_is_being_reviewed(visitor: Client) -> None:
    notice = "This page is being reviewed"
    assert notice not in html(visitor)
    Price.objects.filter(procedure__code="tests").update(valid_until=datetime.date(2020, 1, 1))
    assert notice in html(visitor)


def test_the_draft_is_previewed_by_staff_only(visitor: Client) -> None:
    Section.objects.filter(kind="what").update(body_en="Not yet public.")
    assert visitor.get(f"{URL}preview/").status_code == 404
    without_factor = Client()
    without_factor.force_login(make_staff(Role.EDITOR), backend="django.contrib.auth.backends.ModelBackend")
    assert without_factor.get(f"{URL}preview/").status_code == 404
    preview = staff_client(make_staff(Role.EDITOR)).get(f"{URL}preview/")
    assert "Not yet public." in preview.content.decode()
    assert "no-store" in preview["Cache-Control"]
    assert "Not yet public." not in html(visitor)
