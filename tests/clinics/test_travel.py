"""What travellers should know: dated, sourced, and marked when it is overdue."""

import datetime
import re
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from clinics.enums import TravelKind
from clinics.models import TravelFact
from clinics.selectors import travel
from clinics.services import loading as services
from portal.accounts.enums import Role
from portal.core.content.content_files import ContentError
from portal.core.localisation import formats
from tests.accounts.cast import staff_client
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def section(language: str = "en") -> str:
    page = Client(HTTP_HOST="localhost").get(f"/{language}/conditions/liver-metastases/").content.decode()
    return page.partition('<h2 id="travel">')[2].partition("<h2")[0]


def test_what_all_know_before_they_decide_stands_with_source_and_day() -> None:
    shown = section()
    sources = Client(HTTP_HOST="localhost").get("/en/conditions/liver-metastases/sources/").content.decode()
    everybody = TravelFact.objects.filter(citizenships="", kind__in=("visa", "payment"))
    for fact in everybody:
        assert f"<dt>{fact.topic}</dt><dd>{fact.text}" in shown
        [place] = re.findall(
            rf'{re.escape(fact.topic)}</dt>.*?href="/en/conditions/liver-metastases/sources/#([^"]+)"', shown
        )
        said = sources.partition(f'<div id="{place}">')[2].partition("</div>")[0]
        assert fact.topic in said
        assert f'href="{fact.source_url}"'.replace("&", "&amp;") in said
    assert shown.count("read on") == everybody.count() == 7
    assert "26 August 2021" in shown


@pytest.mark.parametrize(("language", "words"), [("ru", "Виза на лечение"), ("ar", "تأشيرة العلاج")])
def test_it_is_in_the_readers_language(language: str, words: str) -> None:
    assert words in section(language)


def test_an_overdue_fact_says_that_it_is_being_checked() -> None:
    yesterday = timezone.now().date() - datetime.timedelta(days=1)
    TravelFact.objects.filter(slug="cards").update(checked_on="2025-01-01", next_check_on=yesterday)
    shown = section()
    since = f"being checked again since <bdi>{formats.day(yesterday, 'en')}</bdi>"
    assert shown.count("being checked") == shown.count(since) == shown.count('class="is-old"') == 1
    assert since in shown.partition("Bank cards")[2]


def holding(citizenship: str, days: int | None) -> list[str]:
    today = timezone.now().date()
    rows = travel.that_hold("en", today, citizenship=citizenship, days=days)
    return [row.topic for row in rows if row.kind == TravelKind.VISA]


FOR_ALL = ["Visa for treatment", "Electronic visa", "Without a visa"]


@pytest.mark.parametrize(
    ("citizenship", "days", "topics"),
    [
        ("IN", 20, FOR_ALL),
        ("IN", None, [*FOR_ALL, "More than 3 months"]),
        ("OM", 30, ["Oman: no visa", *FOR_ALL]),
        ("OM", 31, ["Visa for treatment", "Without a visa"]),
        ("UZ", 90, ["Central Asia and the Caucasus: no visa", "Visa for treatment", "Without a visa"]),
        ("UZ", 91, ["Visa for treatment", "More than 3 months"]),
        ("", 20, FOR_ALL),
    ],
)
def test_what_holds_for_a_citizenship_and_a_stay(citizenship: str, days: int | None, topics: list[str]) -> None:
    assert holding(citizenship, days) == topics


def test_each_kind_of_fact_is_told_to_everybody() -> None:
    rows = travel.that_hold("en", timezone.now().date(), citizenship="", days=None)
    assert list(dict.fromkeys(row.kind for row in rows)) == list(TravelKind)


@pytest.mark.parametrize("codes", ["XX", "AE,QA", "AE  QA", "ae"])
def test_citizenships_are_codes_of_countries(codes: str) -> None:
    fact = TravelFact.objects.get(slug="no-visa-oman")
    fact.citizenships = codes
    with pytest.raises(ValidationError, match="codes of countries"):
        fact.full_clean()


def test_without_facts_there_is_no_section() -> None:
    TravelFact.objects.all().delete()
    page = Client(HTTP_HOST="localhost").get("/en/conditions/liver-metastases/").content.decode()
    assert "#travel" not in page
    assert 'id="travel"' not in page


def test_an_editor_keeps_them_and_sees_what_is_overdue() -> None:
    TravelFact.objects.filter(slug="cards").update(checked_on="2025-01-01", next_check_on="2025-06-01")
    client = staff_client(make_staff(Role.EDITOR))
    page = client.get("/admin/clinics/travelfact/").content.decode()
    assert page.index("Bank cards") < page.index("Visa for treatment"), "what is overdue stands first"
    fact = TravelFact.objects.get(slug="cards")
    answer = client.get(f"/admin/clinics/travelfact/{fact.pk}/change/?lang=ru").content.decode()
    assert "Банковские карты" in answer


def test_a_fault_in_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "travel.yaml"
    path.write_text(
        "- {slug: visa, kind: visa, topic: {en: a, ru: b, ar: c}, text: {en: a, ru: b, ar: c}, source: x, url: nowhere}"
    )
    with pytest.raises(ContentError, match=r"travel\.yaml"):
        services.load_travel(lambda line: None, path=path)
    with pytest.raises(ContentError, match="the file is missing"):
        services.load_travel(lambda line: None, path=tmp_path / "none.yaml")
