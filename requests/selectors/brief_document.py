"""A brief as people read it: every text in two languages, and the history as a time line."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from babel.dates import format_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.core.localisation import formats
from portal.core.localisation.languages import LANGUAGES, Language
from requests.brief_content import OLDEST, BriefContent, Pair, Paper
from requests.enums import BriefPart, Ecog, Sex
from requests.models import Brief

# Of the drawing, in its own units: its width, the margin at both ends, the height of a row of dots and of the axis.
WIDTH, MARGIN, ROW, AXIS = 360, 22, 28, 26
# Dots that are nearer than this stand above each other; so many years are written at most.
NEAR, MOST_YEARS = 28, 5


class Row(NamedTuple):
    """Something that a brief says under a name."""

    name: Pair
    text: Pair


class Entry(NamedTuple):
    """An entry of the history, with the number that it has in the drawing."""

    number: int
    when: Pair
    what: Pair


class Dot(NamedTuple):
    """An entry of the history in the drawing, or a year on its axis."""

    label: str
    x: int
    y: int


@dataclass(frozen=True)
class TimeLine:
    """The history drawn to scale, from the side on which the patient's language begins."""

    height: int
    axis: int
    dots: list[Dot]
    years: list[Dot]
    first: int = MARGIN
    last: int = WIDTH - MARGIN
    width: int = WIDTH


@dataclass(frozen=True)
class BriefDocument:
    """Everything on the page of a brief."""

    own: Language
    other: Language
    title: Pair
    facts: list[Row]
    question: Row | None
    history_name: Pair
    history: list[Entry]
    time_line: TimeLine | None
    parts: list[Row]
    papers_name: Pair
    papers: list[Row]


def document(brief: Brief) -> BriefDocument:
    """Return what the page of a brief says."""
    content = brief.content
    both = _Both(brief.language, brief.other_language)
    texts = {part: Row(both.label(part.label), content.part(part)) for part in BriefPart}
    question = texts.pop(BriefPart.QUESTION)
    parts = [row for row in texts.values() if not row.text.is_empty]
    own = LANGUAGES[brief.language]
    return BriefDocument(
        own=own,
        other=LANGUAGES[brief.other_language],
        title=both(lambda _language: _("Medical summary without name")),
        facts=_facts(content, both),
        question=None if question.text.is_empty else question,
        history_name=both(lambda _language: _("Course of the illness")),
        history=[
            Entry(number, both(partial(month, entry.when)), entry.what)
            for number, entry in enumerate(content.history, 1)
        ],
        time_line=_time_line([entry.when for entry in content.history], is_mirrored=own.direction == "rtl"),
        parts=[*parts, *(Row(section.title, section.text) for section in content.sections)],
        papers_name=both(lambda _language: _("Papers of the patient")),
        papers=[Row(paper.name, both(partial(_state, paper))) for paper in content.papers],
    )


class _Both:
    """Makes the same words in two languages."""

    def __init__(self, own: str, other: str) -> None:
        self.own, self.other = own, other

    def __call__(self, words: Callable[[str], str]) -> Pair:
        texts = []
        for language in (self.own, self.other):
            with override(language):
                texts.append(words(language))
        return Pair(*texts)

    def label(self, label: Promise | str) -> Pair:
        """Return a lazy text in both languages."""
        return self(lambda _language: str(label))


def _facts(content: BriefContent, both: _Both) -> list[Row]:
    rows = []
    if content.years is not None:
        years = content.years
        rows.append(Row(both(lambda _language: _("Age")), both(lambda _language: _age(years))))
    if content.sex:
        rows.append(Row(both(lambda _language: _("Sex")), both.label(Sex(content.sex).label)))
    if content.country:
        names = both(lambda language: formats.countries(language).get(content.country, content.country))
        rows.append(Row(both(lambda _language: _("Country")), names))
    if not content.condition.is_empty:
        code = f" ({content.icd10})" if content.icd10 else ""
        illness = Pair(content.condition.own + code, content.condition.other + code)
        rows.append(Row(both(lambda _language: _("Illness")), illness))
    if content.ecog:
        rows.append(Row(both(lambda _language: _("General condition")), both.label(Ecog(content.ecog).label)))
    return rows


def _age(years: int) -> str:
    # "years" would need a plural; the name beside it says what the number is.
    return _("%(years)s or older") % {"years": OLDEST} if years >= OLDEST else str(years)


def month(when: str, language: str) -> str:
    """Write a month or a year: March 2024."""
    if len(when) == 4:
        return when
    year, number = when.split("-")
    return format_date(date(int(year), int(number), 1), "LLLL y", locale=formats.locale(language))


def _state(paper: Paper, language: str) -> str:
    if paper.is_missing:
        return _("the patient does not have it")
    if not paper.month:
        return _("received")
    words = _("received: %(month)s") if paper.is_received else _("made: %(month)s")
    return words % {"month": month(paper.month, language)}


def _time_line(history: list[str], *, is_mirrored: bool) -> TimeLine | None:
    """Return the drawing; nothing for a history of one month, which has no length."""
    places = [_place(when) for when in history]
    if len(set(places)) < 2:
        return None
    first, last = min(places), max(places)

    def x(place: float) -> int:
        share = (place - first) / (last - first)
        return round(MARGIN + (1 - share if is_mirrored else share) * (WIDTH - 2 * MARGIN))

    levels: list[list[int]] = []
    put = []
    for place in places:
        at = x(place)
        level = next((n for n, row in enumerate(levels) if all(abs(at - other) >= NEAR for other in row)), len(levels))
        if level == len(levels):
            levels.append([])
        levels[level].append(at)
        put.append((at, level))
    axis = len(levels) * ROW + ROW // 2
    dots = [Dot(str(number), at, axis - ROW // 2 - level * ROW) for number, (at, level) in enumerate(put, 1)]
    years = [year for year in range(int(first), int(last) + 1) if first <= year <= last]
    step = max(1, -(-len(years) // MOST_YEARS))
    marks = [Dot(str(year), x(year), axis + AXIS - 8) for year in years[::step]]
    return TimeLine(axis + AXIS, axis, dots, _apart(marks))


def _apart(marks: list[Dot]) -> list[Dot]:
    """Return the years without those that would be written over the one before."""
    kept = marks[:1]
    kept += [mark for before, mark in pairwise(marks) if abs(mark.x - before.x) >= 2 * NEAR]
    return kept


def _place(when: str) -> float:
    """Return a month as a part of its year; a year alone stands in its middle."""
    year, _dash, number = when.partition("-")
    return int(year) + ((int(number) - 1) / 12 if number else 0.5)
