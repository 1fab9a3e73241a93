"""No regular expression of the project is slow on any input: the worst one of each stands beside it.

The one exception to the rule that tests read no clock: time that grows with the square of the input
is what stops a site, and it is told from linear time by the processor's time for twice the input.
"""

import ast
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db.models import DecimalField
from django.urls import is_valid_path
from pydicom.dataset import Dataset

from clinics import imaging
from clinics.selectors import compare, price_range
from conditions import glossary, readability
from conditions.models.prices import currency_code
from conditions.selectors import history
from conditions.services import citing, condition_files, questionnaire_files
from portal.core import virus_scanner
from portal.core.admin import mail
from portal.core.caching import page_cache
from portal.core.content import markdown_files
from portal.core.inspection.child import deidentification, dicom, docx, pdfs
from portal.core.localisation import countries, languages, phones
from portal.core.management.commands import warm_pages
from portal.core.monitoring import logs
from portal.core.search import fulltext
from portal.core.spreadsheets import files, sheets
from portal.core.storage import sweeping
from portal.core.templatetags import portal as filters
from portal.core.text import markdown, normalise, person_names, typography
from portal.front import admin_ready
from requests import downloads
from requests.brief_content import BriefContent, Pair
from requests.flows import passport
from requests.forms import briefs, cases, decisions, offers
from requests.models import replies
from requests.selectors import brief_checks, desk, reviews

PACKAGES = ("portal", "requests", "conditions", "clinics")
FUNCTIONS = {"compile", "search", "match", "fullmatch", "split", "sub", "subn", "findall", "finditer"}
TAKE_A_PATTERN = {"RegexValidator", "RegexField", "re_path"}
SIZE = 20_000
# Below this many seconds, twice the input is lost in the noise; a quadratic pattern needs a whole one.
FLOOR = 0.02
PATIENCE = 10
# How often both sizes are run: at least, and as long as they look quadratic.
LEAST, MOST = 3, 12
LANGUAGES = languages.LIVE


class Worst(NamedTuple):
    """A pattern as its file writes it, what runs it, and what it is slowest on: a beginning, what is repeated, an end."""

    pattern: str
    run: Callable[[Any], object]
    inputs: tuple[tuple[str, str, str], ...]


def worst(pattern: str, run: Callable[[Any], object], *inputs: str | tuple[str, str, str]) -> Worst:
    return Worst(pattern, run, tuple(("", one, "") if isinstance(one, str) else one for one in inputs))


def as_bytes(run: Callable[[bytes], object]) -> Callable[[str], object]:
    return lambda text: run(text.encode("latin-1"))


def in_every_language(run: Callable[[str, str], object]) -> Callable[[str], object]:
    return lambda text: [run(text, language) for language in LANGUAGES]


def as_currency(text: str) -> None:
    with pytest.raises(ValidationError):
        currency_code(text)


def as_clamd(text: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        virus_scanner.address(text)


def as_amount(text: str) -> None:
    with suppress(ValidationError):
        offers.MoneyField("").to_python(text)


def as_added(text: str) -> None:
    data: Any = {text: "x"}
    offers._last_added(data)


def as_code(text: str) -> None:
    form = decisions.CodeForm()
    form.cleaned_data = {"code": text}
    with pytest.raises(ValidationError):
        form.clean_code()


def without_patient(text: str) -> None:
    data = Dataset()
    data.TextValue = text
    deidentification._clean(data, b"", [b"1234567", b"fatima"])


def in_brief(text: str, phone: str = "") -> object:
    """Look for who the patient is in a brief, without the database: the number is all that is known."""
    case: Any = SimpleNamespace(phone=phone, whole=list)
    return brief_checks.identifying(BriefContent(condition=Pair(text)), case)


def born(text: str) -> object:
    """Look for a birth date in a text."""
    statements = SimpleNamespace(all=lambda: [SimpleNamespace(birth_date="1980-05-05")])
    case: Any = SimpleNamespace(whole=lambda: [SimpleNamespace(statements=statements)])
    dates = brief_checks._birth_dates(case)
    return dates.findall(text) if dates else None


def at(address: str) -> Callable[[str], object]:
    return lambda text: is_valid_path(address.format(text))


SPACES = ("a", " ", "a")
TABLE: dict[str, list[Worst]] = {
    "portal/core/admin/mail.py": [
        worst(r"[0-9A-Za-z.-]{1,120}\.eml", mail.NAME.fullmatch, "a", ".eml"),
    ],
    "portal/core/localisation/countries.py": [
        worst(r"(?<=\w)[.'’`](?=\w)|\.", lambda text: countries._BETWEEN_LETTERS.sub("", text), "'", "a'"),
        worst(r"[\W_]+", lambda text: countries._NO_LETTER.sub(" ", text), " ", "_a"),
        worst(r"[,;/()،؛|]|\s[-–—]\s", countries._BETWEEN_PLACES.split, " ", " -"),
    ],
    "portal/core/inspection/child/deidentification.py": [
        worst(r"[^\s^=\\,;/]+", as_bytes(deidentification._WORD.findall), "a", "a^", "^"),
        worst("whole", without_patient, "fatima", "fatima ", "a", "1", "123456 ", "1234567", "1234567a"),
        worst(r"(\d{3})Y\s?", as_bytes(deidentification._age), "1", "100Y", ("100Y", " ", "")),
    ],
    "portal/core/inspection/child/dicom.py": [
        worst(r"(\d{4})\.?(\d{2})\.?(\d{2})", dicom._DAY.fullmatch, "1", "1234."),
    ],
    "portal/core/inspection/child/docx.py": [
        worst(r"\b(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE)\b", docx._FETCHES.search, "DDEAUTO", "DDE_", "INCLUDE"),
    ],
    "portal/core/inspection/child/pdfs.py": [
        worst(r"/(?:JavaScript|JS|Launch|RichMedia|EF)(?![^\s()<>\[\]{}/%])", as_bytes(pdfs._RUNS.search), "/", "/JSa", "/JavaScripts"),
    ],
    "portal/core/spreadsheets/files.py": [
        worst("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", files.plain, "a", "\x01"),
        worst(r"'*[=+\-@＝＋－＠]", files.LIKE_A_FORMULA.match, "'"),
        worst(r"[\x00-\x08\x0e-\x1f]", as_bytes(files.BINARY.search), "a"),
        worst(r"sep=([,;\t])\r?\n", files.SEPARATOR_LINE.match, "sep="),
        worst(r"<!\s*(DOCTYPE|ENTITY)", as_bytes(files.MARKUP_DECLARATION.search), ("<!", " ", ""), "<!", "<! "),
    ],
    "portal/core/spreadsheets/sheets.py": [
        worst(
            r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:[.,]\d{1,2})?",
            sheets.NUMBER.fullmatch,
            ("", "1", "x"),
            ("1", " 111", " 11"),
        ),
        worst(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", lambda text: sheets.DOTTED_DAY.sub("", text), "1", "1."),
        worst(r"\s", lambda text: sheets._parsed(DecimalField(), text), ("1", " 111", "")),
    ],
    "portal/core/storage/sweeping.py": [
        worst(r"[0-9a-f]{32}(\.part)?", sweeping.OURS.fullmatch, "0", ".part"),
    ],
    "portal/core/virus_scanner.py": [
        worst(r"stream: ([!-~]{1,200}) FOUND", virus_scanner._FOUND.fullmatch, ("stream: ", "a", ""), "stream: "),
        worst("/+[^/]", as_clamd, ("unix:", "/", "")),
    ],
    "portal/core/text/person_names.py": [
        worst(
            r"anon(ym\w*|im\w*)?|de?identified|hidden|masked|no|name|none|null|unknown|unnamed|neizvestn\w*|patient|patsient"
            r"|patsiyent|subject|test|phantom|fantom|case|id|na|x+|bez|imeni",
            person_names._NOBODY.fullmatch,
            ("anonym", "a", "-"),
            ("", "x", "-"),
        ),
        worst(r"[\u0590-\u08ff\ufb1d-\ufefc]", person_names._ABJAD.search, "a"),
        worst(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", person_names._SYLLABLES.search, "a"),
        worst(r"[\u1100-\u11ff\uac00-\ud7af]", person_names._HANGUL.search, "a"),
        worst(r"^ال(?=\w{3})(?!له)", lambda text: person_names._ARTICLE.sub("", text), "ال", "ا"),
        worst(r"^g(?=[aeiou])", lambda text: person_names._G.sub("h", text), "g", "ga"),
        worst(r"[ae][iy]|ee", person_names._LONG_I.search, "a", "e-"),
        worst(r"(^|[^aeiou])([aeiou]*)", person_names._CONSONANT_AND_VOWELS.findall, "a", "b", "ba"),
        worst(r"['’‘ʻʼ`´ʹьъЬЪ]", lambda text: person_names._APOSTROPHES.sub("", text), "'", "a'"),
        worst(r"[^\W\d_]+", person_names._WORD.findall, "a", "a1"),
        worst(r"[\u0300-\u036f\u0591-\u05c7\u064b-\u0670]", lambda text: person_names._DIACRITICS.sub("", text), "a", "\u0301"),
        worst("pattern", person_names._sound, "a", "sc", "shch", "dz", "yi", "ei", "abdal", "oo", "iu", "ah"),
        worst(r"(ov|ev|in|sk)(a|aia|aa|ia)$", person_names._FAMILY_OF_HER.search, "ov", "ova", "ovaia"),
        worst(r"(ov|ev|in|sk)i?$", person_names._FAMILY_OF_HIS.search, "ov", "ski"),
        worst(r"[^A-Za-z]", person_names._transliterated, "a1", "1"),
        worst(r"[A-Z][a-z]*|[a-z]+", person_names._transliterated, "王"),
        worst(r"[aeiou]+", person_names._consonants, "a", "ab"),
        worst(r"(.)\1+", person_names._consonants, "b", "bc"),
    ],
    "portal/core/text/normalise.py": [
        worst(r"\w+(?:\.\w+)*", normalise._WORD.findall, "a", "a.", "."),
        worst(r"\s+", lambda text: normalise._SPACES.sub(" ", text), " ", "a "),
    ],
    "portal/core/monitoring/logs.py": [
        worst(r"[0-9a-f]{32}(?:\.|%2[Ee])[0-9A-Za-z_%-]+", lambda text: logs.TOKEN.sub("", text), "0", f"{'0' * 32}."),
    ],
    "portal/core/management/commands/warm_pages.py": [
        worst("<loc>([^<]+)</loc>", warm_pages.LOCATION.findall, "<loc>", "<loc>a", ("<loc>", "a", "")),
    ],
    "portal/core/text/markdown.py": [
        worst(
            r"\[(\d{1,3}(?:,\s*\d{1,3})*)\](?!\()",
            markdown.citations,
            ("[1", ",1", ""),
            "[1,",
            ("[1,", " ", ""),
            "[1](",
        ),
        worst("'(?<!\\\\s)\\\\s*+' + CITATION.pattern", markdown.without_citations, SPACES, " [", " [1,"),
    ],
    "portal/core/caching/page_cache.py": [
        worst(
            r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))",
            page_cache._GZIP.search,
            ("gzip", " ", "a"),
            ("gzip;", " ", "a"),
            ("gzip;q=0.", "0", "1"),
            "gzip;q=0,",
        ),
    ],
    "portal/core/content/markdown_files.py": [
        worst(r"\{(url:)?([a-z_-]+)\}", markdown_files.PLACEHOLDER.findall, "{", "{a", ("{url:", "a", "")),
    ],
    "portal/core/localisation/phones.py": [
        worst(r"\W*(?:\+|00)", phones.SAYS_COUNTRY.match, " ", "0"),
    ],
    "portal/core/search/fulltext.py": [
        worst(r"[\u0400-\u04ff]", fulltext.LETTERS["CYRILLIC"].search, "a"),
        worst(r"[\u0600-\u06ff]", fulltext.LETTERS["ARABIC"].search, "a"),
    ],
    "portal/core/templatetags/portal.py": [
        worst(
            "f'(?<![A-Za-z\\\\d])(?:(?P<temperature>{_TEMPERATURE})|{_DIGITS})'",
            lambda text: list(filters._NUMBER.finditer(text)),
            ("1", " ", ""),
            ("1", "(", "x"),
            "1 x",
            "(",
            ("", "1", "°"),
            ("1.", "1", " ° x"),
            ("1", " ", "°C"),
            "1.1 ",
            "1 ° C",
            "1 °C ",
        ),
        worst(r"\n{2,}", filters.free_text, ("a", "\n", "a"), "a\n"),
        worst(r"\s", filters.free_text, ("", "12-34", " "), "1 1 "),
    ],
    "portal/core/text/typography.py": [
        # Every rule of every language.
        worst(
            "pattern",
            in_every_language(typography.no_break),
            *((before, " ", "-") for before in ("1", "<", ">", "1 in", "of", "до", "من", "mm", "мм", "IV", "в", "1 in every")),
            *(("до ", letter, "я") for letter in ("I", "1", "стади")),
            *("1 ", "1", "в", "IV", "до ", "класса", "of ", "من ", "мм рт. ", "1 из каждых ", "1–"),
        ),
        worst("_SPACE", in_every_language(typography.no_break), ("1", " ", "in 1"), ("мм", "\u00a0", "рт. ст.")),
        worst(r"(?<=\d)–(?=\d)", in_every_language(typography.no_break), "1–", "–"),
    ],
    "portal/front/admin_ready.py": [
        worst(
            r"(manage\.py [a-z_]+|bin/[\w-]+|requests/content/consents|\.env\b|--samples|p=[a-z]+|include:|\ba:|\b[A-Z]+(?:_[A-Z]+)+\b|\bMIDDLEWARE\b|\b(?:cron|clamd|https|superuser)\b|(?<![\w.-])[\w.-]+\.[A-Za-z]{2,}\b)",
            admin_ready.CODE.split, "manage.py a", "bin/a", "p=a", "A_", ("A", "_A", "_a"), ("A", "A", "_"), "a.", ("", "a.", "1"), ("", "a", "."), "a-", ("a", "-a", ".1"),
        ),
    ],
    "portal/front/page_urls.py": [
        worst("f'^(?P<slug>{'|'.join(pages.SLUGS)})/$'", at("/en/{}"), "a", "about", "privacy/"),
    ],
    "requests/models/replies.py": [
        worst("'\\\\{(' + '|'.join(VARIABLES) + ')\\\\}'", replies.VARIABLE.findall, "{", "{name"),
        worst(r"\[\[[^\[\]\n]+\]\]", replies.GAP.findall, "[", "[[a", ("[[", "a", "]")),
        worst(r"\{[^{}\n]*\}|[{}]", replies._BRACES.findall, "{", "{a", ("{", "a", "")),
    ],
    "requests/downloads.py": [
        worst(r'[<>:"/\\|?*]', lambda text: downloads.NOT_IN_NAMES.sub("-", text), "a", "?"),
        worst(r"\.[A-Za-z0-9]{1,8}$", downloads.ENDING.search, ".", ".a", ("", "a", "-")),
        worst(r"(?:[\w-][\w .-]{0,63}/){0,8}[\w-][\w .-]{0,63}", downloads.PLAIN_NAME.fullmatch, "a", "a/", "a ", ("a/", "a", "\n")),
    ],
    "requests/converters.py": [
        worst("MR-[2-9A-HJ-KM-NP-Z]{4}-[2-9A-HJ-KM-NP-Z]{4}", at("/en/case/{}/"), "MR-", "MR-2222-2222"),
        worst("[2-9A-HJ-KM-NP-Z]{12}", at("/en/case/MR-2222-2222/tasks/{}/"), "2", "2" * 12),
        worst(r"[0-9a-f]{32}\.[0-9A-Za-z_-]{20,60}", at("/en/case/{}/"), "0", f"{'0' * 32}.", (f"{'0' * 32}.", "a", "")),
    ],
    "requests/flows/passport.py": [
        worst(r"[A-Za-z][A-Za-z '’.\-]*", passport.LATIN.fullmatch, "a", "-"),
        worst(r"[A-Z0-9][A-Z0-9 \-]{3,19}", passport.NUMBER.fullmatch, "1", "-"),
    ],
    "requests/forms/briefs.py": [
        worst(r"(\d{4})(?:\s*[-./]\s*(\d{1,2}))?", briefs.YEAR_FIRST.fullmatch, "1", ("2024", " ", "x"), ("2024-", " ", "x")),
        worst(r"(\d{1,2})\s*[-./]\s*(\d{4})", briefs.MONTH_FIRST.fullmatch, "1", ("03", " ", "x"), ("03-", " ", "x")),
    ],
    "requests/forms/cases.py": [
        worst("[^0-9A-Z]", cases.as_reference, "-", "A"),
    ],
    "requests/forms/decisions.py": [
        worst(r"[\s\W_]", as_code, " ", "_", "1", "1 "),
    ],
    "requests/forms/offers.py": [
        worst(r"\d{1,3}(,\d{3})+(\.\d+)?", offers.THOUSANDS.fullmatch, ",111", ("1", ",111", "x"), ("1,111.", "1", "x")),
        worst(r"[\s\u00a0\u202f']", as_amount, " ", "'", "\u00a0"),
        worst(r"f'added-\\d{{1,3}}-({'|'.join(SAYS)})'", as_added, "1", ("added-", "1", "-name"), ("added-1-", "name", "x")),
    ],
    "requests/selectors/brief_checks.py": [
        worst(r"\bMR[\s-]?[2-9A-Z]{4}[\s-]?[2-9A-Z]{4}\b", brief_checks.REFERENCE.findall, "MR", "MR-", "MR-2222-222 ", "MR 2222 2222 "),
        worst(
            r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-]\d{2}(?:\d{2})?|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?!\d)",
            brief_checks.FULL_DATE.findall,
            "1", "1.", "11.11.", "1111-", "11.11.11111 ",
        ),
        worst(
            "f'(?<!\\\\d)(?<!\\\\d[.,])(?!{OR_OLDER}){AGE}{YEARS}|\\\\b(?:aged?|at\\\\sage|age\\\\sof|возраст\\\\w*|عمر\\\\w*)[\\\\s:]*(?!{OR_OLDER}){AGE}(?![\\\\d%])'",
            brief_checks.VERY_OLD.findall,
            "9", "9 ", "90 ", ("92", " ", "x"), ("92", "-", "x"), ("92", "ти ", ""), ("90 years", "\u064b", ""), ("90 or", " ", ""), "age", ("age of", " ", ""), ("возраст", "е", ""), "92 year",
        ),
        worst(r"\D", lambda text: in_brief("", phone=text), "-", "1"),
        worst(
            "f'(?:{BETWEEN.join(digits)})(?!\\\\d)'",
            lambda text: in_brief(text, phone="+971501234567"),
            "1", "1 ", "123456", "1234567", ("1", " ", "2"), "1  2  3  4  5  6  ",
        ),
        worst(
            "'|'.join(forms)",
            born,
            "5", "5 ", "05 ", ("5", " ", "1980"), "5 may ", "1980", "1980 may ",
        ),
        # Of passports, whose numbers stand in the database, as it is written there.
        worst(
            "'|'.join(forms)",
            re.compile(r"[\s-]?".join("111111112"), re.IGNORECASE).findall,
            "1", "1 ", "1-", "11111111 ", ("11111111", " ", ""), "11-11-11-11-2 ",
        ),
        worst(r"[\s-]", lambda text: re.sub(r"[\s-]", "", text), " ", "-", "1", "1 "),
    ],
    "requests/selectors/desk.py": [
        worst(r"(?<!\S)@([^\W\d_][\w’'-]*)", lambda text: list(desk.MENTION.finditer(text)), " @", "a"),
        worst("f'[^{ALPHABET}]'", desk.reference_letters, "-", "A"),
        worst(r"\W", desk._may_be_reference, "-", "1"),
        worst(r"\D", desk._phone_hashes, "-", "1"),
        worst(r"[^\W\d_]", desk._phone_hashes, ("1234567", "-", ""), "_"),
        worst(r"\d", desk._may_be_name, ("a", "-", "")),
    ],
    "requests/selectors/reviews.py": [
        worst(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}", lambda text: reviews.EMAIL.sub("", text), "a", "a@", "@"),
        worst("f'\\\\+\\\\d(?:{BETWEEN}\\\\d){{7,14}}'", reviews.INTERNATIONAL.findall, "+1", "+", ("+", "1 ", "")),
        worst(r"\D", lambda text: reviews._anonymous("", [], text), "-", "1"),
        worst(
            "f'\\\\+?(?:\\\\d{BETWEEN}){{0,8}}{BETWEEN.join(digits)}(?!\\\\d)'",
            lambda text: reviews._anonymous(text, [], "+971501234567"),
            "1", "1 ", "+", "123456", "1234567",
        ),
        worst(r"[^\W\d_]+", lambda text: reviews._anonymous("", [text], ""), "a", "abc ", "_"),
        worst(
            "f'\\\\b(?:{'|'.join(map(re.escape, sorted(own)))})\\\\b'",
            lambda text: reviews._anonymous(text, ["Fatima"], ""),
            "fatima", "fatima ", "a",
        ),
    ],
    "conditions/glossary.py": [
        worst("[а-яё]{5,}", glossary._RUSSIAN.fullmatch, ("", "а", "-"), "аааа-"),
        worst(
            "_pattern(term)",
            lambda text: glossary.Explainer([("liver cancer", "x"), ("рака печени", "x")], "en")._explained(text),
            ("liver", " ", "x"),
            "liver ",
            "рак ",
            ("рак", " ", "x"),
        ),
    ],
    "conditions/models/prices.py": [
        worst("^[A-Z]{3}$", as_currency, "A", "\n"),
    ],
    "conditions/readability.py": [
        worst(r'(?<=[.!?؟…])[\"”»)]*\s+', readability._SENTENCE_END.split, (".", '"', "x"), ".", '."', '"'),
        worst(r"[:;]\s+", readability._BREATH.split, ":", (":", " ", "x"), ": "),
        worst(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*", readability.words, "a", "a-", "-"),
        worst("[аеёиоуыэюя]", readability._RUSSIAN_VOWELS.findall, "а", "б"),
        worst("pitied", lambda text: readability._lint_sentence("", text, "ru"), "страда", ("страдающ", "а", "")),
        worst("share", in_every_language(lambda text, language: readability._lint_sentence("", text, language)), ("%", "1", ""), ("%", "1 in ", ""), ("%", "1 ", "")),
    ],
    "conditions/selectors/history.py": [
        worst(r"\s+|[^\s]+", history._WORDS.findall, " ", "a", "a "),
    ],
    "conditions/services/citing.py": [
        worst(r"(?<![\w-])\d", citing._FIGURE.search, "a1", "-1"),
    ],
    "conditions/services/condition_files.py": [
        worst("(#{2,3}) +(.*)", condition_files._heading, ("## x", " ", "y"), ("## x", " {", ""), ("## ", "{a} ", "}"), "## "),
    ],
    "conditions/services/questionnaire_files.py": [
        worst("[a-z0-9]+(-[a-z0-9]+)*", questionnaire_files.CODE.fullmatch, ("", "a", "_"), ("a", "-a", "_"), ("a", "-a", "-"), "-"),
    ],
    "clinics/imaging.py": [
        worst(r"\xff([\x01-\xcf\xd8-\xfe])", as_bytes(imaging._scans), ("\xff\xd8", "\xff", ""), ("\xff\xd8", "\xff\x00", "")),
    ],
    "clinics/root_urls.py": [
        worst(r"^photos/(?P<name>[0-9a-f]{32})\.(?P<extension>avif|webp|jpeg)\Z", at("/photos/{}"), "0", f"{'0' * 32}."),
    ],
    "clinics/selectors/compare.py": [
        worst(r"[-\w]{1,50}", compare.SLUG.fullmatch, "a", "-"),
    ],
    "clinics/selectors/price_range.py": [
        worst(r"\d+|\d{1,3}(?:[\s,٬]\d{3})+", price_range._AMOUNT.fullmatch, ("", "1", "x"), ("1", ",111", "x"), " "),
        worst(r"[-−–]\s*\d.*", price_range._NEGATIVE.fullmatch, ("-", " ", ""), "-", ("-1", "a", "\nb")),
        worst(r"\d", price_range._amount, "1"),
    ],
}  # fmt: skip


def patterns(path: Path) -> Iterator[str]:
    """Yield every regular expression of a file, as it is written there."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            package, _dot, name = function.rpartition(".")
            if (package == "re" and name in FUNCTIONS) or name in TAKE_A_PATTERN:
                yield written(node.args[0])
            yield from (written(word.value) for word in node.keywords if (word.arg or "").endswith("regex"))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Converter"):
            yield from (
                written(line.value)
                for line in node.body
                if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "regex"
            )


def written(node: ast.expr) -> str:
    """Return a pattern as its file writes it; where it is put together, the expression that does so."""
    match node:
        case ast.Constant(value=bytes() as value):
            return value.decode("latin-1")
        case ast.Constant(value=str() as value):
            return value
    return ast.unparse(node)


def of_the_project() -> dict[str, set[str]]:
    root = Path(settings.BASE_DIR)
    files = (path for package in PACKAGES for path in (root / package).rglob("*.py") if "migrations" not in path.parts)
    found = {str(path.relative_to(root)): set(patterns(path)) for path in files}
    return {path: written for path, written in found.items() if written}


def test_every_regular_expression_has_its_worst_input() -> None:
    in_table = {path: {entry.pattern for entry in entries} for path, entries in TABLE.items()}
    assert of_the_project() == in_table


def test_a_new_pattern_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "new.py"
    file.write_text(
        "import re\nA = re.compile('a+')\nb = re.sub(r'b+', '', '')\nc = RegexValidator('c+')\n"
        "d = forms.RegexField('d+')\ne = rows.filter(name__regex='e+')\n"
        "class FConverter:\n    regex = 'f+'\ng = re_path('g+', None)\n"
    )
    assert set(patterns(file)) == {f"{letter}+" for letter in "abcdefg"}


class TooSlow(Exception):
    """More of the processor's time than a linear pattern needs."""


def _too_slow(*_about: object) -> None:
    raise TooSlow


def seconds(run: Callable[[str], object], text: str) -> float:
    """Return the processor's time that one run needs, FLOOR at least."""
    started = time.process_time()
    run(text)
    return max(FLOOR, time.process_time() - started)


def ratio(run: Callable[[str], object], beginning: str, repeated: str, end: str) -> float:
    """Return how many times longer the double input takes, 1 where both are lost in the noise.

    Both are run in turn and the quickest of each counts: a busy machine slows down the one or the other for a
    while, but never quickens it. It runs on while they look quadratic, which those that are stay.
    """
    texts = [beginning + repeated * (size // len(repeated)) + end for size in (SIZE, 2 * SIZE)]
    before = signal.signal(signal.SIGPROF, _too_slow)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    first = second = float("inf")
    try:
        for turn in range(1, MOST + 1):
            first, second = min(first, seconds(run, texts[0])), min(second, seconds(run, texts[1]))
            if second == FLOOR or (turn >= LEAST and second < 3 * first):
                break
    except TooSlow:
        return float("inf")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return second / first


@pytest.mark.parametrize(
    "entry",
    [pytest.param(entry, id=f"{path}-{number}") for path, rows in TABLE.items() for number, entry in enumerate(rows)],
)
def test_twice_the_input_takes_about_twice_the_time(entry: Worst) -> None:
    ratios = {piece: ratio(entry.run, *piece) for piece in entry.inputs}
    assert {piece: found for piece, found in ratios.items() if found >= 3} == {}


def test_the_measurement_sees_a_quadratic_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    # It runs out of any patience; that of a linear pattern is for machines that are busy.
    monkeypatch.setattr(sys.modules[__name__], "PATIENCE", 1)
    assert ratio(re.compile(r"\s+x").search, "", " ", "") > 3
