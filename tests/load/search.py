"""A big made-up catalogue to search in, and how long a search in it takes.

Started as ``python -m tests.load.search``, with a migrated PostgreSQL in the environment; prints
the 95th of 100 parts and the median in milliseconds for each kind of query, and of all.
"""

import json
import os
import random
import statistics
import time
from collections.abc import Iterator

import django

CONDITIONS = 1_000
DOCUMENTS = 200_000
LANGUAGES = ("en", "ru", "ar")
LETTERS = {
    "en": (["b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v"], ["a", "e", "i", "o", "u"]),
    "ru": (["б", "в", "г", "д", "к", "л", "м", "н", "п", "р", "с", "т"], ["а", "е", "и", "о", "у", "я"]),
    "ar": (["ب", "ت", "ح", "د", "ر", "س", "ع", "ف", "ق", "ك", "ل", "م", "ن"], ["ا", "و", "ي"]),
}
WORDS = 20_000
TEXT_OF_A_PAGE = 1_000
TEXT_OF_OTHERS = 30
QUERIES = 300


class Writer:
    """Writes words of a language as often as people use them: the second half as often as the first."""

    def __init__(self, language: str, chance: random.Random) -> None:
        self.chance = chance
        first, second = LETTERS[language]
        self.words = [
            "".join(chance.choice(first) + chance.choice(second) for _ in range(chance.randint(2, 5)))
            for _ in range(WORDS)
        ]
        self.weights = list(self._cumulated(1 / (place + 1) for place in range(WORDS)))

    def write(self, count: int) -> str:
        """Return so many words."""
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=count))

    @staticmethod
    def _cumulated(weights: Iterator[float]) -> Iterator[float]:
        total = 0.0
        for weight in weights:
            total += weight
            yield total


def seed(writers: dict[str, Writer], chance: random.Random) -> list[tuple[str, str]]:
    """Fill the table of search; return (language, name) of the conditions."""
    from portal.core.models import SearchDocument, SearchWord
    from portal.core.search.fulltext import BATCH, set_vectors

    SearchDocument.objects.all().delete()
    names: list[tuple[str, str]] = []
    rows: list[SearchDocument] = []
    for number in range(DOCUMENTS // len(LANGUAGES)):
        is_condition = number < CONDITIONS
        for language in LANGUAGES:
            writer = writers[language]
            name = writer.write(chance.randint(1, 3))
            aliases = [["synonym" if is_condition else "treats", writer.write(2)] for _ in range(3)]
            text = writer.write(TEXT_OF_A_PAGE if is_condition else TEXT_OF_OTHERS)
            row = SearchDocument(
                kind="condition" if is_condition else "clinic",
                key=f"{number}",
                language=language,
                name=name,
                aliases=aliases,
                text=text,
            )
            set_vectors(row, names=" ".join([name, *(other for _why, other in aliases)]), text=text)
            rows.append(row)
            if is_condition:
                names.append((language, name))
    SearchDocument.objects.bulk_create(rows, batch_size=BATCH)
    words = {word for writer in writers.values() for word in writer.words}
    SearchWord.objects.bulk_create([SearchWord(word=word) for word in sorted(words)], ignore_conflicts=True)
    return names


def queries(names: list[tuple[str, str]], writers: dict[str, Writer], chance: random.Random) -> dict[str, list[str]]:
    """Return what people type, by kind: names, frequent words, misspelt names, words that are nowhere."""
    some = [name for _language, name in chance.sample(names, QUERIES)]
    long = [name for name in some if len(name) > 5]
    return {
        "names": some,
        "frequent words": [writers[chance.choice(LANGUAGES)].words[chance.randint(0, 20)] for _ in range(QUERIES)],
        "two words": [writers[chance.choice(LANGUAGES)].write(2) for _ in range(QUERIES)],
        "misspelt": [name[:2] + name[3:] for name in long],
        "nowhere": [f"zz{number}xq" for number in range(QUERIES)],
    }


def measure(kinds: dict[str, list[str]]) -> dict[str, tuple[float, float]]:
    """Return (95th of 100 parts, median) in milliseconds, by kind and of all."""
    from portal.front.search.results import find

    found: dict[str, list[float]] = {}
    for kind, typed in kinds.items():
        for query in typed:
            start = time.perf_counter()
            find(query, "en")
            found.setdefault(kind, []).append((time.perf_counter() - start) * 1000)
    found["all"] = [one for times in found.values() for one in times]
    return {kind: (statistics.quantiles(times, n=20)[-1], statistics.median(times)) for kind, times in found.items()}


def main() -> None:
    """Seed, search, print JSON."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    from django.db import connection

    chance = random.Random(1)
    writers = {language: Writer(language, chance) for language in LANGUAGES}
    names = seed(writers, chance)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE core_searchdocument, core_searchword")
    kinds = queries(names, writers, chance)
    measure({kind: typed[:20] for kind, typed in kinds.items()})
    print(json.dumps(measure(kinds)))


if __name__ == "__main__":
    main()
