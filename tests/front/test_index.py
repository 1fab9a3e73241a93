"""The list of conditions from A to Z."""

import re
from typing import Any

import pytest
from django.test import Client

from conditions.models import Area, Condition, Edition

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]


def publish(slug: str, **names: dict[str, Any]) -> None:
    """Publish another condition like grey fever, in some languages."""
    condition = Condition.objects.create(slug=slug, area=Area.objects.get(slug="oncology"), name_en=slug)
    for language, content in names.items():
        like = Edition.objects.get(condition__slug="grey-fever", language="en").content
        frozen = {**like, "slug": slug, "language": language, "synonyms": [], **content}
        Edition.objects.create(condition=condition, language=language, number=1, content=frozen)


def lines(visitor: Client, language: str) -> dict[str, list[str]]:
    """The plain words of each letter's lines."""
    page = visitor.get(f"/{language}/conditions/").content.decode()
    index = page.partition('<div class="index">')[2].partition("</div>")[0]
    return {
        plain(section.partition("</h2>")[0].rpartition(">")[2]): [
            plain(line) for line in re.findall(r"<li[^>]*>(.*?)</li>", section, re.DOTALL)
        ]
        for section in index.split("<section")[1:]
    }


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def test_names_and_other_names_stand_under_their_letters(visitor: Client) -> None:
    publish("ash-cough", en={"name": "Ash cough", "synonyms": ["smoke cough", "Ash coughs", "ash  COUGH"]})
    assert lines(visitor, "en") == {
        "A": ["Ash cough", "Ashen fever: see Grey fever"],
        "C": ["Cinder heat: see Grey fever"],
        "G": ["Grey fever"],
        "S": ["Smoke cough: see Ash cough"],
    }


def test_names_in_another_script_come_after_the_letters(visitor: Client) -> None:
    publish("ash-cough", en={"name": "Ash cough", "synonyms": ["smoke cough"]})
    found = lines(visitor, "ru")
    assert list(found)[-1] == "Другие названия"
    assert found["Другие названия"] == ["Ash cough"]
    page = visitor.get("/ru/conditions/").content.decode()
    assert '<a href="/ru/conditions/ash-cough/" lang="en">' in page
    assert '<a href="/ru/conditions/grey-fever/">' in page


def test_letters_are_links_on_the_page(visitor: Client) -> None:
    page = visitor.get("/ar/conditions/").content.decode()
    nav = page.partition('<nav class="letters"')[2].partition("</nav>")[0]
    targets = re.findall(r'href="#([^"]+)"', nav)
    assert targets[-1] == "oncology"
    assert len(targets) > 1
    assert [one for one in targets if page.count(f'id="{one}"') != 1] == []


def test_an_area_lists_its_conditions_in_the_same_order(visitor: Client) -> None:
    publish("yew", en={"name": "Yew"}, ru={"name": "Ёж"})
    publish("zebra", en={"name": "Zebra"}, ru={"name": "Жар"})
    page = visitor.get("/ru/areas/oncology/").content.decode()
    names = re.findall(r'<a class="card-link" href="/ru/conditions/[^"]+"[^>]*><bdi>([^<]+)', page)
    assert names == ["Ёж", "Жар", "Серая лихорадка"]


def test_without_conditions_there_is_no_index(visitor: Client) -> None:
    Edition.objects.all().delete()
    page = visitor.get("/en/conditions/").content.decode()
    assert 'class="letters"' not in page
    assert 'class="index"' not in page
