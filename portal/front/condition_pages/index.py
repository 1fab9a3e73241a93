"""A to Z of conditions: their names, and their other names that lead to them."""

from collections.abc import Iterable
from dataclasses import dataclass

from conditions.selectors.editions import ListedCondition
from portal.core.localisation import alphabet
from portal.core.localisation.scripts import foreign_language
from portal.core.text.normalise import normalise


@dataclass(frozen=True)
class AlphabetEntry:
    """One line: the name of a condition, or another name of it, which leads to ``see``.

    ``lang`` is set where the line is in another language than the page.
    """

    name: str
    url: str
    lang: str = ""
    see: str = ""


def letters(listed: Iterable[ListedCondition], language: str) -> list[tuple[str, str, list[AlphabetEntry]]]:
    """Return the letters of a language with their anchors and lines; letters without a name are left out.

    Names that the alphabet of the page does not have stand under no letter.
    """
    entries = [entry for condition in listed for entry in _entries(condition, language)]
    groups = alphabet.by_letter(entries, language, lambda entry: entry.name)
    return [(letter, f"letter-{letter}" if letter else "other-names", rows) for letter, rows in groups]


def _entries(condition: ListedCondition, language: str) -> Iterable[AlphabetEntry]:
    if condition.language != language:
        yield AlphabetEntry(condition.name, condition.url, foreign_language(condition.name, language))
        return
    yield AlphabetEntry(condition.name, condition.url)
    seen = {normalise(condition.name)}
    for synonym in condition.synonyms:
        folded = normalise(synonym)
        # "Cataracts" would stand right beside "Cataract".
        if folded not in seen and not folded.startswith(normalise(condition.name)):
            seen.add(folded)
            yield AlphabetEntry(synonym[:1].upper() + synonym[1:], condition.url, see=condition.name)
