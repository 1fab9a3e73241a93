"""Normalisation of text for search: letters that people write either way become one, in every script."""

import re
import unicodedata

# Arabic letters that are typed for one another, and the stretching mark.
_ARABIC = str.maketrans({"ى": "ي", "ة": "ه", "ـ": None})
# Accents and vowel marks, direction marks, control characters.
_DROPPED = {"Mn", "Cf", "Cc"}
# Й is a letter of its own, not an accented И: the endings of Russian words depend on it.
_SHORT_I = unicodedata.normalize("NFD", "й")
_WORD = re.compile(r"\w+(?:\.\w+)*")
_SPACES = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Return a text without case, accents and vowel marks: Ё becomes е, أ becomes ا, É becomes e."""
    parts = unicodedata.normalize("NFKD", _SPACES.sub(" ", text.casefold())).replace(_SHORT_I, "й")
    bare = "".join(letter for letter in parts if unicodedata.category(letter) not in _DROPPED)
    return bare.translate(_ARABIC).strip()


def tokens(text: str) -> list[str]:
    """Return the words of a text, folded; a code such as C78.7 is one word."""
    return _WORD.findall(normalise(text))


def query_words(query: str) -> list[str]:
    """Return the words of a query: at most ten, from its first 200 characters."""
    return tokens(query[:200])[:10]
