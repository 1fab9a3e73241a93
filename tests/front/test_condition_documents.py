"""The page with the papers that help to judge a case, before there is one."""

import re
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from conditions.models import Condition, DocumentNeed, Edition
from conditions.services import editions, rendering
from portal.front.site.nginx import public_pages
from tests.factories import rewrite
from tests.front.test_condition_page import plain, structured

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]

PAGE = "/en/conditions/grey-fever/"
URL = f"{PAGE}documents/"
SITE = "http://localhost:8000"


def html(visitor: Client, url: str = URL) -> str:
    response = visitor.get(url)
    assert response.status_code == 200
    page: str = response.content.decode()
    return page.partition("<main")[2] if "<main" in page else page


def head(visitor: Client, url: str = URL) -> str:
    return visitor.get(url).content.decode().partition("</head>")[0]


def papers(page: str) -> list[str]:
    """Return the words of each item of the list."""
    found = re.search(r'<ul class="checklist"[^>]*>(.*)</ul>', page, re.DOTALL)
    assert found
    items = re.split(r"<li>(?=\s*<p><strong>)", found[1])[1:]
    return [plain(item) for item in items]


def rewrite_list(language: str, needs: list[object]) -> None:
    for edition in Edition.objects.filter(language=language):
        rewrite(edition, document_needs=needs)
    rendering.render(Condition.objects.get().pk)


def test_each_paper_stands_with_its_reason_its_age_and_whether_it_must_be(visitor: Client) -> None:
    how_to = "Glass slides can be sent too. Ask for a copy."
    assert papers(html(visitor))[:2] == [
        f"Report on the ash Not older than 3 months It shows which rays can work [ 3 ] . {how_to}",
        "Blood test Not older than 14 days It shows how hot you are, after 5 days too [ 1 ] .",
    ]
    assert [("If you have it" in words) for words in papers(html(visitor))] == [False, False, False, True, False]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", ["Какие документы помогут", "Заключение о пепле", "Не старше 3 месяцев", "Если есть", "«У меня этого нет»"]),
        ("ar", ["الأوراق التي تفيد", "تقرير الرماد", "ليس أقدم من 3 أشهر", "إن وُجد لديك", "«ليس لديّ هذا»"]),
    ],
)  # fmt: skip
def test_it_speaks_the_language_of_its_reader(visitor: Client, language: str, words: list[str]) -> None:
    said = html(visitor, f"/{language}/conditions/grey-fever/documents/").replace("\u00a0", " ")
    assert [word for word in words if word not in said] == []
    assert '<ul class="checklist">' in said


def test_it_says_what_can_be_sent_and_that_nothing_goes_by_messenger(visitor: Client) -> None:
    words = plain(html(visitor))
    for said in (
        "“I do not have it” is a good answer too.",
        "photographs (JPEG, PNG, HEIC), PDF and Word files (DOCX)",
        "Send none by messenger.",
        "From edition 1 of the page, published on",
    ):
        assert said in words


def test_it_leads_back_to_the_page_on_to_the_request_and_to_the_sources(visitor: Client) -> None:
    page = html(visitor)
    links = re.findall(r'href="([^"]+)"', page)
    assert PAGE in links
    assert "/en/requests/new/?condition=grey-fever" in links
    cited = [link for link in links if "#source-" in link]
    assert set(cited) == {f"{PAGE}sources/#source-{number}" for number in (1, 2, 3)}
    sources = html(visitor, f"{PAGE}sources/")
    assert [link for link in cited if f'id="{link.partition("#")[2]}"' not in sources] == []


def test_the_page_of_the_illness_leads_to_it_where_one_asks(visitor: Client) -> None:
    for language in ("en", "ru", "ar"):
        page = html(visitor, f"/{language}/conditions/grey-fever/")
        ask = page.partition('aria-labelledby="ask"')[2].partition("</section>")[0]
        assert f'href="/{language}/conditions/grey-fever/documents/"' in ask


def test_the_way_to_it_and_its_other_languages_are_told(visitor: Client) -> None:
    said = head(visitor)
    assert f'<link rel="canonical" href="{SITE}{URL}">' in said
    assert re.findall(r'hreflang="([^"]+)" href="([^"]+)"', said) == [
        ("en", f"{SITE}{URL}"),
        ("ru", f"{SITE}/ru/conditions/grey-fever/documents/"),
        ("ar", f"{SITE}/ar/conditions/grey-fever/documents/"),
        ("x-default", f"{SITE}{URL}"),
    ]
    assert "noindex" not in said
    [crumbs] = structured(said)
    assert [step["name"] for step in crumbs["itemListElement"]] == ["Home", "Conditions", "Oncology", "Grey fever"]


def test_it_is_printed_with_empty_boxes_and_without_what_paper_cannot_do(visitor: Client) -> None:
    page = html(visitor)
    assert '<p class="not-printed">Print this list and tick what you have.</p>' in page
    assert f'<p class="not-printed"><a href="{PAGE}">Back to the page</a></p>' in page
    # On paper its address stands beside the link to it.
    assert f'<a href="{SITE}{URL}">The newest list</a>' in page
    style = (settings.BASE_DIR / "static" / "css" / "site.css").read_text()
    assert ".checklist > li::before" in style.partition("@media print")[2]
    assert ".checklist > li::before" not in style.partition("@media print")[0]


def test_a_later_change_of_the_draft_is_not_shown(visitor: Client) -> None:
    DocumentNeed.objects.filter(code="scan").update(name_en="CHANGED")
    assert "CHANGED" not in html(visitor)
    editions.publish(condition=Condition.objects.get(), language="en", by=None, change_note="")
    words = html(visitor)
    assert "CHANGED" in words
    assert "From edition 2 of the page" in plain(words)


def test_a_language_without_an_edition_or_a_list_reads_the_english_one(visitor: Client) -> None:
    Edition.objects.filter(language="ar").delete()
    rewrite_list("ru", [])
    for language, notice in (("ar", "هذه الصفحة"), ("ru", "Этой страницы")):
        url = f"/{language}/conditions/grey-fever/documents/"
        page, about = html(visitor, url), head(visitor, url)
        assert f'<p class="notice">{notice}' in page
        assert '<ul class="checklist" lang="en" dir="ltr">' in page
        assert "Report on the ash" in page
        assert "If you have it" in page
        assert about.count('content="noindex"') == 1
        assert "hreflang" not in about
        assert f'<link rel="canonical" href="{SITE}{URL}">' in about
    assert re.findall(r'hreflang="([^"]+)"', head(visitor)) == ["en", "x-default"]


def test_an_illness_without_a_list_says_so_and_is_not_linked(visitor: Client) -> None:
    for language in ("en", "ru", "ar"):
        rewrite_list(language, [])
    page, about = html(visitor), head(visitor)
    assert "There is no list for this illness yet." in page
    assert "checklist" not in page
    assert "Send none by messenger." in page
    assert 'href="/en/requests/new/?condition=grey-fever"' in page
    assert about.count('content="noindex"') == 1
    assert URL not in html(visitor, PAGE)
    assert visitor.get("/en/conditions/unknown/documents/").status_code == 404


def named(visitor: Client, language: str) -> list[str]:
    root = ElementTree.fromstring(visitor.get(f"/sitemap-{language}.xml").content)
    spaces = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    return [found.text or "" for found in root.findall("s:url/s:loc", spaces)]


def test_sitemaps_name_it_where_there_is_a_list(visitor: Client) -> None:
    rewrite_list("ru", [])
    address = "{}/{}/conditions/grey-fever/documents/"
    found = [code for code in ("en", "ru", "ar") if address.format(SITE, code) in named(visitor, code)]
    assert found == ["en", "ar"]


def test_nginx_keeps_copies_of_it() -> None:
    assert re.search(public_pages(), URL)
    assert not re.search(public_pages(), f"{URL}more/")


def test_it_takes_two_statements(visitor: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    html(visitor)
    with django_assert_num_queries(2):
        html(visitor)
