"""Which script a name is written in, for its ``lang`` where it differs from the page's."""

import unicodedata
from functools import lru_cache

_SCRIPT_OF_LANGUAGE = {"ru": "CYRILLIC", "ar": "ARABIC", "zh-hans": "CJK"}
_LANGUAGE_OF_SCRIPT = {"LATIN": "en", "CYRILLIC": "ru", "ARABIC": "ar", "CJK": "zh-Hans"}


def script_of(text: str) -> str:
    """Return the script of the first letter: LATIN, CYRILLIC, ARABIC, CJK or another one."""
    for letter in text:
        if letter.isalpha():
            return unicodedata.name(letter, "").partition(" ")[0]
    return ""


@lru_cache(maxsize=4096)
def foreign_language(text: str, page_language: str) -> str:
    """Return the ``lang`` of a name that is in another script than the page, else an empty text."""
    script = script_of(text)
    if script == _SCRIPT_OF_LANGUAGE.get(page_language, "LATIN"):
        return ""
    return _LANGUAGE_OF_SCRIPT.get(script, "")
