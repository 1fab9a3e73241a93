"""The continuity pack as a document: in the patient's language, the letter to the doctor at home in that doctor's."""

from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.core.content import markdown_files
from portal.core.localisation import formats
from portal.core.localisation.languages import LANGUAGES
from portal.core.pdf import engine
from requests.continuity_content import PackContent, Paper
from requests.models import ContinuityPack

RUSSIAN = "ru"
# WeasyPrint isolates no element; the marks of Unicode are isolated by what sets its lines.
ISOLATES = {'<bdi dir="ltr">': "\u2066", "<bdi>": "\u2068", "</bdi>": "\u2069"}


@dataclass(frozen=True)
class Letter:
    """A letter to the doctor at home; its heading is in a language of the portal, ``heading_language``."""

    language: str
    direction: str
    text: str
    heading: str
    heading_language: str


@dataclass(frozen=True)
class NumberedPaper:
    """A paper of a pack with the number by which rows name it; its translations follow it."""

    number: int
    paper: Paper
    language: str
    translations: list[tuple[Paper, str]]


def letters(pack: ContinuityPack, content: PackContent) -> list[Letter]:
    """Return the letters of a pack, that in the doctor's language first."""
    texts = [(pack.doctor_language, content.letter), (RUSSIAN, content.letter_ru)]
    return [_letter(language, text) for language, text in texts if text]


def _letter(language: str, text: str) -> Letter:
    # What the portal says by itself it says in a language that it speaks.
    spoken = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with override(spoken):
        heading = _("Letter to the doctor at home")
    try:
        direction = str(Locale.parse(language).text_direction)
    except (UnknownLocaleError, ValueError):
        direction = "ltr"
    return Letter(language, direction, text, heading, LANGUAGES[spoken].html_lang)


def numbered(pack: ContinuityPack, content: PackContent) -> list[NumberedPaper]:
    """Return the papers of a pack in their order, numbered from 1; a translation has the number of its original."""

    def language(paper: Paper) -> str:
        return formats.language_name(paper.language, pack.language) if paper.language else ""

    originals = [paper for paper in content.papers if not paper.translates]
    return [
        NumberedPaper(
            number,
            paper,
            language(paper),
            [(row, language(row)) for row in content.papers if row.translates == paper.id],
        )
        for number, paper in enumerate(originals, 1)
    ]


def document(pack: ContinuityPack) -> str:
    """Return a pack as HTML to print."""
    content = PackContent.from_json(pack.content)
    papers = numbered(pack, content)
    numbers = {row.paper.id: row.number for row in papers}
    context = {
        "html_lang": LANGUAGES[pack.language].html_lang,
        "direction": LANGUAGES[pack.language].direction,
        "pack": pack,
        "content": content,
        "issued_on": formats.day(pack.issued_on, pack.language),
        "medicines": [(row, numbers.get(row.paper, "")) for row in content.medicines],
        "no_medicines": numbers.get(content.no_medicines, ""),
        "signs": [(row, numbers.get(row.paper, "")) for row in content.signs],
        "follow_ups": [
            (row, formats.day(row.on, pack.language), numbers.get(row.paper, "")) for row in content.follow_ups
        ],
        "papers": papers,
        "letters": letters(pack, content),
        "operator": markdown_files.operator(),
    }
    with override(pack.language):
        html = str(render_to_string("requests/continuity_pdf.html", context))
    for element, mark in ISOLATES.items():
        html = html.replace(element, mark)
    return html


def render(pack: ContinuityPack) -> bytes:
    """Return a pack as a tagged PDF; raises ``ResourceRefused``."""
    return engine("continuity.css").render(document(pack))
