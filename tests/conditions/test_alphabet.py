"""Names stand in the order of each language's own alphabet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.localisation.alphabet import by_letter, letter, place

IN_ORDER = {
    "en": ["Bad bite", "B-cell lymphoma", "Éclair", "Eczema", "eye", "Liver", "Liver metastases", "Zebra", "5q", "Ёж"],
    "ru": ["адентия", "Ёж", "Ежа", "Ель", "Жар", "Йод", "Кариес", "Я", "Liver", "نقائل"],
    "ar": ["إعتام", "آفة", "التهاب اللثة", "أورام", "البواسير", "المَرَض", "مرضى", "نقائل", "الورم", "Cataract"],
}


@pytest.mark.parametrize("language", IN_ORDER)
def test_names_stand_in_order(language: str) -> None:
    names = IN_ORDER[language]
    assert sorted(names, key=lambda name: place(name, language)) == names


LETTERS = [
    ("en", "Éclair", "E"),
    ("en", "“Q fever”", "Q"),
    ("en", "5q deletion", ""),
    ("en", "Рак", ""),
    ("ru", "ёлка", "Е"),
    ("ru", "Йод", "Й"),
    ("ru", "Liver", ""),
    ("ar", "الكبد", "ك"),
    ("ar", "أورام", "ا"),
    ("ar", "إعتام", "ا"),
    ("ar", "آفة", "ا"),
    ("ar", "ألم", "ا"),
    # No article: the word begins so by itself.
    ("ar", "التهاب اللثة", "ا"),
    ("ar", "الالتهاب", "ا"),
    ("ar", "ةً", "ه"),
    ("ar", "Cataract", ""),
    ("es", "ñandú", "Ñ"),
    ("fr", "Œdème", ""),
    ("fr", "épaule", "E"),
    ("en", "", ""),
    ("ar", "ال", "ا"),
]


@pytest.mark.parametrize(("language", "name", "expected"), LETTERS)
def test_a_name_stands_under_its_letter(language: str, name: str, expected: str) -> None:
    assert letter(name, language) == expected


def test_names_are_grouped_by_letter_and_strangers_come_last() -> None:
    assert by_letter(["Zoo", "Йод", "ёж", "Ель"], "ru", str) == [
        ("Е", ["ёж", "Ель"]),
        ("Й", ["Йод"]),
        ("", ["Zoo"]),
    ]


@given(st.lists(st.text(max_size=6), max_size=12), st.sampled_from(["en", "ru", "ar", "zh-hans", "es"]))
def test_every_name_is_in_one_group_and_no_letter_comes_twice(names: list[str], language: str) -> None:
    groups = by_letter(names, language, str)
    assert sorted(name for _letter, group in groups for name in group) == sorted(names)
    letters = [first for first, _group in groups]
    assert len(letters) == len(set(letters))
    assert "" not in letters[:-1]
