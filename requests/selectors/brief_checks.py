"""What has to be put right in a brief before the patient reads it: what it lacks, and what says who the patient is."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from portal.core.text.person_names import named_in
from requests.brief_content import BriefContent, Pair
from requests.enums import BriefPart
from requests.models import Case, PatientStatement
from requests.selectors import answers
from requests.selectors.reviews import BETWEEN, EMAIL, INTERNATIONAL, OWN_DIGITS

REFERENCE = re.compile(r"\bMR[\s-]?[2-9A-Z]{4}[\s-]?[2-9A-Z]{4}\b", re.IGNORECASE)
# A day, a month and a year in figures, in whatever order.
FULL_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-]\d{2}(?:\d{2})?|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?!\d)")
# An age above 89 in English, Russian and Arabic; "90 or older" may stand there.
AGE = r"(?:9\d|1[0-2]\d)"
YEARS = r"[\s‑–-]*(?:years?|yrs?|y[./]?\s?o\b|летн\w+|(?:(?:ти|х)[\s‑–-]*)?лет|года?\b|عام|سنة|سنوات)"
OR_OLDER = rf"90(?:{YEARS}[\w\u064b]*)?(?:[\s-]old)?\s+(?:or|and|и|или|أو|فأكثر)\b"
VERY_OLD = re.compile(
    rf"(?<!\d)(?<!\d[.,])(?!{OR_OLDER}){AGE}{YEARS}"
    rf"|\b(?:aged?|at\sage|age\sof|возраст\w*|عمر\w*)[\s:]*(?!{OR_OLDER}){AGE}(?![\d%])",
    re.IGNORECASE,
)
# A month of any language stands between a day and a year.
WORD_BETWEEN = r"\D{1,20}"


class Identifying(NamedTuple):
    """Something in the text that says who the patient is, and the part that it stands in."""

    where: str
    what: str
    why: str


def lacking(content: BriefContent) -> list[str]:
    """Return a sentence for each thing that a brief cannot be sent without."""
    missing = []
    if content.years is None:
        missing.append(_("Enter the age in years."))
    if not content.sex:
        missing.append(_("Select the sex."))
    if content.condition.is_empty:
        missing.append(_("Enter the illness."))
    if content.part(BriefPart.QUESTION).is_empty:
        missing.append(_("Enter the question to the doctors."))
    missing += [
        _("“%(part)s” is in one language only.") % {"part": name} for name, pair in pairs(content) if not pair.is_whole
    ]
    return missing


def pairs(content: BriefContent) -> Iterator[tuple[str, Pair]]:
    """Return each text that somebody typed, with the name of its part."""
    yield _("Illness"), content.condition
    for part in BriefPart:
        yield str(part.label), content.part(part)
    for entry in content.history:
        yield _("Course of the illness, %(when)s") % {"when": entry.when}, entry.what
    for number, section in enumerate(content.sections, 1):
        yield _("Section %(number)s, heading") % {"number": number}, section.title
        yield _("Section %(number)s") % {"number": number}, section.text


def identifying(content: BriefContent, case: Case) -> list[Identifying]:
    """Return the addresses, numbers, references, dates and ages that say who the patient is; none may stay."""
    sentences = []
    digits = re.sub(r"\D", "", case.phone)[-OWN_DIGITS:]
    own_number = re.compile(rf"(?:{BETWEEN.join(digits)})(?!\d)") if len(digits) == OWN_DIGITS else None
    born, passports = _birth_dates(case), _passports(case)
    for where, text in _texts(content):
        plain = _figures(text)
        for pattern, why in (
            (EMAIL, _("an e-mail address")),
            (INTERNATIONAL, _("a phone number")),
            (own_number, _("a phone number")),
            (REFERENCE, _("a reference of a case")),
            (FULL_DATE, _("a day: month and year are enough")),
            (born, _("the birth date")),
            (passports, _("a passport number")),
            (VERY_OLD, _("an age: “90 or older” is enough")),
        ):
            sentences += (
                [Identifying(where, match.group().strip(" .,;:()"), why) for match in pattern.finditer(plain)]
                if pattern
                else []
            )
    return list(dict.fromkeys(sentences))


def names(content: BriefContent, case: Case) -> list[str]:
    """Return the words that may be a name of the patient or of who wrote, in any script; a person looks at each."""
    known = known_names(case)
    return list(dict.fromkeys(word for _where, text in _texts(content) for word in named_in(text, known)))


def known_names(case: Case) -> list[str]:
    """Return the names of the patient and of who wrote that the case and those merged into it know."""
    names = [name for row in case.whole() for name in (row.name, row.patient_name)]
    passports = answers.current(case, "passport")
    names += [str(row.given) for code, row in passports.items() if code.endswith(("name", "names")) and row.given]
    names += [row.name for row in PatientStatement.objects.filter(case__in=case.whole()).select_related("case")]
    return list(dict.fromkeys(filter(None, names)))


def _texts(content: BriefContent) -> Iterator[tuple[str, str]]:
    for where, pair in pairs(content):
        yield where, pair.own
        yield where, pair.other


def _figures(text: str) -> str:
    """Return a text with the figures of all scripts as 0 to 9."""
    return "".join(str(unicodedata.digit(letter, letter)) for letter in text)


def _birth_dates(case: Case) -> re.Pattern[str] | None:
    statements = [row for part in case.whole() for row in part.statements.all()]
    days = [date.fromisoformat(row.birth_date) for row in statements if row.birth_date]
    if not days:
        return None
    forms = [rf"\b0?{day.day}{WORD_BETWEEN}{day.year}\b|\b{day.year}{WORD_BETWEEN}0?{day.day}\b" for day in days]
    return re.compile("|".join(forms))


def _passports(case: Case) -> re.Pattern[str] | None:
    """Return the passport numbers that the case knows, however they are spaced; None while it knows none."""
    rows = answers.current(case, "passport")
    numbers = [str(row.given) for code, row in rows.items() if code.endswith("number") and row.given]
    forms = [r"[\s-]?".join(map(re.escape, re.sub(r"[\s-]", "", number))) for number in numbers]
    return re.compile("|".join(forms), re.IGNORECASE) if forms else None
