"""The languages of the portal: a row for each, with every plain fact of it.

Settings, formats, search, pictures and the heads of pages are made of these rows. What is an algorithm (the order of
an alphabet, typography, how hard a text is) stands with it; tests/core/test_languages.py says which languages it lacks.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """One language. ``code`` is Django's and begins the addresses; ``name`` is what its speakers call it.

    ``babel`` names the locale of dates, money and countries, ``search`` the algorithm of Snowball and the configuration
    of PostgreSQL, "simple" where there are no stems. ``script`` is how Unicode names its letters. The site speaks the
    live ones, unless ``LIVE_LANGUAGES`` of the environment names others.
    """

    code: str
    name: str
    html_lang: str
    hreflang: str
    open_graph: str
    babel: str
    search: str
    script: str = "LATIN"
    direction: str = "ltr"
    day_format: str = "long"
    comma: str = ","
    is_live: bool = False

    @property
    def iso639(self) -> str:
        """The language without its script or country: zh of zh-hans."""
        return self.code.partition("-")[0]


_ROWS = (
    Language("en", "English", "en-GB", "en", "en_GB", "en_GB", "english", is_live=True),
    Language(
        "ru", "Русский", "ru", "ru", "ru_RU", "ru", "russian",
        script="CYRILLIC",
        # Babel's long form ends in "г.", which doubles the full stop of a sentence.
        day_format="d MMMM y",
        is_live=True,
    ),
    Language(
        "ar", "العربية", "ar", "ar", "ar_AR", "ar", "arabic",
        script="ARABIC", direction="rtl", comma="،", is_live=True,
    ),
    Language("zh-hans", "简体中文", "zh-Hans", "zh-Hans", "zh_CN", "zh_Hans", "simple", script="CJK"),
    Language("fr", "Français", "fr", "fr", "fr_FR", "fr", "french"),
    Language("es", "Español", "es", "es", "es_ES", "es", "spanish"),
)  # fmt: skip
LANGUAGES = {row.code: row for row in _ROWS}
LIVE = [row.code for row in _ROWS if row.is_live]
