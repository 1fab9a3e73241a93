"""Full-text search of documents, in the language they are written in.

One function, two engines. PostgreSQL: full-text search with the configuration of each language.
Elsewhere: documents that hold the stem of every word, made by the same Snowball algorithms. When
nothing has all the words, unknown ones are read as the word of a name that is spelt most alike
(trigrams in PostgreSQL, edits of letters elsewhere). docs/decisions/0013 says why.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import snowballstemmer  # type: ignore[import-untyped]
from django.conf import settings
from django.contrib.postgres.search import SearchVector, TrigramSimilarity
from django.db import connection, transaction
from django.db.models import Q, Value
from rapidfuzz import fuzz, process

from portal.core.localisation.languages import LANGUAGES
from portal.core.models import SearchDocument, SearchWord
from portal.core.text.normalise import query_words, tokens

# Scripts whose words are read with the stems of their own languages.
LETTERS = {"CYRILLIC": re.compile(r"[\u0400-\u04ff]"), "ARABIC": re.compile(r"[\u0600-\u06ff]")}
# Of each kind, by names and then by text.
MAX_FOUND = 10
# So many names are compared with the query; where more match, the word says little.
MAX_RANKED = 300
# "livr" and "liver" share 3 of 8 trigrams.
ALIKE = 0.35
# Of 100: "livr" and "liver" are alike by 89.
ALIKE_BY_LETTERS = 75
# Documents in one statement: a page of a thousand words takes about 15 kB.
BATCH = 500
MIN_LETTERS_TO_GUESS = 3
# As long as the column of SearchWord.
MAX_LETTERS = 60

# Everything that is not a figure of this file stands in as a parameter.
_NAMES = f"""(
    SELECT id, kind, key, language, name, aliases, ts_rank(names_vector, {{query}}) AS rank
    FROM (
        SELECT * FROM core_searchdocument WHERE kind = %s AND language = ANY(%s) AND names_vector @@ ({{query}})
        LIMIT {MAX_RANKED}
    ) AS called
    ORDER BY rank DESC, key LIMIT {MAX_FOUND}
)"""  # noqa: S608
_TEXT = f"""(
    SELECT id, kind, key, language, name, aliases, 0 AS rank
    FROM core_searchdocument WHERE kind = %s AND language = ANY(%s) AND vector @@ ({{query}})
    LIMIT {MAX_FOUND}
)"""  # noqa: S608


@dataclass(frozen=True)
class Answer:
    """What was found for ``words``; ``is_guessed`` when they are not quite what was typed."""

    words: list[str]
    documents: list[SearchDocument]
    is_guessed: bool = False


def replace(kind: str, keys: Sequence[str], documents: Iterable[SearchDocument]) -> None:
    """Make these the documents of some things of a kind, in all languages; what has none is out of search."""
    with transaction.atomic():
        SearchDocument.objects.filter(kind=kind, key__in=keys).delete()
        add(documents)


def rebuild(documents: Iterable[SearchDocument]) -> None:
    """Make these all the documents that there are."""
    with transaction.atomic():
        SearchDocument.objects.all().delete()
        SearchWord.objects.all().delete()
        add(documents)


def add(documents: Iterable[SearchDocument]) -> None:
    """Write new documents with what the engine at hand looks through."""
    rows = list(documents)
    for row in rows:
        if _has_full_text():
            set_vectors(row, names=" ".join(tokens(_names(row))), text=" ".join(tokens(row.text)))
        else:
            row.stems = f" {' '.join(dict.fromkeys(stems(f'{_names(row)} {row.text}', row.language)))} "
    SearchDocument.objects.bulk_create(rows, batch_size=BATCH)
    words = {word for row in rows for word in tokens(_names(row)) if _can_be_guessed(word)}
    SearchWord.objects.bulk_create([SearchWord(word=word) for word in sorted(words)], ignore_conflicts=True)


def set_vectors(document: SearchDocument, *, names: str, text: str) -> None:
    """Let PostgreSQL make the vectors of a new document from folded words, as it is written."""
    config = LANGUAGES[document.language].search
    called, said = (SearchVector(Value(words), config=config) for words in (names, text))
    document.names_vector, document.vector = called, called + said


def find(query: str, kinds: Sequence[str]) -> Answer:
    """Return documents with all words of a query, the best first; of each kind at most twenty."""
    words = query_words(query)
    if not words:
        return Answer(words, [])
    look = _full_text if _has_full_text() else _with_stems
    if documents := look(words, kinds):
        return Answer(words, documents)
    guessed = [_guess(word) for word in words]
    return Answer(guessed, look(guessed, kinds) if guessed != words else [], is_guessed=True)


def stems(text: str, language: str) -> list[str]:
    """Return the stems of the words of a text, folded."""
    name = LANGUAGES[language].search
    return [word if name == "simple" else _stem(name, word) for word in tokens(text)]


@cache
def _stemmer(name: str) -> Any:
    return snowballstemmer.stemmer(name)


@lru_cache(maxsize=50_000)
def _stem(name: str, word: str) -> str:
    return str(_stemmer(name).stemWord(word))


def _names(document: SearchDocument) -> str:
    return " ".join([document.name, *(text for _why, text in document.aliases)])


def _has_full_text() -> bool:
    return connection.vendor == "postgresql"


def _full_text(words: Sequence[str], kinds: Sequence[str]) -> list[SearchDocument]:
    """Look in the names and then in the whole text of each kind; one statement, each part bounded.

    In SQL: the ORM takes longer to write these parts than PostgreSQL to answer them.
    """
    configs, languages = _configs(words), list(settings.LIVE_LANGUAGES)
    query = " || ".join(["plainto_tsquery(%s::regconfig, %s)"] * len(configs))
    asked = [value for config in configs for value in (config, " ".join(words))]
    parts = " UNION ALL ".join([_NAMES, _TEXT] * len(kinds)).format(query=query)
    values = [value for kind in kinds for value in (*asked, kind, languages, *asked, kind, languages, *asked)]
    documents = SearchDocument.objects.raw(f"{parts} ORDER BY rank DESC, key", values)
    return list({document.pk: document for document in documents}.values())


def _configs(words: Sequence[str]) -> list[str]:
    """Return the configurations for the script of the words; the Russian one reads Latin words as English."""
    typed = "".join(words)
    for script, letters in LETTERS.items():
        if letters.search(typed):
            return [language.search for language in LANGUAGES.values() if language.script == script]
    live = (LANGUAGES[code] for code in settings.LIVE_LANGUAGES)
    return sorted({language.search for language in live if language.script not in LETTERS}) or ["simple"]


def _guess(word: str) -> str:
    """Return the word of a name that is spelt most like this one, or the word itself."""
    if not _can_be_guessed(word):
        return word
    if not _has_full_text():
        known = SearchWord.objects.order_by("word").values_list("word", flat=True)
        nearest = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=ALIKE_BY_LETTERS)
        return nearest[0] if nearest else word
    alike = SearchWord.objects.filter(word__trigram_similar=word).annotate(likeness=TrigramSimilarity("word", word))
    best = alike.filter(likeness__gte=ALIKE).order_by("-likeness", "word").first()
    return best.word if best else word


def _can_be_guessed(word: str) -> bool:
    return MIN_LETTERS_TO_GUESS <= len(word) <= MAX_LETTERS and word.isalpha()


def _with_stems(words: Sequence[str], kinds: Sequence[str]) -> list[SearchDocument]:
    wanted = Q()
    for language in settings.LIVE_LANGUAGES:
        of_language = Q(language=language)
        for stem in stems(" ".join(words), language):
            of_language &= Q(stems__contains=f" {stem}")
        wanted |= of_language
    documents = SearchDocument.objects.filter(wanted).only("kind", "key", "language", "name", "aliases").order_by("key")
    return [document for kind in kinds for document in documents.filter(kind=kind)[: 2 * MAX_FOUND]]
