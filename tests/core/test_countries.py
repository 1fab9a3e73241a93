"""Countries as people write them, and the one that was probably meant."""

import pytest

from portal.core.localisation import countries, formats
from portal.core.localisation.countries import country_code, likely_country
from portal.core.localisation.languages import LANGUAGES

WRITTEN = {
    "en": {
        "AE": "UAE|U.A.E.|uae|Emirates|The Emirates|Dubai|Abu Dhabi|Dubai, UAE",
        "GB": "UK|U.K.|England|Great Britain|Scotland|London, England",
        "US": "USA|U.S.A.|US|America|United States of America|the United States",
        "SA": "KSA|Saudi|Kingdom of Saudi Arabia|Jeddah|Riyadh",
        "CI": "Ivory Coast|Cote d'Ivoire|Côte d’Ivoire",
        "TR": "Turkey|Türkiye|Turkiye|Istanbul",
        "KZ": "Kazakhstan|KAZ|Almaty|Astana|Казахстан",
        "CZ": "Czech Republic",
        "GW": "Guinea-Bissau|guinea bissau",
        "NL": "Holland|The Netherlands",
        "CN": "China|PRC|Beijing",
    },
    "ru": {
        "BY": "Белоруссия|Беларусь|беларусь|Минск",
        "US": "Америка|США|Соединённые Штаты|Соединенные штаты америки",
        "GB": "Англия|Великобритания|Шотландия",
        "AE": "Эмираты|ОАЭ|Арабские Эмираты|Дубай|ОАЭ (Дубай)|UAE",
        "SA": "Саудовская Аравия|Саудия",
        "CN": "КНР|Китай|Пекин",
        "KG": "Киргизия|Кыргызстан|Киргизстан",
        "KR": "Южная Корея|Корея",
        "UZ": "Узбекистан|Ташкент",
        "MD": "Молдавия|Молдова",
    },
    "ar": {
        "AE": "الإمارات|الامارات|الأمارات|إمارات|امارات|الإمارات العربية المتحدة|دبي|أبوظبي",
        "SA": "السعودية|السعوديه|سعودية|المملكة العربية السعودية|المملكه العربيه السعوديه|الرياض|جدة|جده",
        "IQ": "العراق|عراق|بغداد|البصره",
        "SY": "سوريا|سورية|سوريه|حلب",
        "US": "أمريكا|امريكا|أميركا|الولايات المتحدة",
        "GB": "بريطانيا|إنجلترا|انجلترا",
        "LY": "ليبيا|طرابلس",
        "JO": "الأردن|الاردن|اردن|عمّان",
        "IR": "إيران|ايران|ایران",
    },
}


@pytest.mark.parametrize(
    ("language", "code", "typed"),
    [
        (language, code, typed)
        for language, rows in WRITTEN.items()
        for code, names in rows.items()
        for typed in names.split("|")
    ],
)
def test_a_country_is_understood_as_people_write_it(language: str, code: str, typed: str) -> None:
    if typed == "عمّان":  # the city is written like the country of Oman
        code = "OM"
    assert country_code(typed, language) == code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_is_understood_as_code_and_as_name(language: str) -> None:
    for code, name in formats.countries(language).items():
        assert [country_code(typed, language) for typed in (code, code.lower(), name, name.upper())] == [code] * 4
        assert country_code(formats.countries("en")[code], language) == code


def test_no_name_means_two_countries() -> None:
    meant: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for name, code in countries._names(language):
            meant.setdefault(countries._normalise(name), set()).add(code)
    assert "" not in meant
    assert {name: codes for name, codes in meant.items() if len(codes) > 1} == {}


def test_every_code_of_the_content_file_is_a_country() -> None:
    used = {code for rows in countries._synonyms().values() for code in rows}
    assert used - set(formats.countries("en")) == set()


@pytest.mark.parametrize(
    ("language", "typed", "code"),
    [
        ("en", "Kazahkstan", "KZ"),
        ("en", "Uzbekstan", "UZ"),
        ("en", "Sadi Arabia", "SA"),
        ("en", "dubay", "AE"),
        ("en", "I live in Egypt", "EG"),
        ("ru", "Белорусия", "BY"),
        ("ru", "Казахстон", "KZ"),
        ("ar", "السعوديا", "SA"),
        ("ar", "مصرر", "EG"),
    ],
)
def test_the_likely_country_of_a_name_that_we_do_not_know(language: str, typed: str, code: str) -> None:
    assert (country_code(typed, language), likely_country(typed, language)) == ("", code)


@pytest.mark.parametrize(
    "typed", ["Atlantis", "", "?", "Egypt or Iraq", "x" * 101, "Kazakhstan" * 10_000, "Georgia, USA"]
)
def test_what_may_be_anything_offers_nothing(typed: str) -> None:
    assert (country_code(typed, "en"), likely_country(typed, "en")) == ("", "")
