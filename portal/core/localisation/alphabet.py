"""Alphabetical order of names in a language, and the letter that each stands under.

Ё counts as Е, É as E; in Arabic the article and the ways to write hamza do not count. Names in
another script come after the last letter, under none.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import groupby

_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTERS = {
    "en": _LATIN,
    "fr": _LATIN,
    "ru": "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "es": "ABCDEFGHIJKLMNÑOPQRSTUVWXYZ",
}
# Letters of an alphabet that other letters count as; whatever is not here loses its accents.
_COUNTS_AS: dict[str, Mapping[int, int | None]] = {
    "ru": str.maketrans("Ё", "Е"),
    "ar": str.maketrans("أإآٱءؤئىة", "اااااوييه", "ـ"),
}
_ARTICLE = "ال"
# Words that begin like the article without having one: inflammation, adhesion, fusion, torsion, healing, Alzheimer.
_NO_ARTICLE = ("التهاب", "التصاق", "التحام", "التواء", "التئام", "التقاط", "الزهايمر")

type Place = tuple[int, list[list[int]], str]


def letter(name: str, language: str) -> str:
    """Return the letter of the alphabet that a name stands under; an empty text if it is in another script."""
    first = next((letter for letter in _folded(name, language) if letter.isalnum()), "")
    return first if first and first in _alphabet(language) else ""


@lru_cache(maxsize=4096)
def place(name: str, language: str) -> Place:
    """Return the key that sorts names in the order of the alphabet."""
    alphabet = _alphabet(language)
    words = [ranks for word in _folded(name, language).split() if (ranks := _ranks(word, alphabet))]
    return (0 if letter(name, language) else 1, words, name)


def by_letter[T](rows: Iterable[T], language: str, name: Callable[[T], str]) -> list[tuple[str, list[T]]]:
    """Return rows in the order of their names, in groups of a letter; the last group may have none."""
    ordered = sorted(rows, key=lambda row: place(name(row), language))
    return [(first, list(group)) for first, group in groupby(ordered, key=lambda row: letter(name(row), language))]


def _ranks(word: str, alphabet: str) -> list[int]:
    """Return the place of each letter; whatever is in no alphabet comes after, marks do not count."""
    letters = filter(str.isalnum, word)
    return [alphabet.find(letter) if letter in alphabet else len(alphabet) + ord(letter) for letter in letters]


def _alphabet(language: str) -> str:
    return _LETTERS.get(language, _LATIN)


def _folded(name: str, language: str) -> str:
    """Return a name in capitals with only the letters that count."""
    bare = "".join(letter for letter in unicodedata.normalize("NFC", name) if unicodedata.category(letter) != "Mn")
    if language == "ar":
        bare = _without_article(bare)
    letters = bare.upper().translate(_COUNTS_AS.get(language, {}))
    # Any other letter loses its accent: É is E.
    return "".join(
        letter if letter in _alphabet(language) else unicodedata.normalize("NFD", letter)[0] for letter in letters
    )


def _without_article(name: str) -> str:
    words = name.split()
    has_article = words and words[0].startswith(_ARTICLE) and len(words[0]) > len(_ARTICLE) + 1
    if has_article and not words[0].startswith(_NO_ARTICLE):
        words[0] = words[0].removeprefix(_ARTICLE)
    return " ".join(words)
