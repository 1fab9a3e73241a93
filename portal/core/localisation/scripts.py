"""Script that a name is written in, for its ``lang`` where it differs from the page's."""

import unicodedata
from functools import lru_cache

from portal.core.localisation.languages import LANGUAGES

# The first language of a script speaks for it: Latin letters are read as English.
_LANG_OF_SCRIPT = {language.script: language.hreflang for language in reversed(LANGUAGES.values())}


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
    if script == LANGUAGES[page_language].script:
        return ""
    return _LANG_OF_SCRIPT.get(script, "")
