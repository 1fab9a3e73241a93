"""Zones of countries: named by the largest city, the most populous first, with the offsets of the day."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

from portal.core.localisation import formats, zones


def at(day: str) -> "mock._patch[mock.MagicMock]":
    """Let it be noon of a day, in UTC."""
    return mock.patch("django.utils.timezone.now", return_value=datetime.fromisoformat(f"{day}T12:00+00:00"))


def labels(language: str, country: str) -> dict[str, str]:
    """Return the offered zones and their labels, those in groups too."""
    found: dict[str, str] = {}
    for value, label in zones.choices(language, country):
        found |= {value: label} if isinstance(label, str) else dict(label)
    return found


@pytest.mark.parametrize(
    ("country", "zone", "city"),
    [
        ("KZ", "Asia/Almaty", {"en": "Almaty", "ru": "Алматы", "ar": "ألماتي"}),
        ("UZ", "Asia/Tashkent", {"en": "Tashkent", "ru": "Ташкент", "ar": "طشقند"}),
        ("CN", "Asia/Shanghai", {"en": "Shanghai", "ru": "Шанхай", "ar": "شنغهاي"}),
        ("DE", "Europe/Berlin", {"en": "Berlin", "ru": "Берлин", "ar": "برلين"}),
        ("AR", "America/Argentina/Buenos_Aires", {"en": "Buenos Aires"}),
        ("MY", "Asia/Kuala_Lumpur", {"en": "Kuala Lumpur"}),
        ("UA", "Europe/Kyiv", {"en": "Kyiv"}),
        ("AE", "Asia/Dubai", {"en": "Dubai"}),
        ("XK", "Europe/Belgrade", {"en": "Belgrade"}),
    ],
)
def test_a_country_with_one_time_has_it(country: str, zone: str, city: dict[str, str]) -> None:
    assert zones.of_country(country) == zones.told_in("", country) == (zone,)
    assert {language: formats.zone_city(zone, language) for language in city} == city


@pytest.mark.parametrize(
    ("country", "first"),
    [
        ("US", ["America/New_York", "America/Chicago", "America/Los_Angeles", "America/Denver"]),
        ("CA", ["America/Toronto", "America/Vancouver", "America/Edmonton"]),
        ("RU", ["Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk"]),
        ("AU", ["Australia/Sydney", "Australia/Brisbane", "Australia/Perth"]),
        ("BR", ["America/Sao_Paulo", "America/Manaus"]),
        ("ID", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]),
        ("MN", ["Asia/Ulaanbaatar", "Asia/Hovd"]),
        ("CD", ["Africa/Kinshasa", "Africa/Lubumbashi"]),
    ],
)
def test_a_country_with_several_times_has_the_most_populous_first(country: str, first: list[str]) -> None:
    assert list(zones.of_country(country)[: len(first)]) == first
    assert [value for value, _label in zones.choices("en", country)[: len(first)]] == first


def test_who_did_not_say_is_told_two_times() -> None:
    assert zones.told_in("", "US") == ("America/New_York", "Europe/Moscow")
    assert zones.told_in("America/Denver", "US") == ("America/Denver",)
    assert zones.told_in("", "RU") == ("Europe/Moscow",)
    assert zones.told_in("", "BV") == ("Europe/Moscow",)


def test_every_zone_of_every_country_keeps_the_time_of_one_that_is_offered() -> None:
    start = datetime(2026, 12, 1, 12, tzinfo=UTC)
    year = [start + timedelta(days=day) for day in range(366)]
    for country, names in formats.get_global("territory_zones").items():
        if country not in formats.countries("en"):
            continue
        with at("2026-12-01"):
            offered = zones.of_country(country)
        kept = {tuple(day.astimezone(zones.zone_info(name)).utcoffset() for day in year) for name in offered}
        for name in set(names) - zones.NOT_BY_LAW:
            assert tuple(day.astimezone(zones.zone_info(name)).utcoffset() for day in year) in kept, name


def test_the_content_file_places_every_zone() -> None:
    for country in formats.countries("en"):
        placed = zones._by_population().get(country)
        if placed:
            assert list(zones.of_country(country)) == placed, country
        else:
            assert len(zones.of_country(country)) <= 1 or country in {"AQ", "UM"}, country


def test_offsets_are_those_of_the_day() -> None:
    with at("2026-07-01"):
        assert labels("en", "US")["America/New_York"] == "New York (\u2066UTC-04:00\u2069)"
    with at("2026-12-01"):
        assert labels("en", "US")["America/New_York"] == "New York (\u2066UTC-05:00\u2069)"
        assert labels("ar", "")["Europe/Berlin"] == "برلين (\u2066UTC+01:00\u2069)"
    with at("2027-07-01"):
        assert labels("ar", "")["Europe/Berlin"] == "برلين (\u2066UTC+02:00\u2069)"


def test_a_zone_that_parts_from_its_country_is_asked_about_from_that_day() -> None:
    """Kazakhstan had two times until 1 March 2024."""
    with at("2023-06-01"):
        assert zones.told_in("", "KZ") == ("Asia/Almaty", "Europe/Moscow")
    with at("2024-03-02"):
        assert zones.told_in("", "KZ") == ("Asia/Almaty",)


def test_the_locked_zones_are_used_whatever_the_machine_has() -> None:
    """British Columbia keeps its summer time from 2026 on; a tzdata of 2025 does not know it."""
    assert zoneinfo.TZPATH == ()
    winter = datetime(2027, 1, 15, 12, tzinfo=UTC)
    assert zones.offset("America/Vancouver", winter) == "\u2066UTC-07:00\u2069"


def test_a_moment_to_come_has_the_offset_of_its_own_day() -> None:
    before, after = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6))
    assert formats.moment(before, "en", "America/New_York") == "Sunday 1 November 2026, 01:30 (New York time)"
    assert formats.moment(after, "en", "America/New_York") == "Sunday 1 November 2026, 01:30 (New York time)"
    assert formats.moment(after + timedelta(hours=1), "en", "America/New_York").count("02:30") == 1


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_every_offered_zone_stands_once_and_has_a_name(language: str) -> None:
    for country in ("", "US", "RU"):
        values = [value for _value, label in zones.choices(language, country) for value, _city in _rows(_value, label)]
        assert len(values) == len(set(values))
    if language != "en":
        assert [label for label in labels(language, "").values() if label[0].isascii()] == []


def _rows(value: str, label: "str | zones.Choices") -> "zones.Choices":
    return [(value, label)] if isinstance(label, str) else label
