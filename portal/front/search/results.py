"""Search over conditions, clinics, doctors and packages: what is found, where it leads and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.localisation.scripts import foreign_language
from portal.core.models import SearchDocument
from portal.core.search import fulltext
from portal.core.search.fulltext import Answer
from portal.front.search.search_index import CARE_ASSISTANT, CLINIC, CONDITION, DOCTOR, PACKAGE

KINDS = (CONDITION, CLINIC, DOCTOR, CARE_ASSISTANT, PACKAGE)
PAGES = {
    CONDITION: "front:condition",
    CLINIC: "clinics:clinic",
    DOCTOR: "clinics:doctor",
    CARE_ASSISTANT: "clinics:care_assistant",
}
KIND = {
    CONDITION: gettext_lazy("Condition"),
    CLINIC: gettext_lazy("Clinic"),
    DOCTOR: gettext_lazy("Doctor"),
    CARE_ASSISTANT: gettext_lazy("Care assistant"),
    PACKAGE: gettext_lazy("Package"),
}
# Why something was found whose text alone has the words.
IN_TEXT = {
    CONDITION: gettext_lazy("The words are in the text of the page."),
    CLINIC: gettext_lazy("The words are in what we know of it."),
    DOCTOR: gettext_lazy("The words are in what we know of this doctor."),
    CARE_ASSISTANT: gettext_lazy("The words are in what we know of this care assistant."),
    PACKAGE: gettext_lazy("The words are in what it offers."),
}
# Other names that need not be quoted.
GENERAL = {
    "city": gettext_lazy("It is in this city."),
    "treats": gettext_lazy("It treats this."),
    "word": gettext_lazy("It is about this."),
    "field": gettext_lazy("The doctor works in this field."),
    "clinic": gettext_lazy("The doctor works there."),
}


@dataclass(frozen=True)
class Hit:
    """One result. ``lang`` is set where the name is written in another language than the page.

    ``note`` says which illness it is not; ``is_english`` that its page is not written in the reader's language.
    """

    kind: str
    name: str
    detail: str
    url: str
    reason: str
    note: str = ""
    lang: str = ""
    is_english: bool = False


@dataclass(frozen=True)
class Results:
    """What was found; ``meant`` are the words that were looked for when the typed ones found nothing."""

    hits: list[Hit]
    meant: str = ""


def find(query: str, language: str) -> Results:
    """Return what has all words of the query, the best first.

    What is called so comes before what is also called so and what only mentions it, and illnesses
    before all else.
    """
    answer = fulltext.find(query, KINDS)
    best = _best(answer, language)
    shown = _shown(best, language)
    hits = [_hit(page, document, answer.words, language) for key, document in best.items() if (page := shown.get(key))]
    return Results(hits, " ".join(answer.words) if hits and answer.is_guessed else "")


type Key = tuple[str, str]


def _best(answer: Answer, language: str) -> dict[Key, SearchDocument]:
    """Return the best document of each object: in the reader's language if it matches, else the first."""
    best: dict[Key, SearchDocument] = {}
    for document in answer.documents:
        key = (document.kind, document.key)
        if key not in best or (document.language == language and best[key].language != language):
            best[key] = document
    return dict(sorted(best.items(), key=lambda pair: (_tier(pair[1], answer.words), KINDS.index(pair[0][0]))))


def _tier(document: SearchDocument, words: Sequence[str]) -> int:
    if _is_in_name(document, words):
        return 0
    return 1 if _says(words, document.language, *(text for _why, text in document.aliases)) else 2


def _shown(keys: Iterable[Key], language: str) -> dict[Key, SearchDocument]:
    """Return what the reader sees of each: the document in the reader's language, else in English."""
    keys_of: dict[str, list[str]] = {}
    for kind, key in keys:
        keys_of.setdefault(kind, []).append(key)
    if not keys_of:
        return {}
    wanted = reduce(or_, (Q(kind=kind, key__in=of_kind) for kind, of_kind in keys_of.items()))
    is_unwritten = ExpressionWrapper(Q(text=""), output_field=BooleanField())
    pages = SearchDocument.objects.filter(wanted, language__in=(language, settings.LANGUAGE_CODE))
    pages = pages.annotate(is_unwritten=is_unwritten).only("kind", "key", "language", "name", "detail", "note")
    shown: dict[Key, SearchDocument] = {}
    for page in pages:
        if page.language == language or (page.kind, page.key) not in shown:
            shown[page.kind, page.key] = page
    return shown


def _hit(page: SearchDocument, document: SearchDocument, words: Sequence[str], language: str) -> Hit:
    name = page.name
    return Hit(
        kind=str(KIND[page.kind]),
        name=name,
        detail=page.detail,
        url=_url(page),
        reason=_reason(page, document, words),
        note=page.note,
        lang=foreign_language(name, language) if page.kind in {CLINIC, CONDITION} else "",
        is_english=page.kind == CONDITION and (page.language != language or page.is_unwritten),  # type: ignore[attr-defined]  # annotated
    )


def _url(page: SearchDocument) -> str:
    if page.kind == PACKAGE:
        return f"{reverse('requests:package_list')}#{page.key}"
    return reverse(PAGES[page.kind], args=[page.key])


def _reason(page: SearchDocument, document: SearchDocument, words: Sequence[str]) -> str:
    """Say why it was found, in the order of what people look for: names, other names, the rest."""
    if page.kind == CONDITION and document.language != page.language:
        return _("The words are in this page in another language.")
    if _is_in_name(document, words):
        return _("The name matches.")
    for why, text in document.aliases:
        if _says(words, document.language, text) and (sentence := _because(why, text)):
            return sentence
    pool = [document.name]
    for why, text in document.aliases:
        pool.append(text)
        if _says(words, document.language, *pool) and (sentence := _because(why, "")):
            return sentence
    return str(IN_TEXT[page.kind])


def _because(why: str, text: str) -> str:
    """Return the sentence for another name; without the text, for words spread over several, there may be none."""
    if why in GENERAL:
        return str(GENERAL[why])
    if not text:
        return ""
    if why == "code":
        return _("Its ICD-10 code matches.")
    if why == "treatment":
        return _("A treatment for it: %(treatment)s.") % {"treatment": _isolated(text)}
    return _("Also called: %(synonym)s.") % {"synonym": _isolated(text)}


def _is_in_name(document: SearchDocument, words: Sequence[str]) -> bool:
    plain = [text for why, text in document.aliases if why == "name"]
    return _says(words, document.language, document.name, *plain)


def _says(words: Sequence[str], language: str, *texts: str) -> bool:
    """Whether every word, or a longer form of it, is in the texts taken together."""
    said = [stem for text in texts for stem in _stems(text, language)]
    return all(any(stem.startswith(word) for stem in said) for word in _stems(" ".join(words), language))


@lru_cache(maxsize=20_000)
def _stems(text: str, language: str) -> tuple[str, ...]:
    """The same names are compared again and again."""
    return tuple(fulltext.stems(text, language))


def _isolated(text: str) -> str:
    return f"\u2068{text}\u2069"
