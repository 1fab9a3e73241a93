"""The directory of clinics and a profile."""

import datetime
import json
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clinics import ranking
from clinics.models import (
    Accreditation,
    CareAssistant,
    City,
    Clinic,
    ClinicFact,
    ClinicLanguage,
    ClinicService,
    Doctor,
    OfferedTreatment,
)
from clinics.selectors import directory
from conditions.models import Area, Condition, Procedure
from portal.core.localisation.scripts import foreign_language
from portal.core.text.markdown import first_sentence
from tests.factories import make_clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]


def html(visitor: Client, url: str) -> str:
    response = visitor.get(url)
    assert response.status_code == 200
    return response.content.decode()


def names(page: str) -> list[str]:
    return re.findall(r"<h3><a class=\"card-link\"[^>]*><bdi>(.*?)</bdi>", page)


def test_what_is_better_known_stands_first_and_names_decide_between_equals(visitor: Client) -> None:
    assert names(html(visitor, "/en/clinics/")) == ["Birch Clinic", "Aspen Clinic"]
    for model in (ClinicFact, ClinicLanguage, ClinicService, OfferedTreatment):
        model._default_manager.all().delete()
    assert names(html(visitor, "/en/clinics/")) == ["Aspen Clinic", "Birch Clinic"]


def test_sorts_by_name_and_by_price(visitor: Client) -> None:
    assert names(html(visitor, "/en/clinics/?sort=name")) == ["Aspen Clinic", "Birch Clinic"]
    assert names(html(visitor, "/ru/clinics/?sort=name")) == ["Клиника «Берёза»", "Клиника «Осина»"]
    assert names(html(visitor, "/en/clinics/?sort=price")) == ["Birch Clinic", "Aspen Clinic"]
    page = html(visitor, "/en/clinics/?sort=price")
    assert "Lowest known price: from US$2,700" in page
    assert '<option value="price" selected>' in page


def test_the_order_is_explained_by_the_very_points_that_make_it(visitor: Client) -> None:
    page = html(visitor, "/en/how-this-list-is-ordered/")
    points = re.findall(r'<th scope="row">(.*?)</th><td class="number">(\d+)</td>', page)
    assert points == [(str(one.sentence), str(one.points)) for one in ranking.RANKING_FACTORS]
    assert 'href="/en/how-this-list-is-ordered/"' in html(visitor, "/en/clinics/")


def test_another_language_shows_the_same_choice(visitor: Client) -> None:
    page = html(visitor, "/en/clinics/?city=kazan&sort=name&nonsense=1")
    assert '<a href="/ru/clinics/?city=kazan&amp;sort=name" lang="ru" hreflang="ru">' in page
    assert '<link rel="alternate" hreflang="ru" href="http://localhost:8000/ru/clinics/">' in page
    assert '<a href="/ru/clinics/" lang="ru" hreflang="ru">' in html(visitor, "/en/clinics/")


def test_a_source_in_another_script_says_its_language(visitor: Client) -> None:
    assert 'lang="en">Birch’s own page</bdi>' in html(visitor, "/ru/clinics/birch/")
    assert "<bdi>Birch’s own page</bdi>" in html(visitor, "/en/clinics/birch/")


def test_counts_in_words(visitor: Client) -> None:
    assert "2 clinics" in html(visitor, "/en/clinics/")
    assert "1 clinic<" in html(visitor, "/en/clinics/?condition=grey-fever")


def test_filters_narrow_and_can_be_removed_one_by_one(visitor: Client) -> None:
    page = html(visitor, "/en/clinics/?area=oncology&condition=grey-fever")
    assert names(page) == ["Birch Clinic"]
    removing = re.findall(r'<a class="pill" href="([^"]+)"', page)
    assert removing == ["/en/clinics/?condition=grey-fever", "/en/clinics/?area=oncology", "/en/clinics/"]
    assert names(html(visitor, "/en/clinics/?area=oncology")) == ["Birch Clinic", "Aspen Clinic"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("city=moscow", ["Birch Clinic"]),
        ("city=moscow&city=kazan", ["Birch Clinic", "Aspen Clinic"]),
        ("city=kazan&speaks=ru", []),
        ("speaks=en", ["Birch Clinic"]),
        ("speaks=ar", ["Birch Clinic", "Aspen Clinic"]),
        ("service=invitation&service=cash", ["Birch Clinic"]),
        ("service=cash", []),
        ("procedure=operation", ["Birch Clinic"]),
        ("price_known=1", ["Birch Clinic"]),
        ("price_from=2700&price_to=2700", ["Birch Clinic"]),
        ("price_from=2,700&price_to=٢٧٠٠", ["Birch Clinic"]),
        ("price_to=2699", []),
        ("procedure=tests&price_known=1", []),
        ("accreditation=Nobody", ["Birch Clinic", "Aspen Clinic"]),
    ],
)
def test_each_filter_alone_and_together(visitor: Client, query: str, expected: list[str]) -> None:
    """OR inside a facet, AND between facets; a value that there is not, such as a language nobody speaks, is none."""
    assert names(html(visitor, f"/en/clinics/?{query}")) == expected


def test_an_accreditation_counts_while_it_is_valid(visitor: Client) -> None:
    clinic = Clinic.objects.get(slug="aspen")
    row = Accreditation(clinic=clinic, issuer="Quality Board", number="1", checked_on="2026-11-20")
    row.valid_until = datetime.date(2999, 1, 1)
    row.save()
    assert names(html(visitor, "/en/clinics/?accreditation=Quality+Board")) == ["Aspen Clinic"]
    assert "Quality Board" in html(visitor, "/en/clinics/?accreditation=Quality+Board")
    row.valid_until = datetime.date(2020, 1, 1)
    row.save()
    assert "Quality Board" not in html(visitor, "/en/clinics/?accreditation=Quality+Board")


def speaking(slug: str, code: str) -> Clinic:
    """Return one more clinic in Moscow, where people speak a language."""
    clinic = make_clinic(slug)
    clinic.areas.add(Area.objects.get(slug="oncology"))
    ClinicLanguage.objects.create(clinic=clinic, code=code, source="Its page", checked_on="2026-11-20")
    return clinic


def offer(clinic: Clinic, amount: int) -> None:
    """Give a clinic a price that holds."""
    terms = {"amount_from": amount, "currency": "USD", "valid_until": datetime.date(2999, 1, 1)}
    known = {"basis": "own-page", "source": "Its page", "checked_on": "2026-11-20"}
    procedure = Procedure.objects.get(code="operation")
    OfferedTreatment.objects.create(clinic=clinic, procedure=procedure, **terms, **known)


def shown(page: str) -> list[str]:
    """Return the filters and the sort that a page shows."""
    found = re.findall(r'<(?:fieldset|div) class="[^"]+" id="(facet-\w+|known-prices|sorts)">', page)
    return [name.removeprefix("facet-") for name in found]


def test_what_fewer_than_three_clinics_can_answer_is_not_asked(visitor: Client) -> None:
    assert 'class="filter-box"' not in html(visitor, "/en/clinics/"), "two clinics need no filter"
    alder = speaking("alder", "ru")
    assert shown(html(visitor, "/en/clinics/")) == ["area", "city", "sorts"]
    assert '<option value="price"' not in html(visitor, "/en/clinics/")
    assert shown(html(visitor, "/en/clinics/?city=moscow")) == ["city"], "two are left"
    offer(alder, 100)
    assert "known-prices" not in shown(html(visitor, "/en/clinics/"))
    offer(speaking("yew", "ru"), 200)
    page = html(visitor, "/en/clinics/")
    assert shown(page) == ["area", "procedure", "city", "speaks", "known-prices", "sorts"]
    assert '<option value="price">' in page
    Clinic.objects.get(slug="yew").delete()
    assert shown(html(visitor, "/en/clinics/")) == ["area", "city", "sorts"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("service=invitation", "service"),
        ("service=cash", "service"),
        ("price_known=1", "known-prices"),
        ("price_to=9000", "known-prices"),
        ("sort=price", "sorts"),
        ("sort=name", "sorts"),
    ],
)
def test_what_an_old_address_asks_for_is_shown_and_can_be_taken_off(visitor: Client, query: str, name: str) -> None:
    page = html(visitor, f"/en/clinics/?{query}")
    assert shown(page) == [name]
    if name == "sorts":
        assert f'<option value="{query.removeprefix("sort=")}" selected>' in page
        assert '<option value="relevance">' in page
    else:
        assert '<a class="pill" href="/en/clinics/">' in page


@pytest.mark.parametrize("path", ["doctors", "care-assistants"])
def test_people_are_asked_for_as_clinics_are(visitor: Client, path: str) -> None:
    assert 'class="filter-box"' not in html(visitor, f"/en/{path}/")
    model: type[Doctor | CareAssistant] = Doctor if path == "doctors" else CareAssistant
    for number in range(3):
        model._default_manager.create(
            slug=f"s-{number}",
            name_en=f"Sample {number}",
            languages=["ru"] if number else ["ru", "en"],
            is_sample=True,
            is_published=True,
        )
    assert shown(html(visitor, f"/en/{path}/")) == ["speaks"]
    assert shown(html(visitor, f"/en/{path}/?speaks=en")) == ["speaks"]


WHOLE = "Enter the price as a whole number, for example 3000."
LESS = "Enter a price of 0 or more."
ABOVE = "Enter a price that is not lower than “From”, or leave one of the two empty."


@pytest.mark.parametrize(
    ("query", "errors", "typed"),
    [
        ("price_from=abc", {"price_from": WHOLE}, ["abc", ""]),
        ("price_from=1e9&price_to=2.5", {"price_from": WHOLE, "price_to": WHOLE}, ["1e9", "2.5"]),
        ("price_to=1,5", {"price_to": WHOLE}, ["", "1,5"]),
        ("price_to=-5", {"price_to": LESS}, ["", "-5"]),
        ("price_from=−5+USD", {"price_from": LESS}, ["−5 USD", ""]),
        ("price_from=3000&price_to=2000", {"price_to": ABOVE}, ["3000", "2000"]),
        ("price_from=%22%3E<b>", {"price_from": WHOLE}, ["&quot;&gt;&lt;b&gt;", ""]),
        ("price_from=+3+000+", {}, ["3000", ""]),
        ("price_from=&price_to=", {}, ["", ""]),
    ],
)
def test_a_wrong_price_gets_a_sentence_beside_its_field(
    visitor: Client, query: str, errors: dict[str, str], typed: list[str]
) -> None:
    page = html(visitor, f"/en/clinics/?{query}&sort=name&city=moscow")
    found = re.findall(
        r'<div id="(price_\w+)-error"><p class="error" role="alert"><span [^>]+>Error:</span> (.*?)</p>', page
    )
    assert dict(found) == errors
    assert re.findall(r'name="price_(?:from|to)"[^>]* value="([^"]*)"', page) == typed
    assert names(page) == ([] if not errors and typed[0] else ["Birch Clinic"]), "a wrong price narrows nothing"
    assert ("<title>Error: Clinics" in page) == bool(errors)
    assert ('<details class="filter-box" open>' in page) == bool(errors)


def test_a_wrong_price_is_kept_in_every_address_and_said_in_every_language(visitor: Client) -> None:
    response = visitor.get("/en/clinics/?price_from=abc&price_to=5&sort=name&page=1")
    assert response["HX-Push-Url"] == "/en/clinics/?price_from=abc&price_to=5&sort=name"
    page = response.content.decode()
    assert 'href="/ru/clinics/?price_from=abc&amp;price_to=5&amp;sort=name"' in page
    for language, sentence in (
        ("ru", "Введите цену целым числом, например 3000."),
        ("ar", "أدخل السعر عددًا صحيحًا، مثلًا 3000."),
    ):
        assert sentence in html(visitor, f"/{language}/clinics/?price_from=abc")


def test_the_numbers_say_what_a_further_choice_would_leave(visitor: Client) -> None:
    for slug in ("alder", "yew"):
        speaking(slug, "ru")

    def numbers(query: str) -> dict[str, str]:
        page = html(visitor, f"/en/clinics/?{query}")
        return dict(re.findall(r'<label for="city-\d+"><bdi>(.*?)</bdi> <span class="optional">\((\d+)\)', page))

    assert numbers("") == {"Kazan": "1", "Moscow": "3"}
    assert numbers("speaks=ru") == {"Moscow": "3"}
    assert numbers("city=kazan") == {"Kazan": "1", "Moscow": "3"}, "the facet itself does not narrow its own numbers"
    assert numbers("city=kazan&speaks=ru") == {"Kazan": "0", "Moscow": "3"}, "what is chosen can be taken off"


ODD = [
    "area=unknown", "condition=unknown", "area=oncology%27--", "area[]=1", "page=0", "page=-5",
    "page=zz", "page=99999999999999999999", "area=" + "x" * 7_000, "condition=%F0%9F%92%A9", "area=%ff",
    "price_from=abc", "price_to=-1", "price_from=1e9", "price_from=3&price_to=2", "price_known=2", "sort=best", "sort=",
    "&".join(f"city=c{number}" for number in range(500)), "nonsense=1", "page[]=2", "page=²",
]  # fmt: skip


def test_the_number_beside_the_known_price(visitor: Client) -> None:
    speaking("alder", "ru")

    def number(query: str) -> str:
        found = re.search(r'id="priced">\((\d+)\)', html(visitor, f"/en/clinics/?{query}"))
        assert found
        return found[1]

    assert [number(query) for query in ("", "city=kazan", "procedure=tests", "price_to=2699")] == ["1", "0", "0", "0"]


@pytest.mark.parametrize(
    "path", ["clinics", "doctors", "care-assistants", "clinics/compare", "how-this-list-is-ordered"]
)
def test_nonsense_breaks_no_page(visitor: Client, path: str) -> None:
    for query in ODD:
        assert visitor.get(f"/en/{path}/?{query}").status_code == 200, query


@pytest.mark.parametrize("query", ODD)
def test_nonsense_counts_as_none(visitor: Client, query: str) -> None:
    assert names(html(visitor, f"/en/clinics/?{query}")) == ["Birch Clinic", "Aspen Clinic"]


def test_an_empty_result_says_which_filter_to_drop(visitor: Client) -> None:
    page = html(visitor, "/en/clinics/?city=kazan&speaks=ru")
    assert names(page) == []
    assert "No clinic matches" in page
    assert '<a href="/en/clinics/?speaks=ru">Without “<bdi>Kazan</bdi>” there is 1 clinic</a>' in page
    assert '<a href="/en/clinics/?city=kazan">Without “<bdi>Russian</bdi>” there is 1 clinic</a>' in page
    assert 'href="/en/requests/new/"' in page


def test_an_area_without_clinics_shows_none(visitor: Client) -> None:
    assert names(html(visitor, "/en/clinics/?area=dentistry")) == []


def test_long_lists_have_numbered_pages_that_keep_the_filter(visitor: Client) -> None:
    city = City.objects.get(slug="kazan")
    area = Area.objects.get(slug="dentistry")
    for number in range(25):
        Clinic.objects.create(slug=f"z-{number}", city=city, name_en=f"Z {number:02}").areas.add(area)
    page = html(visitor, "/en/clinics/?area=dentistry&page=2")
    assert names(page) == [f"Z {number}" for number in range(20, 25)]
    assert 'href="/en/clinics/?area=dentistry&amp;page=1"' in page
    assert names(html(visitor, "/en/clinics/?area=dentistry&page=77")) == names(page), "past the end is the end"


@pytest.mark.parametrize(
    ("page", "pages", "numbers"),
    [
        (1, 1, [1]), (2, 3, [1, 2, 3]), (1, 9, [1, 2, 0, 9]), (5, 9, [1, 0, 4, 5, 6, 0, 9]),
        (3, 9, [1, 2, 3, 4, 0, 9]), (4, 9, [1, 2, 3, 4, 5, 0, 9]), (9, 9, [1, 0, 8, 9]),
    ],
)  # fmt: skip
def test_the_numbers_of_pages(
    visitor: Client, monkeypatch: pytest.MonkeyPatch, page: int, pages: int, numbers: list[int]
) -> None:
    monkeypatch.setattr(directory, "PER_PAGE", 1)
    city = City.objects.get(slug="kazan")
    for number in range(pages - 1):  # Aspen is there already
        Clinic.objects.create(slug=f"z-{number}", city=city, name_en=f"Z {number}")
    found = re.search(r'<nav class="pagination".*?</nav>', html(visitor, f"/en/clinics/?city=kazan&page={page}"))
    shown = re.findall(r"<li>(?:<a [^>]*>)?([^<]*)", found[0]) if found else ["1"]
    assert [0 if number == "…" else int(number) for number in shown] == numbers


def test_queries_do_not_grow_with_what_there_is(
    visitor: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    city = City.objects.get(slug="kazan")
    for number in range(12):
        clinic = Clinic.objects.create(slug=f"z-{number}", city=city, name_en=f"Z {number}")
        clinic.areas.set(Area.objects.all())
        clinic.conditions.set(Condition.objects.all())
    url = "/en/clinics/?area=oncology&condition=grey-fever"
    assert len(names(html(visitor, url))) == 13
    with django_assert_num_queries(4):  # the version, the clinics of the page, their areas and photographs
        html(visitor, url)


def test_a_change_is_in_the_list_at_once(visitor: Client) -> None:
    html(visitor, "/en/clinics/")
    clinic = Clinic.objects.get(slug="aspen")
    ClinicLanguage.objects.create(clinic=clinic, code="fr", source="Aspen", checked_on="2026-11-20")
    assert names(html(visitor, "/en/clinics/?speaks=fr")) == ["Aspen Clinic"]
    clinic.conditions.add(Condition.objects.get(slug="grey-fever"))
    assert len(names(html(visitor, "/en/clinics/?condition=grey-fever"))) == 2


def test_an_unpublished_clinic_is_nowhere(visitor: Client) -> None:
    birch = Clinic.objects.get(slug="birch")
    birch.is_published = False
    birch.save()
    assert visitor.get("/en/clinics/birch/").status_code == 404
    assert names(html(visitor, "/en/clinics/")) == ["Aspen Clinic"]
    assert "/clinics/birch/" not in html(visitor, "/en/conditions/grey-fever/")
    assert "birch" not in visitor.get("/sitemap.xml").content.decode()


def test_a_profile_says_how_we_know_and_what_we_do_not(visitor: Client) -> None:
    page = html(visitor, "/en/clinics/birch/")
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Beds 40 beds How we know this: Birch’s own page · read on 20 November 2026" in words
    assert "From the airport 20 km from Sheremetyevo How we know this: Birch’s own page" in words
    assert "Airports of Moscow Sheremetyevo ( SVO )" in words
    known = "How we know this: Birch’s own page · read on 20 November 2026"
    assert f"Languages spoken English {known} Russian {known}" in words
    assert (
        f"Services for patients from abroad Interpreter: Arabic {known} Invitation letter for the visa {known}" in words
    )
    assert "Licence not yet confirmed" in words
    assert "Operation one operation from US$2,700" in words
    assert "Tests price on request" in words
    assert 'href="/en/conditions/grey-fever/"' in page
    assert 'href="/en/requests/new/?clinic=birch"' in page


def test_prices_of_a_profile_in_words(visitor: Client) -> None:
    operation = OfferedTreatment.objects.filter(clinic__slug="birch", procedure__code="operation")
    for terms, said in (
        ({"amount_to": 3000}, "US$2,700 to US$3,000"),
        ({"amount_to": 2700}, "US$2,700"),
        ({"checked_on": "2020-01-01", "valid_until": "2020-06-01"}, "price being checked"),
    ):
        operation.update(**terms)
        page = html(visitor, "/en/clinics/birch/")
        words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
        assert f"Operation one operation {said} not stated" in words


def test_a_profile_without_facts_says_so(visitor: Client) -> None:
    page = html(visitor, "/en/clinics/aspen/")
    assert page.count("not yet confirmed") >= 4
    assert "Price on request" in page


def test_structured_data_holds_only_what_we_have(visitor: Client) -> None:
    found = re.search(r"ld\+json\">(.*?)</script>", html(visitor, "/en/clinics/aspen/"))
    assert found
    clinic = json.loads(found[1])["@graph"][0]
    assert clinic == {
        "@type": "MedicalClinic",
        "name": "Aspen Clinic",
        "url": "http://localhost:8000/en/clinics/aspen/",
        "address": {"@type": "PostalAddress", "addressLocality": "Kazan", "addressCountry": "RU"},
    }


def test_a_latin_name_carries_its_language_on_an_arabic_page(visitor: Client) -> None:
    page = html(visitor, "/ar/clinics/")
    assert '<a class="card-link" href="/ar/clinics/aspen/" lang="en"><bdi>Aspen Clinic</bdi>' in page


@pytest.mark.parametrize(
    ("text", "page", "expected"),
    [
        ("EMC", "ar", "en"),
        ("EMC", "en", ""),
        ("EMC", "fr", ""),
        ("Клиника", "en", "ru"),
        ("Клиника", "ru", ""),
        ("42", "ar", ""),
    ],
)
def test_script_of_a_name(text: str, page: str, expected: str) -> None:
    assert foreign_language(text, page) == expected


def test_first_sentence() -> None:
    assert first_sentence("One thing [1]. Another.\n\nMore.") == "One thing."
    assert first_sentence("") == ""
