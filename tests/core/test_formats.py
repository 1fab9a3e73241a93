"""Money, days and countries are written as the reader expects, with Latin digits."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.core.localisation import formats


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "US$1,000"), ("ru", "1 000 $"), ("ar", "\u20661,000 US$\u2069")],
)
def test_money_without_decimals(language: str, text: str) -> None:
    assert formats.money(Decimal("1000.00"), "USD", language).replace("\xa0", " ") == text


def test_money_with_decimals_keeps_them() -> None:
    assert formats.money(Decimal("1000.50"), "EUR", "en") == "€1,000.50"


@pytest.mark.parametrize(
    ("language", "text"), [("en", "6 August 2026"), ("ru", "6 августа 2026"), ("ar", "6 أغسطس 2026")]
)
def test_a_day(language: str, text: str) -> None:
    assert formats.day(date(2026, 8, 6), language) == text


def test_a_moment_is_told_in_the_zone_of_the_reader() -> None:
    moment = datetime(2026, 8, 6, 11, 20, tzinfo=UTC)
    assert formats.moment(moment, "en", "Asia/Dubai") == "Thursday 6 August 2026, 15:20 (Dubai time)"
    assert "2026، 15:20" in formats.moment(moment, "ar", "Asia/Dubai")


def test_a_moment_in_two_zones_says_which_is_which() -> None:
    zones = ("America/New_York", "Europe/Moscow")
    noon, night = (datetime(2026, 8, 6, hour, 20, tzinfo=UTC) for hour in (11, 23))
    assert formats.moment(noon, "en", *zones) == (
        "Thursday 6 August 2026, 07:20 (New York time), which is 14:20 (Moscow time)"
    )
    assert formats.moment(night, "en", *zones) == (
        "Thursday 6 August 2026, 19:20 (New York time), which is Friday 7 August 2026, 02:20 (Moscow time)"
    )
    assert formats.moment(noon, "ru", *zones) == (
        "четверг 6 августа 2026, 07:20 (время города Нью-Йорк), то есть 14:20 (время города Москва)"
    )


@pytest.mark.parametrize(
    ("language", "zone", "name"),
    [
        ("en", "Europe/Moscow", "Moscow time"),
        ("ru", "Asia/Dubai", "время города Дубай"),
        ("ru", "Asia/Kolkata", "время города Калькутта"),
        ("ar", "Europe/Moscow", "توقيت موسكو"),
        ("en", "America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("en", "UTC", "UTC time"),
    ],
)
def test_a_zone_is_named_after_its_city(language: str, zone: str, name: str) -> None:
    assert formats.zone_name(zone, language) == name


@pytest.mark.parametrize("language", ["en", "ru", "ar", "zh-hans", "fr", "es"])
def test_every_country_has_a_name(language: str) -> None:
    countries = formats.countries(language)
    assert len(countries) == 250
    assert {"AE", "KZ", "UZ", "IQ", "CN"} <= set(countries)
    assert not {"EU", "UN", "ZZ"} & set(countries)


@pytest.mark.parametrize(("heading", "text"), [("How long", "how long"), ("ECOG", "ECOG"), ("Врач", "врач"), ("", "")])
def test_a_heading_inside_a_sentence(heading: str, text: str) -> None:
    assert formats.inside(heading) == text


def test_names_of_languages_in_a_list() -> None:
    assert formats.language_names(["ru", "ar"], "en") == "Arabic and Russian"
    assert formats.language_names(["ru", "ar", "zh"], "ru") == "Арабский, китайский и русский"
    assert formats.language_names([], "en") == ""
