"""A process that has served for days, in every language, answers as one that has just started."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils.translation import override
from pytest_django import Settings

from portal.core.localisation import countries, formats, zones
from portal.core.worktime import add_working_hours
from portal.front.site import alternates, pages
from portal.front.site.context_processors import foot, navigation
from tests.core.test_zones import at

LANGUAGES = ("ru", "en", "ar")
CONDITIONS = {"en": "Conditions", "ru": "Болезни", "ar": "الأمراض"}
LINK = re.compile(r'href="/([a-z]{2})/')


def test_the_header_is_in_the_language_of_its_page_whichever_came_first() -> None:
    for language in (*LANGUAGES, *reversed(LANGUAGES)):
        with override(LANGUAGES[LANGUAGES.index(language) - 1]):
            links = navigation(language)
        assert {url.split("/")[1] for _label, url in links} == {language}
        assert links[0][0] == CONDITIONS[language]


def test_the_foot_is_in_its_language_whichever_is_active() -> None:
    with override("ru"):
        english = foot("en", "operator@example.org")
    assert "Get help" in english
    assert set(LINK.findall(english)) == {"en"}


@pytest.mark.django_db
def test_the_foot_names_the_operator_of_today(client: Client, settings: Settings) -> None:
    client.get("/en/about/")
    settings.OPERATOR_EMAIL = "new-operator@example.org"
    page = client.get("/en/about/").content.decode()
    assert settings.OPERATOR_EMAIL in page.partition('<footer class="site-foot">')[2]


@pytest.mark.parametrize("active", LANGUAGES)
def test_a_static_page_links_pages_of_its_own_language(active: str) -> None:
    with override(active):
        linked = {
            code: {found for slug in pages.SLUGS for found in LINK.findall(pages.read(slug, code)["html"])}
            for code in LANGUAGES
        }
    assert linked == {code: {code} for code in LANGUAGES}


def test_a_static_page_names_the_operator_of_today(settings: Settings) -> None:
    pages.read("privacy", "en")
    settings.OPERATOR_NAME = "Another Operator"
    assert "Another Operator" in pages.read("privacy", "en")["html"]


def test_an_address_begins_with_the_site_of_today(settings: Settings) -> None:
    alternates.addresses("core:page", ["about"], ["ru"])
    settings.SITE_URL = "https://new.example.org"
    assert alternates.addresses("core:page", ["about"], ["ru"]) == {"ru": "https://new.example.org/ru/about/"}


def test_a_zone_names_its_country_on_the_days_on_which_it_is_one() -> None:
    """Kazakhstan had two times until 1 March 2024."""
    with at("2023-06-01"):
        city = formats.zone_city(zones.of_country("KZ")[1], "en")
        assert countries.country_code(city, "en") == "KZ"
    with at("2026-06-01"):
        assert countries.country_code(city, "en") == ""
    with at("2023-06-02"):
        assert countries.country_code(city, "en") == "KZ"


@pytest.mark.django_db
def test_working_hours_are_those_of_the_zone_of_today(settings: Settings) -> None:
    start = datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("Asia/Tokyo"))  # a Monday
    add_working_hours(start, 1)
    settings.TEAM_TIME_ZONE = "Asia/Tokyo"
    assert add_working_hours(start, 1) == datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Tokyo"))
