"""Text folded for search: letters that people write either way become one, in every script."""

import re
import unicodedata

# Arabic letters that are typed for one another, and the stretching mark.
_ARABIC = str.maketrans({"ى": "ي", "ة": "ه", "ـ": None})
# Accents and vowel marks, direction marks, control characters.
_DROPPED = {"Mn", "Cf", "Cc"}
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """Return a text without case, accents and vowel marks: Ё becomes е, أ becomes ا, É becomes e."""
    parts = unicodedata.normalize("NFKD", _SPACES.sub(" ", text.casefold()))
    bare = "".join(letter for letter in parts if unicodedata.category(letter) not in _DROPPED)
    return bare.translate(_ARABIC).strip()


def tokens(query: str) -> list[str]:
    """Return the words of a query, folded; at most ten, from its first 200 characters."""
    return fold(query[:200]).split()[:10]
