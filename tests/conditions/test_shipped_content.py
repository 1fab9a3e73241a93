"""The content that comes with the project: complete in every live language, every claim with its source."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from clinics.models import Clinic, ClinicFact
from conditions.edition_html import with_html
from conditions.models import Area, Condition, Edition, Source
from conditions.readability import lint, middle, reading
from conditions.selectors import drafts
from conditions.services import gate
from conditions.services.citing import uncited
from portal.core.text.markdown import citations, without_citations
from requests.models import SupportPackage

# Marks of lists and bold are no words; "e-mail" and "1,000" are one each.
WORD = re.compile(r"[^\W_]+(?:[-’.,][^\W_]+)*")

pytestmark = pytest.mark.django_db


def test_the_four_areas() -> None:
    assert [area.slug for area in Area.objects.all()] == ["oncology", "oncohematology", "ophthalmology", "dentistry"]


def languages(condition: Condition) -> list[str]:
    """The live languages that a condition is written in."""
    return [code for code in settings.LIVE_LANGUAGES if drafts.text_of(condition, "name", code)]


def test_every_condition_is_published_in_english_russian_and_what_else_it_is_written_in() -> None:
    editions = Edition.objects.current().values_list("condition__slug", "language")
    expected = {(one.slug, code) for one in Condition.objects.all() for code in languages(one)}
    assert set(editions) == expected
    assert {code for _slug, code in expected} == {"en", "ru", "ar"}
    assert all({"en", "ru"} <= set(languages(one)) for one in Condition.objects.all())
    assert languages(Condition.objects.get(slug="liver-metastases")) == ["en", "ru", "ar"]


def test_every_gate_is_green() -> None:
    for condition in Condition.objects.all():
        for language in languages(condition):
            assert [line.message for line in gate.check(condition, language) if not line.ok] == []


def test_every_condition_asks_for_five_papers_or_more_each_with_a_reason() -> None:
    for edition in Edition.objects.current():
        papers = edition.content["document_needs"]
        assert len(papers) >= 5, edition
        assert [paper["code"] for paper in papers if not without_citations(paper["reason"]["text"]).strip()] == [], (
            edition
        )
        assert len({paper["code"] for paper in papers}) == len(papers), edition


def test_every_page_has_every_section_and_is_short_enough_to_read() -> None:
    wanted = {"what", "causes", "symptoms", "urgent", "emergency", "diagnosis", "classification"}
    wanted |= {"complications", "outlook", "untreated", "living"}
    for edition in Edition.objects.current():
        page = edition.content
        sections = [*page["callouts"], *page["before_treatments"], *page["after_treatments"]]
        assert {one["kind"] for one in sections} == wanted, edition
        assert len(page["treatments"]) >= 2, edition
        # Nobody shortens what sends a reader to help: the two cards do not count.
        texts = [text for place, text in drafts.running_texts(page) if place not in {"summary", "urgent", "emergency"}]
        count = sum(len(WORD.findall(without_citations(text))) for text in texts)
        assert 800 <= count <= 1400, (page["slug"], edition.language, count)


def test_english_is_easy_and_no_sentence_is_long() -> None:
    for edition in Edition.objects.current():
        texts = list(drafts.running_texts(edition.content))
        findings = [one for place, text in texts for one in lint(place, text, edition.language)]
        assert findings == [], (edition.content["slug"], edition.language)
        if edition.language == "en":
            readings = [reading(place, text, "en") for place, text in texts]
            assert (middle(readings) or 0) <= 9, edition.content["slug"]
            assert [one for one in readings if one.is_hard] == [], edition.content["slug"]


def test_every_explained_term_stands_in_the_text() -> None:
    unused = [
        (one.content["slug"], one.language, with_html(one.content)["unused_terms"]) for one in Edition.objects.current()
    ]
    assert [row for row in unused if row[2]] == []


def test_no_citation_is_raw_and_none_touches_a_figure() -> None:
    for edition in Edition.objects.current():
        html = json.dumps(with_html(edition.content), ensure_ascii=False)
        page = re.sub(r'"text": "(?:[^"\\]|\\.)*"', "", html)
        where = (edition.content["slug"], edition.language)
        assert re.findall(r"[^\[]{0,20}\[\d[\d, ]*\]", page) == [], where
        assert re.findall(r"<sup[^>]*>[^\u202f]|\s<sup", page) == [], where


def test_no_paragraph_stands_in_two_conditions() -> None:
    seen: dict[str, str] = {}
    for edition in Edition.objects.current():
        slug = edition.content["slug"]
        # The same danger is told in the same words: the two cards do not count.
        texts = [text for place, text in drafts.running_texts(edition.content) if place not in {"urgent", "emergency"}]
        for text in texts:
            for block in filter(None, (part.strip() for part in without_citations(text).split("\n\n"))):
                if len(block.split()) > 8:
                    assert seen.setdefault(block, slug) == slug, block


def test_every_source_is_in_the_list_of_sources() -> None:
    listed = Path(settings.BASE_DIR, "docs", "sources.md").read_text(encoding="utf-8")
    missing = [one.url for one in Source.objects.all() if one.url not in listed]
    assert missing == []


def test_every_figure_risk_and_outlook_ends_in_a_citation() -> None:
    faults = []
    for edition in Edition.objects.current():
        for place, text in drafts.cited_texts(edition.content):
            if place.startswith(drafts.OF_DOCUMENT):
                continue  # The gate, which is green, asks each reason for its source.
            is_claim = place in {"outlook", "untreated"} or place.endswith(":risks")
            faults += [(edition.language, place, block) for block in uncited(text, every_block=is_claim)]
    assert faults == []


def test_every_source_is_cited_in_every_language() -> None:
    for edition in Edition.objects.current():
        known = {source["number"] for source in edition.content["sources"]}
        text = "\n".join(text for _place, text in drafts.cited_texts(edition.content))
        assert known - set(citations(text)) == set(), edition


def test_only_areas_with_long_stays_warn_of_intensive_care() -> None:
    notes = {area.slug: area.costs_note_en or "" for area in Area.objects.all()}
    assert [slug for slug, note in notes.items() if "intensive care" in note] == ["oncology", "oncohematology"]
    assert all(getattr(area, f"costs_note_{code}") for area in Area.objects.all() for code in settings.LIVE_LANGUAGES)


def test_no_price_of_another_country_stands_beside_ours() -> None:
    page = Client(HTTP_HOST="localhost").get("/en/conditions/liver-metastases/").content.decode()
    costs = page.partition('id="costs"')[2].partition('id="clinics"')[0]
    assert set(re.findall(r"US\$|[€£]", costs)) == {"US$"}


def test_the_five_prices_of_liver_metastases() -> None:
    prices = Condition.objects.get(slug="liver-metastases").prices.all()
    stated = {(price.amount_from, price.amount_to, price.currency, price.included_en or "") for price in prices}
    assert stated == {(Decimal(amount), None, "USD", "") for amount in (380, 1000, 2550, 3200, 1900)}
    assert {(str(price.checked_on), str(price.valid_until)) for price in prices} == {("2026-11-23", "2027-11-23")}


def test_the_clinics_treat_liver_metastases_and_every_fact_has_a_source() -> None:
    assert Clinic.objects.filter(conditions__slug="liver-metastases").count() == 4
    assert not ClinicFact.objects.filter(source="").exists()


def test_the_three_packages_speak_of_every_line() -> None:
    packages = list(SupportPackage.objects.prefetch_related("terms"))
    assert len(packages) == 3
    assert len({frozenset(term.line_id for term in one.terms.all()) for one in packages}) == 1
    assert all(one.never_included for one in packages)
