"""Every language has its row, and what the rest of the portal lacks for it is known: nothing, once it is live."""

from collections.abc import Callable
from pathlib import Path

import pytest
import snowballstemmer  # type: ignore[import-untyped]
from babel import Locale
from django.conf import LazySettings
from django.db import connection
from django.utils.translation import get_language_bidi, override

from conditions import readability
from portal.core.localisation import alphabet, countries
from portal.core.localisation.languages import LANGUAGES
from portal.core.localisation.scripts import foreign_language, script_of
from portal.core.text import typography
from portal.front.condition_pages import drawing
from portal.front.site import pages
from portal.front.site.nginx import configuration
from requests.enums import Purpose
from requests.forms.fields import SPOKEN
from tests.services.process import PROJECT

# Letters that the ordinary fonts have.
EUROPEAN = {"LATIN", "CYRILLIC"}


def has_pages(code: str) -> bool:
    return all((PROJECT / f"portal/front/site/content/{slug}.{code}.md").exists() for slug in pages.SLUGS)


def has_consents(code: str) -> bool:
    return all(list((PROJECT / "requests/content/consents").glob(f"{one}-*.{code}.md")) for one in Purpose)


def has_font(sheet: str) -> Callable[[str], bool]:
    style = (PROJECT / "static/css" / sheet).read_text()
    return lambda code: LANGUAGES[code].script in EUROPEAN or f"html:lang({code}) {{ font-family:" in style


def has_interface(code: str) -> bool:
    return code == "en" or Path(PROJECT / f"locale/{code.replace('zh-hans', 'zh_Hans')}/LC_MESSAGES/django.po").exists()


def can_be_drawn(code: str) -> bool:
    return LANGUAGES[code].script in EUROPEAN or bool(drawing.script_for("", code))


# Where a language has to be at home, and how one sees that it is.
HOMES: dict[str, Callable[[str], bool]] = {
    "portal/core/localisation/alphabet.py": lambda code: code in alphabet._LETTERS,
    "conditions/readability.py": lambda code: code in readability._SHARES,
    "locale": has_interface,
    "portal/front/site/content": has_pages,
    "portal/core/localisation/content/country_names.yaml": lambda code: code in countries._synonyms(),
    "portal/core/text/typography.py": lambda code: code in typography._BETWEEN and code in typography._BEFORE,
    "portal/front/condition_pages/drawing.py": can_be_drawn,
    "requests/content/consents": has_consents,
    "requests/forms/fields.py": lambda code: LANGUAGES[code].iso639 in SPOKEN,
    "static/css/estimate.css": has_font("estimate.css"),
    "static/css/page.css": has_font("page.css"),
}
TO_COME = ["zh-hans", "fr", "es"]
# What the languages to come lack still: a line goes when it is there.
LACKING = {
    "portal/core/localisation/alphabet.py": ["zh-hans"],
    "conditions/readability.py": TO_COME,
    "locale": TO_COME,
    "portal/front/site/content": TO_COME,
    "portal/core/localisation/content/country_names.yaml": [],
    "portal/core/text/typography.py": TO_COME,
    "portal/front/condition_pages/drawing.py": [],
    "requests/content/consents": TO_COME,
    "requests/forms/fields.py": [],
    "static/css/estimate.css": ["zh-hans"],
    "static/css/page.css": ["zh-hans"],
}


def test_what_a_language_lacks_is_known_and_a_live_one_lacks_nothing(settings: LazySettings) -> None:
    found = {home: [code for code in settings.ALL_LANGUAGES if not is_there(code)] for home, is_there in HOMES.items()}
    assert found == LACKING
    lacking = {code for codes in found.values() for code in codes}
    assert lacking & set(settings.LIVE_LANGUAGES) == set()


def test_the_settings_are_made_of_the_rows(settings: LazySettings) -> None:
    assert [row.code for row in LANGUAGES.values()] == list(LANGUAGES)
    assert {row.code: row.name for row in LANGUAGES.values()} == settings.ALL_LANGUAGES
    assert [code for code, row in LANGUAGES.items() if row.is_live] == settings.LIVE_LANGUAGES
    assert tuple(LANGUAGES) == settings.MODELTRANSLATION_LANGUAGES
    assert dict(settings.LANGUAGES) == {code: LANGUAGES[code].name for code in settings.LIVE_LANGUAGES}
    for code, row in LANGUAGES.items():
        with override(code):
            assert get_language_bidi() == (row.direction == "rtl")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_row_says_what_babel_unicode_and_snowball_say(code: str) -> None:
    row = LANGUAGES[code]
    locale = Locale.parse(row.babel)
    assert (locale.language, locale.text_direction) == (row.iso639, row.direction)
    assert str(locale.get_language_name(row.babel)).casefold() in (row.name.casefold(), "中文")
    assert row.html_lang.split("-")[0] == row.hreflang.split("-")[0] == row.open_graph.split("_")[0] == row.iso639
    assert script_of(row.name) == row.script
    assert foreign_language(row.name, code) == ""
    assert row.search in {*snowballstemmer.algorithms(), "simple"}


@pytest.mark.django_db
def test_postgresql_has_a_configuration_for_each_language() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cfgname FROM pg_ts_config")
        known = {name for (name,) in cursor}
    assert {row.search for row in LANGUAGES.values()} - known == set()


def test_nginx_understands_each_language(settings: LazySettings) -> None:
    settings.LIVE_LANGUAGES = list(LANGUAGES)
    made = configuration(Path("nginx"))
    assert [code for code, row in LANGUAGES.items() if f'"~*^{row.iso639}" {code};' not in made] == []
    assert [code for code in LANGUAGES if f'"~^/{code}/" {code};' not in made] == []
