"""How hard a text is to read, and what in it a tired reader would stumble over. Advice, never a ban.

English: the Flesch-Kincaid grade, 0.39 × words per sentence + 11.8 × syllables per word − 15.59; a text
of grade 9 is understood at 14. Russian: the Flesch reading ease with the coefficients of Oborneva
(2006), 206.835 − 1.3 × words per sentence − 60.1 × syllables per word; below 30 is hard. For other
languages there is no formula here, only the length of sentences. Sources: docs/sources.md.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import syllables
from django.utils.translation import gettext as _

from conditions.enums import SectionKind
from portal.core.text.markdown import Block, blocks

MAX_WORDS = 20
MAX_SENTENCES = 3
MAX_ITEMS = 6
# The emergency card as a whole: who looks there must miss nothing, and find their line at once.
MAX_EMERGENCIES = 10
MAX_SUBHEADINGS = 3
MAX_SUBHEADING_WORDS = 5
MIN_DOCUMENTS = 5
HARD_GRADE = 12
HARD_EASE = 30
# The formulas say nothing of a few words.
MIN_WORDS = 30

_SENTENCE_END = re.compile(r"(?<=[.!?؟…])[\"”»)]*\s+")
_BREATH = re.compile(r"[:;]\s+")
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_RUSSIAN_VOWELS = re.compile("[аеёиоуыэюя]", re.IGNORECASE)
# A share is said as "1 in 7 people", which may stand beside the percent sign.
_SHARES = {"en": r"\d in \d", "ru": r"\d из \d", "ar": r"\d من (?:كل )?\d"}
_PITIED = {"en": r"\bsuffer(?:s|ing|ed)? from\b", "ru": r"\bстрадающ\w+|\bстрада(?:ет|ют) от\b"}


@dataclass(frozen=True)
class Finding:
    """Something to look at again: where it stands, what it is, and the words themselves."""

    place: str
    advice: str
    words: str


@dataclass(frozen=True)
class Reading:
    """How one text reads; ``grade`` is English, ``ease`` Russian, both ``None`` elsewhere."""

    place: str
    words: int
    grade: float | None = None
    ease: float | None = None

    @property
    def is_hard(self) -> bool:
        """Whether the formula of the language calls it hard."""
        return (self.grade or 0) > HARD_GRADE or (self.ease is not None and self.ease < HARD_EASE)


def sentences(text: str) -> list[str]:
    """Split the words of a block into sentences."""
    return [sentence for sentence in _SENTENCE_END.split(text) if sentence]


def words(text: str) -> list[str]:
    """Return the words of a text; numbers are none."""
    return _WORD.findall(text)


def lint(place: str, text: str, language: str) -> list[Finding]:
    """Return what the house rules of plain language advise against in a text; ``place`` may be the kind of a section."""
    read = blocks(text)
    findings = _lint_emergencies(place, read) if place == SectionKind.EMERGENCY else _lint_lists(place, read)
    for block in read:
        said = sentences(block.text) if block.kind != "heading" else []
        if block.kind == "paragraph" and len(said) > MAX_SENTENCES:
            advice = _("A paragraph of %(count)d sentences; %(most)d are enough.") % {
                "count": len(said),
                "most": MAX_SENTENCES,
            }
            findings.append(Finding(place, advice, said[0]))
        for sentence in (part for whole in said for part in _BREATH.split(whole)):
            findings += _lint_sentence(place, sentence, language)
    return findings


def _lint_lists(place: str, read: list[Block]) -> list[Finding]:
    lists: dict[int, list[str]] = {}
    for block in read:
        if block.kind == "item":
            lists.setdefault(block.list_number, []).append(block.text)
    return [
        Finding(
            place,
            _("A list of %(count)d items; %(most)d are enough.") % {"count": len(items), "most": MAX_ITEMS},
            items[0],
        )
        for items in lists.values()
        if len(items) > MAX_ITEMS
    ]


def _lint_emergencies(place: str, read: list[Block]) -> list[Finding]:
    """Return what is too much for the emergency card, all its lists together."""
    items = [block.text for block in read if block.kind == "item"]
    subheadings = [block.text for block in read if block.kind == "heading"]
    limits = (
        (_("An emergency card of %(count)d items; %(most)d are enough."), items, MAX_EMERGENCIES),
        (_("An emergency card of %(count)d sub-headings; %(most)d are enough."), subheadings, MAX_SUBHEADINGS),
    )
    findings = [
        Finding(place, advice % {"count": len(texts), "most": most}, texts[most])
        for advice, texts, most in limits
        if len(texts) > most
    ]
    for subheading in subheadings:
        count = len(subheading.split())
        if count > MAX_SUBHEADING_WORDS:
            advice = _("A sub-heading of %(count)d words; %(most)d are enough.") % {
                "count": count,
                "most": MAX_SUBHEADING_WORDS,
            }
            findings.append(Finding(place, advice, subheading))
    return findings


def lint_checklist(place: str, names: Sequence[str]) -> list[Finding]:
    """Return whether a checklist of papers is too short to be of help; one that is not begun is for later."""
    if not 0 < len(names) < MIN_DOCUMENTS:
        return []
    advice = _("A checklist of %(count)d papers; at least %(least)d help a patient.")
    return [Finding(place, advice % {"count": len(names), "least": MIN_DOCUMENTS}, ", ".join(names))]


def _lint_sentence(place: str, sentence: str, language: str) -> list[Finding]:
    findings = []
    count = len(sentence.split())
    if count > MAX_WORDS:
        advice = _("A sentence of %(count)d words; %(most)d are enough.") % {"count": count, "most": MAX_WORDS}
        findings.append(Finding(place, advice, sentence))
    share = _SHARES.get(language)
    if "%" in sentence and not (share and re.search(share, sentence)):
        findings.append(Finding(place, _("A percentage without people: say “1 in 7 people”."), sentence))
    pitied = _PITIED.get(language)
    if pitied and re.search(pitied, sentence, re.IGNORECASE):
        findings.append(Finding(place, _("Say “has” or “lives with”: nobody is only their illness."), sentence))
    return findings


def reading(place: str, text: str, language: str) -> Reading:
    """Measure one text by the formula of its language."""
    said = [sentence for block in blocks(text) if block.kind != "heading" for sentence in sentences(block.text)]
    counted = [word for sentence in said for word in words(sentence)]
    if len(counted) < MIN_WORDS or language not in {"en", "ru"}:
        return Reading(place, len(counted))
    per_sentence = len(counted) / len(said)
    if language == "en":
        per_word = sum(map(syllables.estimate, counted)) / len(counted)
        return Reading(place, len(counted), grade=round(0.39 * per_sentence + 11.8 * per_word - 15.59, 1))
    per_word = sum(max(1, len(_RUSSIAN_VOWELS.findall(word))) for word in counted) / len(counted)
    return Reading(place, len(counted), ease=round(206.835 - 1.3 * per_sentence - 60.1 * per_word, 1))


def middle(readings: Iterable[Reading]) -> float | None:
    """Return the median grade (English) or ease (Russian) over the sections that have one."""
    scores = [score for reading in readings for score in (reading.grade, reading.ease) if score is not None]
    return round(median(scores), 1) if scores else None
