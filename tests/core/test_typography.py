"""Figures stay together at the end of a line, in each language."""

import pytest

from portal.core.text.typography import no_break


def shown(text: str, language: str) -> str:
    """The text with what is invisible made visible: ~ does not break, | joins."""
    return no_break(text, language).replace("\u00a0", "~").replace("\u2060", "|")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("your temperature is 37.5 °C or higher", "your temperature is 37.5~°C or higher"),
        ("About 1 in 7 people live", "About 1~in~7~people live"),
        ("in 1 in every 450 children", "in 1~in~every~450~children"),
        ("from 2 to 6 weeks, 5-year survival", "from 2~to~6~weeks, 5-year survival"),
        ("US$1,000 to US$3,000, or $ 500", "US$1,000~to~US$3,000, or $~500"),
        ("14 % at stage 4, below 21 mm Hg", "14~% at stage~4, below 21~mm~Hg"),
        ("stage IV, 2–6 days, 12 000 people", "stage~IV, 2–|6~days, 12~000~people"),
        ("In 2016. The end", "In 2016. The end"),
        ("See a doctor, call 112 now", "See a doctor, call 112~now"),
        ("of 5 electroretinograms", "of 5 electroretinograms"),
    ],
)
def test_english(text: str, expected: str) -> None:
    assert shown(text, "en") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("живут 5 лет", "живут 5~лет"),
        ("от 2 до 6 недель", "от~2~до~6~недель"),
        ("у 1 из 5 человек", "у~1~из~5~человек"),
        ("температура 37,5 °C и выше", "температура 37,5~°C и~выше"),
        ("В больнице с «другом» и к врачу", "В~больнице с~«другом» и~к~врачу"),
        ("ниже 21 мм рт. ст.", "ниже 21~мм~рт.~ст."),
        ("IV стадия, стадии III", "IV~стадия, стадии~III"),
        ("рак и", "рак и"),
    ],
)
def test_russian(text: str, expected: str) -> None:
    assert shown(text, "ru") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("حرارتك 37.5 °م أو أعلى", "حرارتك 37.5~°م أو أعلى"),
        ("عند 1 من كل 5 أشخاص", "عند 1~من~كل~5~أشخاص"),
        ("من 2 إلى 6 أسابيع", "من~2~إلى~6~أسابيع"),
    ],
)
def test_arabic(text: str, expected: str) -> None:
    assert shown(text, "ar") == expected


def test_a_language_without_rules_of_its_own_keeps_number_and_unit() -> None:
    assert shown("pendant 5 ans", "fr") == "pendant 5~ans"
