"""Reads of the operator's rules about money."""

from dataclasses import dataclass

from modeltranslation.utils import build_localized_fieldname

from requests.models import MoneyRules

ENGLISH = "en"
# The table has one row.
ONLY = 1


@dataclass(frozen=True)
class Words:
    """A text and the language that it is in, for its ``lang``; an empty one is false."""

    text: str
    language: str

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Rules:
    """What the operator says about money; what nobody has written is empty."""

    how_we_are_paid: Words
    deposit: Words
    refund: Words


def rules(language: str) -> Rules:
    """Return the rules in a language, each text in English where it has none; one query."""
    row = MoneyRules.objects.filter(pk=ONLY).first() or MoneyRules()
    return Rules(*(_words(row, name, language) for name in ("how_we_are_paid", "deposit", "refund")))


def _words(row: MoneyRules, name: str, language: str) -> Words:
    text = getattr(row, build_localized_fieldname(name, language), "") or ""
    if text:
        return Words(text, language)
    return Words(getattr(row, build_localized_fieldname(name, ENGLISH), "") or "", ENGLISH)
